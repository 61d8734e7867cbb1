"""People, teams, customers, contacts, projects and members: added, read, edited, and never doubled."""

import asyncio
from base64 import urlsafe_b64encode
from uuid import UUID

import pytest

from service.base import clock, db


@pytest.fixture
async def admin(api, north):
    return await api(north, "ada", "administrator")


async def made(client, path, **body):
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_person_is_added_read_and_edited(admin):
    person = await made(admin, "/api/people", name="Zoe", external_id="z-1", email="zoe@north.example")
    assert (await admin.get(f"/api/people/{person['id']}")).json() == person
    change = {"title": "Seller", "email": None, "left_at": "2026-11-01T00:00:00Z"}
    edited = (await admin.patch(f"/api/people/{person['id']}", json=change)).json()
    assert edited == person | change
    for nothing in ({}, {"external_id": "z-2"}, {"name": None}):
        assert (await admin.patch(f"/api/people/{person['id']}", json=nothing)).status_code == 400


async def test_what_exists_is_not_added_again(admin, north):
    for path, body in (
        ("/api/people", {"name": "Zoe", "external_id": "same"}),
        ("/api/teams", {"name": "Sea", "external_id": "same"}),
        ("/api/customers", {"name": "Elm", "external_id": "same"}),
        ("/api/contacts", {"customer_id": str(north.oak), "external_id": "same"}),
        ("/api/projects", {"name": "Bridge", "kind": "delivery", "external_id": "same"}),
    ):
        await made(admin, path, **body)
        again = await admin.post(path, json=body)
        assert (again.status_code, again.json()["code"]) == (409, "already_exists"), path


async def test_an_id_of_one_organization_is_free_in_another(api, north, south):
    for cast, person in ((north, "ada"), (south, "dora")):
        await made(await api(cast, person, "administrator"), "/api/people", name="Zoe", external_id="same")


