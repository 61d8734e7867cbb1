"""The short transaction keeps the same promises as the long one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide

from service.base import db
from service.base.rendering import HANDLERS

INSERT = "insert into person (name) values ('Zoe')"
COUNT = "select count(*) from person where name = 'Zoe'"


async def count(pool, cast):
    async with db.brief(pool, cast.organization_id, readonly=True) as tx:
        return await tx.fetchval(COUNT)


async def test_it_commits_and_sees_one_organization(web_pool, north, south):
    async with db.brief(web_pool, north.organization_id) as tx:
        await tx.execute(INSERT)
    assert await count(web_pool, north) == 1
    assert await count(web_pool, south) == 0


async def write_and(pool, cast, then):
    async with db.brief(pool, cast.organization_id) as tx:
        await tx.execute(INSERT)
        await then(tx)


async def test_what_raises_leaves_nothing(web_pool, north):
    async def refuse(tx):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and(web_pool, north, refuse)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await write_and(web_pool, north, lambda tx: tx.execute("select 1 / 0"))
    assert await count(web_pool, north) == 0


async def test_reading_cannot_write(web_pool, north):
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with db.brief(web_pool, north.organization_id, readonly=True) as tx:
            await tx.execute(INSERT)


async def test_the_organization_ends_with_the_transaction(database_url, north):
    settings = db.PoolSettings("talkoot_web", size=1, reset=False)
    async with await db.open_pool(database_url, settings) as pool:
        for opened in (db.brief, db.tenant):
            async with opened(pool, north.organization_id) as tx:
                assert await tx.fetchval("select count(*) from person") == 3
            async with db.connection(pool) as conn:
                assert await conn.fetchval("select count(*) from person") == 0


async def test_a_cancelled_transaction_leaves_the_connection_usable(database_url, north):
    async with await db.open_pool(database_url, db.PoolSettings("talkoot_web", size=1, reset=False)) as pool:

        async def slow():
            async with db.brief(pool, north.organization_id) as tx:
                await tx.execute(INSERT)
                await tx.execute("select pg_sleep(30)")

        task = asyncio.create_task(slow())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await count(pool, north) == 0


async def lose(tx):
    tx.terminate()
    raise asyncpg.ConnectionDoesNotExistError


async def test_a_lost_connection_says_so(web_pool, north):
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await write_and(web_pool, north, lose)
    assert await count(web_pool, north) == 0


@pytest.mark.parametrize("opened", [db.brief, db.tenant])
@pytest.mark.parametrize(("ending", "status"), [(lose, 503), (lambda tx: tx.execute("select 1 / 0"), 500)])
async def test_a_request_that_loses_its_connection_may_try_again(web_pool, north, opened, ending, status):
    async def provide_tx() -> AsyncIterator[Any]:
        async with opened(web_pool, north.organization_id) as tx:
            yield tx

    @get("/", dependencies={"tx": Provide(provide_tx)})
    async def handler(tx: NamedDependency[Any]) -> None:
        await ending(tx)

    served = httpx.ASGITransport(Litestar([handler], exception_handlers=HANDLERS))
    async with httpx.AsyncClient(transport=served, base_url="http://talkoot.example") as client:
        assert (await client.get("/")).status_code == status
