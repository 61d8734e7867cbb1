"""The worker: every slot once, whatever number of workers, and none twice because of clocks, stops or failures."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, time
from uuid import uuid4

import pytest

from service import jobs, worker
from service.base import clock, connect, db, events, slots
from service.worker import Duties, Job

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
DID = "insert into event (kind, payload) values ('did', jsonb_build_object('key', $1::text, 'by', $2::text))"


def job(name=None):
    """A unique job name, so that tests never do one another's slots."""
    return f"{name or 'job'}_{uuid4().hex[:12]}"


def doing(by="one", seconds=0.0):
    """A job that leaves one event for each slot it finished."""

    async def act(pool, organization_id, claim):
        await asyncio.sleep(seconds)
        async with db.tenant(pool, organization_id) as tx:
            await slots.hold(tx, claim)
            await tx.execute(DID, claim.key, by)
            await slots.finish(tx, claim)

    return act


async def failing(pool, organization_id, claim):
    raise RuntimeError("the engine broke")


async def ask(pool, organization_id, name, *keys):
    async with db.tenant(pool, organization_id) as tx:
        for key in keys:
            await slots.ensure(tx, slots.NewSlot(job=name, key=key, moment=CREATED, due_at=CREATED))


async def seen(pool, organization_id, query="select key, state from slot order by job, key"):
    async with db.tenant(pool, organization_id) as tx:
        return [tuple(row) for row in await tx.fetch(query)]


async def states(pool, organization_id, name):
    async with db.tenant(pool, organization_id) as tx:
        rows = await tx.fetch("select key, state, attempts from slot where job = $1 order by key", name)
    return [tuple(row) for row in rows]


async def until(pool, organization_id, name, state):
    while state not in await states(pool, organization_id, name):  # noqa: ASYNC110 - another task's doing
        await asyncio.sleep(0.02)


async def created(pool, organization_id, at=CREATED):
    async with db.tenant(pool, organization_id) as tx:
        await tx.execute("update organization set created_at = $1", at)


async def organization(pool, organization_id):
    return next(o for o in await connect.organizations(pool) if o.organization_id == organization_id)


async def plan_at(pool, organization_id, moment, jobs):
    with clock.at(moment):
        await worker.plan_days(pool, await organization(pool, organization_id), jobs)


async def claimed(pool, organization_id):
    async with db.tenant(pool, organization_id) as tx:
        return await slots.claim(tx, "test")


async def test_two_workers_at_once_do_fifty_slots_once_each(worker_pool, north, south):
    name = job()
    for organization_id in (north.organization_id, south.organization_id):
        await ask(worker_pool, organization_id, name, *(f"{n:02}" for n in range(25)))
    stop = asyncio.Event()
    workers = [
        asyncio.create_task(worker.take(worker_pool, stop, Duties({name: Job(doing(by))}))) for by in ("one", "two")
    ]
    await asyncio.gather(*workers)
    done = Counter()
    for organization_id in (north.organization_id, south.organization_id):
        rows = await seen(
            worker_pool, organization_id, "select payload->>'key', payload->>'by' from event where kind = 'did'"
        )
        assert Counter(key for key, _ in rows) == dict.fromkeys((f"{n:02}" for n in range(25)), 1)
        done.update(by for _, by in rows)
    assert done.total() == 50
    assert set(done) == {"one", "two"}


async def test_a_nightly_slot_is_due_at_two_on_the_organizations_own_clock(worker_pool, north):
    jobs = {"scoring": Job(failing, at=time(2, 0))}
    await created(worker_pool, north.organization_id)
    await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 9, 22, 59, tzinfo=UTC), jobs)
    assert await seen(worker_pool, north.organization_id) == [("2026-06-09", "due")]
    await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 9, 23, 0, tzinfo=UTC), jobs)
    assert await seen(worker_pool, north.organization_id) == [("2026-06-09", "skipped"), ("2026-06-10", "due")]
    moment = "select moment, due_at from slot where key = '2026-06-10'"
    assert await seen(worker_pool, north.organization_id, moment) == [
        (datetime(2026, 6, 9, 21, 0, tzinfo=UTC), datetime(2026, 6, 9, 23, 0, tzinfo=UTC))
    ]


async def test_after_downtime_the_newest_day_runs_and_the_others_are_marked_skipped(worker_pool, north):
    jobs = {"scoring": Job(failing, at=time(2, 0))}
    await created(worker_pool, north.organization_id)
    await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 10, 12, tzinfo=UTC), jobs)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.finish(tx, await slots.claim(tx, "one"))
    await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 14, 12, tzinfo=UTC), jobs)
    assert await seen(worker_pool, north.organization_id) == [
        ("2026-06-10", "done"), ("2026-06-11", "skipped"), ("2026-06-12", "skipped"), ("2026-06-13", "skipped"),
        ("2026-06-14", "due"),
    ]  # fmt: skip


async def test_ringing_again_changes_nothing(worker_pool, north):
    jobs = {"scoring": Job(failing, at=time(2, 0)), "purge": Job(failing, at=time(3, 30)), "asked": Job(failing)}
    await created(worker_pool, north.organization_id)
    for minute in range(5):
        await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 10, 12, minute, tzinfo=UTC), jobs)
    assert await seen(worker_pool, north.organization_id, "select job, key from slot order by job") == [
        ("purge", "2026-06-10"), ("scoring", "2026-06-10"),
    ]  # fmt: skip


