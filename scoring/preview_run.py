"""A preview that somebody asked for: the worker scores under both policies and stores who would move."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from scoring import policies
from scoring.inputs import Inputs, read_inputs
from scoring.model.score import score
from scoring.policy import Policy, check
from scoring.preview import Preview, compare
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
        found = await read_inputs(pool, organization_id)
        new = check(msgspec.convert(asked.policy, Policy))
        told = await apart(_told, found, against.value, new, claim.moment)
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await db.run(tx, policies.sql.insert_result, id=preview_id, as_of=claim.moment, **told)
        await events.record(tx, "policy_preview_done", preview_id)
        await slots.finish(tx, claim)


def _told(found: Inputs, before: Policy, after: Policy, as_of: datetime) -> dict[str, object]:
    """Score under both, and tell what changes in `result`, and the `reference` that the new one would freeze."""
    new = score(found.evidence, after, as_of)
    compared = compare(found.evidence, score(found.evidence, before, as_of), new)
    return {"result": summary(compared), "reference": msgspec.to_builtins(new.reference)}


def summary(compared: Preview) -> dict[str, Any]:
    """Return what is stored of a comparison: levels, the largest moves of quality, and the boards of the whole."""
    columns = ("subject", "before", "after")
    whole = compared.boards.filter(pl.col("scope") == "organization").drop("scope")
    return {
        "levels_changed": compared.levels.height,
        "levels": compared.levels.head(MOST_LEVELS).select(columns).to_dicts(),
        "largest": compared.largest(MOST_MOVES).select(columns).to_dicts(),
        "boards": whole.to_dicts(),
    }
