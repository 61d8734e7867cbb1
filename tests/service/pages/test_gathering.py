"""Who refused, who is new and who was heard of too little look exactly the same to their lead."""

import pytest

from service.base import db
from tests.service.pages.conftest import INSERT_REASON, INSERT_SCORE

# By the engine: nothing known is where everyone starts; a little is a little beside it.
KNOWN = {"Refused": (0.0, 0.0), "Newcomer": (0.0, 0.0), "Thinly": (0.31, 1.4)}


@pytest.fixture
async def three(north, colleagues, published, worker_pool):
    """North with Ada's three new team members, of whom little or nothing is known, each for another reason."""
    run_id = await published(north, [north.ada])
    people = dict(zip(KNOWN, await colleagues(north, *KNOWN), strict=True))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        (team,) = north.teams.values()
        for name, person in people.items():
            await tx.execute(
                "insert into team_member (team_id, person_id, role) values ($1, $2, 'member')", team, person
            )
            estimate, voices = KNOWN[name]
            for dimension in ("quality", "collaboration"):
                await tx.execute(INSERT_SCORE, run_id, person, dimension, estimate, voices)
            await tx.execute(INSERT_REASON, run_id, person, "peers", None, estimate)
            for source in ("peers", "customers", "kudos"):
                await tx.execute(
                    "insert into consent (person_id, source, given) values ($1, $2, $3)",
                    person,
                    source,
                    name != "Refused",
                )
    return people


async def test_they_are_one_page_to_their_lead(visitor, north, three):
    lead = await visitor(north, "ada", "lead")
    pages = {
        (await lead.get(f"/people/{person}"))
        .text.replace(name, "X")
        .replace(str(person), "id")
        .replace(f">{name[:2].upper()}<", ">X<")
        for name, person in three.items()
    }
    assert len(pages) == 1
    assert pages.pop().count("gathering evidence") == 2


async def test_they_are_one_answer_to_their_lead(api, north, three):
    lead, answers = await api(north, "ada", "lead"), []
    for person in three.values():
        answer = (await lead.get(f"/api/people/{person}/standing")).json()
        answers.append({**answer, "person": None})
    assert answers == [answers[0]] * 3
    assert (answers[0]["scores"], answers[0]["gathering_evidence"]) == ([], ["collaboration", "quality"])


async def test_who_is_heard_of_enough_is_not_held_back(visitor, api, north, three, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update team_member set role = 'lead' where person_id = $1", north.ben)
    standing = (await (await api(north, "ben", "lead")).get(f"/api/people/{north.ada}/standing")).json()
    assert [one["dimension"] for one in standing["scores"]] == ["collaboration", "quality"]
    assert standing["gathering_evidence"] == ["care"]
    page = (await (await visitor(north, "ben", "lead")).get(f"/people/{north.ada}")).text
    assert ("+0.50" in page, page.count("gathering evidence")) == (True, 1)


async def test_pages_answers_and_ones_own_data_tell_no_exact_number_of_voices(
    visitor, api, north, colleagues, *, published, worker_pool
):
    run_id = await published(north, [north.ben])
    await colleagues(north, *"abcdef")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(INSERT_SCORE, run_id, north.ben, "quality", 0.1, 6.537)
    page = (await (await visitor(north, "ben")).get("/me/scores")).text
    ben = await api(north, "ben")
    answers = [(await ben.get(path)).text for path in (f"/api/people/{north.ben}/standing", "/api/me/data")]
    assert ["6.5" in text for text in (page, *answers)] == [False] * 3
    assert "5 or more" in page
    assert ['"evidence":5.0' in answers[0], '"voices":5' in answers[1]] == [True, True]
