"""My data as a file: everything about me, and of others' confidence only what was shown to me."""

import asyncpg
import pytest

from service.base import db
from service.rights import reading
from tests.scoring import handmade
from tests.scoring.handmade import published
from tests.service.flows.canaries import Aviary

MINE = "/api/me/data"
HEARD = "insert into feedback_comment (receiver_id, round_id, comment, withdrawn) values ($1, $2, $3, $4)"
ANSWER = """
insert into feedback_answer (giver_id, receiver_id, round_id, criterion_id, rating, comment, at)
values ($1, $2, $3, $4, 3, $5, '2026-03-03T03:03:03Z')
"""


async def test_it_holds_everything_that_is_mine(api, worker_pool, north):
    await published(worker_pool, north.organization_id, handmade.about(3))
    ada, ben = await api(north, "ada"), await api(north, "ben")
    await ada.post("/api/kudos", json={"receiver_id": str(north.ben), "message": "To Ben."})
    await ben.post("/api/kudos", json={"receiver_id": str(north.ada), "message": "To Ada."})
    answer = await ben.get(MINE)
    data = answer.json()["data"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.json()["cut_short"] == []
    assert data["profile"][0]["name"] == "Ben"
    assert [one["message"] for one in data["kudos_received"]] == ["To Ben."]
    assert [one["message"] for one in data["kudos_given"]] == ["To Ada."]
    assert {one["source"] for one in data["consents"]} == {"peers", "customers", "kudos"}
    assert (len(data["scores"]), len(data["projects"]), len(data["teams"])) == (2, 3, 1)
    assert data["visibility"][0]["on_boards"] is True
    assert "hash" not in str(data["access"])


async def test_of_feedback_about_me_it_holds_the_words_i_was_shown_without_giver_time_and_rating(
    api, worker_pool, north
):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        round_id = await tx.fetchval(
            "insert into feedback_round (opened_at, closed_at) values (now(), now()) returning id"
        )
        await tx.execute(HEARD, north.ben, round_id, "Shown.", False)
        await tx.execute(HEARD, north.ben, round_id, "Withdrawn.", True)
        await tx.execute(HEARD, north.ada, round_id, "Another's.", False)
        await tx.execute(ANSWER, north.ada, north.ben, round_id, north.criteria["leading"], "Not shown yet.")
    answer = await (await api(north, "ben")).get(MINE)
    assert answer.json()["data"]["comments_about_me"] == [{"comment": "Shown."}]
    for secret in ("Withdrawn", "Another", "Not shown", "03:03:03"):
        assert secret not in answer.text


async def test_signed_notes_are_both_peoples(api, north):
    ada, ben = await api(north, "ada"), await api(north, "ben")
    await ada.post("/api/notes", json={"receiver_id": str(north.ben), "message": "A quiet word."})
    theirs, mine = [(await client.get(MINE)).json()["data"] for client in (ada, ben)]
    assert [one["message"] for one in theirs["notes_written"]] == ["A quiet word."]
    assert [one["from"] for one in mine["notes_received"]] == ["Ada"]
    assert "A quiet word." not in (await (await api(north, "cleo", "hr")).get(MINE)).text


async def test_what_i_gave_is_mine_and_what_others_gave_is_not(api, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for giver, receiver, words in ((north.ben, north.ada, "By Ben."), (north.cleo, north.ada, "By Cleo.")):
            await tx.execute(ANSWER, giver, receiver, None, north.criteria["leading"], words)
    answer = await (await api(north, "ben")).get(MINE)
    (given,) = answer.json()["data"]["feedback_given"]
    assert (given["receiver"], given["rating"], given["comment"]) == ("Ada", 3, "By Ben.")
    assert "By Cleo." not in answer.text
    assert "By Ben." not in (await (await api(north, "ada")).get(MINE)).text


@pytest.mark.parametrize("view", ["feedback_given_by_me", "comments_about_me"])
async def test_the_views_are_empty_but_for_whom_they_were_opened(web_pool, worker_pool, north, south, view):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        round_id = await tx.fetchval(
            "insert into feedback_round (opened_at, closed_at) values (now(), now()) returning id"
        )
        await tx.execute(HEARD, north.ben, round_id, "Shown.", False)
        await tx.execute(ANSWER, north.ben, north.ada, None, north.criteria["leading"], "By Ben.")
    seen = {}
    for cast, whose in ((north, None), (north, north.ben), (north, north.cleo), (south, north.ben)):
        async with db.tenant(web_pool, cast.organization_id) as tx:
            if whose:
                await tx.execute("select set_config('app.data_of', $1, true)", str(whose))
            seen[cast.handle[:5], whose] = await tx.fetchval(f"select count(*) > 0 from {view}")  # noqa: S608
    assert [key for key, found in seen.items() if found] == [("north", north.ben)]


@pytest.fixture
async def everywhere(database_url, north):
    """A person of north with a row in every table that names people."""
    conn = await asyncpg.connect(database_url)
    await db._prepare(conn)
    made = Aviary(conn, north.organization_id, north.ben)
    await made.plant()
    yield made.person
    await conn.close()


@pytest.mark.parametrize("most", [1, reading.MOST_ROWS])
async def test_the_numbers_told_before_are_those_of_the_file(monkeypatch, web_pool, north, everywhere, most):
    monkeypatch.setattr(reading, "MOST_ROWS", most)
    for person in (everywhere, north.ben, north.ada):
        async with db.tenant(web_pool, north.organization_id) as tx:
            file = await reading.my_data(tx, person)
        async with db.tenant(web_pool, north.organization_id) as tx:
            told = await reading.how_much_is_kept(tx, person)
        assert {kind: min(count, most) for kind, count in told.items()} == {
            kind: len(rows) for kind, rows in file.data.items()
        }
        assert {kind for kind, count in told.items() if count > most} == set(file.cut_short)
        if person == everywhere:
            assert all(told.values())
