"""Who does a scheduled job: each slot exists once, is claimed by a lease, and is written to by its newest claim only.

The lease runs on the database's clock. Every transaction that publishes something of a job calls `hold` first: a worker
that was paused or cut off finds its fencing number overtaken, and does no harm. (An advisory lock is not enough:
it stays held by a paused worker and across a silent network cut.)
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from service.base import db
from service.base.errors import Busy

sql = db.load(Path(__file__).with_suffix(".sql"))

LEASE_SECONDS = 60.0  # a worker silent for so long is taken for dead
MOST_ATTEMPTS = 5
BACKOFF_SECONDS = 60.0  # then 4, 16 and 64 minutes


class NewSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A job to be done: `key` is a local date, or the id of a request; `moment` what the job is about."""

    job: str
    key: str
    moment: datetime
    due_at: datetime
    requested_by_id: UUID | None = None


class Claim(msgspec.Struct, frozen=True):
    """The right to do one slot, as long as nobody has claimed it with a higher `fence`."""

    job: str
    key: str
    moment: datetime
    fence: int
    attempts: int
    lease_seconds: float


class LeaseLost(Exception):
    """Another worker has the slot now, or may take it at any moment: nothing may be written for it."""


async def ensure(tx: db.Connection, slot: NewSlot) -> bool:
    """Put a slot there; False where it was there already."""
    return await db.run(tx, sql.insert, **msgspec.structs.asdict(slot)) == 1


async def claim(tx: db.Connection, worker: str, lease_seconds: float = LEASE_SECONDS) -> Claim | None:
    """Take the longest waiting slot of this organization, or None where none is open."""
    await db.run(tx, sql.give_up, attempts=MOST_ATTEMPTS)
    return await db.maybe(tx, sql.claim, Claim, worker=worker, lease_seconds=lease_seconds)


async def begin(tx: db.Connection, slot: NewSlot, worker: str, lease_seconds: float = LEASE_SECONDS) -> Claim:
    """Make a slot and take it in one step, for a job that the caller does now."""
    which = {"job": slot.job, "key": slot.key, "moment": slot.moment}
    return await db.one(tx, sql.begin, Claim, worker=worker, lease_seconds=lease_seconds, **which)


async def hold(tx: db.Connection, claim: Claim) -> None:
    """Lock the slot until the transaction ends: what is written in it is written by its only worker.

    Raises
    ------
    LeaseLost : the claim was overtaken, or its lease has run out.
    """
    if await db.maybe(tx, sql.hold, int, **_which(claim)) is None:
        raise LeaseLost(f"{claim.job} {claim.key}: fence {claim.fence} is no longer the one that may write")


async def finish(tx: db.Connection, claim: Claim) -> None:
    """Mark the slot done; belongs into the transaction that publishes its result.

    Raises
    ------
    LeaseLost : the claim was overtaken.
    """
    if await db.run(tx, sql.finish, **_which(claim)) != 1:
        raise LeaseLost(f"{claim.job} {claim.key}: fence {claim.fence} cannot finish it any more")


async def fail(
    tx: db.Connection,
    claim: Claim,
    error: str,
    *,
    most_attempts: int = MOST_ATTEMPTS,
    backoff_seconds: float = BACKOFF_SECONDS,
) -> None:
    """Keep what went wrong and let it be tried again later, `most_attempts` times in all; no effect where overtaken."""
    kept = error.replace("\0", "") or "no reason was given"
    limits = {"most_attempts": most_attempts, "backoff_seconds": backoff_seconds}
    await db.run(tx, sql.fail, error=kept, **limits, **_which(claim))


async def release(tx: db.Connection, claim: Claim) -> None:
    """Give an unfinished slot back, for anybody to take at once."""
    await db.run(tx, sql.release, **_which(claim))


@contextlib.asynccontextmanager
async def kept_alive(pool: db.Pool, organization_id: UUID, claim: Claim) -> AsyncIterator[None]:
    """Extend the lease inside the block; leave it before publishing, so that nothing waits for the locked row."""
    beating = asyncio.create_task(_beat(pool, organization_id, claim))
    try:
        yield
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating


async def _beat(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Stop when the lease is lost: `hold` will say so. A database that does not answer is asked again."""
    extended = True
    while extended:
        await asyncio.sleep(claim.lease_seconds / 4)
        with contextlib.suppress(asyncpg.PostgresError, OSError, TimeoutError, Busy):
            async with db.tenant(pool, organization_id) as tx:
                extended = await db.run(tx, sql.extend, lease_seconds=claim.lease_seconds, **_which(claim)) == 1


def _which(claim: Claim) -> dict[str, object]:
    return {"job": claim.job, "key": claim.key, "fence": claim.fence}
