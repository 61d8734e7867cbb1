"""What I am asked: mine alone to see, to answer as a whole, to decline, and to take back until the night."""

from uuid import uuid4

import asyncpg
import pytest

from service.base import db

NAMES = ("eeva", "fia", "gun", "hal", "ida", "jan", "kai", "lea", "mia", "nea")
SAID = {"ratings": {"collaboration": 5, "selling": 2}, "comment": "Listens before speaking."}


@pytest.fixture
async def asked(api, opened, north, bench):
    """A round with a dozen people: Ben, and the asks he has."""
    await bench(north, *NAMES)
    await opened(north)
    ben = await api(north, "ben")
    return ben, (await ben.get("/api/asks")).json()["items"]


async def fetch(worker_pool, cast, query, *given):
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        return [tuple(row) for row in await tx.fetch(query, *given)]


async def state(client, ask):
    return (await client.get(f"/api/asks/{ask['id']}")).json()["ask"]["state"]


async def test_i_see_my_own_asks_by_name_and_a_page_at_a_time(api, asked, north):
    ben, asks = asked
    names = [ask["receiver"] for ask in asks]
    assert names == sorted(names)
    assert "Ben" not in names
    first = (await ben.get("/api/asks?limit=3")).json()
    rest = (await ben.get("/api/asks", params={"after": first["next"]})).json()
    assert first["items"] + rest["items"] == asks
    eeva = await api(north, "eeva")
    assert not {ask["id"] for ask in (await eeva.get("/api/asks")).json()["items"]} & {ask["id"] for ask in asks}
    for method, path in (("get", ""), ("post", "/decline"), ("post", "/undo")):
        answer = await getattr(eeva, method)(f"/api/asks/{asks[0]['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = await eeva.post(f"/api/asks/{asks[0]['id']}/answer", json=SAID)
    assert answer.status_code == 404
    assert (await eeva.get(f"/api/asks/{uuid4()}")).status_code == 404


async def test_before_sending_i_am_told_who_reads_my_words(asked):
    ben, asks = asked
    told = (await ben.get(f"/api/asks/{asks[0]['id']}")).json()
    assert f"read by {asks[0]['receiver']} alone, word for word" in told["warning"]
    assert "at least 5 people" in told["warning"]
    assert len(told["criteria"]) == 5
    assert (told["ratings"], told["comment"]) == ({}, None)


async def test_an_answer_is_mine_to_change_until_the_night_and_nobodys_afterwards(asked, north, worker, worker_pool):
    ben, asks = asked
    here = f"/api/asks/{asks[0]['id']}"
    assert (await ben.post(f"{here}/answer", json={"ratings": {"selling": 1}})).json() == {"recorded": 1}
    assert (await ben.post(f"{here}/answer", json=SAID)).json() == {"recorded": 2}
    seen = (await ben.get(here)).json()
    assert (seen["ask"]["state"], seen["ratings"], seen["comment"]) == ("held", SAID["ratings"], SAID["comment"])
    assert await fetch(worker_pool, north, "select count(*) from feedback_answer") == [(0,)]
    await worker(north)
    rows = await fetch(
        worker_pool,
        north,
        "select f.giver_id, f.receiver_id::text, c.external_id, f.rating, f.comment, f.at = r.opened_at"
        " from feedback_answer as f join criterion as c on c.id = f.criterion_id"
        " join feedback_round as r on r.id = f.round_id order by c.external_id",
    )
    about = (north.ben, asks[0]["receiver_id"])
    assert rows == [(*about, "collaboration", 5, SAID["comment"], True), (*about, "selling", 2, None, True)]
    seen = (await ben.get(here)).json()
    assert (seen["ask"]["state"], seen["ratings"], seen["comment"]) == ("answered", {}, None)
    late = [await ben.post(f"{here}/answer", json=SAID)]
    late += [await ben.post(f"{here}/{act}") for act in ("decline", "undo")]
    assert {(answer.status_code, answer.json()["code"]) for answer in late} == {(409, "answer_taken_in")}


async def test_the_night_takes_an_answer_in_once(asked, north, worker, worker_pool):
    ben, asks = asked
    await ben.post(f"/api/asks/{asks[0]['id']}/answer", json=SAID)
    await worker(north)
    await worker(north)
    assert await fetch(worker_pool, north, "select count(*), count(distinct answer) from feedback_answer") == [(2, 1)]


async def test_an_answer_can_be_taken_back(asked, north, worker, worker_pool):
    ben, asks = asked
    here = f"/api/asks/{asks[0]['id']}"
    await ben.post(f"{here}/answer", json=SAID)
    assert (await ben.post(f"{here}/undo")).json()["state"] == "open"
    await worker(north)
    assert await fetch(worker_pool, north, "select count(*) from feedback_answer") == [(0,)]


async def test_declining_can_be_undone_and_shows_nobody_when(asked, north, worker_pool):
    ben, asks = asked
    here = f"/api/asks/{asks[0]['id']}"
    await ben.post(f"{here}/answer", json=SAID)
    assert (await ben.post(f"{here}/decline")).json()["state"] == "declined"
    declined = "select a.declined_at = r.opened_at from ask as a join feedback_round as r on r.id = a.round_id"
    assert await fetch(worker_pool, north, f"{declined} where a.declined_at is not null") == [(True,)]
    assert await fetch(worker_pool, north, "select count(*) from held_answer") == [(0,)]
    assert (await ben.post(f"{here}/undo")).json()["state"] == "open"
    await ben.post(f"{here}/decline")
    await ben.post(f"{here}/answer", json=SAID)
    assert await state(ben, asks[0]) == "held"


async def test_nothing_is_said_after_the_close(api, asked, north, opened):
    ben, asks = asked
    hr = await api(north, "cleo", "hr")
    (round_,) = (await hr.get("/api/rounds")).json()["items"]
    await hr.post(f"/api/rounds/{round_['id']}/close")
    here = f"/api/asks/{asks[0]['id']}"
    late = [await ben.post(f"{here}/answer", json=SAID), await ben.get(here)]
    late += [await ben.post(f"{here}/{act}") for act in ("decline", "undo")]
    assert {(answer.status_code, answer.json()["code"]) for answer in late} == {(409, "round_closed")}
    assert (await ben.get("/api/asks")).json()["items"] == []


async def test_nobody_is_asked_any_more_about_one_who_left_or_withdrew(asked, north, worker_pool):
    ben, asks = asked
    gone, unwilling = asks[0]["receiver_id"], asks[1]["receiver_id"]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set left_at = now() where id = $1::text::uuid", gone)
        refuses = "insert into consent (person_id, source, given) values ($1::text::uuid, 'peers', false)"
        await tx.execute(refuses, unwilling)
    left = {ask["receiver_id"] for ask in (await ben.get("/api/asks")).json()["items"]}
    assert left == {ask["receiver_id"] for ask in asks} - {gone, unwilling}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"ratings": {}}, 400),
        ({"ratings": {"selling": 6}}, 400),
        ({"ratings": {"selling": 3}, "comment": "   "}, 400),
        ({"ratings": {"selling": 3}, "comment": "x" * 4001}, 400),
        ({"ratings": {"selling": 3}, "giver_id": str(uuid4())}, 400),
        ({"ratings": {"juggling": 3}}, 422),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(asked, north, worker_pool, body, status):
    ben, asks = asked
    assert (await ben.post(f"/api/asks/{asks[0]['id']}/answer", json=body)).status_code == status
    assert await fetch(worker_pool, north, "select count(*) from held_answer") == [(0,)]


