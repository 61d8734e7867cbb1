"""Runs over HTTP: asking for one, watching it, and looking back."""

import asyncio
from datetime import timedelta

import pytest

from service import worker
from service.base import db
from tests.scoring import handmade
from tests.scoring.handmade import AS_OF, published

RUNS = "/api/scoring/runs"


async def test_a_run_asked_for_is_done_by_the_worker_and_has_the_id_it_was_given(api, worker_pool, north):
    client = await api(north, role="service")
    asked = await client.post(RUNS)
    assert asked.status_code == 202
    assert asked.json()["state"] == "due"
    await worker.take(worker_pool, asyncio.Event(), worker.Duties())
    state = (await client.get(f"{RUNS}/{asked.json()['id']}")).json()
    assert (state["state"], state["attempts"], state["error"]) == ("done", 1, None)
    (run,) = (await client.get(RUNS)).json()["items"]
    assert (run["id"], run["job"], run["policy_version"]) == (asked.json()["id"], "scoring_now", 1)
    board = (await client.get("/api/boards")).json()
    assert board["run"]["id"] == run["id"]


async def test_the_same_request_twice_asks_for_one_run(api, north):
    client = await api(north, role="service")
    headers = {"idempotency-key": "once"}
    answers = [await client.post(RUNS, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert {answer.status_code for answer in answers} == {202}


async def test_a_failing_run_tells_those_who_operate_it_why(api, worker_pool, north):
    async def night(pool, organization_id, claim):
        raise ArithmeticError("a variance came out negative")

    client = await api(north, "cleo", "hr")
    run_id = (await client.post(RUNS)).json()["id"]
    await worker.take(worker_pool, asyncio.Event(), worker.Duties({"scoring_now": worker.Job(night)}))
    state = (await client.get(f"{RUNS}/{run_id}")).json()
    assert state["error"] == "ArithmeticError: a variance came out negative"
    assert state["published_at"] is None


async def test_runs_come_in_pages_those_of_the_newest_moment_first(api, worker_pool, north):
    made = [
        str(await published(worker_pool, north.organization_id, handmade.about(3), AS_OF + timedelta(days=n)))
        for n in range(5)
    ]
    client, seen, after = await api(north, "cleo", "administrator"), [], {}
    while after is not None:
        page = (await client.get(RUNS, params={"limit": 2, **after})).json()
        seen += [run["id"] for run in page["items"]]
        after = {"after": page["next"]} if page["next"] else None
    assert seen == made[::-1]


async def test_no_more_than_ten_runs_wait(api, worker_pool, north):
    client = await api(north, role="service")
    statuses = [(await client.post(RUNS)).status_code for _ in range(11)]
    assert statuses == [202] * 10 + [409]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update slot set state = 'skipped'")


@pytest.mark.parametrize(("method", "path"), [("GET", RUNS), ("POST", RUNS), ("GET", f"{RUNS}/{AS_OF:%Y}")])
async def test_employees_neither_ask_for_runs_nor_look_at_them(api, north, method, path):
    for role in ("employee", "lead"):
        answer = await (await api(north, "ada", role)).request(method, path)
        assert answer.status_code in {403, 404}


async def test_a_run_that_was_never_asked_for_is_not_found(api, north):
    answer = await (await api(north, role="service")).get(f"{RUNS}/{north.organization_id}")
    assert answer.status_code == 404
