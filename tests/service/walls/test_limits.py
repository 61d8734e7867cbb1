"""Nobody asks or thanks without end, in whichever process; who asks a lot takes nothing from other organizations."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

import asyncpg
import httpx
import pytest

from service.app import create_app
from service.auth.actions import NewToken, create_token
from service.base import clock, db, limits
from service.base.access import Role
from service.base.config import Settings
from service.base.turns import Turns
from tests.service.shell import talkoot
from tests.service.walls.serving import serving

LIMIT = "update organization set requests_a_minute_each = $1, requests_a_minute = $2"
KUDOS = "update organization set kudos_a_day = 10, kudos_to_one_a_week = 3"
PERSON = "insert into person (name) values ($1) returning id"


@pytest.fixture
def still(monkeypatch):
    """The clock of the limits at the beginning of a minute; call it with seconds to move it on."""
    began = clock.now().replace(second=0, microsecond=0) + timedelta(days=1)
    at = [began]
    monkeypatch.setattr(limits.clock, "now", lambda: at[0])
    return lambda seconds: at.append(at.pop() + timedelta(seconds=seconds))


async def limited(pool, cast, each=1_000_000, whole=1_000_000):
    """Set the limits of an organization."""
    async with db.tenant(pool, cast.organization_id) as tx:
        await tx.execute(LIMIT, each, whole)


@asynccontextmanager
async def client_of(pool, cast, person, address, role=Role.EMPLOYEE):
    """A client of somebody, at an address of the service."""
    async with db.tenant(pool, cast.organization_id) as tx:
        token = await create_token(tx, NewToken(role=role, person_id=cast.people[person], days=300))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=30) as client:
        yield client


async def test_a_credential_that_asks_too_often_is_told_when_to_ask_again_and_no_other_is(
    api, north, south, worker_pool, still
):
    await limited(worker_pool, north, each=20)
    ben, ada, dora = await api(north, "ben"), await api(north, "ada"), await api(south, "dora")
    still(18)
    statuses = [(await ben.get("/api/criteria")).status_code for _ in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    refused = await ben.post("/api/kudos", json={})
    assert refused.headers["retry-after"] == "42"
    assert refused.json()["code"] == "too_often"
    assert refused.json()["detail"] == {"retry_after_seconds": 42}
    assert [(await one.get("/api/criteria")).status_code for one in (ada, dora)] == [200, 200]
    still(42)
    assert (await ben.get("/api/criteria")).status_code == 200


async def test_a_page_says_so_in_words(api, north, worker_pool, still):
    await limited(worker_pool, north, each=20)
    ben = await api(north, "ben")
    pages = [await ben.get("/kudos/new", headers={"accept": "text/html", "accept-language": "fi"}) for _ in range(21)]
    assert (pages[-1].status_code, "Ei niin nopeasti" in pages[-1].text) == (429, True)


async def test_an_organization_has_a_limit_of_its_own(api, north, south, worker_pool, still):
    await limited(worker_pool, north, whole=40)
    clients = [await api(north, "ben") for _ in range(6)]
    answers = await asyncio.gather(*(one.get("/api/criteria") for one in clients for _ in range(10)))
    assert Counter(one.status_code for one in answers) == {200: 40, 429: 20}
    assert (await (await api(south, "dora")).get("/api/criteria")).status_code == 200


async def test_the_limit_holds_for_two_processes_together(north, worker_pool, database_url, still):
    await limited(worker_pool, north, each=100)
    async with AsyncExitStack() as stack:
        apps = [create_app(Settings(), database_url) for _ in range(2)]
        addresses = [await stack.enter_async_context(serving(app)) for app in apps]
        ben = await stack.enter_async_context(client_of(worker_pool, north, "ben", addresses[0]))
        answers = await asyncio.gather(*(ben.get(f"{addresses[n % 2]}/api/criteria") for n in range(200)))
    allowed = Counter(one.status_code for one in answers)
    assert 95 <= allowed[200] <= 100, allowed  # a part of five may be left in one of them
    assert allowed[200] + allowed[429] == 200


async def test_counts_are_forgotten_within_the_hour(api, north, worker_pool, still):
    ben = await api(north, "ben")
    await ben.get("/api/criteria")
    still(70 * 60)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from allowance") == 2
        assert await limits.purge(tx) == 2


async def flooded(worker_pool, database_url, north, south):
    """How long South waits, and what it is told, while every request of North waits for a lock."""
    locking = await asyncpg.connect(database_url)
    try:
        async with serving(create_app(Settings(pool_size=4), database_url)) as address, AsyncExitStack() as stack:
            ada = await stack.enter_async_context(client_of(worker_pool, north, "ada", address, Role.ADMINISTRATOR))
            dora = await stack.enter_async_context(client_of(worker_pool, south, "dora", address))
            async with locking.transaction():
                await locking.execute("select from team where id = $1 for update", north.teams["ada"])
                path = f"/api/teams/{north.teams['ada']}"
                flood = [asyncio.create_task(ada.patch(path, json={"name": "Mine"})) for _ in range(40)]
                await asyncio.sleep(0.3)
                began = perf_counter()
                told = Counter([(await dora.get("/api/people")).status_code for _ in range(20)])
                seconds = perf_counter() - began
            answers = Counter(one.status_code for one in await asyncio.gather(*flood))
            recovered = (await ada.get("/api/people")).status_code
    finally:
        await locking.close()
    return told, seconds, answers, recovered


async def test_a_flood_from_one_organization_leaves_the_others_their_turn(worker_pool, database_url, north, south):
    told, seconds, answers, recovered = await flooded(worker_pool, database_url, north, south)
    assert told == {200: 20}
    assert seconds < 3
    assert set(answers) <= {200, 503}
    assert recovered == 200


async def test_without_turns_the_flood_is_noticed(monkeypatch, worker_pool, database_url, north, south):
    @asynccontextmanager
    async def of(*_):
        yield

    monkeypatch.setattr(Turns, "of", of)
    told, *_ = await flooded(worker_pool, database_url, north, south)
    assert told[503] > 0


async def test_turns_come_back_whoever_gives_up():
    chance = random.Random(5)  # noqa: S311 - a seed that repeats is what is wanted
    turns, organizations = Turns(4), [uuid4() for _ in range(3)]
    held, most = Counter(), Counter()

    async def one(organization_id):
        async with turns.of(organization_id):
            held[organization_id] += 1
            most[organization_id] = max(most[organization_id], held[organization_id])
            most["all"] = max(most["all"], held.total())
            try:
                await asyncio.sleep(chance.uniform(0, 0.002))
            finally:
                held[organization_id] -= 1

    tasks = [asyncio.create_task(one(chance.choice(organizations))) for _ in range(500)]
    for task in chance.sample(tasks, 200):
        await asyncio.sleep(0.0005)
        task.cancel()
    ends = Counter(type(end) for end in await asyncio.gather(*tasks, return_exceptions=True))
    assert ends[asyncio.CancelledError] > 50
    assert ends[type(None)] > 200
    assert (most.pop("all"), max(most.values())) == (4, 3)
    assert (turns._free, turns._waiting, held.total()) == (4, {}, 0)


@pytest.fixture
async def few(north, worker_pool):
    """North, with the allowances that a new organization has, and somebody more to thank."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(KUDOS)
        return [await tx.fetchval(PERSON, f"Person {n}") for n in range(12)]


