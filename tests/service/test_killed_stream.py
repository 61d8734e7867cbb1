"""kill -9 under a stream of kudos: what was acknowledged is there, once, and nothing is there half."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import pytest

from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role
from tests.service.conftest import free_port

pytestmark = pytest.mark.slow  # whole processes, started and killed


CLIENTS = 12
GIVEN = """
select k.external_id,
       (select count(*) from event e where e.kind = 'kudos_given' and e.subject_id = k.id) as events,
       (select count(*) from idempotency i where i.key = k.external_id) as answers
from kudos k
"""


@pytest.fixture
async def begin(database_url):
    """Start `talkoot serve` on the tests' database and give its process; whatever still runs is killed in the end."""
    running = []

    async def start(port):
        environment = os.environ | {"TALKOOT_DATABASE_URL": database_url, "TALKOOT_PORT": str(port)}
        process = subprocess.Popen(  # noqa: ASYNC220 - it lives on beside the loop
            [sys.executable, "-m", "service.cli", "serve", "--no-worker"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        running.append(process)
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
            asyncio.timeout(60),
        ):
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get("/health/ready")).status_code == 200:
                        return process
                await asyncio.sleep(0.1)

    yield start
    for process in running:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Stream:
    """Clients that thank again and again until the service is gone."""

    port: int
    token: str
    receiver_id: UUID
    acknowledged: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def client(self):
        headers = {"authorization": f"Bearer {self.token}"}
        address = f"http://127.0.0.1:{self.port}"
        return httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=10)

    async def thank(self, client, key):
        body = {"receiver_id": str(self.receiver_id), "message": "Thank you", "external_id": key}
        return (await client.post("/api/kudos", json=body, headers={"Idempotency-Key": key})).status_code

    async def run(self):
        async with self.client() as client:
            while True:
                self.asked.append(key := str(uuid4()))
                try:
                    assert await self.thank(client, key) == 201
                except httpx.TransportError:
                    return
                self.acknowledged.append(key)

    async def killed(self, process, enough):
        """Run until so many were acknowledged, and kill the service in the middle of it."""
        clients = [asyncio.create_task(self.run()) for _ in range(CLIENTS)]
        async with asyncio.timeout(30):
            while len(self.acknowledged) < enough:  # noqa: ASYNC110 - the moment of the kill must not be one of an answer
                await asyncio.sleep(0.003)
        process.send_signal(signal.SIGKILL)
        process.wait()
        await asyncio.gather(*clients)


@pytest.fixture
async def thanks(north, worker_pool):
    """Ben thanking Ada."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
    return Stream(free_port(), token, north.ada)


async def test_what_was_acknowledged_before_a_kill_is_there_once_and_whole(begin, north, worker_pool, thanks):
    for enough in (40, 150):
        await thanks.killed(await begin(thanks.port), enough)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        given = {row["external_id"]: (row["events"], row["answers"]) for row in await tx.fetch(GIVEN)}
    assert set(thanks.acknowledged) <= set(given) <= set(thanks.asked)
    assert set(given.values()) == {(1, 1)}


async def test_the_same_requests_after_a_kill_are_answered_and_happen_once(begin, north, worker_pool, thanks):
    await thanks.killed(await begin(thanks.port), 50)
    await begin(thanks.port)
    again = thanks.asked[-2 * CLIENTS :]
    async with thanks.client() as client:
        assert [await thanks.thank(client, key) for key in again] == [201] * len(again)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        given = [row["external_id"] for row in await tx.fetch(GIVEN)]
    assert sorted(given) == sorted({*given, *again})
