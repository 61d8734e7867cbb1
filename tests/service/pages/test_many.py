"""Where there are many, a page shows some of them, and the others are found by typing or on the next part."""

import re

from service.base import db
from tests import cast
from tests.service.pages.conftest import publish

TEAMS = "insert into team (name, department) select 'Crew ' || n, 'Branch ' || n from generate_series(1, 130) as n"
SCOPES = """
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, band, rank_low, rank_high,
    score, low, high, provisional)
select $1, 'quality', 'team:' || t.external_id, 'all', 'person', $2, 1, 1, 1, 0, -1, 1, false from team as t
"""
PEOPLE = """
with made as (
    insert into person (name, joined_at) select 'Person ' || n, '2020-01-01' from generate_series(1, 130 * 12) as n
    returning id, name
)
insert into team_member (team_id, person_id, role, from_at)
select t.id, m.id, 'member', '2020-01-01'
from made as m
join team as t on t.name = 'Crew ' || (1 + split_part(m.name, ' ', 2)::integer % 130)
"""
LOOKS = """
insert into audit (actor_id, role, action, subject_id, purpose, at)
select case n % 3 when 0 then $1::uuid when 1 then $2::uuid else $3::uuid end, 'hr',
    case when n % 2 = 0 then 'view_brief' else 'view_page' end,
    case n % 3 when 0 then $2::uuid when 1 then $3::uuid else $1::uuid end, 'personnel',
    timestamptz '2026-01-01' + n / 2 * interval '1 min'
from generate_series(1, 130) as n
"""
NAMED = "insert into person (name) values ($1) returning id"


async def teams(pool, cast):
    async with db.tenant(pool, cast.organization_id) as tx:
        await tx.execute(TEAMS)


def options(page, name):
    """What a select offers."""
    field = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)[0]
    return re.findall(r"<option[^>]*>(.*?)</option>", field)


def chosen(page, name):
    field = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)[0]
    return re.findall(r"<option[^>]* selected>(.*?)</option>", field)


async def test_of_many_teams_hr_chooses_among_some_and_finds_the_others_by_typing(visitor, worker_pool, north):
    await teams(worker_pool, north)
    hr = await visitor(north, "cleo", "hr")
    page = (await hr.get("/team")).text
    assert len(options(page, "team")) == 100
    assert "Crew 99" not in page
    for typed in ("Crew 99", "branch 99"):
        found = (await hr.get("/team", params={"team": typed})).text
        assert options(found, "team") == chosen(found, "team") == ["Crew 99"]
    missed = await hr.get("/team", params={"team": "100 %_"})
    assert missed.status_code == 404


async def test_by_typing_a_lead_finds_no_team_of_others(visitor, worker_pool, north):
    await teams(worker_pool, north)
    lead = await visitor(north, "ada", "lead")
    assert (await lead.get("/team", params={"team": "ada"})).status_code == 200
    assert (await lead.get("/team", params={"team": "Crew 7"})).status_code == 404
    assert "Another team" not in (await lead.get("/team")).text


async def test_of_many_scopes_a_board_offers_some_and_finds_the_others_by_typing(visitor, worker_pool, north):
    await teams(worker_pool, north)
    run_id = await publish(worker_pool, north, [north.ada, north.ben])
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(SCOPES, run_id, north.ada)
    ben = await visitor(north, "ben")
    page = (await ben.get("/boards/quality")).text
    assert len(options(page, "scope")) == 100
    assert chosen(page, "scope") == ["The whole organization"]
    assert "Ada&#39;s team" in options(page, "scope")  # one's own comes before the others
    assert "Crew 99" not in page
    found = (await ben.get("/boards/quality", params={"where": "crew 99"})).text
    assert options(found, "scope") == ["Crew 99"]
    nothing = (await ben.get("/boards/quality", params={"where": "no such"})).text
    assert chosen(nothing, "scope") == ["The whole organization"]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        key = "team:" + await tx.fetchval("select external_id from team where name = 'Crew 99'")
    assert chosen((await ben.get("/boards/quality", params={"scope": key})).text, "scope") == ["Crew 99"]
    assert (await ben.get("/boards/quality", params={"scope": "\0"})).status_code == 200


async def test_of_many_departments_participation_shows_a_part_at_a_time(visitor, worker_pool, north):
    await teams(worker_pool, north)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(PEOPLE)
    hr = await visitor(north, "cleo", "hr")
    names = []
    for part in range(2):
        answer = await hr.get("/participation", params={"part": part})
        assert answer.status_code == 200, answer.text
        page = answer.text
        table = re.search(r'aria-labelledby="joined".*?</table>', page, re.DOTALL)[0]
        names.append(re.findall(r"<td>(Branch \d+): Crew \d+</td>", table))
        assert ("More departments" in page, "Departments before" in page) == (part == 0, part == 1)
    assert len(names[0]) == 100
    assert len({*names[0], *names[1]}) == 130
    assert (await hr.get("/participation", params={"part": 9})).status_code == 200


async def test_of_many_example_organizations_the_page_shows_some_and_finds_the_others(visitor, worker_pool):
    for _ in range(20):
        made = await cast.north(worker_pool)
        async with db.tenant(worker_pool, made.organization_id) as tx:
            await tx.execute("update organization set demo = true")
            await tx.execute("insert into person (name) select 'Extra ' || n from generate_series(1, 8) as n")
            await tx.execute("update person set name = 'Ben ' || $2 where id = $1", made.ben, made.handle)
    stranger = await visitor()
    page = (await stranger.get("/sign-in")).text
    assert 0 < page.count('name="person_id"') <= 96
    assert re.search(r"\d+ more organizations: the search finds their people", page)
    found = (await stranger.get("/sign-in", params={"q": made.handle})).text
    assert found.count('name="person_id"') == 1


async def test_a_search_of_the_log_finds_each_look_once_and_leads_to_the_older_ones(visitor, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        first, second, other = [await tx.fetchval(NAMED, name) for name in ("Sofia One", "Sofia Two", "Anna")]
        await tx.execute(LOOKS, first, second, other)
    hr = await visitor(north, "cleo", "hr")
    for query, due in (({"q": "sofia"}, 130), ({"q": "sofia", "action": "view_page"}, 65), ({"q": "nobody"}, 0)):
        path, seen = "/audit", []
        page = (await hr.get(path, params=query)).text
        while page:
            seen += re.findall(r'<tr><td class="nowrap muted">(.*?)</td>', page)
            older = re.search(r'rel="next" href="([^"]+)"', page)
            page = (await hr.get(older[1].replace("&amp;", "&"))).text if older else ""
        assert len(seen) == due, query
