"""The list of people, for HR and administrators: find, add, correct, and end an employment, with a way back."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from service.auth.routes import administrator
from service.base import clock, db, way_back
from service.base.access import Actor, Role, require_role
from service.base.border import Input
from service.base.errors import AlreadyExists, Invalid
from service.base.paging import BY_NAME
from service.base.way_back import Change
from service.base.web import After, Cut, Me, Tx, page
from service.pages.meanwhile import merged
from service.pages.page import Seen, View, as_typed, form, own_fields, redirect
from service.pages.teams import moment_of
from service.pages.teams import sql as teams_of
from service.people import actions
from service.people.model import NewPerson, Person, PersonChange

sql = db.load(Path(__file__).with_suffix(".sql"))

office = require_role(Role.HR, Role.ADMINISTRATOR)
SHOWN = 50
FIELDS = ("name", "title", "email", "role", "language")
# English here, Finnish in locale/fi.po.
ROLES = {"seller": "seller", "expert": "expert", "carer": "carer", "lead": "lead of a team", "other": "other"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# What was done: English here, Finnish in locale/fi.po.
DONE = {
    "added": "%(name)s is here.",
    "saved": "Saved.",
    "ended": "%(name)s has left.",
    "returned": "%(name)s works here again.",
    "undone": "As it was before.",
}
Wanted = Annotated[str, QueryParameter(max_length=200)]
Done = Annotated[str, QueryParameter(max_length=20)]


class Listed(msgspec.Struct, frozen=True):
    """Somebody in the list."""

    id: UUID
    name: str
    title: str | None
    left_at: datetime | None
    teams: str | None


class TeamOf(msgspec.Struct, frozen=True):
    """One person's time in one team."""

    id: UUID
    team_id: UUID
    team: str
    role: str
    from_at: datetime | None
    to_at: datetime | None


class Said(msgspec.Struct, frozen=True):
    """What stands in the form, what has to be mended, what was just done, and where that is undone."""

    given: dict[str, str] = {}
    errors: dict[str, str] = {}
    said: str = ""
    undo: str = ""


@get("/people", guards=[office])
async def show_people(tx: Tx, view: Seen, q: Wanted = "", after: After = None, done: Done = "") -> Response[str]:
    """Show the people whose name, title or address holds what was typed."""
    found = await page(tx, sql.people, Listed, Cut(after, SHOWN, BY_NAME), wanted=as_typed(q))
    said = view.words.say(DONE[done]) if done == "undone" else ""
    return view.page("staff.html", people=found.items, more=found.next, wanted=q, now=clock.now(), said=said)


@get("/people/new", guards=[administrator])
async def show_new_person(tx: Tx, view: Seen) -> Response[str]:
    """Show an empty form."""
    return await _form(tx, view, None, Said())


