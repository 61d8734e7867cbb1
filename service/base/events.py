"""The outbox: what happened, recorded in the transaction in which it happened."""

from pathlib import Path
from uuid import UUID

from service.base import db

sql = db.load(Path(__file__).with_suffix(".sql"))


async def record(tx: db.Connection, kind: str, subject_id: UUID | None, **payload: object) -> None:
    """Leave an event for the subscribers of `kind`; it exists if, and only if, the transaction commits."""
    await db.run(tx, sql.insert, kind=kind, subject_id=subject_id, payload=payload)
