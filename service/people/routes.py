"""People over HTTP."""

from uuid import UUID

from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody

from service.base import db
from service.base.access import administration
from service.base.paging import BY_NAME, LIMIT
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.people import actions
from service.people.actions import sql
from service.people.model import NewPerson, OwnChange, Person, PersonChange


@get("/")
async def list_people(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Person]:
    """Everybody in the organization, by name."""
    return await page(tx, sql.people, Person, Cut(after, limit, BY_NAME))


@get("/{person_id:uuid}")
async def show_person(person_id: FromPath[UUID], tx: Tx) -> Person:
    """One person."""
    return await db.one(tx, sql.person, Person, id=person_id)


@post("/", guards=[administration])
async def add_person(data: JSONBody[NewPerson], tx: Tx, me: Me) -> Person:
    """Add a person."""
    return await actions.add(tx, me, data)


@patch("/{person_id:uuid}", guards=[administration])
async def change_person(person_id: FromPath[UUID], data: JSONBody[PersonChange], tx: Tx, me: Me) -> Person:
    """Edit a person; what is not named stays."""
    return await actions.change(tx, me, person_id, data)


@patch("/me")
async def correct_myself(data: JSONBody[OwnChange], tx: Tx, me: Me) -> Person:
    """Correct my own name, title or language; what is not named stays."""
    return await actions.change(tx, me, me.person(), data)


router = Router(
    "/people", route_handlers=[list_people, show_person, correct_myself, add_person, change_person], tags=["people"]
)
