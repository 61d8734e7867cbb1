"""Slots: each exists once, one worker at a time holds it, and an overtaken worker writes nothing."""

import asyncio
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.base import days, db, slots

DAY = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")
TWO = time(2, 0)


def new(key="2026-03-01", job="scoring"):
    return slots.NewSlot(job=job, key=key, moment=DAY, due_at=LONG_AGO)


async def ensure(pool, organization_id, *wanted):
    async with db.tenant(pool, organization_id) as tx:
        return [await slots.ensure(tx, slot) for slot in wanted]


async def claim(pool, organization_id, worker="one", lease_seconds=60.0):
    async with db.tenant(pool, organization_id) as tx:
        return await slots.claim(tx, worker, lease_seconds)


async def state(pool, organization_id, key="2026-03-01"):
    async with db.tenant(pool, organization_id) as tx:
        return await tx.fetchval("select state from slot where key = $1", key)


async def test_a_slot_exists_once(worker_pool, north):
    assert await ensure(worker_pool, north.organization_id, new(), new()) == [True, False]


async def test_a_claimed_slot_is_nobody_elses_until_its_lease_runs_out(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    first = await claim(worker_pool, north.organization_id, "one", lease_seconds=0.2)
    assert await claim(worker_pool, north.organization_id, "two") is None
    await asyncio.sleep(0.25)
    second = await claim(worker_pool, north.organization_id, "two")
    assert (first.fence, second.fence, second.attempts) == (1, 2, 2)


async def test_many_claims_at_once_take_each_slot_once(worker_pool, north):
    await ensure(worker_pool, north.organization_id, *(new(f"2026-03-{day:02}") for day in range(1, 13)))
    taken = await asyncio.gather(*(claim(worker_pool, north.organization_id, f"w{n}") for n in range(20)))
    keys = [found.key for found in taken if found]
    assert len(keys) == len(set(keys))
    while found := await claim(worker_pool, north.organization_id):
        keys.append(found.key)
    assert sorted(keys) == [f"2026-03-{day:02}" for day in range(1, 13)]


async def test_an_overtaken_worker_may_neither_hold_nor_finish(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    first = await claim(worker_pool, north.organization_id, "one", lease_seconds=0.01)
    await asyncio.sleep(0.05)
    second = await claim(worker_pool, north.organization_id, "two")
    for forbidden in (slots.hold, slots.finish):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            with pytest.raises(slots.LeaseLost):
                await forbidden(tx, first)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.fail(tx, first, "too late to say so")
        await slots.hold(tx, second)
        await slots.finish(tx, second)
    assert await state(worker_pool, north.organization_id) == "done"


async def test_a_lease_that_ran_out_may_not_publish_even_if_nobody_else_came(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    mine = await claim(worker_pool, north.organization_id, lease_seconds=0.01)
    await asyncio.sleep(0.05)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        with pytest.raises(slots.LeaseLost):
            await slots.hold(tx, mine)


async def test_nobody_takes_a_slot_while_it_is_being_published(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    mine = await claim(worker_pool, north.organization_id, lease_seconds=0.1)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.hold(tx, mine)
        await asyncio.sleep(0.15)
        assert await claim(worker_pool, north.organization_id, "two") is None
        await slots.finish(tx, mine)
    assert await state(worker_pool, north.organization_id) == "done"


async def test_a_lease_is_kept_alive_while_the_work_goes_on(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    mine = await claim(worker_pool, north.organization_id, lease_seconds=0.3)
    async with slots.kept_alive(worker_pool, north.organization_id, mine):
        await asyncio.sleep(0.7)
        assert await claim(worker_pool, north.organization_id, "two") is None
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.hold(tx, mine)


async def test_a_failing_slot_is_tried_again_later_and_fails_for_good_after_five_attempts(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    for attempt in range(1, slots.MOST_ATTEMPTS + 1):
        mine = await claim(worker_pool, north.organization_id)
        assert mine.attempts == attempt
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await slots.fail(tx, mine, f"broken {attempt}\0", backoff_seconds=0)
    assert await claim(worker_pool, north.organization_id) is None
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert tuple(await tx.fetchrow("select state, error from slot")) == ("failed", "broken 5")


async def test_a_failed_slot_waits_before_it_is_tried_again(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    mine = await claim(worker_pool, north.organization_id)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.fail(tx, mine, "broken")
        waits = await tx.fetchval("select extract(epoch from due_at - clock_timestamp()) from slot")
    assert 50 < waits <= 60
    assert await claim(worker_pool, north.organization_id) is None


async def test_a_job_that_kills_its_workers_is_given_up(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    for _ in range(slots.MOST_ATTEMPTS):
        assert await claim(worker_pool, north.organization_id, lease_seconds=0.005)
        await asyncio.sleep(0.02)
    assert await claim(worker_pool, north.organization_id) is None
    assert await state(worker_pool, north.organization_id) == "failed"


async def test_a_slot_given_back_is_at_once_anybodys_and_costs_no_attempt(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new())
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.release(tx, await slots.claim(tx, "one"))
    again = await claim(worker_pool, north.organization_id, "two")
    assert (again.fence, again.attempts) == (2, 1)


async def test_days_overtaken_by_a_newer_one_are_skipped(worker_pool, north):
    await ensure(worker_pool, north.organization_id, new("2026-03-01"), new("2026-03-02"), new("2026-03-03"))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await db.run(tx, slots.sql.skip_older, job="scoring", key="2026-03-03")
        found = await tx.fetch("select key, state from slot order by key")
    assert [tuple(row) for row in found] == [
        ("2026-03-01", "skipped"), ("2026-03-02", "skipped"), ("2026-03-03", "due"),
    ]  # fmt: skip


async def test_another_organizations_slots_cannot_be_claimed(worker_pool, north, south):
    await ensure(worker_pool, north.organization_id, new())
    assert await claim(worker_pool, south.organization_id) is None


def test_a_local_date_is_due_once_on_the_days_when_clocks_change():
    for year in range(2026, 2032):
        for zone in ("Europe/Helsinki", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "UTC"):
            instants = [days.moment(date(year, month, 1), TWO, ZoneInfo(zone)) for month in range(1, 13)]
            assert instants == sorted(set(instants))
    # Finland, 29 March 2026: clocks jump from 03:00 to 04:00; 25 October 2026: 03:00-04:00 is shown twice.
    three = time(3, 30)
    assert days.moment(date(2026, 3, 29), three, HELSINKI) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert days.moment(date(2026, 10, 25), three, HELSINKI) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_every_minute_of_a_day_when_clocks_change_sees_one_date_after_the_other(day):
    start = days.moment(day, time(0), HELSINKI).timestamp()
    seen = [days.newest(datetime.fromtimestamp(start + 60 * n, UTC), TWO, HELSINKI) for n in range(24 * 60)]
    assert seen == sorted(seen)
    assert set(seen) == {day.replace(day=day.day - 1), day}


def test_a_midnight_that_clocks_jump_over_is_the_first_moment_of_its_day():
    # Egypt, 24 April 2026: clocks jump from 00:00 to 01:00.
    cairo = ZoneInfo("Africa/Cairo")
    first = days.moment(date(2026, 4, 24), time(0), cairo)
    assert first == datetime(2026, 4, 23, 22, 0, tzinfo=UTC)
    assert first.astimezone(cairo).hour == 1


def test_the_days_between_are_missed():
    assert days.missed(date(2026, 3, 1), date(2026, 3, 4)) == [date(2026, 3, 2), date(2026, 3, 3)]
    assert days.missed(date(2026, 3, 1), date(2026, 3, 2)) == []
    assert len(days.missed(date(2000, 1, 1), date(2026, 3, 2))) == days.MOST_DAYS
