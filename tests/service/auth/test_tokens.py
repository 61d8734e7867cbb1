"""Administrators make and end tokens and grant roles; a token does what its scopes say and no more."""

import pytest

from service.auth.actions import create_token
from service.auth.model import NewToken
from service.base import db
from service.base.access import Role, Scope


async def with_scopes(anybody, worker_pool, cast, *scopes):
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        secret = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=cast.ben, scopes=scopes))
    headers = {"authorization": f"Bearer {secret}"}
    read = await anybody.get("/api/people", headers=headers)
    thanks = {"receiver_id": str(cast.ada), "message": "Thank you"}
    write = await anybody.post("/api/kudos", json=thanks, headers=headers)
    return read.status_code, write.status_code


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ((Scope.READ,), (200, 403)),
        ((Scope.WRITE,), (403, 201)),
        ((Scope.READ, Scope.WRITE), (200, 201)),
        ((Scope.EXPORT,), (403, 403)),
    ],
)
async def test_a_token_reads_and_writes_only_within_its_scopes(anybody, worker_pool, north, scopes, expected):
    assert await with_scopes(anybody, worker_pool, north, *scopes) == expected


async def test_an_administrators_token_has_hrs_role_only_once_they_were_granted_it(api, north):
    admin = await api(north, "cleo", "administrator")
    asked = {"role": "hr", "person_id": str(north.cleo)}
    refused = await admin.post("/api/tokens", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    await admin.post("/api/roles", json={"person_id": str(north.cleo), "role": "hr"})
    assert (await admin.post("/api/tokens", json=asked)).status_code == 201


async def test_an_administrator_makes_lists_and_ends_a_token(api, anybody, north):
    admin = await api(north, "cleo", "administrator")
    asked = {"role": "employee", "person_id": str(north.cleo), "days": 7, "name": "phone", "scopes": ["read"]}
    made = (await admin.post("/api/tokens", json=asked)).json()
    headers = {"authorization": f"Bearer {made['secret']}"}
    assert (await anybody.get("/api/people", headers=headers)).status_code == 200
    listed = await admin.get("/api/tokens?limit=1")
    assert [one["name"] for one in listed.json()["items"]] == ["phone"]
    assert made["secret"] not in listed.text
    following = (await admin.get("/api/tokens", params={"limit": 1, "after": listed.json()["next"]})).json()
    assert [one["role"] for one in following["items"]] == ["administrator"]
    for _ in range(2):
        ended = await admin.post(f"/api/tokens/{made['token']['id']}/end")
        assert (ended.status_code, ended.json()["revoked_at"] is not None) == (200, True)
    assert (await anybody.get("/api/people", headers=headers)).status_code == 401


async def test_the_secret_of_a_token_is_not_kept_for_a_repeated_request(api, north):
    admin = await api(north, "cleo", "administrator")
    sent = {"json": {"role": "service"}, "headers": {"idempotency-key": "once"}}
    first, second = await admin.post("/api/tokens", **sent), await admin.post("/api/tokens", **sent)
    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "shown_once")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "employee"}, 400),
        ({"role": "contact"}, 400),
        ({"role": "service", "days": 367}, 400),
        ({"role": "service", "scopes": []}, 400),
        ({"role": "service", "scopes": ["everything"]}, 400),
        ({"role": "employee", "person_id": "00000000-0000-4000-8000-000000000000"}, 403),
    ],
)
async def test_a_token_that_cannot_be_is_refused(api, north, body, status):
    answer = await (await api(north, "cleo", "administrator")).post("/api/tokens", json=body)
    assert answer.status_code == status, answer.text


async def test_a_token_makes_none_with_more_scopes_than_its_own(anybody, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        writer = NewToken(role=Role.ADMINISTRATOR, person_id=north.cleo, scopes=(Scope.WRITE,))
        headers = {"authorization": f"Bearer {await create_token(tx, writer)}"}
    for scopes, status in ((["write"], 201), (["read"], 403), (["write", "export"], 403)):
        answer = await anybody.post("/api/tokens", json={"role": "service", "scopes": scopes}, headers=headers)
        assert answer.status_code == status, scopes


@pytest.mark.parametrize(("person", "role"), [("ada", "lead"), ("cleo", "hr"), ("ben", "employee"), (None, "service")])
async def test_tokens_and_roles_are_the_administrators(api, north, person, role):
    client = await api(north, person, role)
    nothing = "00000000-0000-4000-8000-000000000000"
    for method, path in (
        ("GET", "/api/tokens"),
        ("POST", "/api/tokens"),
        ("POST", f"/api/tokens/{nothing}/end"),
        ("GET", "/api/roles"),
        ("POST", "/api/roles"),
        ("POST", f"/api/roles/{nothing}/end"),
    ):
        assert (await client.request(method, path)).status_code == 403, path


async def test_a_role_is_granted_listed_and_taken_with_the_tokens_made_for_it(api, north, south):
    admin = await api(north, "ada", "administrator")
    hr = await api(north, "cleo", "hr")
    for _ in range(2):
        granted = await admin.post("/api/roles", json={"person_id": str(north.cleo), "role": "hr"})
        assert granted.status_code == 201
    listed = (await admin.get("/api/roles")).json()["items"]
    assert [(one["person_name"], one["role"]) for one in listed] == [("Cleo", "hr")]
    assert (await hr.get("/api/people")).status_code == 200
    stranger = await api(south, "dora", "administrator")
    assert (await stranger.post(f"/api/roles/{granted.json()['id']}/end")).status_code == 404
    assert (await admin.post(f"/api/roles/{granted.json()['id']}/end")).status_code == 200
    assert (await hr.get("/api/people")).status_code == 401
    assert (await admin.get("/api/roles")).json()["items"] == []


async def test_the_last_administrator_stays(api, north):
    admin = await api(north, "ada", "administrator")
    granted = await admin.post("/api/roles", json={"person_id": str(north.ada), "role": "administrator"})
    refused = await admin.post(f"/api/roles/{granted.json()['id']}/end")
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    assert len((await admin.get("/api/roles")).json()["items"]) == 1


async def test_a_role_for_another_organizations_person_is_refused(api, north, south):
    admin = await api(north, "ada", "administrator")
    answer = await admin.post("/api/roles", json={"person_id": str(south.dora), "role": "hr"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")


async def test_a_leads_token_is_an_employees_from_the_moment_they_lead_nobody(api, worker_pool, north):
    ada, path = await api(north, "ada", "lead"), f"/api/people/{north.ben}/standing"
    project = {"name": "New", "kind": "delivery"}
    assert [(await ada.get(path)).status_code, (await ada.post("/api/projects", json=project)).status_code] == [
        200,
        201,
    ]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update team_member set to_at = now() where person_id = $1", north.ada)
    assert [(await ada.get(path)).status_code, (await ada.post("/api/projects", json=project)).status_code] == [
        404,
        403,
    ]


async def test_nobody_makes_a_token_in_another_persons_name(api, north):
    admin = await api(north, "cleo", "administrator")
    refused = await admin.post("/api/tokens", json={"role": "employee", "person_id": str(north.ben)})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
