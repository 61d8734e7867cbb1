"""Evidence from the database, as the same tables that a folder gives."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

import msgspec
import polars as pl

from scoring.exchange import values
from scoring.exchange.columns import FILES, FORMAT, File, Kind
from scoring.exchange.folder import Frames
from scoring.exchange.manifest import Manifest
from service.base import db

HERE = Path(__file__).parent
QUERIES = {name: db.load(HERE / f"{name}.sql").rows for name in FILES}
organization = db.load(HERE / "organization.sql")
WRITTEN_TIME = "%Y-%m-%d %H:%M:%S%.f%#z"  # PostgreSQL's, in sessions whose time zone is UTC


class Place(msgspec.Struct):
    """Where the organization is."""

    time_zone: str
    currency: str


async def read_manifest(tx: db.Connection) -> Manifest:
    """Return the manifest of the organization."""
    place = await db.one(tx, organization.manifest, Place)
    return Manifest(FORMAT, place.time_zone, place.currency)


async def read_frames(tx: db.Connection, recorded_until: datetime, *, words: bool) -> Frames:
    """Every file of the exchange folder, as far as it was recorded before `recorded_until`.

    `tx` is a read-only transaction of one organization (repeatable read, so that the files fit each other).
    Without `words`, names and free text are left empty; the engine reads none of them.
    """
    await db.one(tx, organization.expect_many_rows, str)
    given = {"recorded_until": recorded_until, "words": words}
    return {name: await _frame(tx, file, given) for name, file in FILES.items()}


async def _frame(tx: db.Connection, file: File, given: dict[str, object]) -> pl.DataFrame:
    query = QUERIES[file.name]
    arguments = query.arguments({name: given[name] for name in query.parameters})
    copied = BytesIO()
    await tx.copy_from_query(query.sql.rstrip().rstrip(";"), *arguments, output=copied, format="csv")
    types = {column.name: _as_copied(column.kind) for column in file.columns}
    if not copied.tell():
        return values.empty(file)
    frame = pl.read_csv(copied.getvalue(), has_header=False, schema=types)
    times = [column.name for column in file.columns if column.kind == Kind.TIME]
    return frame.with_columns(
        pl.col(name).str.to_datetime(WRITTEN_TIME, time_unit="us", time_zone="UTC") for name in times
    )


def _as_copied(kind: Kind) -> pl.DataType:
    return pl.String() if kind == Kind.TIME else values.DTYPES[kind]
