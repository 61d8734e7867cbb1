"""A stream of thanks under faults: each is asked for again until it is acknowledged, and must then be there once."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

import asyncpg
import httpx

from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role
from tests import cast

CLIENTS, EACH = 8, 12  # who thank, and how often
TWICE = 0.2  # of the thanks are sent twice at the same time, as a retrying proxy does
LONGEST_SECONDS = 20.0  # of one request, whatever happens
FINISH_SECONDS = 90.0
GIVEN = """
select k.message as key, count(*) as times,
       sum((select count(*) from event e where e.kind = 'kudos_given' and e.subject_id = k.id)) as events
from kudos k group by k.message
"""
LOCK = "lock table kudos, project in access exclusive mode"


@dataclass
class Stream:
    """What was asked, what was answered, and how long the longest request took."""

    address: str
    token: str
    receiver_id: str
    keyed: bool = True
    acknowledged: set = field(default_factory=set)
    statuses: Counter = field(default_factory=Counter)
    longest: float = 0.0

    async def _ask(self, client, method, path, **sent):
        began = perf_counter()
        try:
            return (await client.request(method, path, **sent)).status_code
        except httpx.TransportError:
            return 0
        finally:
            self.longest = max(self.longest, perf_counter() - began)

    async def _thank(self, client, key):
        body = {"receiver_id": self.receiver_id, "message": key}
        headers = {"Idempotency-Key": key} if self.keyed else {}
        status = await self._ask(client, "POST", "/api/kudos", json=body, headers=headers)
        self.statuses[status] += 1
        if status == 201:
            self.acknowledged.add(key)
        elif status in {0, 503}:
            await asyncio.sleep(0.1)

    async def run(self, chance):
        """Thank again and again; every one until it is acknowledged."""
        limits = {"timeout": LONGEST_SECONDS + 5, "trust_env": False}
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.address, headers=headers, **limits) as client:
            for _ in range(EACH):
                key = str(uuid4())
                while key not in self.acknowledged:
                    times = 2 if chance.random() < TWICE else 1
                    await asyncio.gather(*(self._thank(client, key) for _ in range(times)))
                read = await self._ask(client, "GET", "/api/projects")
                self.statuses[read] += 1

    def wrong(self, given):
        """Say what is not as it must be; empty where all is well."""
        found = {
            "lost": len(self.acknowledged - set(given)),
            "not once": sum(value != (1, 1) for value in given.values()),
            "other answers": {key: n for key, n in self.statuses.items() if key not in {0, 200, 201, 503}},
            "seconds": round(self.longest, 1) if self.longest > LONGEST_SECONDS else 0,
        }
        return {name: value for name, value in found.items() if value}


async def begin(pool, web, *, keyed=True):
    """Make an organization, and Ben who will thank Ada."""
    north = await cast.north(pool)
    async with db.tenant(pool, north.organization_id) as tx:
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
    return north, Stream(web.address, token, str(north.ada), keyed)


async def given_in(url, organization_id):
    """What thanks there are: how often each, and with how many events."""
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(f"set app.organization_id = '{organization_id}'")
        await conn.execute("set role talkoot_worker")
        return {row["key"]: (row["times"], int(row["events"])) for row in await conn.fetch(GIVEN)}
    finally:
        await conn.close()


async def kill_web(_, web, __):
    """kill -9 of the web process; another is started."""
    await web.kill()
    await web.start()


async def kill_postgres(server, *_):
    """kill -9 of PostgreSQL; it recovers when it is started again."""
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def restart_postgres(server, *_):
    """An operator restarts PostgreSQL."""
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def pause_postgres(server, _, chance):
    """PostgreSQL stands still for a while."""
    server.pause()
    await asyncio.sleep(chance.uniform(0.5, 4))
    server.resume()


async def exhaust_pool(server, _, chance):
    """Every connection waits for a lock that somebody holds."""
    conn = await asyncpg.connect(server.url)
    try:
        async with conn.transaction():
            await conn.execute(LOCK)
            await asyncio.sleep(chance.uniform(0.5, 4))
    finally:
        await conn.close()


async def nothing(*_):
    """No fault: only requests that are sent twice."""


FAULTS = {
    "web killed": kill_web, "postgresql killed": kill_postgres, "postgresql restarted": restart_postgres,
    "postgresql paused": pause_postgres, "pool exhausted": exhaust_pool, "sent twice": nothing,
}  # fmt: skip


async def round_of(seed, fault, server, web, *, keyed=True):
    """One stream with one fault in the middle of it; what is wrong afterwards."""
    chance = random.Random(seed)  # noqa: S311 - a seed that repeats is what is wanted
    async with await db.open_pool(server.url, db.PoolSettings("talkoot_worker", 1)) as pool:
        north, stream = await begin(pool, web, keyed=keyed)
    clients = [asyncio.create_task(stream.run(chance)) for _ in range(CLIENTS)]
    try:
        await asyncio.sleep(chance.uniform(0.02, 0.4))
        await FAULTS[fault](server, web, chance)
        async with asyncio.timeout(FINISH_SECONDS):
            await asyncio.gather(*clients)
    except TimeoutError:
        return {"never finished": dict(stream.statuses)}, stream
    finally:
        for client in clients:
            client.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*clients, return_exceptions=True)
    return stream.wrong(await given_in(server.url, north.organization_id)), stream
