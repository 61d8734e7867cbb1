"""A shared write answers after its commit, and survives a database that goes away."""

import asyncio
from uuid import uuid4

import pytest

from service.base import db
from service.base.errors import Busy
from service.base.idempotency import Claim, Raced, Replayed
from service.base.rendering import UNREACHABLE
from service.base.shared_write import Route, SharedWrite
from service.kudos import actions
from service.kudos.model import Kudos


def kudos_of(cast):
    row_id = uuid4()
    return Kudos(row_id, str(row_id), cast.ben, cast.ada, None, None, "Thank you", "2026-01-01T00:00:00Z")


async def test_an_answer_comes_after_the_commit(web_pool, worker_pool, north):
    shared = actions.sharing(web_pool)
    for _ in range(3):
        given = await shared.put(north.organization_id, kudos_of(north), None)
        async with db.tenant(worker_pool, north.organization_id) as tx:
            assert await tx.fetchval("select count(*) from kudos where id = $1", given.id) == 1


async def test_a_lost_connection_refuses_those_who_waited_and_nobody_else(web_pool, north):
    broken = [True]

    async def write(tx, given):
        if broken:
            broken.clear()
            tx.terminate()
        return await actions.write(tx, given)

    shared = SharedWrite(web_pool, Route("POST /api/kudos", "kudos_given", write))
    first = await asyncio.gather(
        *(shared.put(north.organization_id, kudos_of(north), None) for _ in range(5)), return_exceptions=True
    )
    assert [one for one in first if not isinstance(one, UNREACHABLE)] == []
    again = await asyncio.gather(*(shared.put(north.organization_id, kudos_of(north), None) for _ in range(5)))
    assert len(again) == 5


async def test_two_processes_with_one_key_have_one_effect(web_pool, worker_pool, api, north):
    await api(north, "ben")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        credential = await tx.fetchval("select id from credential")
    claim = Claim(credential, "POST /api/kudos", "once", b"x" * 32)
    processes = [actions.sharing(web_pool) for _ in range(4)]
    done = await asyncio.gather(
        *(one.put(north.organization_id, kudos_of(north), claim) for one in processes for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Kudos) for one in done) == 1
    assert {type(one) for one in done} <= {Kudos, Replayed, Raced}
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from kudos") == 1


@pytest.mark.parametrize("bad", [0, 7, 29])
async def test_a_row_the_database_refuses_fails_alone(web_pool, worker_pool, north, bad):
    rows = [kudos_of(north) for _ in range(30)]
    taken = kudos_of(north)
    shared = actions.sharing(web_pool)
    await shared.put(north.organization_id, taken, None)
    rows[bad] = Kudos(uuid4(), taken.external_id, *[getattr(taken, name) for name in Kudos.__struct_fields__[2:]])
    done = await asyncio.gather(*(shared.put(north.organization_id, row, None) for row in rows), return_exceptions=True)
    assert [number for number, one in enumerate(done) if not isinstance(one, Kudos)] == [bad]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from kudos") == 30


async def test_a_database_without_time_refuses_everybody_at_once(web_pool, north):
    asked = []

    async def write(_, given):
        asked.append(len(given))
        raise Busy("no connection is free")

    shared = SharedWrite(web_pool, Route("POST /api/kudos", "kudos_given", write))
    done = await asyncio.gather(
        *(shared.put(north.organization_id, kudos_of(north), None) for _ in range(30)), return_exceptions=True
    )
    assert {type(one) for one in done} == {Busy}
    assert sum(asked) == 30, "nobody was tried twice"
