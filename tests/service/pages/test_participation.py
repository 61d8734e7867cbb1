"""Participation: counts that tell how it goes, and of nobody whether they joined or refused."""

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from dashboards.participation import Row
from service.base import db
from service.figures import counting
from service.figures.model import Given
from service.pages import participation
from service.pages.language import Words

TEAM = "insert into team (name, department) values ($1, $2) returning id"
PERSON = "insert into person (name, joined_at) values ($1, '2020-01-01') returning id"
MEMBER = "insert into team_member (team_id, person_id, role, from_at) values ($1, $2, 'member', '2020-01-01')"
ALONE = "update person set left_at = '2019-06-01', joined_at = '2019-01-01' where id <> $1"
CHOSE = "insert into visibility (person_id, shown, changed_at) values ($1, false, '2020-02-01')"
REFUSED = "insert into consent (person_id, source, given, at) values ($1, 'peers', false, '2020-02-01')"
WORDS = Words("en")


@pytest.fixture
def staffed(worker_pool, north):
    """Let North be these teams alone: (name, department, people, of whom joined); the people of each."""

    async def make(*teams):
        made = {}
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(ALONE, north.cleo)
            for name, department, people, joined in teams:
                team = await tx.fetchval(TEAM, name, department)
                made[name] = [await tx.fetchval(PERSON, f"{name} {n}") for n in range(people)]
                for number, person in enumerate(made[name]):
                    await tx.execute(MEMBER, team, person)
                    if number < joined:
                        await tx.execute(REFUSED if number % 2 else CHOSE, person)
        return made

    return make


async def counted(browser):
    """The first table of the page: name and count."""
    table = re.search(r'aria-labelledby="joined".*?</table>', (await browser.get("/participation")).text, re.DOTALL)[0]
    rows = re.findall(r"<tr[^>]*>\s*<td>(.*?)</td>.*?amount\">(.*?)</td>", table, re.DOTALL)
    return [(name, re.sub(r"<[^>]+>", "", count)) for name, count in rows]


async def test_groups_that_are_too_small_are_put_together_and_counts_come_in_steps(visitor, staffed, north):
    await staffed(("Large", "Sales", 14, 11), ("A", "Sales", 6, 6), ("B", "Sales", 5, 0), ("C", "Care", 8, 8))
    assert await counted(await visitor(north, "cleo", "hr")) == [
        ("Sales", "10–25 of 25"),
        ("Large", "5–14 of 14"),  # 14 hold two steps of five; the last one reaches to the end
        ("Small teams together", "5–11 of 11"),
        ("Small teams together", "not shown, of 9"),  # Care and Cleo, who is in no team
    ]


async def test_one_more_who_joins_or_refuses_is_not_told_from_one_who_does_not(visitor, staffed, worker_pool, north):
    made = await staffed(("Large", "Sales", 14, 6))
    hr = await visitor(north, "cleo", "hr")
    before = await counted(hr)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(CHOSE, made["Large"][10])
        await tx.execute(REFUSED, made["Large"][11])
        await tx.execute("insert into visibility (person_id, shown) values ($1, true)", made["Large"][12])  # today
    assert await counted(hr) == before == [("Sales: Large", "5–14 of 14"), ("Small teams together", "not shown, of 1")]


@pytest.mark.parametrize("people", [10, 11, 14, 15, 23, 40])
def test_every_count_that_is_told_may_be_of_k_different_numbers(people):
    k = 5
    told = {(k * min(n // k, people // k - 1)) for n in range(people + 1)}
    sizes = [sum(1 for n in range(people + 1) if k * min(n // k, people // k - 1) == low) for low in told]
    assert min(sizes) >= k


def test_a_department_is_told_as_the_sum_of_its_groups_or_not_at_all():
    rows = [Row("Sales", "A", 12, 5, 9), Row("Sales", None, 10, 5, 10), Row(None, None, 7, None, None)]
    lines = participation.by_department(rows, WORDS)
    assert [(line.name, line.row.low, line.row.high, line.part) for line in lines] == [
        ("Sales", 10, 19, False),
        ("A", 5, 9, True),
        ("Small teams together", 5, 10, True),
        ("Small teams together", None, None, False),
    ]
    (whole, *_) = participation.by_department([Row("Sales", "A", 12, 5, 9), Row("Sales", None, 7, None, None)], WORDS)
    assert (whole.row.people, whole.row.low) == (19, None)


def test_thanks_are_told_in_classes_of_k_people_or_more():
    given = [Given(0, 2), Given(1, 4), Given(3, 9), Given(7, 8), Given(11, 3)]
    lines = participation.spread(given, 5, WORDS)
    assert [(line.name, line.row.low) for line in lines] == [
        ("0–2 thanks", 6),
        ("3–5 thanks", 9),
        ("6 thanks or more", 11),
    ]
    assert participation.spread([Given(0, 4)], 5, WORDS) == []


def test_counts_are_as_of_the_ends_of_months_on_the_organizations_clocks():
    ends = counting.month_ends(date(2026, 3, 15), ZoneInfo("Europe/Helsinki"))
    assert [str(end) for end in ends[:2]] == ["2026-02-28 22:00:00+00:00", "2026-01-31 22:00:00+00:00"]


async def test_an_empty_organization_is_told_what_brings_numbers(visitor, north):
    page = await (await visitor(north, "cleo", "hr")).get("/participation")
    assert "No round has been counted yet" in page.text
    assert "Too few people to show it" in page.text
