"""Feedback, customers' signals, badges and care: recorded as they were meant, and by whom they may be."""

from uuid import UUID

import pytest

from service.base import db

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def ben(api, north):
    return await api(north, "ben")


async def fetch(pool, cast, query, *given):
    async with db.tenant(pool, cast.organization_id) as tx:
        return [tuple(row) for row in await tx.fetch(query, *given)]


async def test_feedback_on_several_criteria_is_one_occasion(ben, north, worker_pool):
    body = {
        "receiver_id": str(north.ada),
        "project_id": str(north.delivery),
        "ratings": {"collaboration": 4, "selling": 5},
        "comment": "Calm and clear.",
    }
    answer = await ben.post("/api/feedback", json=body, headers={"idempotency-key": "f"})
    assert (answer.status_code, answer.json()) == (201, {"recorded": 2})
    again = await ben.post("/api/feedback", json=body, headers={"idempotency-key": "f"})
    assert again.headers["idempotent-replay"] == "true"
    rows = await fetch(
        worker_pool,
        north,
        "select f.giver_id, c.external_id, f.rating, f.comment from feedback_answer as f"
        " join criterion as c on c.id = f.criterion_id order by c.external_id",
    )
    assert rows == [(north.ben, "collaboration", 4, "Calm and clear."), (north.ben, "selling", 5, None)]
    assert await fetch(worker_pool, north, "select count(distinct answer) from feedback_answer") == [(1,)]


async def test_feedback_is_about_somebody_else_and_known_criteria(ben, north, south):
    for body, status, code in (
        ({"receiver_id": str(north.ben), "ratings": {"selling": 3}}, 409, "not_to_self"),
        ({"receiver_id": str(north.ada), "ratings": {"charm": 3}}, 422, "unknown_reference"),
        ({"receiver_id": str(north.ada), "ratings": {"a\0": 3}}, 400, "invalid"),
        ({"receiver_id": str(north.ada), "ratings": {}}, 400, "invalid"),
        ({"receiver_id": str(south.dora), "ratings": {"selling": 3}}, 422, "unknown_reference"),
        (
            {"receiver_id": str(north.ada), "ratings": {"selling": 3}, "round_id": NOBODY},
            422,
            "unknown_reference",
        ),
    ):
        answer = await ben.post("/api/feedback", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_closed_round_takes_no_feedback(ben, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        round_id = await tx.fetchval(
            "insert into feedback_round (opened_at, closed_at) values (now() - interval '2 d', now() - interval '1 d')"
            " returning id"
        )
    body = {"receiver_id": str(north.ada), "ratings": {"selling": 3}, "round_id": str(round_id)}
    answer = await ben.post("/api/feedback", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "round_closed")


async def test_the_web_cannot_read_who_gave_feedback(web_pool, north):
    async with db.tenant(web_pool, north.organization_id) as tx:
        with pytest.raises(Exception, match="permission denied"):
            await tx.fetch("select giver_id from feedback_answer")


async def test_a_signal_has_any_of_the_aspects_and_words(ben, north):
    path = f"/api/projects/{north.delivery}/signals"
    contact = str(north.contacts["oak"])
    body = {"kind": "interview", "contact_id": contact, "satisfaction": 4, "recommendation": 9.5, "words": "Kiitos!"}
    answer = (await ben.post(path, json=body)).json()
    assert {(one["aspect"], one["value"]) for one in answer["signals"]} == {
        ("satisfaction", 4),
        ("recommendation", 9.5),
    }
    assert {one["response"] for one in answer["signals"]} == {answer["response"]}
    assert [one["comment"] for one in answer["signals"]].count("Kiitos!") == 1
    words = (await ben.post(path, json={"kind": "call", "words": "They wait for us."})).json()
    listed = (await ben.get(path)).json()["items"]
    assert listed[0] == words["signals"][0]
    assert len(listed) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "call"},
        {"kind": "guess", "words": "x"},
        {"kind": "call", "satisfaction": 0},
        {"kind": "call", "satisfaction": 6},
        {"kind": "call", "recommendation": 11},
        {"kind": "call", "recommendation": -1},
        {"kind": "call", "listening": "5"},
        {"kind": "call", "words": "x", "about": "money"},
    ],
)
async def test_bad_signals_are_refused(ben, north, body):
    assert (await ben.post(f"/api/projects/{north.delivery}/signals", json=body)).status_code == 400


