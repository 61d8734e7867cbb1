"""A person's standing over HTTP: what it is made of, and who may see it."""

import pytest

from service.base import db
from tests.scoring import handmade
from tests.scoring.handmade import published


async def test_a_standing_tells_level_scores_stages_and_why(api, worker_pool, north):
    await published(worker_pool, north.organization_id, handmade.about(3))
    standing = (await (await api(north, "ben")).get(f"/api/people/{north.ben}/standing")).json()
    assert standing["person"] == {"id": str(north.ben), "name": "Ben"}
    assert standing["level"]["name"] in {"Newcomer", "Doer"}
    assert [score["dimension"] for score in standing["scores"]] == ["collaboration", "quality"]
    parts = [part for part in standing["explanation"] if part["dimension"] == "quality"]
    assert sum(part["amount"] for part in parts) == standing["scores"][1]["estimate"]
    assert {part["source"]: part["project"] is None for part in parts} == {"prior": True, "peers": False}
    (stage,) = standing["stages"]
    assert (stage["customer"], stage["left_behind"], stage["reasons"]) == (False, None, "nobody was heard")
    assert standing["run"]["policy_version"] == 1


async def test_before_the_first_night_a_standing_says_so(api, north):
    standing = (await (await api(north, "ben")).get(f"/api/people/{north.ben}/standing")).json()
    assert (standing["run"], standing["level"], standing["scores"]) == (None, None, [])
    assert "no scores yet" in standing["message"]


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("ben", "employee", 200),
        ("ada", "lead", 200),
        ("cleo", "hr", 200),
        ("cleo", "administrator", 200),
        (None, "service", 200),
        ("cleo", "employee", 404),
        ("cleo", "lead", 404),
    ],
)
async def test_a_standing_is_seen_by_its_person_their_lead_and_hr(api, north, who, role, status):
    answer = await (await api(north, who, role)).get(f"/api/people/{north.ben}/standing")
    assert answer.status_code == status


async def test_who_leads_only_from_next_month_does_not_see_it_yet(api, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update team_member set from_at = now() + interval '1 month' where role = 'lead'")
    assert (await (await api(north, "ada", "lead")).get(f"/api/people/{north.ben}/standing")).status_code == 404


async def test_one_who_is_led_does_not_see_the_lead(api, north):
    assert (await (await api(north, "ben")).get(f"/api/people/{north.ada}/standing")).status_code == 404


async def test_another_organizations_person_is_nobody(api, north, south):
    answer = await (await api(south, "dora", "administrator")).get(f"/api/people/{north.ben}/standing")
    absent = await (await api(south, "dora", "administrator")).get(f"/api/people/{north.organization_id}/standing")
    assert answer.status_code == absent.status_code == 404
    assert answer.json() == absent.json()


async def test_a_lead_sees_a_person_from_the_day_they_lead_them_until_the_day_they_do_not(api, worker_pool, north):
    ada, path = await api(north, "ada", "lead"), f"/api/people/{north.ben}/standing"
    day = "update team_member set {} = now() {} interval '1 hour' where person_id = $1"
    found = []
    for change in (("from_at", "+"), ("from_at", "-"), ("to_at", "+"), ("to_at", "-")):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(day.format(*change), north.ben)
        found.append((await ada.get(path)).status_code)
    assert found == [404, 200, 200, 404]


async def test_why_nothing_of_colleagues_is_shown_is_the_same_for_everybody_and_says_so(api, worker_pool, north):
    await published(worker_pool, north.organization_id, handmade.empty())
    told = []
    for who in ("ben", "ada"):
        client = await api(north, who)
        told.append((await client.get(f"/api/people/{north.people[who]}/standing")).json()["peers"])
    assert told[0] == told[1]
    assert (told[0]["shown"], told[0]["k"]) == (False, 5)
    assert "5 different colleagues" in told[0]["message"]
    assert "Among so few people" in told[0]["message"], "there are three"


async def test_where_it_is_shown_there_is_nothing_to_say(api, worker_pool, north):
    await published(worker_pool, north.organization_id, handmade.about(3))
    standing = (await (await api(north, "ben")).get(f"/api/people/{north.ben}/standing")).json()
    assert standing["peers"] == {"k": 5, "shown": True, "message": None}


async def test_in_a_larger_organization_it_is_not_called_small(api, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into person (name) select 'p' || n from generate_series(1, 20) n")
    await published(worker_pool, north.organization_id, handmade.empty())
    standing = (await (await api(north, "ben")).get(f"/api/people/{north.ben}/standing")).json()
    assert "Among so few people" not in standing["peers"]["message"]


@pytest.mark.parametrize(
    ("colleagues", "told"),
    [
        (7, {0.3: 0, 2.0: 1, 4.9: 3, 5.0: 5, 6.9: 5, 7.0: 5}),  # that all seven answered is not told
        (15, {7.0: 5, 12.0: 10, 15.0: 10}),
        (99, {9.9: 5, 23.0: 20, 98.0: 90}),
    ],
)
async def test_voices_are_told_in_steps_and_never_that_nearly_everybody_spoke(worker_pool, north, colleagues, told):
    policy = {"k": 5, "minimum_voices": 3}
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into person (name) select 'P' from generate_series(1, $1)", colleagues + 1 - 3)
        for dimension in ("quality", "collaboration", "criterion:collaboration"):
            found = {one: await tx.fetchval("select voices_told($1, $2, $3)", one, dimension, policy) for one in told}
            assert found == told
        assert await tx.fetchval("select voices_told(6.5, 'care', $1)", policy) == 6.5


@pytest.mark.parametrize(("before", "k"), [(5, 6), (3, 5), (3, 10), (5, 5)])
async def test_voices_told_before_and_after_k_was_raised_point_at_no_number(worker_pool, north, before, k):
    versions = "insert into scoring_policy (version, policy, hash) values ($1, $2, repeat($3, 64))"
    then, now = ({"k": number, "minimum_voices": 3} for number in (before, k))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into person (name) select 'P' from generate_series(1, 120)")
        await tx.execute(versions, 1, then, "a")
        possible = {}
        for number in range(before, 60):
            possible[number] = [await tx.fetchval("select voices_told($1, 'quality', $2)", number, then)]
        if k != before:
            await tx.execute(versions, 2, now, "b")
        for number, told in possible.items():
            told.append(await tx.fetchval("select voices_told($1, 'quality', $2)", number, now))
    for number, told in possible.items():
        alike = [other for other, said in possible.items() if said == told]
        assert len(alike) >= before, (number, told)  # both steps together tell no more than the first did
        shown_today = [other for other, said in possible.items() if said[1] == told[1] and other >= k]
        assert len(shown_today) >= min(k, 60 - told[1]), (number, told)
