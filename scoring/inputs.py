"""What a run is made of: the policy, the evidence, and the moment up to which what was recorded counts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from scoring import evidence as shelf
from scoring import policies
from scoring.arrays import build
from scoring.model.evidence import Evidence
from scoring.policy import Policy
from service.base import db
from service.base.apart import apart

sql = db.load(Path(__file__).with_suffix(".sql"))
log = structlog.get_logger()

SETTLE_SECONDS = 15.0  # a request's transaction takes milliseconds; a long import is not waited for
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a run's figures follow from, besides the engine and `as_of`."""

    policy_id: UUID
    policy: Policy
    evidence: Evidence
    recorded_until: datetime


async def read_inputs(pool: db.Pool, organization_id: UUID) -> Inputs:
    """Read the newest policy and all evidence recorded by now, as they stand at one moment."""
    recorded_until = await _settled(pool)
    async with db.tenant(pool, organization_id) as tx:
        await policies.in_force(tx)  # there is a first version from now on
    return await _read(pool, organization_id, recorded_until, policies.in_force)


async def read_again(pool: db.Pool, organization_id: UUID, policy_id: UUID, recorded_until: datetime) -> Inputs:
    """Read what an earlier run was made of."""
    return await _read(pool, organization_id, recorded_until, lambda tx: policies.version_of(tx, policy_id))


async def _read(
    pool: db.Pool,
    organization_id: UUID,
    recorded_until: datetime,
    policy_of: Callable[[db.Connection], Awaitable[policies.Version]],
) -> Inputs:
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        row = await policy_of(tx)
        manifest = await shelf.read_manifest(tx)
        frames = await shelf.read_frames(tx, recorded_until, words=False)
    evidence = await apart(build, frames, manifest)
    return Inputs(row.id, row.value, evidence, recorded_until)


async def _settled(pool: db.Pool) -> datetime:
    """Return a moment before which nothing more will be recorded.

    Rows carry the time at which their transaction began, so one that began before the moment and is still open could
    add to what this run has read already, and a replay would differ. Those are waited for.
    """
    async with db.connection(pool) as conn:
        moment = await db.one(conn, sql.moment, datetime)
        await asyncio.sleep(POLL_SECONDS)  # who began just before is to be seen by now
        waited_for = set(await db.many(conn, sql.others, str))
        for _ in range(round(SETTLE_SECONDS / POLL_SECONDS)):
            if not waited_for:
                return moment
            await asyncio.sleep(POLL_SECONDS)
            waited_for &= set(await db.many(conn, sql.others, str))
    log.warning("scoring_did_not_wait", transactions=len(waited_for), seconds=SETTLE_SECONDS)
    return moment
