"""Who leads whom, and what waits for whose decision: asked of many at once, against one at a time and a slow twin."""

import random
from datetime import timedelta

import pytest

from service.base import clock, db
from service.contests import actions
from service.contests.model import Waiting

PERSON = "insert into person (name, left_at) values ($1, $2) returning id"
TEAM = "insert into team (name) values ($1) returning id"
MEMBER = "insert into team_member (team_id, person_id, role, from_at, to_at) values ($1, $2, $3, $4, $5)"
GRANT = "insert into role_grant (person_id, role) values ($1, 'hr')"
CONTEST = """
insert into contest (person_id, dimension, words, due_at, reviewer_id)
values ($1, 'quality', 'No.', $2, $3) returning id
"""
PAIRS = """
select l.id, m.id, leads(l.id, m.id), m.id in (select led.person_id from led_by(l.id) as led)
from person as l cross join person as m
"""
HR_DECIDES = "select id, hr_decides_on(id) from person"
ALL = {"only_overdue": False, "after_key": None, "after_id": None, "most": 1000}


@pytest.fixture(params=range(6))
def generator(request):
    return random.Random(request.param)  # noqa: S311 - made-up histories, no secret


async def histories(tx, generator):
    """Make people, some of whom have left, who came to teams, went, came back and led; return who was where when."""
    now = clock.now()
    people = [await tx.fetchval(PERSON, f"P{n}", now - timedelta(9) if n % 9 == 8 else None) for n in range(24)]
    rows = set()
    for team in [await tx.fetchval(TEAM, f"T{n}") for n in range(6)]:
        for person in generator.choices(people, k=14):
            start = generator.choice([None, None, now - timedelta(400), now - timedelta(30), now + timedelta(30)])
            end = generator.choice([None, None, now + timedelta(60), now - timedelta(20)])
            if start is None or end is None or start <= end:
                rows.add((team, person, generator.choice(["lead", "member"]), start, end))
    once = {(team, person, start): (team, person, role, start, end) for team, person, role, start, end in rows}
    for row in once.values():
        await tx.execute(MEMBER, *row)
    return people, list(once.values())


def leading(rows):
    """Pairs of who leads and who is led now, one membership beside the other."""
    now = clock.now()
    current = [row for row in rows if (row[3] is None or row[3] <= now) and (row[4] is None or row[4] > now)]
    return {(a[1], b[1]) for a in current if a[2] == "lead" for b in current if a[0] == b[0]}


async def test_whom_somebody_leads_is_the_same_of_one_and_of_all(worker_pool, south, generator):
    async with db.tenant(worker_pool, south.organization_id) as tx:
        people, rows = await histories(tx, generator)
        expected = leading(rows)
        pairs = await tx.fetch(PAIRS)
        assert {(lead, led) for lead, led, one, _ in pairs if one and lead in people} == expected
        assert {(lead, led) for lead, led, _, among in pairs if among and lead in people} == expected
        assert all(one == among for _, _, one, among in pairs)
        assert expected
        assert not await tx.fetchval("select leads(null, $1) or exists (select from led_by(null))", people[0])


async def test_what_waits_for_whom_is_what_they_may_decide_one_by_one(worker_pool, south, generator):
    async with db.tenant(worker_pool, south.organization_id) as tx:
        people, rows = await histories(tx, generator)
        leads = leading(rows)
        by_leading = sorted(people, key=lambda one: -sum(lead == one for lead, _ in leads))
        hr = [one for one in by_leading if one not in people[8::9]][:1]
        for one in {*hr, people[8]}:  # who leads most, and one who has left
            await tx.execute(GRANT, one)
        named_for = generator.sample(people[2:], 5)
        contests = {
            await tx.fetchval(CONTEST, one, clock.now(), people[1] if one in named_for else None): one for one in people
        }
        hr_decides = dict(tuple(row) for row in await tx.fetch(HR_DECIDES))
        named = {contest for contest, one in contests.items() if one in named_for}
        for one in people:
            assert hr_decides[one] == any(who != one and (who, one) not in leads for who in hr)
        assert {False, True} == {hr_decides[one] for one in people}
        for reader in (people[1], by_leading[1], None):
            may = {
                "hr": set(contests),
                "administrator": {contest for contest, one in contests.items() if not hr_decides[one]},
                "employee": set(),
            }
            for role, decides in may.items():
                named_to = named if reader == people[1] else set()
                theirs = {contest for contest in decides | named_to if contests[contest] != reader}
                led = {contest for contest in theirs if (reader, contests[contest]) in leads}
                for asked, expected in ((None, theirs), (True, led), (False, theirs - led)):
                    given = {"reader_id": reader, "role": role, "led": asked, **ALL}
                    found = await db.many(tx, actions.sql.waiting, Waiting, **given)
                    assert {one.id for one in found} == expected
