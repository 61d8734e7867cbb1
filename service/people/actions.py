"""Add and edit people, and take away again who was added by mistake; all of it is written down in the audit log."""

from pathlib import Path
from uuid import UUID

from msgspec.structs import asdict

from service.base import audit, db
from service.base.access import Actor
from service.base.changes import changed, delete_unused
from service.base.errors import AlreadyExists, Refused
from service.base.events import record
from service.people.model import NewPerson, OwnChange, Person, PersonChange

sql = db.load(Path(__file__).with_name("queries.sql"))


async def add(tx: db.Connection, me: Actor, new: NewPerson) -> Person:
    """Add a person.

    Raises
    ------
    AlreadyExists : somebody who is here has the address.
    """
    await _refuse_a_taken_address(tx, new.email, None)
    person = await db.one(tx, sql.insert, Person, **asdict(new))
    await audit.looked(tx, me, person.id, "add_person")
    await record(tx, "person_added", person.id)
    return person


async def change(tx: db.Connection, me: Actor, person_id: UUID, wanted: PersonChange | OwnChange) -> Person:
    """Edit a person; their external id stays. Of somebody else it is written down.

    Raises
    ------
    Refused : the last administrator would leave.
    AlreadyExists : somebody else who is here has the address.
    """
    stored = await db.one(tx, sql.for_change, Person, id=person_id)
    fields = asdict(changed(stored, wanted))
    del fields["external_id"]
    if fields["left_at"] is None and (fields["email"], None) != (stored.email, stored.left_at):
        await _refuse_a_taken_address(tx, fields["email"], person_id)
    if fields["left_at"] is not None and await db.one(tx, sql.administers_alone, bool, id=person_id):
        raise Refused("this is the last administrator; grant the role to somebody else first", field="left_at")
    await audit.looked(tx, me, person_id, "change_person")
    person = await db.one(tx, sql.update, Person, **fields)
    await record(tx, "person_changed", person.id)
    return person


async def take_away(tx: db.Connection, me: Actor, person_id: UUID) -> None:
    """Take away somebody who was added by mistake and of whom there is nothing yet.

    Raises
    ------
    Refused : there is something of theirs: a team, a thank, a sign-in.
    """
    await audit.looked(tx, me, person_id, "change_person")
    used = "there is something of this person already; end their employment instead"
    await delete_unused(tx, sql.delete, person_id, used)
    await record(tx, "person_taken_away", person_id)


async def _refuse_a_taken_address(tx: db.Connection, email: str | None, person_id: UUID | None) -> None:
    """Refuse an address that is somebody else's: neither of two could sign in by it."""
    if email and await db.maybe(tx, sql.other_at, UUID, email=email, id=person_id) is not None:
        raise AlreadyExists("somebody else has this e-mail address; of two, neither could sign in by it", field="email")
