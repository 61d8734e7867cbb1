"""What is kept about a person, and who looked: for the one it is about, and for HR the whole log."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import audit, clock, db, own
from service.base.access import Actor
from service.base.cells import cell
from service.base.web import Cut, Page, page
from service.rights.model import AuditRow, Kept, Look, MyData

sql = db.load(Path(__file__).with_name("queries.sql"))
kept = db.load(Path(__file__).with_name("my_data.sql"))
how_much = db.load(Path(__file__).with_name("my_data_counts.sql"))

MOST_EXPORTED = 50_000  # rows, the newest
MOST_ROWS = 10_000  # of each kind in a person's own file


async def looks(tx: db.Connection, person_id: UUID, cut: Cut) -> Page[Look]:
    """Return who looked at a person, newest first."""
    await db.one(tx, sql.read_own, str, person_id=person_id)
    return await page(tx, sql.looks, Look, cut, person_id=person_id)


async def my_data(tx: db.Connection, person_id: UUID) -> MyData:
    """Return everything about a person that is theirs; of feedback about them only words of rounds that closed."""
    await _be(tx, person_id)
    found = {one.name: await db.many(tx, one, dict, person_id=person_id, most=MOST_ROWS + 1) for one in kept}
    cut_short = [name for name, rows in found.items() if len(rows) > MOST_ROWS]
    return MyData(clock.now(), MOST_ROWS, cut_short, {name: rows[:MOST_ROWS] for name, rows in found.items()})


async def how_much_is_kept(tx: db.Connection, person_id: UUID) -> dict[str, int]:
    """Count what `my_data` would hand over of each kind, without reading it; `MOST_ROWS` and one where not all fit."""
    await _be(tx, person_id)
    given = {"person_id": person_id, "most": MOST_ROWS + 1}
    found = [
        *await db.many(tx, how_much.told_of_me, Kept, **given),
        *await db.many(tx, how_much.given_and_received, Kept, **given),
        *await db.many(tx, how_much.figures, Kept, **given),
    ]
    return {one.kind: one.count for one in found}


async def _be(tx: db.Connection, person_id: UUID) -> None:
    """Let this transaction see what only the person may see of themself."""
    await db.one(tx, sql.take_along, str, person_id=person_id)
    await db.run(tx, own.sql.be, person_id=person_id)


async def log(tx: db.Connection, cut: Cut) -> Page[AuditRow]:
    """Return the audit log, newest first."""
    await db.one(tx, sql.read_all, str)
    return await page(tx, sql.audit, AuditRow, cut)


async def exported_log(tx: db.Connection, me: Actor) -> str:
    """Return the newest rows of the audit log as CSV; that it was exported is its newest row."""
    await take_the_log_along(tx, me)
    return as_csv(AuditRow, await db.many(tx, sql.audit, AuditRow, after_key=None, after_id=None, most=MOST_EXPORTED))


async def take_the_log_along(tx: db.Connection, me: Actor) -> None:
    """Write down that the log is exported, as its newest row, and let this transaction read it."""
    await audit.looked(tx, me, None, "export_audit")
    await db.one(tx, sql.read_all, str)


def as_csv(kind: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> str:
    """Write rows of one kind as CSV with a header, so that no cell is taken for a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(kind.__struct_fields__)
    writer.writerows([[cell(value) for value in msgspec.structs.astuple(row)] for row in rows])
    return text.getvalue()
