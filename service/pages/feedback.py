"""Feedback for one person: what they are asked, how they answer or decline, words for them, and signed notes."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from service.base import clock, db
from service.base.access import Role
from service.base.border import MAX_TEXT, Input
from service.base.errors import Invalid, NotToSelf, UnknownReference
from service.base.own import be
from service.base.web import Me, Tx
from service.feedback import asks
from service.feedback.model import Ask, AskView, Heard, NewAnswer
from service.notes import actions as notes
from service.notes.model import NewNote, Note
from service.pages import late
from service.pages.home import thanking
from service.pages.language import alphabetical
from service.pages.meant import Match, known_id, nearest
from service.pages.meanwhile import merged, since
from service.pages.page import Seen, View, form, own_fields, read, redirect
from service.pages.shown import Option, board_name, meaning

MOST = 200  # of each list; the API has the rest
RATING = "rating "  # before a criterion's id, in the names of the form's fields
# English here, Finnish in locale/fi.po.
STEPS = range(1, 6)
HOSTS = {Role.HR, Role.ADMINISTRATOR}
DONE = {
    "answered": "Sent. Until tonight you can change it or take it back.",
    "declined": "Left out. Nobody sees that you were asked.",
    "undone": "Taken back. The question is open again.",
    "noted": "The note has arrived.",
    "hidden": "Hidden from you. The other still has it.",
}
Done = Annotated[str, QueryParameter(max_length=60)]


class Plain(Input):
    """A form of buttons only."""


class NoteDraft(Input):
    """A note as it was typed."""

    key: UUID  # the form's own, so that sending it twice writes once
    receiver_id: Annotated[str, Meta(max_length=40)] = ""
    message: Annotated[str, Meta(max_length=10 * MAX_TEXT)] = ""

    def __post_init__(self) -> None:
        """Refuse what no text may hold; a draft may have blank fields, and each says what it lacks."""
        if "\0" in self.message:
            raise ValueError("a text holds the character NUL, which no text may")


@get("/feedback")
async def show_feedback(
    tx: Tx, me: Me, view: Seen, to: FromQuery[UUID | None] = None, done: Done = ""
) -> Response[str]:
    """Show what is asked of me, words for me, and my notes; after something was done, with a way to undo it."""
    draft = NoteDraft(key=uuid4(), receiver_id=str(to or ""))
    what, _, ask_id = done.partition("-")
    text = view.words.say(DONE[what]) if what in DONE else ""
    return await _page(tx, me, view, draft, {}, done=text, undo=known_id(ask_id))


@get("/feedback/asks/{ask_id:uuid}")
async def show_ask(tx: Tx, me: Me, view: Seen, ask_id: FromPath[UUID]) -> Response[str]:
    """Show the questions about one colleague, with what to know before answering."""
    return await _form(tx, me, view, ask_id)


@post("/feedback/asks/{ask_id:uuid}")
async def send_answer(
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, ask_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Take the answer, or show what has to be mended."""
    sent = await own_fields(request)
    await asks.hold_still(tx, me, ask_id)
    stored = _stored(await asks.view(tx, me, ask_id))
    if since(sent, stored) and any(sent.get(field, "") != value for field, value in stored.items()):
        return await _form(tx, me, view, ask_id, sent)
    said = {"ratings": {key.removeprefix(RATING): sent[key] for key in sent if key.startswith(RATING)}}
    words = sent.get("comment", "").strip().replace("\r\n", "\n")
    if not said["ratings"]:
        return await _form(tx, me, view, ask_id, sent)
    await asks.answer(tx, me, ask_id, _answer(said, words))
    return redirect(f"/feedback?done=answered-{ask_id}")


