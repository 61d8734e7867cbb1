"""A session ends when it should: idle, at its limit, at sign-out, with its role, and with its person."""

import asyncio

import pytest

from service.auth.actions import create_flow, create_sign_in_link, end_sessions, start_session
from service.auth.model import RoleGrant
from service.auth.roles import grant, role_now, withdraw
from service.base import db
from service.base.access import Role
from service.base.errors import Refused


@pytest.fixture
def signed_in(anybody, worker_pool):
    """Sign somebody in with the role they have now; ask with `await client()`, which gives the status."""

    async def enter(cast, person):
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            secret = await start_session(tx, cast.people[person], await role_now(tx, cast.people[person]))

        async def ask(path="/api/people"):
            return (await anybody.get(path, headers={"cookie": f"talkoot_session={secret}"})).status_code

        return ask

    return enter


@pytest.fixture
def in_north(worker_pool, north):
    """Run a statement in North."""

    async def run(statement, *given):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            return await tx.fetchval(statement, *given)

    return run


@pytest.mark.parametrize(("idle", "status"), [("119 minutes", 200), ("121 minutes", 401)])
async def test_a_session_that_nobody_uses_ends_after_two_hours(signed_in, in_north, north, idle, status):
    ben = await signed_in(north, "ben")
    await in_north(f"update credential set seen_at = now() - interval '{idle}'")  # noqa: S608
    assert await ben() == status


async def test_a_session_in_use_does_not_become_idle(signed_in, in_north, north):
    ben = await signed_in(north, "ben")
    await in_north("update credential set seen_at = now() - interval '100 minutes'")
    assert await ben() == 200
    assert await in_north("select seen_at > now() - interval '1 minute' from credential")


async def test_no_session_outlives_twelve_hours_however_busy(in_north, signed_in, north):
    await signed_in(north, "ben")
    hours = "select extract(epoch from expires_at - created_at) / 3600 from credential where kind = 'session'"
    assert float(await in_north(hours)) == pytest.approx(12, abs=0.01)


async def test_every_sign_in_has_a_secret_of_its_own(worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        secrets = {await start_session(tx, north.ben, Role.EMPLOYEE) for _ in range(50)}
    assert len(secrets) == 50
    assert min(map(len, secrets)) >= 3 + 43  # 256 bits


async def test_a_role_granted_or_taken_ends_the_session_and_the_next_one_has_it(signed_in, worker_pool, north):
    before = await signed_in(north, "cleo")
    assert (await before(), await before("/metrics")) == (200, 403)
    cleo = RoleGrant(north.cleo, "administrator")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await grant(tx, cleo, None)
        await grant(tx, RoleGrant(north.ada, "administrator"), None)  # so that Cleo is not the last
    assert await before() == 401
    after = await signed_in(north, "cleo")
    assert await after("/metrics") == 200
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await withdraw(tx, cleo)
    assert await after() == 401


async def test_who_leads_no_team_any_more_is_no_lead_at_the_next_request(signed_in, in_north, north):
    ada = await signed_in(north, "ada")
    assert await ada() == 200
    await in_north("update team_member set to_at = now() where person_id = $1", north.ada)
    assert await ada() == 401
    role = "select role_of(organization_id, id) from person where id = $1"
    assert await in_north(role, north.ada) == "employee"


async def test_signing_out_everywhere_ends_all_of_ones_sessions_and_nobody_elses(signed_in, worker_pool, north):
    ben, again, ada = [await signed_in(north, who) for who in ("ben", "ben", "ada")]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await end_sessions(tx, north.ben) == 2
    assert [await one() for one in (ben, again, ada)] == [401, 401, 200]


async def test_a_link_or_a_flow_is_no_session(anybody, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        secrets = [await create_sign_in_link(tx, north.ben), (await create_flow(tx))[1]]
    for secret in secrets:
        for headers in ({"cookie": f"talkoot_session={secret}"}, {"authorization": f"Bearer {secret}"}):
            assert (await anybody.get("/api/people", headers=headers)).status_code == 401


async def test_of_the_last_two_administrators_not_both_lose_the_role_and_the_last_does_not_leave(
    api, north, worker_pool
):
    both = (north.ada, north.cleo)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for person in both:
            await grant(tx, RoleGrant(person, "administrator"), None)

    async def withdrawn(person):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await withdraw(tx, RoleGrant(person, "administrator"))
            await asyncio.sleep(0.3)  # the other one has looked by now, unless it waits

    ended = await asyncio.gather(*(withdrawn(person) for person in both), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["NoneType", "Refused"]
    last = both[[type(one) for one in ended].index(Refused)]
    office, gone = await api(north, None, "service"), {"left_at": "2026-01-01T00:00:00Z"}
    refused = await office.patch(f"/api/people/{last}", json=gone)
    assert (refused.status_code, refused.json()["detail"]) == (409, {"field": "left_at"})
    assert (await office.patch(f"/api/people/{north.ben}", json=gone)).status_code == 200
