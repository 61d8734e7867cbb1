"""A run: read, score, publish; whole or not at all; the same again whenever it is replayed."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from scoring.arrays import build
from scoring.cluster import fitted
from scoring.evidence import read_frames, read_manifest
from scoring.model.score import score
from scoring.policy import Policy
from scoring.run import Replay, replay, run_night, run_now
from service import worker
from service.base import db, slots
from service.worker import Duties
from tests.scoring import handmade

GIVE = "insert into kudos (giver_id, receiver_id, message, at) values ($1, $2, 'thank you', $3)"
RATE = """
insert into feedback_answer (giver_id, receiver_id, criterion_id, rating, at) values ($1, $2, $3, $4, $5)
"""
TABLES = ("score", "standing", "level", "stage", "explanation")


@pytest.fixture
async def lively(worker_pool, north):
    """North with thanks and ratings among its three people."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        people = [north.ada, north.ben, north.cleo]
        for n in range(12):
            giver, receiver = people[n % 3], people[(n + 1 + n % 2) % 3]
            await tx.execute(GIVE, giver, receiver, at + timedelta(days=n))
            await tx.execute(RATE, giver, receiver, north.criteria["collaboration"], 3 + n % 3, at + timedelta(days=n))
    return north


async def claim_new(pool, organization_id, **kwargs):
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    slot = slots.NewSlot(job="scoring", key=f"2026-06-{uuid4().hex[:8]}", moment=moment, due_at=moment)
    async with db.tenant(pool, organization_id) as tx:
        return await slots.begin(tx, slot, "test", **kwargs)


async def counts(pool, organization_id, run_id=None):
    async with db.tenant(pool, organization_id) as tx:
        return {
            table: await tx.fetchval(
                f"select count(*) from released_{table} where $1::uuid is null or run_id = $1",  # noqa: S608
                run_id,
            )
            for table in TABLES
        }


async def value(pool, organization_id, query, *arguments):
    async with db.tenant(pool, organization_id) as tx:
        return await tx.fetchval(query, *arguments)


async def test_a_run_publishes_what_the_engine_makes_of_the_evidence(worker_pool, lively):
    claim = await claim_new(worker_pool, lively.organization_id)
    run_id = await run_night(worker_pool, lively.organization_id, claim)
    async with db.tenant(worker_pool, lively.organization_id, readonly=True) as tx:
        until = await tx.fetchval("select recorded_until from scoring_run where id = $1", run_id)
        evidence = build(await read_frames(tx, until, words=False), await read_manifest(tx))
        stored = await tx.fetch(
            "select p.external_id, s.dimension, s.estimate, s.sd from run_score s"
            " join person p on p.id = s.subject_id where s.run_id = $1",
            run_id,
        )
    wanted = score(evidence, Policy(), claim.moment)
    table = wanted.scores
    mine = [n for n in range(len(table.subject)) if table.subject_kind[n] == 0]
    assert {tuple(row) for row in stored} == {
        (evidence.people.ids[table.subject[n]], table.dimensions[table.dimension[n]], table.estimate[n], table.sd[n])
        for n in mine
    }
    assert (await counts(worker_pool, lively.organization_id))["standing"] == len(wanted.standings.subject)
    assert await value(worker_pool, lively.organization_id, "select state from slot") == "done"
    published = "select payload->>'as_of' from event where kind = 'scores_published'"
    assert await value(worker_pool, lively.organization_id, published) == "2026-06-01T00:00:00Z"
    assert await value(worker_pool, lively.organization_id, "select version from scoring_policy") == 1


async def test_a_run_comes_out_the_same_when_replayed_although_more_was_recorded_since(worker_pool, lively):
    run_id = await run_now(worker_pool, lively.organization_id)
    async with db.tenant(worker_pool, lively.organization_id) as tx:
        await tx.execute(GIVE, lively.ada, lively.ben, datetime(2026, 3, 2, tzinfo=UTC))
        step = "insert into level_step (person_id, level, at, run_id) values ($1, 1, '2026-05-01Z', $2)"
        await tx.execute(step, lively.cleo, run_id)
    assert await replay(worker_pool, lively.organization_id, run_id) is Replay.SAME


