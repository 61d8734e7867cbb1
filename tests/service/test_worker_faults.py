"""Killed and paused workers, in processes of their own; the long campaign is `python -m tests.faults.campaign`."""

import signal
from uuid import uuid4

import pytest

from tests.faults.workers import ask, done, overtaken, says, slot, started, thank, wrong

pytestmark = pytest.mark.slow  # whole processes, started and killed


async def test_what_a_killed_worker_began_another_finishes_once(database_url, worker_pool, north):
    job = f"faults_{uuid4().hex}"  # so that other tests' slots are left alone
    await thank(worker_pool, north)
    async with (
        started(database_url, "--job", job, "--seconds", 30, "--lease", 1) as first,
        started(database_url, "--job", job, "--seconds", 0, "--lease", 5) as second,
    ):
        second.send_signal(signal.SIGSTOP)
        key = await ask(worker_pool, north.organization_id, job)
        await says(first, "scoring")
        first.send_signal(signal.SIGKILL)
        second.send_signal(signal.SIGCONT)
        await done(worker_pool, north.organization_id, key)
    assert await slot(worker_pool, north.organization_id, key) == ("done", 2, 2)
    assert await wrong(worker_pool, north.organization_id) == {}


async def test_a_paused_worker_whose_slot_was_taken_publishes_nothing(database_url, worker_pool, north):
    assert await overtaken(database_url, worker_pool, north) == {}


@pytest.mark.slow
async def test_the_same_is_noticed_where_workers_do_not_look_whether_the_slot_is_theirs(
    database_url, worker_pool, north
):
    assert await overtaken(database_url, worker_pool, north, "--unfenced") == {"overtaken": 1}
