"""Boards over HTTP: the upper half, me and my neighbours, never the bottom; and plain words where there is nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from service.base import db, slots
from service.scores.reading import NEWEST_SECONDS
from tests.scoring import handmade
from tests.scoring.handmade import AS_OF, published

BOARD = "/api/boards/quality"
CROWD = """
with people as (
    insert into person (name) select 'Crowd ' || n from generate_series(1, $1::integer) as n returning id
), seen as (
    insert into visibility (person_id, shown) select id, true from people
)
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, score, low, high, provisional)
select r.id, 'quality', 'organization', 'all', 'person', p.id, -p.n, -p.n - 1, -p.n + 1, false
from scoring_run as r
cross join (select id, row_number() over () as n from people) as p
"""


@pytest.fixture
async def ten(worker_pool, north):
    """North with ten people on its board of quality; the ids, best first."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for n in range(7):
            await tx.execute("insert into person (name) values ($1)", f"Person {n}")
        await tx.execute("insert into visibility (person_id, shown) select id, true from person on conflict do nothing")
        rows = await tx.fetch('select id from person order by external_id collate "C"')
    await published(worker_pool, north.organization_id, handmade.about(10))
    return [str(row[0]) for row in rows]


def ids(places):
    return [place["subject_id"] for place in places]


async def person_at(pool, cast, person_id):
    """The cast's member who stands there, or somebody made one: `api` finds people by name."""
    return replace(cast, people={**cast.people, "placed": person_id})