async def test_people_are_listed_by_name_a_page_at_a_time(admin):
    names = [f"P{number:02}" for number in range(5)] + ["P00"] * 4  # namesakes must not be lost between pages
    for name in names:
        await made(admin, "/api/people", name=name)
    seen, after = [], None
    while True:
        page = (await admin.get("/api/people", params={"limit": 2} | ({"after": after} if after else {}))).json()
        seen += [item["name"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted([*names, "Ada", "Ben", "Cleo"])


async def test_a_team_has_members_from_and_to(admin, north):
    team = await made(admin, "/api/teams", name="Sea", department="Sales")
    assert (await admin.patch(f"/api/teams/{team['id']}", json={"name": "Lake"})).json()["name"] == "Lake"
    path = f"/api/teams/{team['id']}/members"
    member = await made(admin, path, person_id=str(north.ben), role="lead", from_at="2026-01-01T00:00:00Z")
    ended = await admin.patch(f"{path}/{member['id']}", json={"to_at": "2026-06-01T00:00:00Z"})
    assert ended.json() == member | {"to_at": "2026-06-01T00:00:00Z"}
    assert (await admin.get(path)).json()["items"] == [ended.json()]
    backwards = await admin.patch(f"{path}/{member['id']}", json={"to_at": "2025-06-01T00:00:00Z"})
    assert backwards.status_code == 400
    elsewhere = await admin.patch(f"/api/teams/{north.teams['ada']}/members/{member['id']}", json={"role": "member"})
    assert elsewhere.status_code == 404


async def test_customers_have_contacts(admin, north):
    customer = await made(admin, "/api/customers", name="Elm", kind="partner")
    assert (await admin.patch(f"/api/customers/{customer['id']}", json={"name": "Elms"})).json()["name"] == "Elms"
    contact = await made(admin, "/api/contacts", customer_id=customer["id"], name="Kim", known=True)
    edited = await admin.patch(f"/api/contacts/{contact['id']}", json={"rhythm": "monthly", "name": None})
    assert edited.json() == contact | {"rhythm": "monthly", "name": None}
    listed = await admin.get("/api/contacts", params={"customer_id": customer["id"]})
    assert listed.json()["items"] == [edited.json()]
    assert len((await admin.get("/api/contacts")).json()["items"]) == 3


async def test_a_lead_runs_projects(api, north):
    lead = await api(north, "ada", "lead")
    project = await made(lead, "/api/projects", name="Bridge", kind="delivery", customer_id=str(north.oak))
    path = f"/api/projects/{project['id']}"
    member = await made(lead, f"{path}/members", person_id=str(north.ben), role="expert", share=0.5)
    assert (await lead.patch(f"{path}/members/{member['id']}", json={"share": 0.25})).json()["share"] == 0.25
    assert len((await lead.get(f"{path}/members")).json()["items"]) == 1
    ended = await lead.patch(path, json={"ended_at": "2100-01-01T00:00:00Z", "outcome": "done"})
    assert ended.json()["outcome"] == "done"
    newest = (await lead.get("/api/projects", params={"limit": 1})).json()
    assert newest["items"] == [ended.json()]


async def test_closing_a_project_is_an_event(api, north, worker_pool):
    lead = await api(north, "ada", "lead")
    await lead.patch(f"/api/projects/{north.delivery}", json={"ended_at": "2026-02-01T00:00:00Z"})
    await lead.patch(f"/api/projects/{north.delivery}", json={"outcome": "done"})
    async with db.tenant(worker_pool, north.organization_id) as tx:
        kinds = await tx.fetch("select kind from event where subject_id = $1 order by id", north.delivery)
    assert [row["kind"] for row in kinds] == ["project_ended", "project_changed"]


async def test_references_to_other_organizations_are_references_to_nothing(admin, south):
    for path, body in (
        ("/api/contacts", {"customer_id": str(south.oak)}),
        ("/api/projects", {"name": "Bridge", "kind": "delivery", "customer_id": str(south.oak)}),
        ("/api/projects", {"name": "Bridge", "kind": "delivery", "continues_id": str(south.delivery)}),
    ):
        answer = await admin.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference"), answer.text


async def test_ten_at_once_with_one_key_add_one_person(admin, north, worker_pool):
    body, key = {"name": "Zoe"}, {"idempotency-key": "zoe"}
    answers = await asyncio.gather(*(admin.post("/api/people", json=body, headers=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replay" in answer.headers for answer in answers) == 9
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval("select count(*) from person where name = 'Zoe'") == 1
        assert await tx.fetchval("select count(*) from event where kind = 'person_added'") == 1


async def test_one_key_on_two_addresses_is_two_requests_only_where_the_routes_differ(admin, north):
    key = {"idempotency-key": "k"}
    body = {"name": "New"}
    assert (await admin.patch(f"/api/people/{north.ada}", json=body, headers=key)).status_code == 200
    assert (await admin.patch(f"/api/people/{north.ben}", json=body, headers=key)).status_code == 422
    assert (await admin.patch(f"/api/teams/{north.teams['ada']}", json=body, headers=key)).status_code == 200


async def test_a_lead_changes_no_project_of_others(api, north, worker_pool):
    outsider = await api(north, "cleo", "lead")
    path = f"/api/projects/{north.delivery}"
    member = (await outsider.get(f"{path}/members")).json()["items"][0]
    herself = {"person_id": str(north.cleo), "share": 1000}
    care = {"project_id": str(north.delivery), "owner_id": str(north.cleo), "kind": "3m"}

    async def tries():
        return [
            await outsider.patch(path, json={"name": "Mine"}),
            await outsider.patch(f"{path}/members/{member['id']}", json={"share": 0}),
            await outsider.post("/api/care-tasks", json=care | {"due_at": "2027-03-01T00:00:00Z"}),
            await outsider.post(f"{path}/members", json=herself),
        ]

    assert {(one.status_code, one.json()["code"]) for one in await tries()} == {(403, "forbidden")}
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into team_member (team_id, person_id, role) values ($1, $2, 'lead')",
                         north.teams["ada"], north.cleo)  # fmt: skip
    assert [one.status_code for one in await tries()] == [200, 200, 201, 201]


async def test_who_led_somebody_once_changes_their_projects_no_more(api, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into team_member (team_id, person_id, role, to_at) values ($1, $2, 'lead', $3)",
                         north.teams["ada"], north.cleo, clock.now())  # fmt: skip
    once = await api(north, "cleo", "lead")
    assert (await once.patch(f"/api/projects/{north.delivery}", json={"name": "Mine"})).status_code == 403


async def test_an_administrator_and_a_service_change_any_project(api, north):
    for client in (await api(north, "cleo", "administrator"), await api(north, None, "service")):
        answer = await client.patch(f"/api/projects/{north.delivery}", json={"name": "Ours"})
        assert answer.status_code == 200, answer.text


async def test_no_share_outweighs_everybody(admin, north):
    body = {"person_id": str(north.cleo), "share": 1_000_000}
    assert (await admin.post(f"/api/projects/{north.delivery}/members", json=body)).status_code == 400


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00"])
@pytest.mark.parametrize("listed", ["/api/kudos", "/api/projects", "/api/care-tasks", "/api/projects/{}/signals"])
async def test_a_cursor_with_a_moment_far_from_ours_is_refused(admin, north, listed, moment):
    after = urlsafe_b64encode(f'["{moment}","{UUID(int=1)}"]'.encode()).decode()
    answer = await admin.get(listed.format(north.delivery), params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