async def thank(client, receiver_id, **more):
    answer = await client.post("/api/kudos", json={"receiver_id": str(receiver_id), "message": "Thanks"} | more)
    return answer.status_code, answer.json()


async def test_a_new_organization_has_these_limits(database_url):
    handle = f"limits-{uuid4().hex[:8]}"
    assert talkoot("organization", "create", handle, TALKOOT_DATABASE_URL=database_url).returncode == 0
    told = talkoot("organization", "limits", handle, "--kudos-a-day", 7, TALKOOT_DATABASE_URL=database_url).stdout
    assert [line.split()[-1] for line in told.splitlines()] == ["7", "3", "60000", "1200"]


async def test_one_person_is_thanked_three_times_a_week_and_the_fourth_time_the_reason_is_said(api, north, few):
    ben = await api(north, "ben")
    assert [(await thank(ben, few[0]))[0] for _ in range(3)] == [201] * 3
    status, told = await thank(ben, few[0])
    assert (status, told["code"]) == (409, "kudos_allowance_used")
    assert "3 times in 7 days" in told["message"]
    assert (await thank(ben, few[1]))[0] == 201
    assert (await thank(await api(north, "ada"), few[0]))[0] == 201


async def test_ten_thanks_a_day_however_they_are_sent(api, north, few):
    ben = await api(north, "ben")
    together = await asyncio.gather(*(thank(ben, receiver_id) for receiver_id in few))
    assert Counter(status for status, _ in together) == {201: 10, 409: 2}
    assert "10 thanks in 24 hours" in next(told["message"] for status, told in together if status == 409)


async def test_ten_thanks_a_day_in_two_processes_at_once(north, few, worker_pool, database_url):
    async with AsyncExitStack() as stack:
        apps = [create_app(Settings(), database_url) for _ in range(2)]
        addresses = [await stack.enter_async_context(serving(app)) for app in apps]
        clients = [
            await stack.enter_async_context(client_of(worker_pool, north, "ben", address)) for address in addresses
        ]
        answers = await asyncio.gather(*(thank(client, person) for person in few for client in clients))
    assert Counter(status for status, _ in answers) == {201: 10, 409: 14}


async def test_what_a_service_brings_in_from_long_ago_is_counted_where_it_was(api, north, few):
    service = await api(north, None, "service")
    moments = [f"2026-03-{day:02}T12:00:00Z" for day in range(1, 21)]
    given = [await thank(service, few[0], giver_id=str(north.ben), at=at) for at in moments[::4]]
    assert [status for status, _ in given] == [201] * 5