async def test_a_signal_needs_a_project_of_ours_and_a_contact_of_ours(ben, north, south):
    body = {"kind": "call", "satisfaction": 4}
    assert (await ben.post(f"/api/projects/{south.delivery}/signals", json=body)).status_code == 404
    foreign = body | {"contact_id": str(south.contacts["oak"])}
    assert (await ben.post(f"/api/projects/{north.delivery}/signals", json=foreign)).status_code == 422


async def test_only_who_takes_part_says_what_a_customer_said(api, ben, north, worker_pool):
    path, body = f"/api/projects/{north.delivery}/signals", {"kind": "call", "satisfaction": 5}
    outsider = await (await api(north, "cleo")).post(path, json=body)
    assert (outsider.status_code, outsider.json()["code"]) == (403, "forbidden")
    assert (await (await api(north, "cleo", "hr")).post(path, json=body)).status_code == 201
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update project_member set to_at = now() where person_id = $1", north.ben)
    assert (await ben.post(path, json=body)).status_code == 201, "who took part before heard it too"
    recorded = await fetch(worker_pool, north, "select distinct recorded_by_id from signal")
    assert set(recorded) == {(north.cleo,), (north.ben,)}


async def test_a_survey_comes_from_the_customer_and_not_from_staff(api, north):
    path = f"/api/projects/{north.delivery}/signals"
    body = {"kind": "survey", "contact_id": str(north.contacts["oak"]), "satisfaction": 5}
    for person, role, status in (
        ("ben", "employee", 403),
        ("ada", "lead", 403),
        ("cleo", "hr", 403),
        ("cleo", "administrator", 201),
        (None, "service", 201),
    ):
        answer = await (await api(north, person, role)).post(path, json=body)
        assert answer.status_code == status, (role, answer.text)


async def test_a_lead_grants_a_badge_of_the_catalogue(api, ben, north):
    lead = await api(north, "ada", "lead")
    badge = (await lead.get("/api/badges")).json()[0]["key"]
    body = {"receiver_id": str(north.ben), "project_id": str(north.delivery)}
    granted = await lead.post(f"/api/badges/{badge}/grants", json=body)
    assert granted.status_code == 201
    assert granted.json()["giver_id"] == str(north.ada)
    assert (await lead.get(f"/api/badges/grants?receiver_id={north.ben}")).json()["items"] == [granted.json()]
    assert (await lead.post("/api/badges/crown/grants", json=body)).status_code == 404
    assert (await lead.post(f"/api/badges/{badge}/grants", json={"receiver_id": str(north.ada)})).status_code == 409
    assert (await ben.post(f"/api/badges/{badge}/grants", json=body)).status_code == 403


async def test_care_is_planned_listed_and_done_once_by_its_owner(api, ben, north):
    lead, cleo = await api(north, "ada", "lead"), await api(north, "cleo")
    plan = {"project_id": str(north.opportunity), "owner_id": str(north.ben), "kind": "3m"}
    later = (await lead.post("/api/care-tasks", json=plan | {"due_at": "2027-03-01T00:00:00Z"})).json()
    sooner = (await lead.post("/api/care-tasks", json=plan | {"due_at": "2027-02-01T00:00:00Z"})).json()
    listed = (await ben.get("/api/care-tasks", params={"owner_id": str(north.ben)})).json()
    assert listed["items"] == [sooner, later]
    path = f"/api/care-tasks/{sooner['id']}/done"
    for outsider in (cleo, await api(north, "cleo", "lead")):
        assert (await outsider.post(path, json={"outcome": "well"})).status_code == 403
    done = await ben.post(path, json={"outcome": "repaired", "needs_changed": True})
    assert (done.status_code, done.json()["outcome"]) == (200, "repaired")
    assert (await ben.post(path, json={"outcome": "well"})).json()["code"] == "care_already_done"
    assert (await ben.get("/api/care-tasks")).json()["items"] == [later]


CORRECTED = """
insert into care_task (external_id, version, project_id, owner_id, kind, due_at)
select external_id, version + 1, project_id, owner_id, kind, due_at + interval '1 day' from care_task where id = $1
"""


async def test_a_contact_that_was_corrected_since_is_done_in_its_newest_version(api, ben, north, worker_pool):
    lead = await api(north, "ada", "lead")
    plan = {
        "project_id": str(north.delivery),
        "owner_id": str(north.ben),
        "kind": "3m",
        "due_at": "2027-01-01T00:00:00Z",
    }
    task = (await lead.post("/api/care-tasks", json=plan)).json()
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(CORRECTED, UUID(task["id"]))
    done = (await ben.post(f"/api/care-tasks/{task['id']}/done", json={"outcome": "well"})).json()
    assert done["external_id"] == task["external_id"]
    assert (done["id"], done["due_at"]) != (task["id"], task["due_at"])
