"""News reach the page of whom they concern, at once, and nobody else's; the service bounds who listens."""

import asyncio
import re
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from service.auth.actions import start_session
from service.auth.roles import role_now
from service.base import clock, db, live
from service.base.access import Actor, Role
from service.base.errors import Busy
from service.base.live import Live

ASK = """
with opened as (
    insert into feedback_round (opened_at, closed_at, closes_on, warned, drawn_at)
    values (now() - interval '1 h', now() + interval '14 d', current_date + 14, true, now()) returning id)
insert into ask (round_id, giver_id, receiver_id) select id, $1, $2 from opened
"""


@pytest.fixture
async def listener(service, worker_pool):
    """Open the stream of a person: a queue of what it says."""
    async with asyncio.TaskGroup() as tasks:
        opened = []

        async def listen(cast, person):
            async with db.tenant(worker_pool, cast.organization_id) as tx:
                session = await start_session(tx, cast.people[person], await role_now(tx, cast.people[person]))
            said, ready = asyncio.Queue(), asyncio.Event()

            async def read():
                client = httpx.AsyncClient(base_url=service, cookies={"talkoot_session": session}, trust_env=False)
                async with client, client.stream("GET", "/live", timeout=30) as answer:
                    ready.set()
                    assert answer.headers["content-type"].startswith("text/event-stream")
                    async for line in answer.aiter_lines():
                        if word := re.match(r"event: (\w+)", line):
                            said.put_nowait(word[1])

            opened.append(tasks.create_task(read()))
            await ready.wait()
            return said

        yield listen
        for task in opened:
            task.cancel()


@pytest.fixture
def two(example, south):
    return example, south


async def test_news_reach_whom_they_concern_and_nobody_else(listener, two, thanked, published, worker_pool):
    example, south = two
    ben, cleo, dora = await listener(example, "ben"), await listener(example, "cleo"), await listener(south, "dora")
    await thanked(example, example.cleo, example.ben, "Thank you", clock.now())
    assert await asyncio.wait_for(ben.get(), 5) == "thanks"
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await tx.execute(ASK, example.ben, example.cleo)
    assert await asyncio.wait_for(ben.get(), 5) == "asked"
    await published(example, [example.ada])
    assert [await asyncio.wait_for(one.get(), 5) for one in (ben, cleo)] == ["run", "run"]
    await thanked(south, south.eino, south.dora, "Thank you", clock.now())
    assert await asyncio.wait_for(dora.get(), 5) == "thanks"  # the first that she hears: nothing of North
    assert (ben.qsize(), cleo.qsize(), dora.qsize()) == (0, 0, 0)


async def test_nothing_is_said_of_what_was_rolled_back(listener, example, worker_pool, thanked):
    ben = await listener(example, "ben")
    with suppress(RuntimeError):
        async with db.tenant(worker_pool, example.organization_id) as tx:
            await tx.execute(ASK, example.ben, example.cleo)
            raise RuntimeError
    await thanked(example, example.cleo, example.ben, "Thank you", clock.now())
    assert await asyncio.wait_for(ben.get(), 5) == "thanks"


async def test_pages_that_listen_are_bounded_and_end_by_themselves(monkeypatch):
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(live, "LIFE_SECONDS", 0.1)
    told = Live("postgresql://nowhere", "talkoot_web")
    me = Actor(uuid4(), uuid4(), uuid4(), Role.EMPLOYEE, "session")
    readers = [told.enter(me) for _ in range(live.MOST_EACH)]
    with pytest.raises(Busy):
        told.enter(me)
    assert [word async for word in told.words_for(readers[0])][-1:] == [""]  # a sign of life, then the end
    told.enter(me)
    told.end()
    assert [word async for word in told.words_for(readers[1])] == []
