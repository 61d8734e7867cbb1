"""Contesting as pages: what I contest and how it was decided; for a reviewer what waits, and the decision."""

from functools import partial
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from msgspec import Meta
from msgspec.structs import asdict

from service.badges.catalog import BADGES
from service.base import db
from service.base.access import Role
from service.base.border import MAX_TEXT, Input, Text
from service.base.errors import AlreadyExists, NotFound
from service.base.paging import BY_DUE
from service.base.web import AUDITED, Cut, Me, Tx, page
from service.contests import actions
from service.contests.model import Contest, Decision, Evidence, NewContest, Settled, Verdict, Waiting
from service.contests.routes import NEWEST_OPENED
from service.flows.resolving import resolve
from service.pages import correcting
from service.pages.correcting import Scored
from service.pages.page import Seen, View, form, own_fields, read, redirect
from service.pages.shown import board_name
from service.scores.standing import may_see

SHOWN = 100
BADGE_NAMES = {badge.key: badge.name for badge in BADGES}
Short = Annotated[str, Meta(max_length=200)]
Named = Annotated[str, QueryParameter(max_length=200)]
# What is contested: English here, Finnish in locale/fi.po.
ABOUT = {
    "score": "Score",
    "kudos": "Thanks",
    "signal": "Customer’s answer",
    "badge": "Badge",
    "document": "Document",
    "handover": "Hand-over",
    "care": "Care call",
    "feedback": "Feedback",
}


# What was just done: the same.
DONE = {
    "sent": "Sent. You read the decision here.",
    "decided": "Decided. The person reads it with your reasons.",
    "correct": "Decided. What is to be put right now, and where, stands below.",
    "withdrawn": "Taken back. Nobody decides on it.",
}
Done = Annotated[str, QueryParameter(max_length=60)]


class What(Input, kw_only=True):
    """What the form of a contest names."""

    dimension: Short | None = None
    evidence: Evidence | None = None
    evidence_id: UUID | None = None


class Draft(What):
    """The form of a contest."""

    words: Text


class Decided(Input):
    """The form of a decision."""

    decision: Decision
    reasons: Text


@get("/contests")
async def show_contests(tx: Tx, me: Me, view: Seen, done: Done = "") -> Response[str]:
    """Show what the reader contested, what waits for their decision, and what was decided."""
    mine = await page(tx, actions.sql.of_person, Contest, Cut(None, SHOWN, NEWEST_OPENED), person_id=me.person())
    reader = {"reader_id": me.person(), "role": me.role}
    content: dict[str, Any] = {"opened": mine.items, "waiting": await waiting_for(tx, me), "about": ABOUT}
    content["led"] = await waiting_for(tx, me, led=True)
    content["settled"] = await db.many(tx, actions.sql.settled, Settled, most=SHOWN, **reader)
    content["scored"] = await db.maybe(tx, correcting.sql.scored, Scored)
    content["done"] = view.words.say(DONE[done]) if done in DONE else ""
    content |= {"reviewer": me.role is Role.HR, "name": partial(board_name, view.words)}
    return view.page("contests.html", **content)


async def waiting_for(tx: Tx, me: Me, *, led: bool = False) -> list[Waiting]:
    """Return what waits for the reader's decision, the most urgent first; at most `SHOWN`.

    With `led` what they would decide on, did they not lead whom it is about.
    """
    which = {"reader_id": me.person(), "role": me.role, "only_overdue": False, "led": led}
    return (await page(tx, actions.sql.waiting, Waiting, Cut(None, SHOWN, BY_DUE), **which)).items


@get("/contests/new")
async def show_form(  # noqa: PLR0917 - the frame's own two, and what the link names
    tx: Tx, me: Me, view: Seen, dimension: Named = "", evidence: Named = "", evidence_id: FromQuery[UUID | None] = None
) -> Response[Any]:
    """Show the form; the link says what is contested."""
    if not dimension and evidence not in ABOUT:
        return redirect("/contests")  # the links beside what can be contested say what it is
    if dimension and not await actions.is_scored(tx, me.person(), dimension):
        raise NotFound("there is no such figure of yours")
    return await _form(tx, me, view, {"dimension": dimension, "evidence": evidence, "evidence_id": evidence_id})


