"""Thanking someone in ten seconds: a person found by typing, a few words, sent; and a minute to take it back."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from service.base import clock, db
from service.base.access import Actor
from service.base.border import Input
from service.base.errors import AlreadyExists, NotFound, UnknownReference
from service.base.events import record
from service.base.web import Me, Tx
from service.kudos import actions
from service.kudos.model import Kudos
from service.pages import late
from service.pages.home import COLLEAGUES, Colleague, thanking
from service.pages.meant import Match, Named, alike, known_id, meant, nearest
from service.pages.my_journey import sql as people_of
from service.pages.page import Seen, View, as_typed, form, initials, redirect
from service.pages.shown import Option, board_name

SUGGESTED = 8
PROJECTS = 50
LONGEST = 4000  # characters of a message

Short = Annotated[str, Meta(max_length=200)]
Query = Annotated[str, QueryParameter(min_length=1, max_length=100)]
Chosen = FromQuery[UUID | None]


class Draft(Input):
    """What was typed into the form; kept when something has to be mended."""

    key: Short = ""  # the form's own, so that sending it twice thanks once
    to: Short = ""
    to_id: Short = ""
    picked: Short = ""  # one of several of the same name
    message: Annotated[str, Meta(max_length=10 * LONGEST)] = ""
    project_id: Short = ""
    criterion: Short = ""

    def __post_init__(self) -> None:
        """Refuse what no text may hold; unlike other input a draft has blank fields, and each says what it lacks."""
        if any("\0" in getattr(self, field) for field in self.__struct_fields__):
            raise ValueError("a text holds the character NUL, which no text may")


class Suggestion(msgspec.Struct, frozen=True):
    """The same, ready to be shown."""

    id: UUID
    name: str
    initials: str
    about: str


class Project(msgspec.Struct, frozen=True):
    """A project of mine."""

    id: UUID
    name: str


class Trouble(msgspec.Struct, frozen=True):
    """What has to be mended, by field, and whom a name may mean."""

    errors: dict[str, str] = {}
    namesakes: list[Match] = []


@get("/people/suggest")
async def suggest_people(tx: Tx, me: Me, q: Query, *, mine: FromQuery[bool] = False) -> list[Suggestion]:
    """Return people whose name has what was typed, in the order of `suggested`; me only if `mine` asks for that."""
    without = None if mine else me.person()
    found = await db.many(
        tx, thanking.suggested, Match, wanted=as_typed(q), person_id=me.person(), without=without, most=SUGGESTED
    )
    return [Suggestion(one.id, one.name, initials(one.name), _about(one)) for one in found]


@get("/kudos/new")
async def show_thanks(tx: Tx, me: Me, view: Seen, to: Chosen = None, project: Chosen = None) -> Response[str]:
    """Show the form; a link may have chosen the person and the project."""
    named = await db.maybe(tx, thanking.match, Match, id=to) if to else None
    draft = Draft(
        key=str(uuid4()),
        to=named.name if named else "",
        to_id=str(named.id) if named else "",
        project_id=str(project or ""),
    )
    return await _form(tx, me, view, draft)


@post("/kudos/new")
async def send_thanks(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Give the thanks, or show what has to be mended; sent twice, the form thanks once."""
    draft = await form(request, Draft)
    matches = await meant(tx, me.person(), Named(draft.to, draft.to_id, draft.picked))
    near = [] if matches or _is_me(view, draft) else await alike(tx, me.person(), me.person(), draft.to)
    errors = _errors(view, me, draft, matches or near)
    if near:
        errors["to"] = view.words.say("Nobody here is called exactly that. Do you mean one of these?")
    given = None if errors else await _give(tx, me, view, _kudos(me, draft, matches[0]))
    if isinstance(given, UUID):
        return redirect(f"/?sent={given}")
    return await _form(tx, me, view, draft, Trouble(given or errors, near or (matches if len(matches) > 1 else [])))


@post("/kudos/{kudos_id:uuid}/undo", opt=late.to_undo("thanks"))
async def take_back(request: Request[Any, Any, Any], tx: Tx, me: Me, kudos_id: FromPath[UUID]) -> Redirect:
    """Take back what I just gave: it is hidden from everyone, and counts no more."""
    await form(request, Input)
    await actions.take_back(tx, me, kudos_id)
    return redirect("/?undone=true")


@post("/kudos/{kudos_id:uuid}/hide")
async def hide_thanks(request: Request[Any, Any, Any], tx: Tx, me: Me, kudos_id: FromPath[UUID]) -> Redirect:
    """Hide what I received, from everyone and at once; the page it leads to can undo that."""
    await form(request, Input)
    await actions.hide(tx, me, kudos_id)
    return redirect(f"/people/{me.person()}?done=thanks-{kudos_id}")


