"""What is one person's alone: their asks, unsent answers, words for them, notes. PostgreSQL shows it to them only."""

from pathlib import Path
from uuid import UUID

from service.base import db
from service.base.access import Actor

sql = db.load(Path(__file__).with_suffix(".sql"))


async def be(tx: db.Connection, me: Actor) -> UUID:
    """Let this transaction see what is the caller's alone; return who that is."""
    person_id = me.person()
    await db.run(tx, sql.be, person_id=person_id)
    return person_id