@post("/feedback/asks/{ask_id:uuid}/decline")
async def decline_ask(
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, ask_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Leave a colleague out; an answer that was sent since the form was loaded is shown first."""
    sent = await own_fields(request)
    await asks.hold_still(tx, me, ask_id)
    if since(sent, _stored(await asks.view(tx, me, ask_id))):
        return await _form(tx, me, view, ask_id, sent)
    await asks.decline(tx, me, ask_id)
    return redirect(f"/feedback?done=declined-{ask_id}")


@post("/feedback/asks/{ask_id:uuid}/undo", opt=late.to_undo("answer"))
async def take_back(request: Request[Any, Any, Any], tx: Tx, me: Me, ask_id: FromPath[UUID]) -> Redirect:
    """Take back an answer or a declining."""
    await form(request, Plain)
    await asks.take_back(tx, me, ask_id)
    return redirect("/feedback?done=undone")


@post("/feedback/notes")
async def send_note(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Send a signed note, or show what has to be mended."""
    draft = await form(request, NoteDraft)
    message = draft.message.strip().replace("\r\n", "\n")
    errors = {}
    if not message:
        errors["message"] = view.words.say("Write a few words.")
    elif len(message) > MAX_TEXT:
        errors["message"] = view.words.say("That is too long; 4,000 characters fit.")
    if not errors:
        try:
            new = read({"receiver_id": draft.receiver_id, "message": message}, NewNote)
            await notes.write(tx, me, new, draft.key)
        except (Invalid, NotToSelf, UnknownReference):
            errors["receiver"] = view.words.say("To whom? Choose a colleague.")
    return await _page(tx, me, view, draft, errors) if errors else redirect("/feedback?done=noted")


@post("/feedback/notes/{note_id:uuid}/hide")
async def hide_note(request: Request[Any, Any, Any], tx: Tx, me: Me, note_id: FromPath[UUID]) -> Redirect:
    """Take a note out of my own sight."""
    await form(request, Plain)
    await notes.hide(tx, me, note_id)
    return redirect("/feedback?done=hidden")


async def _page(tx: Tx, me: Me, view: View, draft: NoteDraft, errors: dict[str, str], **done: Any) -> Response[str]:  # noqa: ANN401 - a text and an id
    mine, first = await be(tx, me), {"after_key": None, "after_id": None, "most": MOST}
    near = await nearest(tx, mine, mine)
    chosen = await db.maybe(tx, thanking.match, Match, id=known_id(draft.receiver_id))
    if chosen is not None and chosen.id not in {one.id for one in near}:
        near = [*near, chosen]
    return view.page(
        "feedback.html",
        422 if errors else 200,
        asks=await db.many(tx, asks.sql.open_asks, Ask, now=clock.now(), **first),
        heard=await db.many(tx, asks.sql.heard, Heard, **first),
        received=await db.many(tx, notes.sql.received, Note, me=mine, **first),
        written=await db.many(tx, notes.sql.written, Note, me=mine, **first),
        near=sorted(near, key=lambda one: alphabetical(one.name)),
        host=me.role in HOSTS,
        draft=draft,
        errors=errors,
        done=done.get("done", ""),
        undo=done.get("undo"),
    )


async def _form(tx: Tx, me: Me, view: View, ask_id: UUID, sent: dict[str, str] | None = None) -> Response[str]:
    """Show the form; with `sent`, what was filled in where it was not taken, and what was sent elsewhere meanwhile."""
    seen = await asks.view(tx, me, ask_id)
    stored = _stored(seen)
    given, both = (stored, []) if sent is None else merged(sent, stored)
    elsewhere = bool(sent and since(sent, stored))
    mend = view.words.say("Answer at least one question, or leave the colleague out.")
    return view.page(
        "ask.html",
        200 if sent is None else 422,
        ask=seen.ask,
        criteria=[
            (
                Option(RATING + one.external_id, board_name(view.words, one.external_id, one.name)),
                meaning(view.words, one.meaning),
            )
            for one in seen.criteria
        ],
        steps=STEPS,
        given=given,
        seen=msgspec.json.encode(stored).decode(),
        elsewhere={field: stored[field] for field in both} if elsewhere else None,
        errors={} if sent is None or elsewhere else {"ratings": mend},
    )


def _stored(seen: AskView) -> dict[str, str]:
    """Return what the form shows of what was said so far; what was skipped is empty."""
    said = {RATING + one.external_id: str(seen.ratings.get(one.external_id, "")) for one in seen.criteria}
    return said | {"comment": (seen.comment or "").replace("\r\n", "\n")}


def _answer(said: dict[str, Any], words: str) -> NewAnswer:
    return read(said | ({"comment": words} if words else {}), NewAnswer)
