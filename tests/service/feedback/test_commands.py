"""Rounds from the operator's shell, and the clock that closes them."""

import asyncio
from datetime import time, timedelta

import pytest
import typer
from typer.testing import CliRunner

from scoring.run import NIGHTLY as SCORING
from service import worker as working
from service.base import clock, db, slots
from service.base.config import Settings
from service.base.slots import NewSlot
from service.feedback import commands, night
from service.jobs import jobs_with

NAMES = ("eeva", "fia", "gun", "hal", "ida", "jan")
LAST = (clock.now() + timedelta(days=7)).date().isoformat()


@pytest.fixture
def talkoot(database_url, monkeypatch):
    """Run a command of the operator's shell; it starts an event loop, so it gets a thread of its own."""
    monkeypatch.setenv("TALKOOT_DATABASE_URL", database_url)
    app = typer.Typer()
    commands.register(app)
    app.command("other")(lambda: None)  # one command alone would lose its name
    return lambda *words: asyncio.to_thread(CliRunner().invoke, app, list(words))


async def test_a_round_is_opened_reminded_of_shown_and_closed(talkoot, north, bench, api):
    await bench(north, *NAMES)
    opened = await talkoot("round", "open", north.handle, "--closes", LAST, "--asks", "5", "--reminders", "1")
    assert opened.exit_code == 0, opened.output
    assert "8 people asked, 1 for want of colleagues by others; answers not shown; reminded 0 of 1" in opened.stdout
    assert len((await (await api(north, "ben")).get("/api/asks")).json()["items"]) == 5
    reminded = [await talkoot("round", "remind", north.handle) for _ in range(2)]
    assert [one.exit_code for one in reminded] == [0, 1]
    assert "reminded 1 of 1" in (await talkoot("round", "status", north.handle)).stdout
    closed = await talkoot("round", "close", north.handle)
    assert (closed.exit_code, "closed" in closed.stdout) == (0, True)
    assert (await talkoot("round", "close", north.handle)).exit_code == 1
    people = [*north.people, *map(str, north.people.values())]
    shown = opened.stdout + closed.stdout + (await talkoot("round", "status", north.handle)).stdout
    assert not [name for name in people if name in shown]


@pytest.mark.parametrize("wrong", [("--closes", "2020-01-01"), ("--closes", LAST, "--asks", "3"), ("--closes", "soon")])
async def test_a_round_that_makes_no_sense_is_not_opened(talkoot, north, wrong):
    assert (await talkoot("round", "open", north.handle, *wrong)).exit_code != 0
    assert (await talkoot("round", "status", north.handle)).stdout == ""


def test_the_clock_tends_rounds_before_the_night_that_scores():
    tended, scored = working.JOBS[night.NIGHTLY].at, working.JOBS[SCORING].at
    assert time(0) < tended < scored
    assert {"round_draw", "round_close"} <= set(working.JOBS)


async def test_the_worker_draws_and_settles_what_the_web_asked_for(api, north, bench, worker_pool):
    await bench(north, *NAMES)
    hr = await api(north, "cleo", "hr")
    id_ = (await hr.post("/api/rounds", json={"closes_on": LAST, "asks_per_person": 5})).json()["id"]
    await _take(worker_pool, north)
    assert (await hr.get(f"/api/rounds/{id_}")).json()["people"] == 8
    await hr.post(f"/api/rounds/{id_}/close")
    await _take(worker_pool, north)
    assert (await hr.get(f"/api/rounds/{id_}")).json()["settled_at"] is not None


async def _take(pool, cast):
    duties = working.Duties(jobs_with(Settings()))  # without a mail server
    while True:
        async with db.tenant(pool, cast.organization_id) as tx:
            claim = await slots.claim(tx, "test")
        if claim is None:
            return
        await working.do(pool, cast.organization_id, claim, duties)


async def test_a_worker_that_was_overtaken_takes_nothing_in(api, north, bench, opened, worker_pool):
    await bench(north, *NAMES)
    await opened(north)
    ben, now = await api(north, "ben"), clock.now()
    ask = (await ben.get("/api/asks")).json()["items"][0]
    await ben.post(f"/api/asks/{ask['id']}/answer", json={"ratings": {"selling": 3}})
    async with db.tenant(worker_pool, north.organization_id) as tx:
        claim = await slots.begin(tx, NewSlot(job=night.NIGHTLY, key="night", moment=now, due_at=now), "slow")
        await tx.execute("update slot set fence = fence + 1")
    with pytest.raises(slots.LeaseLost):
        await night.tend(worker_pool, north.organization_id, claim)
    assert (await ben.get(f"/api/asks/{ask['id']}")).json()["ask"]["state"] == "held"
