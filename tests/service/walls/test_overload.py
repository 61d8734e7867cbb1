"""Too much at once, a database that goes away or stands still, clients that take their time: never a hang or a 500."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import perf_counter
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from service import serve
from service.app import create_app
from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role
from service.base.config import Settings
from service.base.migrate import migrate
from tests import cast
from tests.faults.server import Postgres
from tests.service.walls.serving import serving

SLACK_SECONDS = 1.0  # of a machine that has something else to do
STATEMENT_SECONDS = 2.0
DEADLINE_SECONDS = STATEMENT_SECONDS + db.ACQUIRE_SECONDS + 3
LOCK = "lock table project in access exclusive mode"


@asynccontextmanager
async def begun(url, pool, **settings):
    """A service, and a client of Ben's."""
    north = await cast.north(pool)
    async with db.tenant(pool, north.organization_id) as tx:
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
    headers = {"authorization": f"Bearer {token}"}
    async with (
        serving(create_app(Settings(**{"statement_seconds": STATEMENT_SECONDS} | settings), url)) as address,
        httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=60) as client,
    ):
        yield client


async def timed(client, path):
    """A status, and how many seconds it took."""
    began = perf_counter()
    answer = await client.get(path)
    if answer.status_code == 503:
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["code"] == "busy"
    return answer.status_code, perf_counter() - began


async def test_an_exhausted_pool_refuses_within_two_seconds_and_recovers(database_url, worker_pool):
    async with begun(database_url, worker_pool, pool_size=2, statement_seconds=30) as client:
        conn = await asyncpg.connect(database_url)
        try:
            async with conn.transaction():
                await conn.execute(LOCK)
                holding = [asyncio.create_task(timed(client, "/api/projects")) for _ in range(2)]
                await asyncio.sleep(0.2)
                waiting = await asyncio.gather(*(timed(client, "/api/people") for _ in range(20)))
        finally:
            await conn.close()
        assert Counter(status for status, _ in waiting) == {503: 20}
        assert max(seconds for _, seconds in waiting) < db.ACQUIRE_SECONDS + SLACK_SECONDS
        assert {status for status, _ in await asyncio.gather(*holding)} <= {200, 503}
        after = await asyncio.gather(*(timed(client, "/api/people") for _ in range(20)))
        assert Counter(status for status, _ in after) == {200: 20}


@pytest.fixture
async def own_server():
    """A PostgreSQL of its own, and a pool to make people in it."""
    with Postgres() as server:
        await migrate(server.url)
        async with await db.open_pool(server.url, db.PoolSettings("talkoot_worker", 1)) as pool:
            yield server, pool


async def asking(client, answers):
    """Ask all the time, and remember."""
    while True:
        answers.append(await timed(client, "/api/people"))
        await asyncio.sleep(0.02)


@asynccontextmanager
async def asked_meanwhile(client):
    """What four clients are told meanwhile."""
    answers = []
    tasks = [asyncio.create_task(asking(client, answers)) for _ in range(4)]
    yield answers
    await asyncio.sleep(0.5)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(ended, asyncio.CancelledError), ended


async def recovered(client, seconds):
    """Wait until it serves again; ten answers in a row."""
    async with asyncio.timeout(seconds):
        while (await timed(client, "/api/people"))[0] != 200:  # noqa: ASYNC110 - it recovers by itself
            await asyncio.sleep(0.05)
    assert {(await timed(client, "/api/people"))[0] for _ in range(10)} == {200}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_a_restarted_postgresql_is_no_mistake_and_no_hang(own_server, ending):
    server, pool = own_server
    async with begun(server.url, pool) as client:
        await recovered(client, 5)
        async with asked_meanwhile(client) as answers:
            for _ in range(2):
                await asyncio.to_thread(getattr(server, ending))
                await asyncio.sleep(0.5)
                await asyncio.to_thread(server.start)
                await recovered(client, 5)
    statuses = Counter(status for status, _ in answers)
    assert set(statuses) == {200, 503}
    assert max(seconds for _, seconds in answers) < DEADLINE_SECONDS + SLACK_SECONDS


@pytest.mark.slow
async def test_a_postgresql_that_stands_still_is_waited_for_within_the_deadline(own_server):
    server, pool = own_server
    async with begun(server.url, pool) as client:
        await recovered(client, 5)
        async with asked_meanwhile(client) as answers:
            server.pause()
            await asyncio.sleep(DEADLINE_SECONDS + 1)
            server.resume()
            await recovered(client, 10)
    assert {status for status, _ in answers} == {200, 503}
    assert max(seconds for _, seconds in answers) < DEADLINE_SECONDS + SLACK_SECONDS


HALF_A_HEADER = b"GET /health/live HTTP/1.1\r\nHo"
HALF_A_BODY = b"POST /api/kudos HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
UNREAD = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 5
IDLE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def connections(client, sent, count):
    """So many connections that sent this, and read nothing."""
    where = urlsplit(str(client.base_url))
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=100)
            stack.callback(writer.transport.abort)
            writer.write(sent)
            opened.append((reader, writer))
        yield opened


@pytest.mark.parametrize(
    ("sent", "count"), [(HALF_A_HEADER, 1200), (IDLE, 1200), (UNREAD, 100)], ids=["half a header", "idle", "unread"]
)
async def test_slow_clients_do_not_hold_others(database_url, worker_pool, sent, count):
    async with begun(database_url, worker_pool) as client, connections(client, sent, count):
        answers = [await timed(client, "/api/people") for _ in range(20)]
    assert {status for status, _ in answers} == {200}
    assert sorted(seconds for _, seconds in answers)[10] < SLACK_SECONDS


async def test_half_a_body_is_waited_for_within_the_deadline_and_holds_nobody(database_url, worker_pool):
    async with begun(database_url, worker_pool, pool_size=2) as client:
        sent = HALF_A_BODY + f"Authorization: {client.headers['authorization']}\r\n\r\n".encode() + b'{"message": "'
        began = perf_counter()
        async with connections(client, sent, 50) as opened:
            answers = [await timed(client, "/api/people") for _ in range(20)]
            told = [await reader.readuntil(b"\r\n") for reader, _ in opened]
    assert perf_counter() - began < DEADLINE_SECONDS + 2 * SLACK_SECONDS + 2
    assert {status for status, _ in answers} == {200}
    assert sorted(seconds for _, seconds in answers)[10] < SLACK_SECONDS
    assert set(told) == {b"HTTP/1.1 503 Service Unavailable\r\n"}


@pytest.mark.parametrize("sent", [b"", HALF_A_HEADER, IDLE], ids=["nothing", "half a header", "idle"])
async def test_who_sends_no_request_in_time_is_let_go(monkeypatch, database_url, worker_pool, sent):
    monkeypatch.setattr(serve, "HEADER_SECONDS", 1)
    async with begun(database_url, worker_pool) as client, connections(client, sent, 3) as opened:
        async with asyncio.timeout(5):
            for reader, _ in opened:
                with suppress(ConnectionResetError):
                    await reader.read(-1)  # until it is closed
