"""Nobody gets in without a live credential, and nobody does more than their role."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from service.auth.actions import NewToken, create_token, revoke, start_session
from service.base import clock, db
from service.base.access import Role

OPEN = {"/health/live", "/health/ready", "/api/docs", "/api/openapi.json"}


async def test_no_route_answers_without_a_credential(anybody):
    description = (await anybody.get("/api/openapi.json")).json()
    assert description["openapi"].startswith("3.1")
    asked = 0
    for path, methods in description["paths"].items():
        address = re.sub(r"{[a-z]+_id}", "00000000-0000-4000-8000-000000000000", path)
        address = re.sub(r"{[a-z]+}", "x", address.replace("{number}", "1"))
        for method in methods:
            answer = await anybody.request(method, address)
            asked += 1
            assert answer.status_code == (200 if path in OPEN else 401), (method, path, answer.text)
    assert asked > 30


async def test_a_revoked_token_is_dead_at_once(api, north, worker_pool):
    ben = await api(north, "ben")
    assert (await ben.get("/api/people")).status_code == 200
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await revoke(tx, await tx.fetchval("select id from credential"))
    assert (await ben.get("/api/people")).status_code == 401


async def test_an_expired_token_is_dead(anybody, north, worker_pool):
    with clock.at(datetime.now(UTC) - timedelta(days=2)):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben, days=1))
    answer = await anybody.get("/api/people", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_who_has_left_gets_in_no_more(api, anybody, north, worker_pool):
    ben, admin = await api(north, "ben"), await api(north, "ada", "administrator")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        session = await start_session(tx, north.ben, Role.EMPLOYEE)
    anybody.cookies.set("talkoot_session", session)
    for leaves, status in (("2150-01-01T00:00:00Z", 200), ("2026-01-01T00:00:00Z", 401), (None, 200)):
        await admin.patch(f"/api/people/{north.ben}", json={"left_at": leaves})
        assert [(await one.get("/api/people")).status_code for one in (ben, anybody)] == [status] * 2, leaves


async def test_only_a_hash_of_a_token_is_stored(north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
        row = await tx.fetchrow("select c::text as all_of_it from credential as c")
    assert len(token) >= 3 + 43
    assert token not in row["all_of_it"]


async def test_a_session_cookie_signs_in_but_not_from_another_site(anybody, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        secret = await start_session(tx, north.ben, Role.EMPLOYEE)
    anybody.cookies.set("talkoot_session", secret)
    assert (await anybody.get("/api/people")).status_code == 200
    body = {"receiver_id": str(north.ada), "message": "Thank you"}
    for headers, status in (
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": str(anybody.base_url).rstrip("/")}, 201),
    ):
        assert (await anybody.post("/api/kudos", json=body, headers=headers)).status_code == status, headers


async def test_a_session_is_no_token_and_a_token_no_session(anybody, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        session = await start_session(tx, north.ben, Role.EMPLOYEE)
        token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
    assert (await anybody.get("/api/people", headers={"authorization": f"Bearer {session}"})).status_code == 401
    anybody.cookies.set("talkoot_session", token)
    assert (await anybody.get("/api/people")).status_code == 401


ADMINISTRATION = ("/api/people", "/api/teams", "/api/customers", "/api/contacts")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("employee", ()),
        ("hr", ()),
        ("lead", ("/api/projects", "/api/care-tasks")),
        ("administrator", (*ADMINISTRATION, "/api/projects", "/api/care-tasks")),
        ("service", (*ADMINISTRATION, "/api/projects", "/api/care-tasks")),
    ],
)
async def test_roles_may_write_what_is_theirs(api, north, role, may):
    client = await api(north, "ada", role)
    for path in (*ADMINISTRATION, "/api/projects", "/api/care-tasks"):
        answer = await client.post(path, json={})  # 400 once the role lets it pass
        assert answer.status_code == (400 if path in may else 403), path


async def test_metrics_take_a_service_or_an_administrator(api, north):
    assert (await (await api(north, "ada")).get("/metrics")).status_code == 403
    answer = await (await api(north, None, "service")).get("/metrics")
    assert "talkoot_request_seconds_count" in answer.text
    assert answer.headers["content-type"].count("charset") == 1


async def test_another_organizations_ids_look_absent(api, north, south):
    dora = await api(south, "dora", "administrator")
    nowhere = "00000000-0000-4000-8000-000000000000"
    for path, own in (
        ("/api/people/{}", north.ada),
        ("/api/teams/{}", north.teams["ada"]),
        ("/api/teams/{}/members", north.teams["ada"]),
        ("/api/customers/{}", north.oak),
        ("/api/contacts/{}", north.contacts["oak"]),
        ("/api/projects/{}", north.delivery),
        ("/api/projects/{}/members", north.delivery),
        ("/api/projects/{}/signals", north.delivery),
    ):
        foreign, absent = await dora.get(path.format(own)), await dora.get(path.format(nowhere))
        assert foreign.status_code == absent.status_code == 404
        assert foreign.json() == absent.json()
    for path, own, body in (
        ("/api/people/{}", north.ada, {"name": "Mine"}),
        ("/api/projects/{}", north.delivery, {"name": "Mine"}),
    ):
        foreign, absent = [await dora.patch(path.format(which), json=body) for which in (own, nowhere)]
        assert foreign.status_code == absent.status_code == 404
        assert foreign.json() == absent.json()
