"""Signed notes: one colleague to another, at once, never scored; the two of them alone can read it."""

from pathlib import Path
from uuid import UUID

from service.base import clock, db
from service.base.access import Actor
from service.base.errors import NotFound, UnknownReference
from service.base.events import record
from service.base.giving import two_people
from service.base.own import be
from service.notes.model import NewNote, Note

sql = db.load(Path(__file__).with_name("queries.sql"))


async def write(tx: db.Connection, me: Actor, new: NewNote, note_id: UUID) -> Note:
    """Send a note; the same `note_id` again, as a form sends it twice, changes nothing.

    Raises
    ------
    NotToSelf, UnknownReference : it is to its author, or to nobody who is there.
    """
    author_id, now = await be(tx, me), clock.now()
    before = await db.maybe(tx, sql.by_id, Note, id=note_id)
    if before is not None:
        return before
    two_people(author_id, new.receiver_id)
    if await db.maybe(tx, sql.there, UUID, person_id=new.receiver_id, now=now) is None:
        raise UnknownReference("receiver: there is no such person in your organization", field="receiver_id")
    given = {"id": note_id, "author_id": author_id, "receiver_id": new.receiver_id, "message": new.message, "at": now}
    note = await db.one(tx, sql.insert, Note, **given)
    await record(tx, "note_written", note.id)
    return note


async def hide(tx: db.Connection, me: Actor, note_id: UUID) -> None:
    """Take a note out of my own sight; the other one keeps theirs."""
    await _touch(tx, me, note_id, sql.hide)


async def show(tx: db.Connection, me: Actor, note_id: UUID) -> None:
    """Bring a hidden note back."""
    await _touch(tx, me, note_id, sql.show)


async def _touch(tx: db.Connection, me: Actor, note_id: UUID, how: db.Query) -> None:
    if not await db.run(tx, how, id=note_id, me=await be(tx, me)):
        raise NotFound("there is no such note of yours")