async def _form(
    tx: Tx, me: Me, view: View, what: dict[str, Any], typed: str = "", *, errors: dict[str, str] | None = None
) -> Response[str]:
    """Show the form, with what was typed where that is to be mended or the same thing is contested already."""
    dimension, evidence = what["dimension"], what["evidence"]
    title = board_name(view.words, dimension) if dimension else view.words.say(ABOUT.get(evidence, evidence))
    deciders = await db.one(tx, actions.sql.deciders, str, person_id=me.person())
    which = {"dimension": dimension or None, "evidence_id": what["evidence_id"]}
    already = await db.maybe(tx, actions.sql.open_one, UUID, person_id=me.person(), **which)
    content = {"what": what, "title": title, "days": actions.DAYS, "deciders": deciders, "typed": typed}
    status = 422 if typed or errors else 200
    return view.page("contest_new.html", status, already=already, errors=errors or {}, **content)


@post("/contests/new")
async def send_contest(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Open the contest, or say what is to be mended; what is contested already stays as it is, typed words too."""
    sent = await own_fields(request)
    typed = sent.pop("words", "")
    what = read(sent, What)
    errors = _unfit(view, "words", typed, view.words.say("Write what is wrong, and how you know."))
    if errors and (what.dimension or what.evidence):
        return await _form(tx, me, view, asdict(what), typed, errors=errors)
    draft = read(sent | {"words": typed}, Draft)
    new = NewContest(draft.words, draft.dimension, draft.evidence, draft.evidence_id)
    try:
        async with tx.transaction():  # a savepoint: the request's own transaction goes on
            await actions.contest(tx, me, new)
    except AlreadyExists:
        return await _form(tx, me, view, asdict(what), draft.words)
    return redirect("/contests?done=sent")


def _unfit(view: View, field: str, typed: str, missing: str) -> dict[str, str]:
    """Say of words what is to be mended: `missing` where there are none."""
    if not typed.strip():
        return {field: missing}
    if len(typed) > MAX_TEXT:
        return {field: view.words.say("That is too long; 4,000 characters fit.")}
    return {}


@get("/contests/{contest_id:uuid}", opt=AUDITED)
async def show_contest(tx: Tx, me: Me, view: Seen, contest_id: FromPath[UUID], done: Done = "") -> Response[str]:
    """Show one contest, and to who may decide on it the form, and afterwards what is to be put right."""
    return await _contest(tx, me, view, contest_id, done=view.words.say(DONE[done]) if done in DONE else "")


async def _contest(
    tx: Tx,
    me: Me,
    view: View,
    contest_id: UUID,
    *,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    done: str = "",
) -> Response[str]:
    """Show a contest, with what was `given` where that is to be mended; that it is read is written down first."""
    found = await actions.read(tx, me, contest_id)
    named = board_name(view.words, found.dimension) if found.dimension else view.words.say(ABOUT[found.about])
    badge = BADGE_NAMES.get(found.said or "") if found.about == "badge" else None
    said = view.words.say(badge) if badge else found.said
    decides = found.person_id != me.person_id
    figures = decides and found.about == "score" and await may_see(tx, me, found.person_id)
    fixes = await correcting.fixes(tx, view.words, found.person_id, found.dimension or "") if figures else []
    content = {"contest": found, "said": said, "title": named, "decides": decides, "figures": figures, "fixes": fixes}
    status = 422 if errors else 200
    return view.page("contest.html", status, given=given or {}, errors=errors or {}, done=done, **content)


@post("/contests/{contest_id:uuid}/withdraw")
async def withdraw_contest(request: Request[Any, Any, Any], tx: Tx, me: Me, contest_id: FromPath[UUID]) -> Redirect:
    """Take back what the reader contests."""
    await form(request, Input)
    await actions.withdraw(tx, me, contest_id)
    return redirect("/contests?done=withdrawn")


@post("/contests/{contest_id:uuid}")
async def decide_contest(
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, contest_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Decide, with reasons; or say what is to be mended."""
    given = await own_fields(request)
    errors = _unfit(
        view, "reasons", given.get("reasons", ""), view.words.say("Write your reasons; the person reads them.")
    )
    if given.get("decision") not in get_args(Decision):
        errors = {"decision": view.words.say("Choose one of these.")} | errors
    if errors:
        return await _contest(tx, me, view, contest_id, given=given, errors=errors)
    sent = read(given, Decided)
    decided = await resolve(tx, me, contest_id, Verdict(sent.decision, sent.reasons))
    if decided.about == "score" and decided.decision == "upheld":
        return redirect(f"/contests/{contest_id}?done=correct")
    return redirect("/contests?done=decided")
