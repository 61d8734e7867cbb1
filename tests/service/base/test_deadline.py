"""What takes too long is ended, and nothing else is."""

import asyncio

import pytest

from service.base import deadline
from service.base.deadline import Deadline


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(deadline, "LOOK_SECONDS", 0.02)


async def test_work_in_time_is_left_alone():
    limit = Deadline(5)
    await asyncio.gather(*(limit.run(asyncio.sleep(0.05)) for _ in range(20)))


async def test_work_that_takes_too_long_ends_and_its_cleaning_up_is_done():
    cleaned = []

    async def slow():
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.append(True)

    with pytest.raises(TimeoutError):
        await Deadline(0.05).run(slow())
    assert cleaned
    await asyncio.sleep(0)  # the task itself goes on


async def test_only_the_late_one_of_many_ends():
    limit = Deadline(0.2)
    work = [limit.run(asyncio.sleep(0.01 if number else 60)) for number in range(10)]
    ended = await asyncio.gather(*work, return_exceptions=True)
    assert [type(one) for one in ended] == [TimeoutError] + [type(None)] * 9


async def test_somebody_elses_cancellation_stays_one():
    task = asyncio.create_task(Deadline(60).run(asyncio.sleep(60)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
