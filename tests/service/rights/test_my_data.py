"""My data as a file: everything about me, and of others' confidence only what was shown to me."""

from datetime import UTC, datetime

import pytest

from service.base import db
from tests.scoring import handmade
from tests.scoring.handmade import published

MINE = "/api/me/data"
ROUND = "insert into feedback_round (opened_at, closed_at) values ('2026-01-01', $1) returning id"
ANSWER = """
insert into feedback_answer (giver_id, receiver_id, round_id, criterion_id, rating, comment, at)
values ($1, $2, $3, $4, 3, $5, '2026-03-03T03:03:03Z')
"""


async def round_of(pool, cast, givers, closed):
    """A round in which so many say something of Ben; what they said."""
    said = []
    async with db.tenant(pool, cast.organization_id) as tx:
        round_id = await tx.fetchval(ROUND, closed)
        for n in range(givers):
            giver = await tx.fetchval("insert into person (name) values ($1) returning id", f"Giver {n} of {givers}")
            said.append(f"Word {n} of {givers}.")
            await tx.execute(ANSWER, giver, cast.ben, round_id, cast.criteria["leading"], said[-1])
    return said


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


async def test_of_feedback_about_me_it_holds_words_of_closed_rounds_without_giver_time_and_rating(
    api, worker_pool, north
):
    said = await round_of(worker_pool, north, 5, datetime(2026, 4, 1, tzinfo=UTC))
    await round_of(worker_pool, north, 4, datetime(2026, 4, 1, tzinfo=UTC))  # too few
    await round_of(worker_pool, north, 6, None)  # still open
    answer = await (await api(north, "ben")).get(MINE)
    assert sorted(answer.json()["data"]["comments_about_me"], key=str) == [{"comment": one} for one in said]
    for secret in ("Giver", "of 4", "of 6", "03:03:03"):
        assert secret not in answer.text


async def test_how_many_must_have_answered_is_what_the_policy_says(api, worker_pool, north):
    await round_of(worker_pool, north, 5, datetime(2026, 4, 1, tzinfo=UTC))
    found = []
    for k in (6, 5):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(
                "insert into scoring_policy (version, policy, hash) values ($1, $2, repeat('a', 64))", 10 - k, {"k": k}
            )
        found.append(len((await (await api(north, "ben")).get(MINE)).json()["data"]["comments_about_me"]))
    assert found == [0, 5]


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
    await round_of(worker_pool, north, 5, datetime(2026, 4, 1, tzinfo=UTC))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(ANSWER, north.ben, north.ada, None, north.criteria["leading"], "By Ben.")
    seen = {}
    for cast, whose in ((north, None), (north, north.ben), (north, north.cleo), (south, north.ben)):
        async with db.tenant(web_pool, cast.organization_id) as tx:
            if whose:
                await tx.execute("select set_config('app.data_of', $1, true)", str(whose))
            seen[cast.handle[:5], whose] = await tx.fetchval(f"select count(*) > 0 from {view}")  # noqa: S608
    assert [key for key, found in seen.items() if found] == [("north", north.ben)]
