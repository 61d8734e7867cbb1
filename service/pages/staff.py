"""The list of people, for HR and administrators: find, add, correct, and end an employment, with a way back."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from service.auth.routes import administrator
from service.base import clock, db
from service.base.access import Role, require_role
from service.base.border import Input
from service.base.errors import Invalid
from service.base.paging import BY_NAME
from service.base.web import After, Cut, Me, Tx, page
from service.pages.page import Seen, View, as_typed, form, own_fields, redirect
from service.people import actions
from service.people.model import NewPerson, Person, PersonChange

sql = db.load(Path(__file__).with_suffix(".sql"))

office = require_role(Role.HR, Role.ADMINISTRATOR)
SHOWN = 50
FIELDS = ("name", "title", "email", "role", "language")
# English here, Finnish in locale/fi.po.
ROLES = {"seller": "seller", "expert": "expert", "carer": "carer", "lead": "lead of a team", "other": "other"}
Wanted = Annotated[str, QueryParameter(max_length=200)]


class Listed(msgspec.Struct, frozen=True):
    """Somebody in the list."""

    id: UUID
    name: str
    title: str | None
    left_at: datetime | None
    teams: str | None


@get("/people", guards=[office])
async def show_people(tx: Tx, me: Me, view: Seen, q: Wanted = "", after: After = None) -> Response[str]:  # noqa: ARG001 - a page of somebody's
    """Show the people whose name, title or address holds what was typed."""
    found = await page(tx, sql.people, Listed, Cut(after, SHOWN, BY_NAME), wanted=as_typed(q))
    return view.page("staff.html", people=found.items, more=found.next, wanted=q, now=clock.now())


@get("/people/new", guards=[administrator])
async def show_new_person(tx: Tx, view: Seen) -> Response[str]:  # noqa: ARG001 - a page of somebody's
    """Show an empty form."""
    return _form(view, None, {})


@post("/people", guards=[administrator])
async def add_person(request: Request[Any, Any, Any], tx: Tx, view: Seen) -> Response[str] | Redirect:
    """Add somebody, or show what has to be mended."""
    sent = await own_fields(request)
    try:
        person = await actions.add(tx, _read(sent, NewPerson))
    except Invalid:
        return _form(view, None, sent, trouble=_trouble(view))
    return redirect(f"/people/{person.id}/edit")


@get("/people/{person_id:uuid}/edit", guards=[administrator])
async def show_person_form(
    person_id: FromPath[UUID], tx: Tx, view: Seen, *, ended: FromQuery[bool] = False
) -> Response[str]:
    """Show the form of one person; just `ended`, their employment can be taken up again."""
    person = await db.one(tx, actions.sql.person, Person, id=person_id)
    given = {field: getattr(person, field) or "" for field in FIELDS}
    return _form(view, person, given, ended=ended and person.left_at is not None)


@post("/people/{person_id:uuid}/edit", guards=[administrator])
async def change_person(
    request: Request[Any, Any, Any], person_id: FromPath[UUID], tx: Tx, view: Seen
) -> Response[str] | Redirect:
    """Correct somebody's data, or show what has to be mended; a field that was emptied is emptied."""
    sent = await own_fields(request)
    person = await db.one(tx, actions.sql.person, Person, id=person_id)
    try:
        await actions.change(tx, person_id, _read(sent, PersonChange))
    except Invalid:
        return _form(view, person, sent, trouble=_trouble(view))
    return redirect(f"/people/{person_id}/edit")


@post("/people/{person_id:uuid}/end", guards=[administrator])
async def end_employment(request: Request[Any, Any, Any], person_id: FromPath[UUID], tx: Tx) -> Redirect:
    """End somebody's employment now: they are signed out everywhere and stand on no board."""
    await form(request, Input)
    await actions.change(tx, person_id, PersonChange(left_at=clock.now()))
    return redirect(f"/people/{person_id}/edit?ended=true")


@post("/people/{person_id:uuid}/return", guards=[administrator])
async def take_back_end(request: Request[Any, Any, Any], person_id: FromPath[UUID], tx: Tx) -> Redirect:
    """Take the end of somebody's employment back."""
    await form(request, Input)
    await actions.change(tx, person_id, PersonChange(left_at=None))
    return redirect(f"/people/{person_id}/edit")


def _read(sent: dict[str, str], kind: type[Any]) -> Any:  # noqa: ANN401 - of the kind asked for
    """Read the fields of the form, where empty means nothing.

    Raises
    ------
    Invalid : they do not fit.
    """
    try:
        return msgspec.convert({field: sent.get(field) for field in FIELDS}, kind)
    except msgspec.ValidationError as wrong:
        raise Invalid(str(wrong)) from wrong


def _trouble(view: View) -> str:
    return view.words.say("A person has a name, and an address with an @ or none.")


def _form(
    view: View, person: Person | None, given: dict[str, str], *, trouble: str = "", ended: bool = False
) -> Response[str]:
    errors = {("email" if given.get("name") else "name"): trouble} if trouble else {}
    content = {"person": person, "given": given, "errors": errors, "roles": ROLES, "ended": ended}
    return view.page("staff_person.html", 422 if trouble else 200, **content)