async def test_a_new_organization_waits_for_its_first_night(worker_pool, north):
    jobs = {"scoring": Job(failing, at=time(2, 0))}
    await created(worker_pool, north.organization_id, datetime(2026, 6, 10, 8, tzinfo=UTC))
    await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 10, 12, tzinfo=UTC), jobs)
    assert await seen(worker_pool, north.organization_id) == []
    await plan_at(worker_pool, north.organization_id, datetime(2026, 6, 11, 12, tzinfo=UTC), jobs)
    assert await seen(worker_pool, north.organization_id) == [("2026-06-11", "due")]


@pytest.mark.parametrize(
    ("first", "days"),
    [(datetime(2026, 3, 28, tzinfo=UTC), 3), (datetime(2026, 10, 24, tzinfo=UTC), 3)],
    ids=["spring", "autumn"],
)
async def test_a_day_when_clocks_change_has_one_slot(worker_pool, north, first, days):
    jobs = {
        "scoring": Job(failing, at=time(3, 30))
    }  # in Finland 3:30 is jumped over in March and shown twice in October
    await created(worker_pool, north.organization_id)
    for half_hour in range(days * 48):
        moment = datetime.fromtimestamp(first.timestamp() + 1800 * half_hour, UTC)
        await plan_at(worker_pool, north.organization_id, moment, jobs)
    keys = [key for key, _ in await seen(worker_pool, north.organization_id)]
    wanted = [f"2026-{first.month:02}-{first.day + n:02}" for n in range(-1, days)]
    assert keys == wanted


async def test_a_failing_job_keeps_its_reason_and_is_tried_again(worker_pool, north):
    name = job()
    await ask(worker_pool, north.organization_id, name, "once")
    duties = Duties({name: Job(failing)}, backoff_seconds=0)
    await worker.take(worker_pool, asyncio.Event(), duties)
    found = await seen(worker_pool, north.organization_id, "select state, attempts, error from slot")
    assert found == [("failed", 5, "RuntimeError: the engine broke")]


async def test_a_job_of_another_version_is_left_with_a_reason(worker_pool, north):
    await ask(worker_pool, north.organization_id, "unheard_of", "once")
    await worker.take(worker_pool, asyncio.Event(), Duties({}))
    ((state, error),) = await seen(worker_pool, north.organization_id, "select state, error from slot")
    assert state == "due"
    assert "knows no job 'unheard_of'" in error


async def test_a_stopping_worker_finishes_the_slot_at_hand_and_takes_no_other(worker_pool, north):
    name = job()
    await ask(worker_pool, north.organization_id, name, "a", "b")
    stop, duties = asyncio.Event(), Duties({name: Job(doing(seconds=0.3))}, subscribers={})
    working = asyncio.create_task(worker.work(worker_pool, stop, duties))
    await until(worker_pool, north.organization_id, name, ("a", "running", 1))
    stop.set()
    await asyncio.wait_for(working, 5)
    assert await states(worker_pool, north.organization_id, name) == [("a", "done", 1), ("b", "due", 0)]


async def test_a_stopping_worker_gives_back_what_takes_too_long(worker_pool, north):
    name = job()
    await ask(worker_pool, north.organization_id, name, "long")
    stop, duties = asyncio.Event(), Duties({name: Job(doing(seconds=60))}, subscribers={}, stop_seconds=0.1)
    working = asyncio.create_task(worker.work(worker_pool, stop, duties))
    await until(worker_pool, north.organization_id, name, ("long", "running", 1))
    stop.set()
    await asyncio.wait_for(working, 5)
    assert await states(worker_pool, north.organization_id, name) == [("long", "due", 0)]


async def test_an_event_is_handed_to_its_subscribers_once(worker_pool, north):
    kind, heard = job("kind"), []

    async def listen(tx, event):
        heard.append(event.payload["n"])

    async with db.tenant(worker_pool, north.organization_id) as tx:
        for n in range(3):
            await events.record(tx, kind, None, n=n)
    for _ in range(2):
        await worker.deliver(worker_pool, north.organization_id, {kind: (listen,)})
    assert heard == [0, 1, 2]


async def test_an_event_whose_subscriber_failed_stays_and_what_it_wrote_is_undone(worker_pool, north):
    async def stumble(tx, event):
        await tx.execute(DID, "half", "stumble")
        raise RuntimeError("the mail server is away")

    async with db.tenant(worker_pool, north.organization_id) as tx:
        await events.record(tx, "told", None)
        await events.record(tx, "other", None)
    await worker.deliver(worker_pool, north.organization_id, {"told": (stumble,)})
    found = await seen(worker_pool, north.organization_id, "select kind, delivered_at is null from event order by id")
    assert found == [("told", True), ("other", False)]


async def test_answers_kept_for_repeated_requests_are_forgotten_after_their_day(worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        actor = await tx.fetchval(
            "insert into credential (kind, hash, role, expires_at)"
            " values ('token', sha256($1::uuid::text::bytea), 'service', now()) returning id",
            uuid4(),
        )
        for key, hours in (("old", 25), ("young", 1)):
            await tx.execute(
                "insert into idempotency (actor_id, route, key, body_hash, status, response, recorded_at)"
                " values ($1, '/', $2, sha256(''), 200, '', now() - make_interval(hours => $3))",
                actor, key, hours,
            )  # fmt: skip
    await ask(worker_pool, north.organization_id, "purge", "2026-06-10")
    await jobs.purge(worker_pool, north.organization_id, await claimed(worker_pool, north.organization_id))
    assert await seen(worker_pool, north.organization_id, "select key from idempotency") == [("young",)]
    assert await seen(worker_pool, north.organization_id) == [("2026-06-10", "done")]
