"""One scoring run: read, score, publish. Same moment, same policy, same evidence: same scores."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec

from scoring import inputs, publish, release_store
from scoring.cluster import fitted
from scoring.inputs import Inputs, read_again, read_inputs
from scoring.model.evidence import Evidence
from scoring.model.periods import micros
from scoring.model.score import ENGINE_VERSION, Blocks
from scoring.model.scores import Scores
from scoring.model.select import select
from scoring.policy import Policy
from scoring.release import Night, everything, open_counts, release, shown
from scoring.release_figures import State
from scoring.release_store import Before, ReleasingRun
from service.base import clock, db, events, slots
from service.base.apart import apart
from service.base.slots import Claim

Engine = Callable[[Evidence, Policy, datetime], tuple[Blocks, Scores]]

NIGHTLY, REQUESTED = "scoring", "scoring_now"


class Replay(StrEnum):
    """What came of computing a stored run again."""

    SAME = "same"  # the same inputs gave the same scores, to the bit
    INPUTS_CHANGED = "inputs changed"  # not what the run read, so nothing is said of the engine
    DIFFERENT = "different"  # the same inputs gave other scores: not the engine of then, or a fault


class Pinned(msgspec.Struct):
    """What a stored run says it was made of, and what it came to."""

    as_of: datetime
    recorded_until: datetime
    policy_id: UUID
    evidence_digest: str
    scores_digest: str


async def run_night(pool: db.Pool, organization_id: UUID, claim: Claim, engine: Engine = fitted) -> UUID:
    """Score an organization as of the slot's moment, publish, and finish the slot; return the run's id.

    Nothing of it is seen before it is complete, and nothing is written where another worker has taken over.

    Raises
    ------
    slots.LeaseLost : the slot is another worker's by now.
    """
    began = time.perf_counter()
    async with slots.kept_alive(pool, organization_id, claim):
        found = await read_inputs(pool, organization_id)
        before = await _before(pool, organization_id, found, claim.moment)
        blocks, scores = await apart(engine, found.evidence, found.policy, claim.moment)
        digest = await apart(publish.digest, scores)
        after, seen = await apart(_gate, before, found, blocks, claim.moment)
    async with db.tenant(pool, organization_id) as tx:
        async with slots.kept_alive(pool, organization_id, claim):
            await publish.load(tx, found.evidence, scores, everything(seen))
        await db.one(tx, publish.raw.short_pauses, str)
        await slots.hold(tx, claim)
        run = _run(claim, found, open_counts(seen.counts), digest, time.perf_counter() - began)
        await publish.store(tx, run, scores, everything(seen))
        releasing = ReleasingRun(run.id, run.as_of, run.recorded_until, found.evidence.criteria)
        await release_store.store(tx, releasing, before, after)
        await events.record(tx, "scores_published", run.id, as_of=run.as_of)
        await slots.finish(tx, claim)
    return run.id


async def run_now(pool: db.Pool, organization_id: UUID, as_of: datetime | None = None) -> UUID:
    """Score an organization at once, as of `as_of` (default: now), for the operator's shell; return the run's id."""
    now = clock.now()
    slot = slots.NewSlot(job=REQUESTED, key=str(uuid4()), moment=as_of or now, due_at=now)
    async with db.tenant(pool, organization_id) as tx:
        claim = await slots.begin(tx, slot, "operator")
    try:
        return await run_night(pool, organization_id, claim)
    except Exception as error:
        async with db.tenant(pool, organization_id) as tx:
            await slots.fail(tx, claim, f"{type(error).__name__}: {error}", most_attempts=claim.attempts)
        raise


async def replay(pool: db.Pool, organization_id: UUID, run_id: UUID, engine: Engine = fitted) -> Replay:
    """Compute a stored run again, and tell whether it comes out the same, to the bit.

    Evidence is read as it was recorded then. People, teams, projects, memberships and care tasks have no history and
    are read as they stand today, so an ordinary change to one of those, like an erasure, makes it `INPUTS_CHANGED`.
    """
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        pinned = await db.one(tx, inputs.sql.pinned, Pinned, id=run_id)
    found = await read_again(pool, organization_id, pinned.policy_id, pinned.recorded_until)
    if found.evidence.digest != pinned.evidence_digest:
        return Replay.INPUTS_CHANGED
    _, scores = await apart(engine, found.evidence, found.policy, pinned.as_of)
    return Replay.SAME if publish.digest(scores) == pinned.scores_digest else Replay.DIFFERENT


async def _before(pool: db.Pool, organization_id: UUID, found: Inputs, as_of: datetime) -> Before:
    """Read what was released before this run."""
    earlier = as_of - timedelta(days=found.policy.grace_days)
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        return await release_store.read(tx, found.evidence, (as_of, earlier))


def _gate(before: Before, found: Inputs, blocks: Blocks, as_of: datetime) -> tuple[State, Scores]:
    """Return what is released after this run, and what is shown; a run as of an earlier moment releases nothing."""
    after = before.now
    if not before.history.later:
        known = select(found.evidence, micros(as_of))
        drawn = (release_store.draws(table.until.shape) for table in (after.people, after.projects))
        after = release(after, Night(known, found.policy, micros(as_of), micros(found.recorded_until), *drawn))
    return after, shown(after, before.earlier, found.evidence, blocks, (found.policy, as_of))


def _run(claim: Claim, found: Inputs, counts: dict[str, int], digest: str, seconds: float) -> publish.Run:
    return publish.Run(
        id=UUID(claim.key) if claim.job == REQUESTED else uuid4(),  # who asked for it can ask for it by that id
        as_of=claim.moment,
        recorded_until=found.recorded_until,
        policy_id=found.policy_id,
        engine=ENGINE_VERSION,
        evidence_digest=found.evidence.digest,
        scores_digest=digest,
        job=claim.job,
        slot_key=claim.key,
        fence=claim.fence,
        seconds=seconds,
        counts=counts,
    )
