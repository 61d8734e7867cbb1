"""Thanks: given once each, many with one commit, seen by one's own organization, hidden by who received them."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from scoring.evidence import read_frames
from service.base import clock, db
from service.base.errors import Busy
from service.kudos import actions
from service.kudos.model import Kudos


def thanks(receiver, **more):
    return {"receiver_id": str(receiver), "message": "Thank you", **more}


async def rows(pool, cast, table="kudos"):
    async with db.tenant(pool, cast.organization_id) as tx:
        return await tx.fetchval(f"select count(*) from {table}")  # noqa: S608 - a table that the test names


async def events(pool, cast):
    async with db.tenant(pool, cast.organization_id) as tx:
        return await tx.fetchval("select count(*) from event where kind = 'kudos_given'")


async def test_kudos_given_are_read_back_newest_first(api, north):
    ben = await api(north, "ben")
    first = await ben.post("/api/kudos", json=thanks(north.ada, criterion="collaboration"))
    second = await ben.post("/api/kudos", json=thanks(north.cleo, project_id=str(north.delivery)))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["giver_id"] == str(north.ben)
    listed = (await ben.get("/api/kudos")).json()
    assert listed == {"items": [second.json(), first.json()], "next": None}
    received = (await ben.get(f"/api/kudos?receiver_id={north.ada}")).json()
    assert received["items"] == [first.json()]


async def test_pages_follow_one_another_without_gap(api, north):
    ben = await api(north, "ben")
    given = [(await ben.post("/api/kudos", json=thanks(north.ada))).json()["id"] for _ in range(7)]
    seen, after = [], None
    while True:
        params = {"limit": 3} | ({"after": after} if after else {})
        page = (await ben.get("/api/kudos", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == given[::-1]


async def test_nobody_thanks_themselves(api, north):
    ben = await api(north, "ben")
    answer = await ben.post("/api/kudos", json=thanks(north.ben))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_to_self")


async def test_another_organizations_person_looks_like_nobody(api, north, south):
    ben = await api(north, "ben")
    foreign = await ben.post("/api/kudos", json=thanks(south.dora))
    absent = await ben.post("/api/kudos", json=thanks(uuid4()))
    assert foreign.status_code == absent.status_code == 422
    assert foreign.json() == absent.json()


async def test_a_service_says_who_gave_and_when(api, north):
    service = await api(north, None, "service")
    stated = thanks(north.ada, giver_id=str(north.cleo), at="2026-03-01T09:00:00+02:00")
    answer = await service.post("/api/kudos", json=stated)
    assert answer.status_code == 201
    assert answer.json()["giver_id"] == str(north.cleo)
    assert answer.json()["at"] == "2026-03-01T07:00:00Z"
    ahead = await service.post("/api/kudos", json=stated | {"at": "2199-01-01T00:00:00Z"})
    assert ahead.status_code == 400
    nobody = await service.post("/api/kudos", json=thanks(north.ada))
    assert nobody.status_code == 409


async def test_the_same_key_has_one_effect(api, north, worker_pool):
    ben = await api(north, "ben")
    key = {"idempotency-key": "once"}
    first = await ben.post("/api/kudos", json=thanks(north.ada), headers=key)
    again = await ben.post("/api/kudos", json=thanks(north.ada), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    other = await ben.post("/api/kudos", json=thanks(north.cleo), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await rows(worker_pool, north) == 1
    assert await events(worker_pool, north) == 1


async def test_the_same_key_and_the_same_id_have_one_effect(api, north):
    ben = await api(north, "ben")
    body, key = thanks(north.ada, external_id="k-1"), {"idempotency-key": "once"}
    first, again = [await ben.post("/api/kudos", json=body, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (await ben.post("/api/kudos", json=body, headers={"idempotency-key": "twice"})).status_code == 409


async def test_a_key_is_its_owners_own(api, north, worker_pool):
    ben, cleo = await api(north, "ben"), await api(north, "cleo")
    for client in (ben, cleo):
        answer = await client.post("/api/kudos", json=thanks(north.ada), headers={"idempotency-key": "once"})
        assert answer.status_code == 201
    assert await rows(worker_pool, north) == 2


async def test_a_refused_request_does_not_use_its_key_up(api, north):
    ben = await api(north, "ben")
    key = {"idempotency-key": "once"}
    assert (await ben.post("/api/kudos", json=thanks(uuid4()), headers=key)).status_code == 422
    assert (await ben.post("/api/kudos", json=thanks(north.ada), headers=key)).status_code == 201


async def test_thirty_at_once_with_one_key_have_one_effect(api, north, worker_pool):
    ben = await api(north, "ben")
    key = {"idempotency-key": "once"}
    answers = await asyncio.gather(*(ben.post("/api/kudos", json=thanks(north.ada), headers=key) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await rows(worker_pool, north) == 1
    assert await events(worker_pool, north) == 1


async def test_one_bad_row_among_thirty_fails_alone(api, north, worker_pool):
    ben = await api(north, "ben")
    bodies = [thanks(north.ada, message=f"thanks {number}") for number in range(30)]
    bodies[13] = thanks(uuid4())
    answers = await asyncio.gather(
        *(
            ben.post("/api/kudos", json=body, headers={"idempotency-key": f"k{number}"})
            for number, body in enumerate(bodies)
        )
    )
    assert [number for number, answer in enumerate(answers) if answer.status_code != 201] == [13]
    assert answers[13].json()["code"] == "unknown_reference"
    assert await rows(worker_pool, north) == 29
    assert await events(worker_pool, north) == 29
    assert await rows(worker_pool, north, "idempotency") == 29


async def test_one_id_twice_among_thirty_fails_alone(api, north, worker_pool):
    ben = await api(north, "ben")
    bodies = [thanks(north.ada, external_id=f"k-{number % 29}") for number in range(30)]
    answers = await asyncio.gather(*(ben.post("/api/kudos", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] * 29 + [409]
    assert await rows(worker_pool, north) == 29


async def test_two_organizations_interleaved_stay_apart(api, north, south, worker_pool):
    ben, eino = await api(north, "ben"), await api(south, "eino")
    async with asyncio.TaskGroup() as group:
        for number in range(40):
            client, receiver = (ben, north.ada) if number % 2 else (eino, south.dora)
            group.create_task(
                client.post("/api/kudos", json=thanks(receiver), headers={"idempotency-key": str(number)})
            )
    for pool_cast, client in ((north, ben), (south, eino)):
        assert await rows(worker_pool, pool_cast) == 20
        people = {str(person) for person in pool_cast.people.values()}
        listed = (await client.get("/api/kudos")).json()["items"]
        assert {item["giver_id"] for item in listed} | {item["receiver_id"] for item in listed} <= people


async def test_clients_that_go_away_do_not_harm_the_others(api, north, worker_pool):
    ben = await api(north, "ben")
    tasks = [
        asyncio.create_task(ben.post("/api/kudos", json=thanks(north.ada, message=f"thanks {number}")))
        for number in range(40)
    ]
    await asyncio.sleep(0.01)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    stayed = answers[1::2]
    assert {answer.status_code for answer in stayed} == {201}
    assert await rows(worker_pool, north) >= len(stayed)


def kudos_of(cast):
    row_id = uuid4()
    return Kudos(row_id, str(row_id), cast.ben, cast.ada, None, None, "Thank you", "2026-01-01T00:00:00Z")


async def test_a_waiter_that_is_cancelled_leaves_the_others_waiting(web_pool, north):
    shared = actions.sharing(web_pool)
    waiters = [asyncio.create_task(shared.put(north.organization_id, kudos_of(north), None)) for _ in range(10)]
    await asyncio.sleep(0)
    for waiter in waiters[:5]:
        waiter.cancel()
    done = await asyncio.gather(*waiters, return_exceptions=True)
    assert [isinstance(one, Kudos) for one in done] == [False] * 5 + [True] * 5
    await shared.close()


async def test_too_many_waiters_are_sent_away_at_once(web_pool, north, monkeypatch):
    monkeypatch.setattr("service.base.shared_write.MOST_WAITING", 3)
    shared = actions.sharing(web_pool)
    waiters = [asyncio.create_task(shared.put(north.organization_id, kudos_of(north), None)) for _ in range(5)]
    done = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(one) for one in done] == [Kudos] * 3 + [Busy] * 2
    await shared.close()


async def test_only_the_receiver_hides_thanks(api, north):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    kudos_id = (await ben.post("/api/kudos", json=thanks(north.ada))).json()["id"]
    assert (await ben.post(f"/api/kudos/{kudos_id}/hide")).status_code == 404
    for _ in range(2):
        assert (await ada.post(f"/api/kudos/{kudos_id}/hide")).status_code == 204
    assert (await ben.get("/api/kudos")).json()["items"] == []
    assert (await ben.get(f"/api/kudos?receiver_id={north.ada}")).json()["items"] == []


async def test_hiding_is_replayed_under_its_key(api, north):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    kudos_id = (await ben.post("/api/kudos", json=thanks(north.ada))).json()["id"]
    first, again = [
        await ada.post(f"/api/kudos/{kudos_id}/hide", headers={"idempotency-key": "hide"}) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["idempotent-replay"] == "true"


CORRECT = """
with old as (select * from kudos where id = $1),
said as (insert into retraction (kudos_id, reason) select id, 'corrected' from old)
insert into kudos (external_id, version, giver_id, receiver_id, message, at)
select external_id, version + 1, giver_id, receiver_id, 'Thanks, corrected', at from old
"""
HIDDEN = """
select n.version from retraction as r join kudos as n on n.id = r.kudos_id
where r.reason = 'hidden' order by n.version
"""


async def test_thanks_corrected_since_are_hidden_under_the_id_that_was_given(api, north, worker_pool):
    ben, ada = await api(north, "ben"), await api(north, "ada")
    kudos_id = (await ben.post("/api/kudos", json=thanks(north.ada))).json()["id"]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(CORRECT, UUID(kudos_id))
    assert [item["message"] for item in (await ben.get("/api/kudos")).json()["items"]] == ["Thanks, corrected"]
    assert (await ben.post(f"/api/kudos/{kudos_id}/hide")).status_code == 404
    for _ in range(2):
        assert (await ada.post(f"/api/kudos/{kudos_id}/hide")).status_code == 204
    assert (await ben.get("/api/kudos")).json()["items"] == []
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert [row["version"] for row in await tx.fetch(HIDDEN)] == [2]


@pytest.mark.parametrize("path", ["/api/kudos", "/api/people", "/api/projects", "/api/teams", "/api/customers"])
async def test_lists_show_nothing_of_another_organization(api, north, south, path):
    ben, eino = await api(north, "ben"), await api(south, "eino")
    await ben.post("/api/kudos", json=thanks(north.ada))
    mine = {item["id"] for item in (await ben.get(path)).json()["items"]}
    theirs = {item["id"] for item in (await eino.get(path)).json()["items"]}
    assert mine
    assert not mine & theirs


async def test_what_was_hidden_is_shown_again_and_counts_again_and_earlier_runs_stay_as_they_were(
    api, north, worker_pool
):
    ben = await api(north, "ben")
    given = await (await api(north, "ada")).post("/api/kudos", json={"receiver_id": str(north.ben), "message": "Well."})
    path = f"/api/kudos/{given.json()['id']}"
    read, counted = "select clock_timestamp()", []
    for step in ("hide", "show", "show", "hide"):
        assert (await ben.post(f"{path}/{step}")).status_code == 204
        listed = (await ben.get("/api/kudos")).json()["items"]
        async with db.tenant(worker_pool, north.organization_id) as tx:
            counted.append((len(listed), await tx.fetchval(read)))
    async with db.tenant(worker_pool, north.organization_id, readonly=True) as tx:
        retracted = [(await read_frames(tx, at, words=False))["retractions"].height for _, at in counted]
    assert [shown for shown, _ in counted] == [0, 1, 1, 0]
    assert retracted == [1, 0, 0, 1]  # as of each moment, also when asked later


@pytest.mark.parametrize(("who", "status"), [("ada", 404), ("cleo", 404)])
async def test_only_the_one_who_received_it_shows_it_again(api, north, who, status):
    given = await (await api(north, "ada")).post("/api/kudos", json={"receiver_id": str(north.ben), "message": "Well."})
    path = f"/api/kudos/{given.json()['id']}"
    await (await api(north, "ben")).post(f"{path}/hide")
    assert (await (await api(north, who)).post(f"{path}/show")).status_code == status
    assert (await (await api(north, "ben")).get("/api/kudos")).json()["items"] == []


async def test_the_giver_takes_thanks_back_within_a_minute_and_nobody_else(api, north):
    ada, ben, program = await api(north, "ada"), await api(north, "ben"), await api(north, None, "service")
    slip = (await ben.post("/api/kudos", json=thanks(north.ada, message="A slip."))).json()["id"]
    earlier = {"giver_id": str(north.ben), "at": (clock.now() - timedelta(seconds=61)).isoformat()}
    meant = (await program.post("/api/kudos", json=thanks(north.ada, message="Meant.", **earlier))).json()["id"]
    assert (await ada.post(f"/api/kudos/{slip}/undo")).status_code == 404
    assert (await ben.post(f"/api/kudos/{slip}/undo")).status_code == 204
    assert (await ben.post(f"/api/kudos/{slip}/undo")).status_code == 404  # it is gone
    late = await ben.post(f"/api/kudos/{meant}/undo")
    assert (late.status_code, "the minute" in late.json()["message"]) == (409, True)
    shown = (await ada.get("/api/kudos", params={"receiver_id": str(north.ada)})).json()["items"]
    assert [one["message"] for one in shown] == ["Meant."]
