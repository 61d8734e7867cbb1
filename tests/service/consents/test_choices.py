"""Consent and visibility over HTTP: everything is off until its person turns it on, and off is off at once."""

import asyncio
from dataclasses import replace

import pytest

from service import demo
from service.base import db
from tests.scoring import handmade
from tests.scoring.handmade import published

MINE = "/api/me/consents"
BOARD = "/api/boards/quality"
NEW_PERSON = "insert into person (name) values ($1) returning id"


@pytest.fixture
async def newcomer(worker_pool, north):
    """North with Nea, who has chosen nothing yet."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        nea = await tx.fetchval(NEW_PERSON, "Nea")
    return replace(north, people={**north.people, "nea": nea})


@pytest.fixture
async def ranked(worker_pool, north):
    """North with six ranked people beside Ada, Ben and Cleo, all seen; the ids, best first."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for n in range(6):
            await tx.execute(NEW_PERSON, f"Person {n}")
        await tx.execute("insert into visibility (person_id, shown) select id, true from person on conflict do nothing")
        rows = await tx.fetch('select id from person order by external_id collate "C"')
    await published(worker_pool, north.organization_id, handmade.about(9))
    people = [row[0] for row in rows]
    return replace(north, people={**north.people, **{f"p{n}": one for n, one in enumerate(people)}}), people


def ids(places):
    return [place["subject_id"] for place in places]


async def test_everything_is_off_for_one_who_was_never_asked(api, newcomer):
    choices = (await (await api(newcomer, "nea")).get(MINE)).json()
    assert choices == {
        "preset": "fi",
        "joined": False,
        "sources": [{"source": one, "given": False, "at": None} for one in ("peers", "customers", "kudos")],
        "on_boards": False,
        "on_boards_since": None,
    }


@pytest.mark.parametrize("preset", ["fi", "eu"])
async def test_both_presets_begin_with_everything_off(api, newcomer, preset):
    answer = await (await api(newcomer, "cleo", "hr")).patch("/api/consents/preset", json={"preset": preset})
    assert answer.json() == {"preset": preset}
    choices = (await (await api(newcomer, "nea")).get(MINE)).json()
    assert choices["preset"] == preset
    assert [one["given"] for one in choices["sources"]] == [False] * 3
    assert choices["on_boards"] is False


@pytest.mark.parametrize(("preset", "may"), [("fi", [False, True, False]), ("eu", [True, True, True])])
async def test_under_fi_nobody_is_asked_about_a_person_without_their_word(api, web_pool, newcomer, preset, may):
    await (await api(newcomer, "cleo", "hr")).patch("/api/consents/preset", json={"preset": preset})
    nea, found = await api(newcomer, "nea"), []
    for given in (None, True, False):
        if given is not None:
            await nea.patch(MINE, json={"peers": given})
        async with db.tenant(web_pool, newcomer.organization_id) as tx:
            found.append(await tx.fetchval("select may_be_asked_about($1)", newcomer.nea))
    assert found == may


async def test_a_choice_stays_and_the_last_word_counts(api, worker_pool, newcomer):
    client = await api(newcomer, "nea")
    for wanted in ({"kudos": True}, {"kudos": True}, {"kudos": False, "on_boards": True}):
        choices = (await client.patch(MINE, json=wanted)).json()
    assert [one["given"] for one in choices["sources"]] == [False, False, False]
    assert (choices["joined"], choices["on_boards"]) == (True, True)
    async with db.tenant(worker_pool, newcomer.organization_id) as tx:
        said = await tx.fetch("select source, given from consent where person_id = $1 order by at", newcomer.nea)
    assert [tuple(row) for row in said] == [("kudos", True), ("kudos", False)]  # the same again says nothing new