async def test_without_a_run_there_is_a_message_and_no_error(api, north):
    client = await api(north, "ben")
    for path in (BOARD, "/api/boards"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.json()["run"] is None
        assert answer.json()["items"] == []
        assert "no scores yet" in answer.json()["message"]


async def test_a_board_shows_its_upper_half_only(api, north, ten):
    hr = await api(north, role="service")
    board = (await hr.get(BOARD)).json()
    assert ids(board["items"]) == ten[:5]
    assert (board["count"], board["ranked"], board["next"], board["mine"]) == (10, 10, None, [])
    assert board["items"][0] | {"name": ""} == {
        "subject_id": ten[0], "name": "", "band": 1, "rank_low": 1, "rank_high": 1,
        "score": 1.0, "low": 0.4, "high": 1.6, "state": "ranked",
    }  # fmt: skip
    assert board["run"]["late"] is False
    assert board["message"] is None


async def test_pages_of_a_board_join_and_end_at_its_half(api, north, ten):
    client, seen, after = await api(north, role="service"), [], {}
    for _ in range(3):
        page = (await client.get(BOARD, params={"limit": 2, **after})).json()
        seen += ids(page["items"])
        after = {"after": page["next"]}
    assert seen == ten[:5]
    assert page["next"] is None
    beyond = (await client.get(BOARD, params={"after": "5"})).json()
    assert beyond["items"] == []
    assert beyond["next"] is None


async def test_in_the_lower_half_i_see_my_own_rank_and_my_neighbours_without_theirs(api, worker_pool, north, ten):
    placed = await person_at(worker_pool, north, ten[7])
    board = (await (await api(placed, "placed")).get(BOARD)).json()
    assert ids(board["items"]) == ten[:5]
    assert ids(board["mine"]) == ten[6:9]
    assert [place["rank_low"] for place in board["mine"]] == [None, 8, None]
    assert {place["state"] for place in board["mine"]} == {"in_the_field"}


async def test_in_the_upper_half_my_neighbours_have_their_ranks(api, worker_pool, north, ten):
    placed = await person_at(worker_pool, north, ten[2])
    board = (await (await api(placed, "placed")).get(BOARD)).json()
    assert [place["rank_low"] for place in board["mine"]] == [2, 3, 4]


async def test_the_last_place_is_never_shown_but_to_whom_it_is(api, worker_pool, north, ten):
    last = await person_at(worker_pool, north, ten[9])
    assert ids((await (await api(last, "placed")).get(BOARD)).json()["mine"]) == ten[8:]
    second_last = await person_at(worker_pool, north, ten[8])
    assert ids((await (await api(second_last, "placed")).get(BOARD)).json()["mine"]) == ten[7:9]


async def test_who_has_left_is_on_no_board_of_people_and_the_others_close_up(api, worker_pool, north, ten):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        leave = "update person set left_at = now() + $2::interval where id = $1"
        for person, when in ((ten[0], timedelta(0)), (ten[6], timedelta(0)), (ten[1], timedelta(days=1))):
            await tx.execute(leave, person, when)
    board = (await (await api(await person_at(worker_pool, north, ten[7]), "placed")).get(BOARD)).json()
    assert (board["count"], board["ranked"]) == (8, 8)
    assert ids(board["items"]) == ten[1:5]
    assert ids(board["mine"]) == [ten[5], *ten[7:9]]
    assert board["items"][0]["rank_low"] == 1  # no gap tells that somebody was there


async def test_a_board_of_twenty_thousand_answers_within_the_deadline(api, worker_pool, north, ten):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("discard plans; set local enable_seqscan = off")  # or keys are checked as if nobody were there
        await tx.execute(CROWD, 20_000)
    board = (await (await api(await person_at(worker_pool, north, ten[7]), "placed")).get(BOARD)).json()
    assert board["count"] == 20_010
    assert ids(board["mine"]) == ten[6:9]


async def test_who_gathers_evidence_is_shown_to_themself_alone(api, worker_pool, north, ten):
    await published(
        worker_pool, north.organization_id, handmade.provisional(handmade.about(10), 0, 3), AS_OF + timedelta(1)
    )
    board = (await (await api(north, role="service")).get(BOARD)).json()
    assert (board["count"], board["ranked"]) == (10, 8)
    assert ids(board["items"]) == [ten[n] for n in (1, 2, 4, 5)]
    mine = (await (await api(await person_at(worker_pool, north, ten[0]), "placed")).get(BOARD)).json()["mine"]
    assert ids(mine) == ten[:1]
    assert (mine[0]["state"], mine[0]["rank_low"]) == ("gathering_evidence", None)


async def test_a_new_run_is_shown_within_a_moment(api, worker_pool, north, ten):
    client = await api(north, role="service")
    before = (await client.get(BOARD)).json()
    standings = handmade.about(10).standings
    turned = replace(handmade.about(10), standings=replace(standings, subject=standings.subject[::-1].copy()))
    run_id = await published(worker_pool, north.organization_id, turned, AS_OF + timedelta(days=1))
    await asyncio.sleep(NEWEST_SECONDS)
    after = (await client.get(BOARD)).json()
    assert after["run"]["id"] == str(run_id) != before["run"]["id"]
    assert ids(after["items"]) == ten[::-1][:5]


async def test_an_older_moment_published_later_is_not_the_newest(api, worker_pool, north, ten):
    client = await api(north, role="service")
    before = (await client.get(BOARD)).json()
    await published(worker_pool, north.organization_id, handmade.about(3), AS_OF - timedelta(days=100))
    await asyncio.sleep(NEWEST_SECONDS)
    assert (await client.get(BOARD)).json() == before


async def test_a_failed_night_is_said_on_every_board(api, worker_pool, north, ten):
    night = AS_OF + timedelta(days=1)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        slot = slots.NewSlot(job="scoring", key="2026-06-02", moment=night, due_at=night)
        await slots.fail(tx, await slots.begin(tx, slot, "one"), "ArithmeticError: secret detail")
    answer = await (await api(north, "ben")).get(BOARD)
    assert answer.json()["run"]["late"] is True
    assert (
        answer.json()["message"] == "These scores are of 2026-06-01 00:00 UTC, because the night of 2026-06-02 failed."
    )
    assert "secret" not in answer.text
    await published(worker_pool, north.organization_id, handmade.about(10), night)
    await asyncio.sleep(NEWEST_SECONDS)
    assert (await (await api(north, "ben")).get(BOARD)).json()["run"]["late"] is False


async def test_a_team_sees_itself_among_the_teams(api, worker_pool, north):
    scores = handmade.about(1)
    team = replace(scores.standings, subject_kind=np.ones(1, np.int32))
    await published(worker_pool, north.organization_id, replace(scores, standings=team))
    board = (await (await api(north, "ben")).get(BOARD, params={"kind": "team"})).json()
    assert [place["name"] for place in board["mine"]] == ["Ada's team"]
    cleo = (await (await api(north, "cleo")).get(BOARD, params={"kind": "team"})).json()
    assert cleo["mine"] == []


async def test_the_boards_there_are_come_in_pages(api, worker_pool, north, ten):
    scores, n = handmade.about(10), np.arange(10)
    many = replace(
        scores.standings,
        boards=("care", "quality"), board=(n % 2).astype(np.int32),
        periods=("all", "year:2026"), period=(n // 2 % 2).astype(np.int32),
    )  # fmt: skip
    await published(worker_pool, north.organization_id, replace(scores, standings=many), AS_OF + timedelta(days=1))
    client, seen, after = await api(north, "ben"), [], {}
    while after is not None:
        page = (await client.get("/api/boards", params={"limit": 3, **after})).json()
        seen += [(one["board"], one["period"], one["count"]) for one in page["items"]]
        after = {"after": page["next"]} if page["next"] else None
    assert seen == [("care", "all", 3), ("care", "year:2026", 2), ("quality", "all", 3), ("quality", "year:2026", 2)]
    only = (await client.get("/api/boards", params={"period": "year:2026"})).json()
    assert [one["board"] for one in only["items"]] == ["care", "quality"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{BOARD}?kind=dog", 400),
        (f"{BOARD}?after=-1", 400),
        (f"{BOARD}?after=x", 400),
        (f"{BOARD}?limit=0", 400),
        (f"{BOARD}?scope=%00", 400),
        ("/api/boards?after=[1]", 400),
        ("/api/boards?scope=%00", 400),
        ("/api/boards/nothing", 404),
        (f"{BOARD}?scope=team:unknown", 404),
    ],
)
async def test_what_is_no_board_is_refused_in_the_one_shape(api, north, ten, path, status):
    answer = await (await api(north, "ben")).get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "detail"}


async def test_another_organization_sees_nothing_of_it(api, north, south, ten):
    assert (await (await api(south, "dora")).get(BOARD)).json()["run"] is None


async def test_boards_are_for_those_who_signed_in(anybody):
    for path in (BOARD, "/api/boards", "/api/scoring/runs"):
        assert (await anybody.get(path)).status_code == 401
