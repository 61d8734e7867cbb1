"""Ask for an export: what is remembered is a recipe, and no row of anybody's data."""

from pathlib import Path
from uuid import UUID

from service.base import db
from service.base.access import Actor, Operator
from service.base.events import record
from service.exports.model import Export, NewExport

sql = db.load(Path(__file__).with_name("queries.sql"))


async def ask(tx: db.Connection, me: Actor | Operator, new: NewExport) -> Export:
    """Ask for an export of the newest run, and of what is recorded by now."""
    wanted = {"what": new.what, "format": new.format, "purpose": new.purpose}
    export_id = await db.one(tx, sql.insert, UUID, asked_by_id=me.person_id, **wanted)
    await record(tx, "export_asked", export_id, **wanted)
    return await db.one(tx, sql.export, Export, id=export_id)