@post("/people", guards=[administrator])
async def add_person(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Add somebody, or show what has to be mended."""
    sent = await own_fields(request)
    try:
        new = _read(sent, NewPerson, joined_at=_joined(view, sent))
    except Invalid:
        return await _form(tx, view, None, Said(sent, _trouble(view, sent)))
    try:
        person = await actions.add(tx, me, new)
    except AlreadyExists:
        return await _form(tx, view, None, Said(sent, _taken(view)))
    way_id = await way_back.keep(tx, me, Change("person", person.id, None, person, person.id))
    return redirect(f"/people/{person.id}/edit?done=added&way={way_id}")


@get("/people/{person_id:uuid}/edit", guards=[administrator])
async def show_person_form(
    person_id: FromPath[UUID], tx: Tx, me: Me, view: Seen, *, done: Done = "", way: FromQuery[UUID | None] = None
) -> Response[str]:
    """Show the form of one person and, of what was `done` just now, the way back."""
    person = await db.one(tx, sql.person, Person, id=person_id)
    back = await way_back.told(tx, me, way) if way else None
    say = view.words.say
    said = say(DONE[done]).replace("%(name)s", person.name) if done == "undone" or (back and done in DONE) else ""
    return await _form(
        tx, view, person, Said(_stored(view, person), said=said, undo=f"/undo/{back.id}" if back else "")
    )


@post("/people/{person_id:uuid}/edit", guards=[administrator])
async def change_person(
    request: Request[Any, Any, Any], person_id: FromPath[UUID], tx: Tx, me: Me, view: Seen
) -> Response[str] | Redirect:
    """Correct somebody's data, or show what has to be mended; a field that was emptied is emptied."""
    sent = await own_fields(request)
    person = await db.one(tx, actions.sql.for_change, Person, id=person_id)
    stored = _stored(view, person)
    sent, both = merged(sent, stored)
    if both:
        text = view.words.say("Meanwhile this became “{value}”. Save again to write yours over it.")
        return await _form(
            tx, view, person, Said(sent, {field: text.format(value=stored[field] or "–") for field in both})
        )
    try:
        async with tx.transaction():  # a savepoint: what follows must still be able to read
            wanted = _read(sent, PersonChange, joined_at=_joined(view, sent, person.joined_at))
            return await _changed(tx, me, person, wanted, "saved")
    except Invalid:
        return await _form(tx, view, person, Said(sent, _trouble(view, sent)))
    except AlreadyExists:
        return await _form(tx, view, person, Said(sent, _taken(view)))


@post("/people/{person_id:uuid}/end", guards=[administrator])
async def end_employment(request: Request[Any, Any, Any], person_id: FromPath[UUID], tx: Tx, me: Me) -> Redirect:
    """End somebody's employment now: they are signed out everywhere and stand on no board."""
    await form(request, Input)
    person = await db.one(tx, actions.sql.for_change, Person, id=person_id)
    return await _changed(tx, me, person, PersonChange(left_at=clock.now()), "ended")


@post("/people/{person_id:uuid}/return", guards=[administrator])
async def take_back_end(request: Request[Any, Any, Any], person_id: FromPath[UUID], tx: Tx, me: Me) -> Redirect:
    """Take somebody's employment up again, as if it had not ended."""
    await form(request, Input)
    person = await db.one(tx, actions.sql.for_change, Person, id=person_id)
    return await _changed(tx, me, person, PersonChange(left_at=None), "returned")


async def _changed(tx: Tx, me: Actor, before: Person, wanted: PersonChange, done: str) -> Redirect:
    after = await actions.change(tx, me, before.id, wanted)
    way_id = await way_back.keep(tx, me, Change("person", before.id, before, after, before.id))
    return redirect(f"/people/{before.id}/edit?done={done}&way={way_id}")


def _stored(view: View, person: Person) -> dict[str, str]:
    """Return what the form shows of a person."""
    day = person.joined_at.astimezone(view.words.zone).date().isoformat() if person.joined_at else ""
    return {field: getattr(person, field) or "" for field in FIELDS} | {"joined": day}


def _joined(view: View, sent: dict[str, str], before: datetime | None = None) -> datetime | None:
    """Return when somebody joined; the moment that is stored stays where its day is the one that was sent.

    Raises
    ------
    Invalid : it is no day, or far from our times.
    """
    if "joined" not in sent:
        return None
    try:
        day = date.fromisoformat(sent["joined"])
    except ValueError as wrong:
        raise Invalid("that is no day", field="joined") from wrong
    same = before is not None and before.astimezone(view.words.zone).date() == day
    return before if same else moment_of(view.words, day)


def _read(sent: dict[str, str], kind: type[Any], **more: object) -> Any:  # noqa: ANN401 - of the kind asked for
    """Read the fields of the form, where empty means nothing.

    Raises
    ------
    Invalid : they do not fit.
    """
    try:
        return msgspec.convert({field: sent.get(field) for field in FIELDS} | more, kind)
    except msgspec.ValidationError as wrong:
        raise Invalid(str(wrong)) from wrong


def _trouble(view: View, sent: dict[str, str]) -> dict[str, str]:
    """Say what has to be mended, at the field that is likeliest."""
    say = view.words.say
    if not sent.get("name", "").strip():
        return {"name": say("A person has a name.")}
    if "email" in sent and not EMAIL.fullmatch(sent["email"]):
        return {"email": say("An address has an @, and no spaces.")}
    return {"joined": say("Choose a day before the employment ended, and at most a year ahead.")}


def _taken(view: View) -> dict[str, str]:
    return {"email": view.words.say("Somebody else has this address. Of two, neither could sign in by it.")}


async def _form(tx: Tx, view: View, person: Person | None, said: Said) -> Response[str]:
    found = await db.many(tx, teams_of.of_person, TeamOf, person_id=person.id, most=SHOWN) if person else []
    seen = msgspec.json.encode(_stored(view, person)).decode() if person else ""
    content = {"person": person, "seen": seen, "said": said, "teams": found, "roles": ROLES, "now": clock.now()}
    return view.page("staff_person.html", 422 if said.errors else 200, **content)
