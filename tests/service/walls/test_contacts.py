"""A contact of a customer or partner sees the projects opened to them, as long as they are open, and nothing else."""

import httpx
import pytest

from service.auth.contacts import create_token
from service.base import db
from tests.service.shell import talkoot

SIGNAL = "insert into signal (project_id, contact_id, kind, comment) values ($1, $2, 'call', $3)"


@pytest.fixture
async def contact(service, north, worker_pool):
    """A client with the token of North's contact at Oak."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        token = await create_token(tx, north.contacts["oak"])
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service, headers=headers, timeout=30, trust_env=False) as client:
        yield client


async def opened(client, north, project="delivery", contact="oak"):
    """Open a project to a contact; the path of the opening."""
    path = f"/api/projects/{north.projects[project]}/openings"
    answer = await client.post(path, json={"contact_id": str(north.contacts[contact])})
    assert answer.status_code == 201, answer.text
    return f"{path}/{answer.json()['id']}"


async def test_a_contact_sees_an_opened_project_its_people_and_their_own_words_alone(api, contact, north, worker_pool):
    ada = await api(north, "ada", "lead")
    await opened(ada, north)
    await opened(ada, north, "development", "pine")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await create_token(tx, north.contacts["pine"])  # they may look, too, and their words stay theirs
        for whose, words in (("oak", "mine"), ("pine", "theirs")):
            await tx.execute(SIGNAL, north.delivery, north.contacts[whose], words)
    listed = (await contact.get("/api/opened-projects")).json()
    assert listed["items"] == [{"id": str(north.delivery), "name": "North delivery"}]
    seen = (await contact.get(f"/api/opened-projects/{north.delivery}")).json()
    assert seen == {"id": str(north.delivery), "name": "North delivery", "members": ["Ada", "Ben"]}
    signals = (await contact.get(f"/api/opened-projects/{north.delivery}/signals")).json()
    assert [one["comment"] for one in signals["items"]] == ["mine"]


async def test_a_project_that_is_not_open_looks_like_one_that_is_not_there(contact, north, south):
    for path in ("/api/opened-projects/{}", "/api/opened-projects/{}/signals"):
        answers = [
            await contact.get(path.format(one)) for one in (north.delivery, south.delivery, north.organization_id)
        ]
        assert {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}


async def test_closing_acts_on_the_next_request_and_a_project_can_be_opened_again(api, contact, north):
    ada = await api(north, "ada", "lead")
    opening = await opened(ada, north)
    again = await ada.post(opening.rpartition("/")[0], json={"contact_id": str(north.contacts["oak"])})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert (await contact.get(f"/api/opened-projects/{north.delivery}")).status_code == 200
    closed = [(await ada.post(f"{opening}/close")).json()["closed_at"] for _ in range(2)]
    assert closed[0] is not None
    assert closed[0] == closed[1]
    assert (await contact.get(f"/api/opened-projects/{north.delivery}")).status_code == 404
    await opened(ada, north)
    assert (await contact.get(f"/api/opened-projects/{north.delivery}")).status_code == 200


async def test_a_lead_opens_projects_of_their_people_only(api, north, worker_pool):
    cleo = await api(north, "cleo", "lead")
    body = {"contact_id": str(north.contacts["oak"])}
    assert (await cleo.post(f"/api/projects/{north.delivery}/openings", json=body)).status_code == 403
    administrator = await api(north, "cleo", "administrator")
    opening = await opened(administrator, north)
    assert (await cleo.post(f"{opening}/close")).status_code == 403


async def test_the_operator_makes_a_contacts_token(database_url, north, worker_pool, service):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update contact set email = 'oak@example.com' where id = $1", north.contacts["oak"])
    given = ("token", "create-for-contact", "--organization", north.handle)
    made = talkoot(*given, "OAK@example.com", TALKOOT_DATABASE_URL=database_url)
    headers = {"authorization": f"Bearer {made.stdout.strip()}"}
    async with httpx.AsyncClient(base_url=service, headers=headers, trust_env=False) as client:
        assert (await client.get("/api/opened-projects")).json() == {"items": [], "next": None}
        assert (await client.get("/api/people")).status_code == 403
    assert talkoot(*given, "nobody@example.com", TALKOOT_DATABASE_URL=database_url).returncode == 1
