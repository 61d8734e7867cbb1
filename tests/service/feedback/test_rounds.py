"""Rounds over HTTP and in the shell: opened, drawn, reminded, closed; their numbers never say who."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from service.base import clock, db
from service.feedback.model import NewRound, RoundRuns
from service.feedback.rounds import close, open_round, running

NAMES = ("eeva", "fia", "gun", "hal", "ida", "jan", "kai", "lea", "mia", "nea")
LAST = (clock.now() + timedelta(days=14)).date().isoformat()


async def fetch(worker_pool, cast, query, *given):
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        return [tuple(row) for row in await tx.fetch(query, *given)]


async def test_a_round_asks_everybody_about_as_many_colleagues(opened, north, bench, worker_pool):
    await bench(north, *NAMES)
    _, round_ = await opened(north, asks_per_person=6)
    asks = await fetch(worker_pool, north, "select giver_id, receiver_id from ask")
    team = {north.people[name] for name in ("ada", "ben", *NAMES)}
    about = Counter(receiver for _, receiver in asks)
    assert {receiver for receiver, _ in about.items()} == team | {north.cleo}
    assert {about[receiver] for receiver in team} == {5, 6}  # and five of theirs are about Cleo, who works alone
    assert max(Counter(giver for giver, _ in asks).values()) <= 6
    assert (round_["people"], round_["answered"], round_["without_colleagues"]) == (12, None, 1)


async def test_who_left_is_away_or_did_not_consent_is_left_in_peace(opened, north, bench, worker_pool):
    await bench(north, *NAMES)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set left_at = now() - interval '1 d' where id = $1", north.eeva)
        await tx.execute("insert into consent (person_id, source, given) values ($1, 'peers', false)", north.fia)
        await tx.execute("insert into leave (person_id, from_at) values ($1, now() - interval '1 d')", north.gun)
    await opened(north)
    asks = await fetch(worker_pool, north, "select giver_id, receiver_id from ask")
    givers, receivers = ({pair[side] for pair in asks} for side in (0, 1))
    assert not givers & {north.eeva, north.gun}
    assert not receivers & {north.eeva, north.fia}
    assert north.fia in givers
    assert north.gun in receivers


async def test_a_redelivered_draw_changes_nothing(opened, north, bench, worker, worker_pool):
    await bench(north, *NAMES)
    _, round_ = await opened(north)
    before = await fetch(worker_pool, north, "select id from ask order by id")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update slot set state = 'due' where job = 'round_draw'")
    await worker(north, draw=round_["id"])
    assert await fetch(worker_pool, north, "select id from ask order by id") == before


async def test_one_round_is_open_at_a_time(opened, north):
    hr, round_ = await opened(north)
    second = await hr.post("/api/rounds", json={"closes_on": LAST})
    assert (second.status_code, second.json()["code"]) == (409, "round_already_open")
    assert (await hr.post(f"/api/rounds/{round_['id']}/close")).status_code == 201
    again = await hr.post(f"/api/rounds/{round_['id']}/close")
    assert (again.status_code, again.json()["code"]) == (409, "round_closed")
    assert (await hr.post("/api/rounds", json={"closes_on": LAST})).status_code == 201


async def test_two_rounds_opened_at_once_are_one(api, north):
    hr = await api(north, "cleo", "hr")
    answers = await asyncio.gather(*(hr.post("/api/rounds", json={"closes_on": LAST}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + 5 * [409]


async def test_a_round_opened_by_a_clock_that_is_ahead_is_open(north, worker_pool):
    new = NewRound(closes_on=date.fromisoformat(LAST))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        with clock.at(clock.now() + timedelta(seconds=20)):
            await open_round(tx, new)
        with pytest.raises(RoundRuns):
            await open_round(tx, new)


async def test_who_waits_to_open_a_round_looks_at_the_clock_afterwards(north, worker_pool):
    new, place = NewRound(closes_on=date.fromisoformat(LAST)), north.organization_id
    async with db.tenant(worker_pool, place) as first:
        await open_round(first, new)
        closed = await running(first)
        waiting = asyncio.create_task(_opened(worker_pool, place, new))
        for _ in range(2000):
            if await first.fetchval("select exists (select from pg_locks where not granted)"):
                break
            await asyncio.sleep(0.01)
        await close(first, closed)
    [(closed_at,)] = await fetch(worker_pool, north, "select closed_at from feedback_round where id = $1", closed)
    assert (await waiting).opened_at > closed_at


async def _opened(pool, organization_id, new):
    async with db.tenant(pool, organization_id) as tx:
        return await open_round(tx, new)


async def test_a_repeated_request_opens_one_round(api, north):
    hr = await api(north, "cleo", "hr")
    headers = {"idempotency-key": "spring"}
    first, again = [await hr.post("/api/rounds", json={"closes_on": LAST}, headers=headers) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replay"] == "true"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"closes_on": "2020-01-01"},
        {"closes_on": "2199-01-01"},
        {"closes_on": LAST, "asks_per_person": 4},  # fewer than k
        {"closes_on": LAST, "asks_per_person": 21},
        {"closes_on": LAST, "reminders": 6},
        {"closes_on": LAST, "period_days": 0},
        {"closes_on": LAST, "seed": 1},
    ],
)
async def test_a_round_that_makes_no_sense_is_refused(api, north, wrong):
    refused = await (await api(north, "cleo", "hr")).post("/api/rounds", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


async def test_reminders_are_capped(opened, north, bench, worker_pool):
    await bench(north, *NAMES)
    hr, round_ = await opened(north, reminders=2)
    path, sent = f"/api/rounds/{round_['id']}/remind", []
    for _ in range(3):
        sent.append(await hr.post(path))
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute("update feedback_round set reminded_at = now() - interval '2 days'")
    assert [answer.status_code for answer in sent] == [201, 201, 409]
    assert sent[-1].json()["code"] == "reminders_spent"
    events = await fetch(
        worker_pool, north, "select subject_id::text, payload from event where kind = 'round_reminded'"
    )
    assert events == 2 * [(round_["id"], {})]


async def test_two_days_lie_between_reminders_and_of_two_at_once_one_goes_out(opened, north, bench):
    await bench(north, *NAMES)
    hr, round_ = await opened(north, reminders=3)
    path = f"/api/rounds/{round_['id']}/remind"
    first, second = await asyncio.gather(hr.post(path), hr.post(path))
    done, refused = sorted((first, second), key=lambda answer: answer.status_code)
    assert (done.status_code, done.json()["reminders"]) == (201, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "reminded_lately")
    possible = datetime.fromisoformat(refused.json()["detail"]["possible_at"])
    assert timedelta(hours=47) < possible - clock.now() <= timedelta(days=2)


@pytest.mark.parametrize(("person", "role"), [("ben", "employee"), ("ada", "lead")])
async def test_rounds_are_run_by_hr_and_administrators(api, opened, north, person, role):
    _, round_ = await opened(north)
    client = await api(north, person, role)
    one = f"/api/rounds/{round_['id']}"
    tried = [await client.get("/api/rounds"), await client.get(one), await client.post("/api/rounds", json={})]
    tried += [await client.post(f"{one}/{act}") for act in ("close", "remind")]
    assert {answer.status_code for answer in tried} == {403}


async def test_another_organizations_round_is_not_there(api, opened, north, south):
    _, round_ = await opened(north)
    theirs = await api(south, "dora", "hr")
    tried = [await theirs.get(f"/api/rounds/{round_['id']}")]
    tried += [
        await theirs.post(f"/api/rounds/{id_}/{act}") for id_ in (round_["id"], uuid4()) for act in ("close", "remind")
    ]
    assert {answer.status_code for answer in tried} == {404}
    assert (await theirs.get("/api/rounds")).json()["items"] == []


async def test_the_seed_which_would_repeat_the_draw_is_not_for_the_web(opened, north, web_pool, worker_pool):
    _, round_ = await opened(north)
    assert "seed" not in round_
    (seed,) = await fetch(worker_pool, north, "select seed from feedback_round")
    assert seed[0] is not None
    async with db.tenant(web_pool, north.organization_id) as tx:
        assert await tx.fetchval("select has_column_privilege('feedback_round', 'seed', 'select')") is False


async def test_unasked_feedback_of_who_refused_is_answered_as_any_other(api, north, worker_pool):
    told = []
    for given in (True, False):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(
                "insert into consent (person_id, source, given) values ($1, 'peers', $2)", north.ada, given
            )
        body = {"receiver_id": str(north.ada), "ratings": {"selling": 4}, "comment": f"Consent {given}."}
        ben = await api(north, "ben")
        answer = await ben.post("/api/feedback", json=body)
        kept = f"Consent {given}." in (await ben.get("/api/me/data")).text  # one's own words do not tell either
        told.append((answer.status_code, answer.text, sorted(set(answer.headers) - {"date"}), kept))
    assert told == [told[0]] * 2
    assert told[0][0] == 201


async def test_unasked_feedback_joins_the_quarters_own_round(api, north, worker_pool):
    ben = await api(north, "ben")
    body = {"receiver_id": str(north.ada), "ratings": {"selling": 4}}
    assert [(await ben.post("/api/feedback", json=body)).status_code for _ in range(2)] == [201, 201]
    rounds = await fetch(
        worker_pool,
        north,
        "select r.standing, r.warned, count(*) from feedback_answer as f join feedback_round as r on r.id = f.round_id"
        " group by r.organization_id, r.id",
    )
    assert rounds == [(True, True, 2)]


async def test_every_night_has_the_quarters_own_round_there_once(north, worker, worker_pool):
    await worker(north)
    await worker(north)
    assert await fetch(worker_pool, north, "select standing from feedback_round") == [(True,)]


async def test_the_quarters_own_round_cannot_be_closed_by_hand(api, north, worker):
    await worker(north)
    hr = await api(north, "cleo", "hr")
    (standing,) = (await hr.get("/api/rounds")).json()["items"]
    refused = await hr.post(f"/api/rounds/{standing['id']}/close")
    assert (refused.status_code, refused.json()["code"]) == (409, "round_closed")