@pytest.mark.parametrize("body", [{}, {"peers": None}, {"peers": "yes"}, {"boards": True}, {"person_id": "x"}])
async def test_a_choice_that_does_not_fit_is_refused(api, north, body):
    answer = await (await api(north, "ben")).patch(MINE, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(("who", "role"), [("ben", "employee"), ("ada", "lead")])
async def test_how_the_organization_asks_is_not_everybodys_to_set(api, north, who, role):
    answer = await (await api(north, who, role)).patch("/api/consents/preset", json={"preset": "eu"})
    assert answer.status_code == 403


async def test_a_program_has_no_choices(api, north):
    assert (await (await api(north, role="service")).get(MINE)).status_code == 409


async def test_who_leaves_the_boards_is_gone_at_the_next_request_and_leaves_no_gap(api, ranked):
    cast, people = ranked
    watcher, leaver = await api(cast, role="service"), await api(cast, "p1")
    before = (await watcher.get(BOARD)).json()
    assert ids(before["items"]) == [str(one) for one in people[:5]]
    await leaver.patch(MINE, json={"on_boards": False})
    after = (await watcher.get(BOARD)).json()
    assert (after["count"], after["ranked"]) == (8, 8)
    assert ids(after["items"]) == [str(one) for one in (people[0], *people[2:5])]
    assert [(one["band"], one["rank_low"], one["rank_high"]) for one in after["items"]] == [
        (n, n, n) for n in (1, 2, 3, 4)
    ]
    assert [one["score"] for one in after["items"]] == [one["score"] for one in before["items"] if one["rank_low"] != 2]
    listed = (await watcher.get("/api/boards")).json()["items"]
    assert [board["count"] for board in listed if board["board"] == "quality"] == [8]


async def test_one_who_is_not_seen_still_sees_their_own_place_and_nobody_else_does(api, ranked):
    cast, people = ranked
    hidden, neighbour = await api(cast, "p6"), await api(cast, "p7")
    await hidden.patch(MINE, json={"on_boards": False})
    own = (await hidden.get(BOARD)).json()
    assert ids(own["mine"]) == [str(one) for one in people[5:8]]
    assert (own["count"], own["mine"][1]["rank_low"]) == (9, 7)
    theirs = (await neighbour.get(BOARD)).json()
    assert ids(theirs["mine"]) == [str(people[5]), str(people[7])]  # the last is seen by themself alone
    assert (theirs["count"], theirs["mine"][1]["rank_low"]) == (8, 7)
    assert str(people[6]) not in str(theirs)


async def test_who_comes_back_is_seen_as_if_they_had_never_been_gone(api, ranked):
    cast, _ = ranked
    watcher, other = await api(cast, role="service"), await api(cast, "p1")
    before = (await watcher.get(BOARD)).json()
    for shown in (False, True):
        await other.patch(MINE, json={"on_boards": shown})
    assert (await watcher.get(BOARD)).json() == before


async def test_a_board_nobody_chose_to_be_on_is_empty_and_not_absent(api, ranked, worker_pool):
    cast, _ = ranked
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        await tx.execute("update visibility set shown = false")
    board = (await (await api(cast, role="service")).get(BOARD)).json()
    assert (board["count"], board["ranked"], board["items"]) == (0, 0, [])


async def test_a_thousand_glances_while_somebody_leaves_never_show_them_after_it(api, ranked):
    cast, people = ranked
    watcher, leaver = await api(cast, role="service"), await api(cast, "p0")
    gone = asyncio.Event()

    async def glance():
        for _ in range(50):
            left = gone.is_set()
            seen = ids((await watcher.get(BOARD)).json()["items"])
            if left:
                assert str(people[0]) not in seen
            await asyncio.sleep(0)

    async def leave():
        await asyncio.sleep(0.05)
        await leaver.patch(MINE, json={"on_boards": False})
        await asyncio.sleep(0.3)  # what another glance learnt while the change was on its way lives a quarter second
        gone.set()

    await asyncio.gather(leave(), *(glance() for _ in range(20)))
    assert str(people[0]) not in ids((await watcher.get(BOARD)).json()["items"])


async def test_in_the_demo_most_example_people_are_seen_and_who_chose_stays_as_they_chose(worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update visibility set shown = false where person_id = $1", north.ada)
        for n in range(21):
            await tx.execute(NEW_PERSON, f"Example {n}")
        for _ in range(2):  # another start of the demo changes nothing
            await demo._choose(tx)
            found = dict(await tx.fetch("select shown, count(*) from visibility group by shown"))
    assert found == {True: 18 + 2, False: 3 + 1}
