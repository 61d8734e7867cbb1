"""What tests over HTTP stand on: the whole service on a free port, and clients with tokens."""

import asyncio
import socket
from contextlib import AsyncExitStack, suppress

import httpx
import pytest

from service.app import create_app
from service.auth.actions import NewToken, create_token
from service.base import db
from service.base.access import Role, Scope
from service.base.config import Settings
from service.serve import serve

LEADS = "select true from team_member where person_id = $1 and role = 'lead' and to_at is null"
LET_LEAD = """
with another as (insert into team (name) values ('Another') returning id)
insert into team_member (team_id, person_id, role) select id, $1, 'lead' from another
"""
BODY_BYTES = 1_000_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
async def service(database_url):
    """The address of the running service."""
    port, started = free_port(), asyncio.Event()
    app = create_app(Settings(demo=True, body_bytes=BODY_BYTES), database_url)
    serving = asyncio.create_task(serve(app, "127.0.0.1", port, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        waiting.cancel()
        await serving
    yield f"http://127.0.0.1:{port}"
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


@pytest.fixture
async def api(service, worker_pool):
    """Clients: `await api(north, "ben")` is Ben with an employee's token; without a person, a service."""
    async with AsyncExitStack() as stack:

        async def client(cast, person=None, role="employee"):
            async with db.tenant(worker_pool, cast.organization_id) as tx:
                whose = cast.people[person] if person else None
                if role == "lead" and not await tx.fetchval(LEADS, whose):
                    await tx.execute(LET_LEAD, whose)
                token = await create_token(tx, NewToken(role=Role(role), person_id=whose, scopes=tuple(Scope)))
            headers = {"authorization": f"Bearer {token}"}
            made = httpx.AsyncClient(base_url=service, headers=headers, timeout=30, trust_env=False)
            return await stack.enter_async_context(made)

        yield client


@pytest.fixture
async def anybody(service):
    """A client without a credential."""
    async with httpx.AsyncClient(base_url=service, timeout=30, trust_env=False) as client:
        yield client
