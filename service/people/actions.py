"""Add and edit people."""

from pathlib import Path
from uuid import UUID

from msgspec.structs import asdict

from service.base import db
from service.base.changes import changed
from service.base.errors import Refused
from service.base.events import record
from service.people.model import NewPerson, OwnChange, Person, PersonChange

sql = db.load(Path(__file__).with_name("queries.sql"))


async def add(tx: db.Connection, new: NewPerson) -> Person:
    """Add a person."""
    person = await db.one(tx, sql.insert, Person, **asdict(new))
    await record(tx, "person_added", person.id)
    return person


async def change(tx: db.Connection, person_id: UUID, wanted: PersonChange | OwnChange) -> Person:
    """Edit a person; their external id stays.

    Raises
    ------
    Refused : the last administrator would leave.
    """
    stored = await db.one(tx, sql.for_change, Person, id=person_id)
    fields = asdict(changed(stored, wanted))
    del fields["external_id"]
    if fields["left_at"] is not None and await db.one(tx, sql.administers_alone, bool, id=person_id):
        raise Refused("this is the last administrator; grant the role to somebody else first", field="left_at")
    person = await db.one(tx, sql.update, Person, **fields)
    await record(tx, "person_changed", person.id)
    return person
