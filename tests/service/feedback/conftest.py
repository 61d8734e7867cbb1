"""What tests of rounds stand on: a team of a dozen, and the worker's night."""

from datetime import timedelta
from itertools import count

import pytest

from service.base import clock, db, slots
from service.base.slots import NewSlot
from service.feedback import night, rounds

INSERT_PERSON = "insert into person (name, role) values ($1, 'expert') returning id"
INSERT_MEMBER = "insert into team_member (team_id, person_id, role) values ($1, $2, 'member')"
INSERT_CONSENT = "insert into consent (person_id, source, given, at) values ($1, 'peers', true, '2026-01-01T00:00:00Z')"
NIGHTS = count()


@pytest.fixture
def bench(worker_pool):
    """Seat more consenting people in Ada's team, by name; `cast.people` then knows them too."""

    async def seat(cast, *names):
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            for name in names:
                cast.people[name] = person = await tx.fetchval(INSERT_PERSON, name.title())
                await tx.execute(INSERT_MEMBER, cast.teams["ada"], person)
                await tx.execute(INSERT_CONSENT, person)

    return seat


@pytest.fixture
def worker(worker_pool):
    """Do a job of rounds as the worker does: `await worker(north)` is a night, `draw=round_id` a draw."""

    async def work(cast, draw=None, days=0):
        job, act = (rounds.DRAW, night.draw_round) if draw else (night.NIGHTLY, night.tend)
        with clock.at(clock.now() + timedelta(days=days)):
            now = clock.now()
            async with db.tenant(worker_pool, cast.organization_id) as tx:
                slot = NewSlot(job=job, key=draw or f"night {next(NIGHTS)}", moment=now, due_at=now)
                await slots.ensure(tx, slot)
                await tx.execute("update slot set due_at = '2000-01-01' where job = $1 and key = $2", job, slot.key)
                claim = await slots.claim(tx, "test")
            await act(worker_pool, cast.organization_id, claim)

    return work


@pytest.fixture
def opened(api, worker):
    """Open a round in HR's name and draw it; the client of HR, and the round."""

    async def open_(cast, **changes):
        hr = await api(cast, "cleo", "hr")
        last = (clock.now() + timedelta(days=14)).date().isoformat()
        answer = await hr.post("/api/rounds", json={"closes_on": last} | changes)
        assert answer.status_code == 201, answer.text
        await worker(cast, draw=answer.json()["id"])
        return hr, (await hr.get(f"/api/rounds/{answer.json()['id']}")).json()

    return open_