async def test_a_repeated_answer_is_one(asked):
    ben, asks = asked
    once = {"headers": {"idempotency-key": "a"}, "json": SAID}
    first, again = [await ben.post(f"/api/asks/{asks[0]['id']}/answer", **once) for _ in range(2)]
    assert (first.json(), again.headers["idempotent-replay"]) == (again.json(), "true")


async def test_the_web_sees_nobodys_asks_answers_words_or_notes_but_those_of_who_acts(asked, north, web_pool):
    ben, asks = asked
    await ben.post(f"/api/asks/{asks[0]['id']}/answer", json=SAID)
    await ben.post("/api/notes", json={"receiver_id": str(north.ada), "message": "Thank you."})
    for who, own in ((None, 0), (north.ben, len(asks)), (north.cleo, None)):
        async with db.tenant(web_pool, north.organization_id) as tx:
            if who is not None:
                await tx.execute("select set_config('app.person_id', $1, true)", str(who))
            givers = {row[0] for row in await tx.fetch("select giver_id from ask")}
            held = await tx.fetchval("select count(*) from held_answer")
            notes = await tx.fetchval("select count(*) from note")
        assert givers <= {who}
        assert (held, notes) == ((1, 1) if who == north.ben else (0, 0))
        assert own is None or bool(givers) == bool(own)


async def test_the_web_can_neither_ask_nor_read_times(asked, north, web_pool):
    for statement in (
        "select at from ask",
        "select at from feedback_answer",
        "select giver_id from feedback_answer",
        "select round_id from feedback_answer",
        "select recorded_at from feedback_answer",
        "select * from heard_answer",
        "insert into ask (giver_id, receiver_id) values (gen_random_uuid(), gen_random_uuid())",
        "insert into feedback_comment (receiver_id, round_id, comment) select id, id, 'x' from person",
    ):
        async with db.tenant(web_pool, north.organization_id) as tx:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.execute(statement)


async def answered(hr):
    rounds = (await hr.get("/api/rounds")).json()["items"]
    return next(one["answered"] for one in rounds if not one["standing"])


async def test_the_numbers_of_a_round_move_by_k_and_only_at_night(api, asked, north, worker):
    hr = await api(north, "cleo", "hr")
    shown: list[int | None] = [None]
    for name in ("ada", "ben", *NAMES):
        client = await api(north, name)
        for ask in (await client.get("/api/asks")).json()["items"]:
            await client.post(f"/api/asks/{ask['id']}/answer", json={"ratings": {"selling": 3}})
        assert await answered(hr) == shown[-1]
        await worker(north)
        shown.append(await answered(hr))
    assert shown == 5 * [None] + 3 * [5] + 5 * [None]  # of twelve people, with k = 5


async def test_events_say_neither_who_nor_about_whom(asked, north, worker, worker_pool):
    ben, asks = asked
    await ben.post(f"/api/asks/{asks[0]['id']}/answer", json=SAID)
    await ben.post(f"/api/asks/{asks[1]['id']}/decline")
    await ben.post("/api/feedback", json={"receiver_id": str(north.ada), "ratings": {"selling": 3}})
    await worker(north)
    people = {str(person) for person in north.people.values()}
    events = await fetch(
        worker_pool, north, "select kind, subject_id::text, payload::text from event where kind <> 'token_created'"
    )
    assert {kind for kind, *_ in events} == {"round_opened", "round_drawn", "feedback_given"}
    assert not [event for event in events if event[1] in people or any(person in event[2] for person in people)]
