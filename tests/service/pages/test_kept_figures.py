"""What takes a while to count is counted by the worker, kept, and read by pages with the moment it was counted."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from scoring.policy import Policy, digest
from service import worker
from service.base import clock, db, slots
from service.figures import keeping
from service.figures.counting import as_told_before
from service.figures.model import Counted, Participation
from service.jobs import JOBS, SUBSCRIBERS
from service.pages.language import Words
from service.worker import Duties

TEAM = "insert into team (name, department) values ($1, $1) returning id"
PERSON = "insert into person (name, joined_at) values ($1, '2020-01-01') returning id"
MEMBER = "insert into team_member (team_id, person_id, role, from_at) values ($1, $2, 'member', '2020-01-01')"
THANKS = "insert into kudos (giver_id, receiver_id, message, at) values ($1, $2, 'Thank you', now() - interval '9 d')"
CONSENT = "insert into consent (person_id, source, given, at) values ($1, 'kudos', true, '2020-02-01')"
POLICY = "insert into scoring_policy (version, policy, hash) values ($1, $2, $3)"
EVENT = "insert into event (kind) values ($1)"
WAITING = "select count(*) from slot where job = 'figures' and state = 'due'"
SHOWN = {"/participation": "rows shares", "/team/help": 'class="number"'}  # once it is counted
PATHS = tuple(SHOWN)


@pytest.fixture
def people(worker_pool, north):
    """Six people each of Care and Works; the first of Care thanked all of Works."""

    async def make():
        async with db.tenant(worker_pool, north.organization_id) as tx:
            made = {}
            for name in ("Care", "Works"):
                team = await tx.fetchval(TEAM, name)
                made[name] = [await tx.fetchval(PERSON, f"{name} {number}") for number in range(6)]
                for one in made[name]:
                    await tx.execute(MEMBER, team, one)
                    await tx.execute(CONSENT, one)
            for one in made["Works"]:
                await tx.execute(THANKS, made["Care"][0], one)
        return made

    return make


@pytest.fixture
def count(worker_pool, north):
    """Count as the worker does."""

    async def act():
        now = clock.now()
        async with db.tenant(worker_pool, north.organization_id) as tx:
            slot = slots.NewSlot(job=keeping.KEEP, key=str(uuid4()), moment=now, due_at=now)
            claim = await slots.begin(tx, slot, "test")
        await keeping.keep(worker_pool, north.organization_id, claim)

    return act


async def shown(browser, path):
    """What a page counts: its tables, and all else but the form's secret."""
    text = (await browser.get(path)).text
    return re.findall(r"<tr[^>]*>.*?</tr>", text, re.DOTALL)


async def test_what_was_counted_stays_until_it_is_counted_again(visitor, people, count, worker_pool, north):
    made = await people()
    hr = await visitor(north, "cleo", "hr")
    at_once = [await shown(hr, path) for path in PATHS]
    await count()
    assert [await shown(hr, path) for path in PATHS] == at_once
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for one in made["Works"]:
            await tx.execute(THANKS, one, made["Care"][1])
    assert [await shown(hr, path) for path in PATHS] == at_once
    await count()
    for path, before in zip(PATHS, at_once, strict=True):
        assert await shown(hr, path) != before


async def test_who_is_entered_later_does_not_change_what_was_told_of_a_month(people, count, worker_pool, north):
    made = await people()
    await count()
    async with db.tenant(worker_pool, north.organization_id, readonly=True) as tx:
        before = await keeping.participation(tx)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        team = await tx.fetchval("select id from team where name = 'Care'")
        for number in range(5):
            one = await tx.fetchval(PERSON, f"Late {number}")
            await tx.execute(MEMBER, team, one)
            await tx.execute(THANKS, one, made["Works"][0])
    await count()
    async with db.tenant(worker_pool, north.organization_id, readonly=True) as tx:
        after = await keeping.participation(tx)
    assert before.months[0].low is not None
    assert (after.joined, after.months) == (before.joined, before.months)
    assert after.given != before.given  # thanks are everybody's to see


def test_a_month_that_could_not_be_told_is_told_when_it_can_be():
    at = datetime(2026, 11, 1, tzinfo=UTC)
    few, many = Counted(at, 4, None, None), Counted(at, 40, 20, 24)
    old, new = (Participation(5, at, at, [], [one], [], [], [], []) for one in (few, many))
    assert as_told_before(new, old) == new
    assert as_told_before(old, new).months == [many]


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_says_when_its_figures_were_counted(visitor, people, count, north, path):
    await people()
    then = clock.now() - timedelta(days=3)
    with clock.at(then):
        await count()
    page = (await (await visitor(north, "cleo", "hr")).get(path)).text
    assert Words("en", ZoneInfo("Europe/Helsinki")).moment(then) in page


async def test_what_was_counted_for_fewer_voices_is_not_shown(visitor, people, count, worker_pool, north):
    await people()
    await count()
    async with db.tenant(worker_pool, north.organization_id) as tx:
        policy = Policy(k=7)
        await tx.execute(POLICY, 99, {"k": 7}, digest(policy))
    hr = await visitor(north, "cleo", "hr")
    text = (await hr.get("/participation")).text
    assert "groups under 14 people" in text
    assert "7–15 of 15" in "".join(await shown(hr, "/participation"))


async def test_a_run_an_import_and_a_policy_let_figures_be_counted_once(worker_pool, north):
    duties = Duties(jobs=JOBS, subscribers=SUBSCRIBERS)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for kind in keeping.AFTER:
            await tx.execute(EVENT, kind)
    await worker.deliver(worker_pool, north.organization_id, duties.subscribers)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval(WAITING) == 1
        claim = await slots.claim(tx, "test")
    await worker.do(worker_pool, north.organization_id, claim, duties)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        assert await tx.fetchval(WAITING) == 0
        kept = await tx.fetch("select kind, k from kept_figures order by kind")
    assert [tuple(row) for row in kept] == [("help", 5), ("participation", 5)]


@pytest.mark.parametrize("path", PATHS)
async def test_before_the_first_count_the_page_comes_at_once_and_says_that_it_is_counted(
    visitor, people, worker_pool, north, path
):
    await people()
    hr = await visitor(north, "cleo", "hr", language="fi")
    now = clock.now()
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.ensure(tx, slots.NewSlot(job=keeping.KEEP, key="1", moment=now, due_at=now))
    waits = await hr.get(path)
    assert (waits.headers["refresh"], "Laskenta alkaa hetken kuluttua." in waits.text) == ("3", True)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        claim = await slots.claim(tx, "test")
    assert "Sitä lasketaan juuri nyt." in (await hr.get(path)).text
    await keeping.keep(worker_pool, north.organization_id, claim)
    counted = await hr.get(path)
    assert ("refresh" in counted.headers, SHOWN[path] in counted.text) == (False, True)


@pytest.mark.parametrize("path", PATHS)
async def test_where_no_worker_comes_the_page_counts_itself(visitor, people, worker_pool, north, path):
    await people()
    long_ago = clock.now() - 2 * keeping.PATIENCE
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await slots.ensure(tx, slots.NewSlot(job=keeping.KEEP, key="1", moment=long_ago, due_at=long_ago))
    page = await (await visitor(north, "cleo", "hr")).get(path)
    assert ("refresh" in page.headers, SHOWN[path] in page.text) == (False, True)
