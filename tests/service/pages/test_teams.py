"""Teams and people as administrators keep them: from a day on, with history, written down, each with a way back."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from service.base import db, way_back
from tests import cast

TODAY = cast.today().isoformat()
UNDO = re.compile(r'action="(/undo/[^"]+)"')
MEMBERSHIPS = """
select p.name, m.role, m.to_at is null from team_member as m join person as p on p.id = m.person_id
where m.team_id = $1 and coalesce(m.to_at > m.from_at, true) order by m.from_at, m.id
"""


@pytest.fixture
async def admin(visitor, north):
    return await visitor(north, "cleo", "administrator")


@pytest.fixture
def memberships(worker_pool, north):
    """Who is and was in a team, in order."""

    async def of(team_id):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            return [tuple(row) for row in await tx.fetch(MEMBERSHIPS, team_id)]

    return of


async def new_team(admin, name="Sea", **more):
    page = await admin.send_form("/teams/new", "/teams", name=name, **more)
    return page, page.url.path


async def undo(admin, page):
    return await admin.send_form(page.url.raw_path.decode(), UNDO.search(page.text)[1])


async def turn(admin, path, **what):
    (action,) = re.findall(rf'action="({path}/members/[^"]+)"', (await admin.get(path)).text)[-1:]
    return await admin.send_form(path, action, on=TODAY, **what)


async def test_teams_are_found_by_name_department_and_lead_a_page_at_a_time(visitor, admin, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.executemany("insert into team (name) values ($1)", [(f"Team {n:03}",) for n in range(60)])
    await new_team(admin, "100%_sure", department="Care")
    hr = await visitor(north, "ben", "hr")
    first = (await hr.get("/teams")).text
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    both = first + (await hr.get(older)).text
    assert re.findall(r"<b>(Team \d+)</b>", both) == [f"Team {n:03}" for n in range(60)]
    for wanted in ("%_S", "care"):
        found = (await hr.get("/teams", params={"q": wanted})).text
        assert re.findall(r'href="/teams/[^"]+"><b>([^<]+)', found) == ["100%_sure"]
    led = (await hr.get("/teams", params={"q": "ada"})).text
    assert f"/teams/{north.teams['ada']}" in led
    assert "No team, department or lead" in (await hr.get("/teams", params={"q": "nowhere"})).text
    # HR sees, and changes nothing.
    team = (await hr.get(f"/teams/{north.teams['ada']}")).text
    assert ("/teams/new" in first, "/members" in team, "/edit" in team) == (False, False, False)


async def test_a_team_is_added_renamed_and_moved_each_with_a_way_back(admin):
    made, path = await new_team(admin, "<b>Sea</b>")
    assert "&lt;b&gt;Sea&lt;/b&gt;" in made.text
    wrong = await admin.send_form(f"{path}/edit", f"{path}/edit", name=" ")
    assert (wrong.status_code, "A team has a name." in wrong.text) == (422, True)
    renamed = await admin.send_form(f"{path}/edit", f"{path}/edit", name="Lake", department="Care")
    assert "Saved." in renamed.text
    assert "Care" in renamed.text
    back = await undo(admin, renamed)
    assert "As it was before." in back.text
    assert "&lt;b&gt;Sea" in back.text
    assert "No department" in back.text
    gone = await undo(admin, made)
    assert gone.url.path == "/teams"
    assert (await admin.get(path)).status_code == 404


async def test_a_department_has_one_team_of_a_name(admin):
    first = await admin.send_form("/teams/new", "/teams", name="Night", department="Works")
    twice = await admin.send_form("/teams/new", "/teams", name="night", department="Works")
    assert (twice.status_code, "There is such a team already." in twice.text) == (422, True)
    other = await admin.send_form("/teams/new", "/teams", name="Night", department="Care")
    assert other.status_code == 200
    edit = f"{other.url.path}/edit"
    moved = await admin.send_form(edit, edit, department="Works")
    assert (moved.status_code, "There is such a team already." in moved.text) == (422, True)
    edit = f"{first.url.path}/edit"
    assert (await admin.send_form(edit, edit, name="Night")).status_code == 200


async def test_somebody_joins_leads_and_leaves_and_history_holds(admin, memberships):
    _, path = await new_team(admin)
    team_id = path.rpartition("/")[2]
    earlier = f"{datetime.now(UTC) - timedelta(days=400):%Y-%m-%d}"
    joined = await admin.send_form(path, f"{path}/members", to="Ben", on=earlier, role="member")
    assert "Ben joins the team." in joined.text
    led = await turn(admin, path, act="lead")
    assert "Ben leads the team." in led.text
    assert await memberships(team_id) == [("Ben", "member", False), ("Ben", "lead", True)]
    assert "Ben leads the team." not in (await undo(admin, led)).text
    assert await memberships(team_id) == [("Ben", "member", True)]
    await turn(admin, path, act="lead")
    left = await turn(admin, path, act="end")
    assert "Ben leaves the team." in left.text
    assert "Nobody is in this team now." in left.text
    await undo(admin, left)
    assert await memberships(team_id) == [("Ben", "member", False), ("Ben", "lead", True)]
    await turn(admin, path, act="end")
    # Whoever left may come again, and nothing of before is lost.
    await admin.send_form(path, f"{path}/members", to="Ben", on=TODAY, role="member")
    assert len(await memberships(team_id)) == 3


async def test_what_was_taken_back_never_lasted_and_may_be_done_again(admin, memberships):
    _, path = await new_team(admin)
    team_id, day = path.rpartition("/")[2], "2026-01-15"
    for _ in range(2):
        joined = await admin.send_form(path, f"{path}/members", to="Ben", on=day)
        await undo(admin, joined)
    assert await memberships(team_id) == []
    assert "Nobody yet. Whoever leaves" in (await admin.get(path)).text
    await admin.send_form(path, f"{path}/members", to="Ben", on=day)
    (action,) = re.findall(rf'action="({path}/members/[^"]+)"', (await admin.get(path)).text)
    led = await admin.send_form(path, action, on=day, act="lead")  # from the first day on: no part before it
    assert await memberships(team_id) == [("Ben", "lead", True)]
    await undo(admin, led)
    assert await memberships(team_id) == [("Ben", "member", True)]


async def test_what_does_not_fit_is_said_where_it_was_typed(admin, colleagues, north):
    await colleagues(north, "Same Name", "Same Name")
    _, path = await new_team(admin)
    far = f"{datetime.now(UTC) + timedelta(days=800):%Y-%m-%d}"
    for fields, told in (
        ({"on": TODAY}, "Whom do you mean?"),
        ({"to": "Nobody at all", "on": TODAY}, "Nobody here is called exactly that."),
        ({"to": "Same Name", "on": TODAY}, "Several people have this name."),
        ({"to": "Ben", "on": "soon"}, "Choose a day."),
        ({"to": "Ben", "on": far}, "Choose a day that is not more than a year ahead."),
    ):
        answer = await admin.send_form(path, f"{path}/members", **fields)
        assert (answer.status_code, told in answer.text) == (422, True), told
    await admin.send_form(path, f"{path}/members", to="Ben", on=TODAY)
    again = await admin.send_form(path, f"{path}/members", to="Ben", on=TODAY)
    assert "This person is in the team already." in again.text
    (action,) = re.findall(rf'action="({path}/members/[^"]+)"', again.text)
    for act in ("end", "lead"):
        before = await admin.send_form(path, action, on="2001-01-01", act=act)
        assert (before.status_code, "That day does not fit" in before.text) == (422, True)


async def test_only_who_did_it_undoes_it_only_once_and_only_if_nothing_changed_since(visitor, admin, north):
    other = await visitor(north, "ben", "administrator")
    _, path = await new_team(admin)
    renamed = await admin.send_form(f"{path}/edit", f"{path}/edit", name="Lake")
    action = UNDO.search(renamed.text)[1]
    csrf = dict(re.findall(r'name="(csrf)" value="([^"]*)"', (await other.get(f"{path}/edit")).text))
    assert (await other.post(action, data=csrf)).status_code == 404
    await other.send_form(f"{path}/edit", f"{path}/edit", name="River")
    assert (await undo(admin, renamed)).status_code == 409
    assert "River" in (await admin.get(path)).text
    csrf = dict(re.findall(r'name="(csrf)" value="([^"]*)"', renamed.text))
    here = {"referer": str(renamed.url)}
    told = await admin.post(UNDO.search(renamed.text)[1], data=csrf, headers=here)
    assert (told.url.path, "This can no longer be undone" in told.text) == (path, True)
    assert UNDO.search(told.text) is None
    own = await admin.send_form(f"{path}/edit", f"{path}/edit", name="Brook")
    csrf = dict(re.findall(r'name="(csrf)" value="([^"]*)"', own.text))
    action = UNDO.search(own.text)[1]
    answers = [(await admin.post(action, data=csrf)).status_code for _ in range(2)]
    assert answers == [200, 404]
    assert (await admin.post(action, data={})).status_code == 403


async def test_adding_and_correcting_a_person_is_undone_and_the_first_day_kept(admin, north):
    made = await admin.send_form("/people/new", "/people", name="Iris", email="iris@north.example", joined="2026-03-02")
    path = made.url.path
    assert "Iris is here." in made.text
    assert 'value="2026-03-02"' in made.text
    saved = await admin.send_form(path, path, name="Iiris", joined="2026-03-02")
    assert "Saved." in saved.text
    assert "iris@north.example" not in saved.text
    back = await undo(admin, saved)
    assert 'value="Iris"' in back.text
    assert "iris@north.example" in back.text
    gone = await undo(admin, made)
    assert gone.url.path == "/people"
    assert (await admin.get(path)).status_code == 404
    used = await admin.send_form("/people/new", "/people", name="Otso")
    team = f"/teams/{north.teams['ada']}"
    await admin.send_form(team, f"{team}/members", to="Otso", on=TODAY)
    assert (await undo(admin, used)).status_code == 409
    for wrong in ({"joined": "never"}, {"joined": "2999-01-01"}, {"email": "nowhere"}):
        answer = await admin.send_form(used.url.path, used.url.path, name="Otso", **wrong)
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)
    ended = await admin.send_form(used.url.path, used.url.path.replace("/edit", "/end"))
    soon = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    late = await admin.send_form(ended.url.path, ended.url.path, name="Otso", joined=soon)
    assert late.status_code == 422
    assert "Works here again" in late.text


async def test_who_was_changed_can_see_it_and_hr_finds_it_in_the_log(visitor, admin, north):
    ben, hr = await visitor(north, "ben"), await visitor(north, "cleo", "hr")
    _, path = await new_team(admin)
    await admin.send_form(path, f"{path}/members", to="Ben", on=TODAY)
    await admin.send_form(f"/people/{north.ben}/edit", f"/people/{north.ben}/edit", name="Ben")
    looks = (await ben.get("/who-looked")).text
    assert "your part in a team, and changed it" in looks
    assert "your entry in the list of people, and changed it" in looks
    log = (await hr.get("/audit")).text
    assert "changed a team" in log
    assert "changed who is in a team" in log


async def test_ways_back_end_with_the_night(admin, worker_pool, north):
    made, _ = await new_team(admin)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await way_back.purge(tx)
    assert UNDO.search((await admin.get(str(made.url))).text) is None


async def test_a_program_turns_a_member_into_a_lead_and_history_holds(api, north, memberships):
    admin = await api(north, "cleo", "administrator")
    team = (await admin.post("/api/teams", json={"name": "Sea"})).json()
    path = f"/api/teams/{team['id']}/members"
    body = {"person_id": str(north.ben), "from_at": "2026-01-01T00:00:00Z"}
    member = (await admin.post(path, json=body)).json()
    turned = {"role": "lead", "from_at": "2026-06-01T00:00:00Z"}
    led = (await admin.post(f"{path}/{member['id']}/role", json=turned)).json()
    assert (led["role"], led["from_at"]) == ("lead", "2026-06-01T00:00:00Z")
    assert await memberships(team["id"]) == [("Ben", "member", False), ("Ben", "lead", True)]
    again = await admin.post(f"{path}/{led['id']}/role", json={"role": "lead"})
    early = await admin.post(f"{path}/{led['id']}/role", json={"role": "member", "from_at": "2026-01-01T00:00:00Z"})
    assert (again.status_code, early.status_code) == (409, 400)
