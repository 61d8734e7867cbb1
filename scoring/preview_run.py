"""A preview that somebody asked for: the worker scores under both policies and stores who would move."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from scoring import policies, release_store
from scoring.inputs import read_inputs
from scoring.model.evidence import Evidence
from scoring.model.periods import micros
from scoring.model.score import fit
from scoring.model.scores import Scores
from scoring.model.select import select
from scoring.policy import Policy, Reference, check
from scoring.preview import STANDING, Preview, compare, holding, publishing
from scoring.release import shown
from service.base import db, events, slots
from service.base.apart import apart
from service.base.slots import Claim

MOST_LEVELS, MOST_MOVES = 200, 50  # people named; how many there are is said besides


async def look(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Work a preview out and finish its slot; nothing of it is seen before it is complete.

    Raises
    ------
    slots.LeaseLost : the slot is another worker's by now.
    """
    preview_id = UUID(claim.key)
    async with slots.kept_alive(pool, organization_id, claim):
        async with db.tenant(pool, organization_id, readonly=True) as tx:
            asked = await db.one(tx, policies.sql.preview, policies.Preview, id=preview_id)
            against = await policies.version_of(tx, asked.against_id)
        new = check(msgspec.convert(asked.policy, Policy))
        compared, reference = await both(pool, organization_id, (against.value, new), claim.moment)
    told = {"result": summary(compared), "reference": msgspec.to_builtins(reference)}
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await db.run(tx, policies.sql.insert_result, id=preview_id, as_of=claim.moment, **told)
        await events.record(tx, "policy_preview_done", preview_id)
        await slots.finish(tx, claim)


async def both(
    pool: db.Pool, organization_id: UUID, policies_: tuple[Policy, Policy], as_of: datetime
) -> tuple[Preview, Reference]:
    """Compare what the organization would be shown under two policies, and give the scale the second would freeze.

    Peers stand as they were released: looking at a policy shows nothing of anybody's answers that is not shown already.
    """
    evidence = (await read_inputs(pool, organization_id)).evidence
    before, after = policies_
    (today,) = await _seen(pool, organization_id, evidence, (before,), as_of)
    held = holding(evidence, today.levels, as_of)
    new = await _seen(pool, organization_id, held, publishing(before, after, as_of), as_of)
    return compare(held, today, *new), new[0].reference


async def _seen(
    pool: db.Pool, organization_id: UUID, evidence: Evidence, policies_: tuple[Policy, ...], as_of: datetime
) -> list[Scores]:
    """Return what would be shown under policies that differ in grace alone."""
    blocks = await apart(fit, select(evidence, micros(as_of)), policies_[0], micros(as_of))
    found = []
    for policy in policies_:
        earlier = as_of - timedelta(days=policy.grace_days)
        async with db.tenant(pool, organization_id, readonly=True) as tx:
            released = await release_store.read(tx, evidence, (as_of, earlier))
        found.append(await apart(shown, released.now, released.earlier, evidence, blocks, (policy, as_of)))
    return found


def summary(compared: Preview) -> dict[str, Any]:
    """Return what is stored: levels on that day and after a grace, the largest moves of figures, the whole's boards."""
    columns = ("subject", "before", "after")
    whole = compared.boards.filter(pl.col("scope") == "organization").drop("scope")
    return {
        "levels_changed": compared.levels.height,
        "levels": compared.levels.head(MOST_LEVELS).select(columns).to_dicts(),
        "levels_lost_later": compared.after_grace.height,
        "levels_later": compared.after_grace.head(MOST_LEVELS).select(columns).to_dicts(),
        "largest": compared.largest(MOST_MOVES).select(columns).to_dicts(),
        "standing": compared.largest(MOST_MOVES, STANDING).select(columns).to_dicts(),
        "boards": whole.to_dicts(),
    }
