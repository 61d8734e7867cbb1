"""Two organizations by turns over the same few connections, cut off in the middle; the long run is tests/faults."""

import asyncio
import random
from types import SimpleNamespace

import pytest

from service.base import db
from tests.faults.interleaved import CUT, Tally, client, run

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
SIDE = SimpleNamespace(request=lambda _: b"GET / HTTP/1.1\r\n\r\n", foreign=set())


async def ask_who_closes_after(answers, requests):
    """Ask a server that closes each connection without a word after so many answers; what happened."""

    async def answer(reader, writer):
        for _ in range(answers):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
        writer.close()

    tally = Tally(requests)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        chance = random.Random(3)  # noqa: S311 - it repeats
        async with asyncio.timeout(20):
            await client(chance, [SIDE], f"http://{host}:{port}", tally)
    return tally


async def test_a_connection_that_was_closed_between_two_answers_is_opened_anew():
    tally = await ask_who_closes_after(2, requests=100)
    assert tally.statuses[200] + tally.cut == 100
    assert tally.reopened > 10


async def test_a_new_connection_that_is_closed_without_an_answer_is_a_failure():
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await ask_who_closes_after(0, requests=100)


async def test_interleaved_and_cut_off_requests_show_nothing_foreign_and_leave_nothing(database_url, worker_pool):
    tally, left = await run(database_url, worker_pool, 2000, seed=7)
    assert tally.foreign == []
    assert left == []
    assert tally.cut > 2000 * CUT * 0.7
    assert set(tally.statuses) <= {200, 201, 404, 409, 422}


@pytest.mark.slow
async def test_an_organization_set_for_the_connection_is_noticed(monkeypatch, database_url, worker_pool):
    monkeypatch.setattr(db, "READING", db.READING.replace("set local", "set"))
    _, left = await run(database_url, worker_pool, 300, seed=7)
    assert left != []
