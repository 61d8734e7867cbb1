"""kill -9 under a stream of kudos: what was acknowledged is there, once, and nothing is there half."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role
from tests.service.conftest import free_port

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


async def stream(port, token, receiver_id, acknowledged, asked):
    """Thank again and again until the service is gone, keeping what it acknowledged."""
    headers = {"authorization": f"Bearer {token}"}
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=10) as client:
        while True:
            key = str(uuid4())
            asked.append(key)
            body = {"receiver_id": str(receiver_id), "message": "Thank you", "external_id": key}
            try:
                answer = await client.post("/api/kudos", json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            acknowledged.append(key)


async def test_what_was_acknowledged_before_a_kill_is_there_once_and_whole(begin, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
    acknowledged, asked, port = [], [], free_port()
    for seconds in (0.4, 0.9):
        process = await begin(port)
        clients = [asyncio.create_task(stream(port, token, north.ada, acknowledged, asked)) for _ in range(CLIENTS)]
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        await asyncio.gather(*clients)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        given = {row["external_id"]: (row["events"], row["answers"]) for row in await tx.fetch(GIVEN)}
    assert len(acknowledged) > CLIENTS
    assert set(acknowledged) <= set(given) <= set(asked)
    assert set(given.values()) == {(1, 1)}


async def test_the_same_requests_after_a_kill_are_answered_and_happen_once(begin, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
    acknowledged, asked, port = [], [], free_port()
    process = await begin(port)
    clients = [asyncio.create_task(stream(port, token, north.ada, acknowledged, asked)) for _ in range(CLIENTS)]
    await asyncio.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    await asyncio.gather(*clients)
    await begin(port)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
        for key in asked[-2 * CLIENTS :]:
            body = {"receiver_id": str(north.ada), "message": "Thank you", "external_id": key}
            assert (await client.post("/api/kudos", json=body, headers={"Idempotency-Key": key})).status_code == 201
    async with db.tenant(worker_pool, north.organization_id) as tx:
        given = [row["external_id"] for row in await tx.fetch(GIVEN)]
    assert sorted(given) == sorted({*given, *asked[-2 * CLIENTS :]})