@post("/kudos/{kudos_id:uuid}/show")
async def show_thanks_again(request: Request[Any, Any, Any], tx: Tx, me: Me, kudos_id: FromPath[UUID]) -> Redirect:
    """Show again what I hid."""
    await form(request, Input)
    await actions.show(tx, me, kudos_id)
    return redirect(f"/people/{me.person()}")


async def _form(tx: Tx, me: Actor, view: View, draft: Draft, trouble: Trouble | None = None) -> Response[str]:
    trouble = trouble or Trouble()
    near = await nearest(tx, me.person(), me.person())
    criteria = await db.many(tx, thanking.criteria, Option)
    return view.page(
        "thanks.html",
        422 if trouble.errors else 200,
        draft=draft,
        errors=trouble.errors,
        namesakes=trouble.namesakes,
        near=near,
        lately=await db.many(tx, people_of.could_thank, Colleague, person_id=me.person(), most=COLLEAGUES),
        projects=await db.many(tx, thanking.my_projects, Project, person_id=me.person(), most=PROJECTS),
        criteria=[Option(one.key, board_name(view.words, one.key, one.name)) for one in criteria],
    )


def _errors(view: View, me: Actor, draft: Draft, matches: list[Match]) -> dict[str, str]:
    """Say for each field what has to be mended."""
    say = view.words.say
    errors = _errors_of_receiver(view, me, draft, matches)
    if not draft.message.strip():
        errors["message"] = say("Say in a few words what for.")
    elif len(draft.message.strip()) > LONGEST:
        errors["message"] = say("That is too long; 4,000 characters fit.")
    if draft.project_id and known_id(draft.project_id) is None:
        errors["project_id"] = say("There is no such project.")
    if known_id(draft.key) is None:
        raise NotFound("this form is not one of ours")
    return errors


def _errors_of_receiver(view: View, me: Actor, draft: Draft, matches: list[Match]) -> dict[str, str]:
    say = view.words.say
    if not draft.to.strip() and not matches:
        text = say("Whom would you like to thank?")
    elif [one.id for one in matches] == [me.person_id] or (not matches and _is_me(view, draft)):
        text = say("Thanks go to someone else; nobody can thank themself.")
    elif not matches:
        text = say("Nobody here is called exactly that. A part of the name will do, too.")
    elif len(matches) > 1:
        text = say("Several people have this name. Which one do you mean?")
    else:
        return {}
    return {"to": text}


def _is_me(view: View, draft: Draft) -> bool:
    """Tell whether what was typed is the giver's own name; whoever else has it is found before."""
    return view.reader is not None and draft.to.strip().casefold() == (view.reader.name or "").casefold()


def _kudos(me: Actor, draft: Draft, receiver: Match) -> Kudos:
    """Return the thanks; the form's key names them, so a second sending finds them there."""
    return Kudos(
        uuid4(),
        str(UUID(draft.key)),
        me.person(),
        receiver.id,
        known_id(draft.project_id),
        draft.criterion or None,
        draft.message.strip().replace("\r\n", "\n"),
        clock.now(),
    )


async def _give(tx: Tx, me: Actor, view: View, kudos: Kudos) -> UUID | dict[str, str]:
    """Write the thanks and return their id, or else what has to be mended."""
    try:
        async with tx.transaction():  # a savepoint: what follows must still be able to read
            (outcome,) = await actions.write(tx, [kudos])
    except AlreadyExists:
        return await db.one(tx, thanking.sent_by_form, UUID, key=kudos.external_id, giver_id=me.person())
    if isinstance(outcome, UnknownReference):
        field = {"project": "project_id", "receiver": "to"}.get(str(outcome.detail.get("field")), "criterion")
        return {field: view.words.say("That is not there any more. Choose again.")}
    if isinstance(outcome, actions.AllowanceUsed):
        return _used_up(view, outcome)
    if not isinstance(outcome, Kudos):
        raise outcome
    await record(tx, "kudos_given", outcome.id)
    return outcome.id


def _used_up(view: View, used: actions.AllowanceUsed) -> dict[str, str]:
    say = view.words.say
    if "field" in used.detail:
        return {"to": say("You have thanked this person often this week. Tell them yourself, or thank someone else.")}
    return {"message": say("You have given all the thanks of a day. Keep this one for tomorrow.")}


def _about(one: Match) -> str:
    return ", ".join(part for part in (one.title, one.team) if part)