async def test_what_is_being_recorded_while_a_run_starts_is_waited_for(worker_pool, lively):
    async with db.tenant(worker_pool, lively.organization_id) as tx:
        await tx.execute(GIVE, lively.ada, lively.ben, datetime(2026, 3, 20, tzinfo=UTC))
        running = asyncio.create_task(run_now(worker_pool, lively.organization_id))
        await asyncio.sleep(0.3)
        assert not running.done()
    run_id = await running
    assert await replay(worker_pool, lively.organization_id, run_id) is Replay.SAME


async def test_a_replay_tells_changed_inputs_from_another_result(worker_pool, lively):
    run_id = await run_now(worker_pool, lively.organization_id)
    other = await replay(
        worker_pool, lively.organization_id, run_id, lambda *given: (fitted(*given)[0], handmade.about(3))
    )
    assert other is Replay.DIFFERENT, "another engine"
    async with db.tenant(worker_pool, lively.organization_id) as tx:
        await tx.execute("update project set ended_at = '2026-05-01Z' where id = $1", lively.delivery)
    assert await replay(worker_pool, lively.organization_id, run_id) is Replay.INPUTS_CHANGED


async def test_a_failed_run_leaves_yesterdays_scores_and_its_slot_says_why(worker_pool, lively):
    def broken(*_):
        raise ArithmeticError("a variance came out negative")

    async def night(pool, organization_id, claim):
        await run_night(pool, organization_id, claim, broken)

    await run_now(worker_pool, lively.organization_id)
    before = await counts(worker_pool, lively.organization_id)
    claim = await claim_new(worker_pool, lively.organization_id)
    await worker.do(worker_pool, lively.organization_id, claim, Duties({"scoring": worker.Job(night)}))
    assert await counts(worker_pool, lively.organization_id) == before
    error = await value(worker_pool, lively.organization_id, "select error from slot where job = 'scoring'")
    assert error == "ArithmeticError: a variance came out negative"


async def test_a_run_that_breaks_while_publishing_leaves_nothing(worker_pool, lively):
    claim = await claim_new(worker_pool, lively.organization_id)
    with pytest.raises(ValueError, match="could be stored"):
        await run_night(
            worker_pool, lively.organization_id, claim, lambda *given: (fitted(*given)[0], handmade.about(4))
        )
    assert set((await counts(worker_pool, lively.organization_id)).values()) == {0}
    assert await value(worker_pool, lively.organization_id, "select count(*) from scoring_run") == 0


async def test_a_worker_that_was_overtaken_while_scoring_publishes_nothing(worker_pool, lively):
    claim = await claim_new(worker_pool, lively.organization_id)
    loop = asyncio.get_running_loop()

    async def overtake():
        async with db.tenant(worker_pool, lively.organization_id) as tx:
            await tx.execute("update slot set lease_until = clock_timestamp() - interval '1 second'")
            return await slots.claim(tx, "another")

    def slow(*given):
        asyncio.run_coroutine_threadsafe(overtake(), loop).result()
        return fitted(*given)

    with pytest.raises(slots.LeaseLost):
        await run_night(worker_pool, lively.organization_id, claim, slow)
    assert await value(worker_pool, lively.organization_id, "select count(*) from scoring_run") == 0


async def test_a_requested_run_has_the_id_of_its_request(worker_pool, lively):
    run_id = await run_now(worker_pool, lively.organization_id, datetime(2026, 4, 1, tzinfo=UTC))
    assert await value(worker_pool, lively.organization_id, "select key from slot") == str(run_id)
    assert await value(worker_pool, lively.organization_id, "select as_of from scoring_run") == datetime(
        2026, 4, 1, tzinfo=UTC
    )


async def test_an_organization_without_anybody_can_be_scored(worker_pool):
    organization_id = uuid4()
    async with db.tenant(worker_pool, organization_id) as tx:
        await tx.execute(
            "insert into organization (organization_id, handle, name, time_zone) values ($1, $2, 'Empty', 'UTC')",
            organization_id, f"empty-{organization_id.hex[:12]}",
        )  # fmt: skip
    assert isinstance(await run_now(worker_pool, organization_id), UUID)
