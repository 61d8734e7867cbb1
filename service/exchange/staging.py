"""The rows of a folder on their way into the database: copied into temporary tables, then inserted from there."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import polars as pl

from scoring.exchange.values import WRITTEN_TIME
from service.base import db

HERE = Path(__file__).parent
tables = db.load(HERE / "staging.sql")
adding = db.load(HERE / "adding.sql")
evidence = db.load(HERE / "evidence.sql")
retracting = db.load(HERE / "retracting.sql")
changing = db.load(HERE / "changing.sql")

# Rows that go in together: few enough that the progress moves, many enough that joins pay.
SLICE_ROWS = 50_000
WHOLE = ("projects",)  # one may have grown from another, so they go in together

ADD = {query.name: query for queries in (adding, evidence) for query in queries} | {
    "retractions": retracting.retractions
}
CHANGE = {query.name: query for query in changing}
CORRECT = {query.name.removeprefix("corrected_"): query for query in retracting if query.name.startswith("corrected_")}
KEEP = {query.name.removeprefix("kept_"): query for query in retracting if query.name.startswith("kept_")}
Done = Callable[[int], None]  # told how many rows of the file are in


async def put(tx: db.Connection, name: str, rows: pl.DataFrame, done: Done) -> None:
    """Write the rows of one file; those marked as changed replace, or as evidence supersede, what is there."""
    if not rows.height:
        return
    await db.run(tx, getattr(tables, name))
    size = rows.height if name in WHOLE else SLICE_ROWS
    for start in range(0, rows.height, size):
        part = rows.slice(start, size)
        await _copy(tx, f"incoming_{name}", part)
        for query in _steps(name, changed=bool(part["changed"].any())):
            await db.run(tx, query)
        await tx.execute(f"truncate incoming_{name}")
        done(min(start + size, rows.height))


def may_change(name: str) -> bool:
    """Whether a row of this file can be corrected at all."""
    return name in CHANGE or name in CORRECT


def _steps(name: str, *, changed: bool) -> list[db.Query]:
    steps = [ADD[name]]
    if changed:
        steps = [table[name] for table in (CORRECT, CHANGE, ADD, KEEP) if name in table]
    return [*steps, adding.continued_projects] if name == "projects" else steps


async def _copy(tx: db.Connection, table: str, rows: pl.DataFrame) -> None:
    text = BytesIO()
    rows.write_csv(text, include_header=False, datetime_format=WRITTEN_TIME)
    text.seek(0)
    await tx.copy_to_table(table, source=text, columns=rows.columns, format="csv")
