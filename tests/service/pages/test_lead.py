"""A lead's pages: whom to thank, with whom to talk, what customers say; of one's own teams, and nobody stands out."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from service.base import db
from service.talks import actions as talks
from tests import cast
from tests.service.pages.conftest import INSERT_SCORE

NOW = datetime.now(UTC)
ENDED = "update project set ended_at = $2, outcome = 'done' where id = $1"
JOIN = "insert into team_member (team_id, person_id, role) values ($1, $2, 'member')"
TEAM = "insert into team (name, department) values ($1, $2) returning id"
CONSENT = "insert into consent (person_id, source, given, at) values ($1, 'kudos', $2, '2026-02-01T00:00:00Z')"
KUDOS = "insert into kudos (giver_id, receiver_id, message, at) values ($1, $2, 'Thank you', $3) returning id"
SIGNAL = """
insert into signal (project_id, contact_id, kind, aspect, value, comment, at, response)
values ($1, $2, $3, $4, $5::float8, $6, $7, $8) returning id
"""
ANSWER = "insert into feedback_answer (giver_id, receiver_id, criterion_id, rating, comment) values ($1, $2, $3, 1, $4)"
CARE = """
insert into care_task (project_id, owner_id, kind, due_at, done_at) values ($1, $2, '3m', $3, $4) returning id
"""
DONE = "select done_at is not null, outcome, needs_changed from care_task where id = $1"
LOOKS = "select subject_id, action, purpose from audit order by subject_id"
TALKS = "select lead_id, person_id from talk"
BE = "select set_config('app.person_id', $1::text, true)"


@pytest.fixture
def people(worker_pool, colleagues):
    """Add people by name to a team; their ids, in order."""

    async def add(cast, team_id, *names):
        found = await colleagues(cast, *names)
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            await tx.executemany(JOIN, [(team_id, one) for one in found])
        return found

    return add


@pytest.fixture
def released(worker_pool, published):
    """Publish a run with figures of people: (person, dimension, estimate, voices)."""

    async def release(cast, *figures):
        run_id = await published(cast)
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            for person_id, dimension, estimate, voices in figures:
                await tx.execute(INSERT_SCORE, run_id, person_id, dimension, estimate, voices)

    return release


async def fetch(pool, cast, query, *given):
    async with db.tenant(pool, cast.organization_id) as tx:
        return await tx.fetch(query, *given)


def row_of(page, name):
    """The table row that names somebody, without what is theirs alone: id, name, initials."""
    found = next(one for one in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if name in one)
    return re.sub(r"[0-9a-f-]{36}|aria-hidden=\"true\">\w+<", "", found).replace(name, "")


async def test_a_lead_sees_the_whole_team_and_each_of_them_sees_that(visitor, people, released, worker_pool, north):
    new, thin, refused = await people(north, north.teams["ada"], "Nuutti", "Taina", "Raija")
    figures = (north.ben, "quality", 0.77, 6.0), (thin, "quality", 0.66, 2.9), (refused, "quality", 0.0, 0.0)
    await released(north, *figures)
    page = (await (await visitor(north, "ada", "lead")).get(f"/team?team={north.teams['ada']}")).text
    assert "0.77, between 0.51 and 1.03" in page
    gathering = {row_of(page, name) for name in ("Nuutti", "Taina", "Raija")}
    assert len(gathering) == 1
    assert "gathering evidence" in gathering.pop()
    assert "0.66" not in page
    looks = await fetch(worker_pool, north, LOOKS)
    seen = {(one, "view_team", "leading") for one in (north.ben, new, thin, refused)}
    assert {tuple(one) for one in looks} == seen
    assert "your scores among those of your team" in (await (await visitor(north, "ben")).get("/who-looked")).text


async def test_whose_good_work_is_hardly_thanked_is_named_with_what_to_thank_for(
    visitor, people, released, worker_pool, north
):
    unknown, praised, quiet = await people(north, north.teams["ada"], "Unto", "Pirkko", "Hilja")
    await released(
        north, (north.ben, "quality", 0.9, 6.0), (north.ben, "recognition", -0.5, 5.0),
        (praised, "quality", 0.9, 6.0), (praised, "recognition", 0.5, 5.0),
        (quiet, "quality", 0.8, 6.0), (quiet, "recognition", 0.0, 0.0),
        (unknown, "quality", 2.0, 1.0), (unknown, "recognition", -2.0, 9.0),
    )  # fmt: skip
    said = (north.delivery, north.contacts["oak"], "call", "satisfaction", 5, "They kept their word", NOW, None)
    await fetch(worker_pool, north, SIGNAL, *said)
    page = (await (await visitor(north, "ada", "lead")).get(f"/team/unseen?team={north.teams['ada']}")).text
    named = page[page.index('id="named"') : page.index("</section>")]
    assert re.findall(r"<b>(\w+)</b>", named) == ["Ben", "Hilja"]
    assert f'/kudos/new?to={north.ben}&amp;project={north.delivery}"' in named
    assert "They kept their word" in named
    assert "2.00" not in page
    assert "-2.0" not in page


@pytest.mark.parametrize(("thanks", "told"), [(-0.1, True), (0.1, False)])
async def test_where_nobody_stands_out_the_corner_is_spoken_of_where_somebody_lies_in_it(
    visitor, released, north, thanks, told
):
    await released(north, (north.ben, "quality", 0.05, 6.0), (north.ben, "recognition", thanks, 5.0))
    page = (await (await visitor(north, "ada", "lead")).get(f"/team/unseen?team={north.teams['ada']}")).text
    assert "Nobody stands out beyond doubt yet." in page
    assert ("Whoever lies in the shaded corner" in page) is told


async def test_a_talk_is_a_day_between_two_people_and_can_be_taken_back(visitor, worker_pool, web_pool, north):
    ada, ben = await visitor(north, "ada", "lead"), await visitor(north, "ben")
    team, action, day = (
        f"/team/talks?team={north.teams['ada']}",
        f"/team/people/{north.ben}/talks",
        cast.today().isoformat(),
    )
    assert "no talk recorded yet" in (await ada.get(team)).text
    told = await ada.send_form(team, action, held_on=day)
    assert "Talk with Ben" in told.text
    assert "last talk today" in told.text
    await ada.send_form(team, action, held_on=day)
    assert len(await fetch(worker_pool, north, TALKS)) == 1
    assert "Talks that your lead recorded" in (await ben.get("/who-looked")).text
    async with db.tenant(web_pool, north.organization_id) as tx:  # the wall itself, without the page's own filter
        seen = []
        for one in (north.cleo, north.ben, north.ada):
            await tx.execute(BE, str(one))
            seen.append(len(await tx.fetch(TALKS)))
        await tx.execute(BE, str(north.ben))
        assert await tx.fetch("delete from talk returning id") == []
    assert seen == [0, 1, 1]
    assert "nobody is measured by it" in (await (await visitor(north, "cleo", "hr")).get(team)).text
    undo = re.search(r'action="(/team/talks/[^"]+/undo)"', told.text)[1]
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf)" value="([^"]*)"', told.text))
    assert "Nothing of it is left" in (await ada.post(undo, data=hidden)).text
    assert await fetch(worker_pool, north, TALKS) == []
    for wrong in (f"{NOW + timedelta(days=3):%Y-%m-%d}", "2020-01-01"):
        assert (await ada.send_form(team, action, held_on=wrong)).status_code == 400


async def test_a_talk_of_more_than_two_years_ago_is_forgotten(worker_pool, web_pool, north):
    async with db.tenant(web_pool, north.organization_id) as tx:
        await tx.execute(BE, str(north.ada))
        for days in (732, 730):
            await tx.execute(
                "insert into talk (lead_id, person_id, held_on) values ($1, $2, $3)",
                north.ada, north.ben, (NOW - timedelta(days=days)).date(),
            )  # fmt: skip
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await talks.purge(tx)
        kept = [row[0] for row in await tx.fetch("select held_on from talk")]
    assert kept == [(NOW - timedelta(days=730)).date()]


async def test_a_brief_holds_what_is_open_and_nothing_that_was_said_in_confidence(
    visitor, released, worker_pool, north
):
    await released(north, (north.ben, "quality", 0.77, 6.0), (north.ben, "leading", 3.33, 1.0))
    await fetch(worker_pool, north, KUDOS.replace("Thank you", "You stayed late"), north.cleo, north.ben, NOW)
    await fetch(worker_pool, north, ANSWER, north.cleo, north.ben, north.criteria["leading"], "In confidence")
    said = (north.delivery, None, "interview", None, None, "Ben listened", NOW, None)
    await fetch(worker_pool, north, SIGNAL, *said)
    cleo = await visitor(north, "cleo")
    await cleo.send_form("/feedback", "/feedback/notes", receiver_id=str(north.ben), message="A private note")
    page = (await (await visitor(north, "ada", "lead")).get(f"/team/people/{north.ben}")).text
    for open_word in ("You stayed late", "Ben listened", "0.77", "What should I do differently?", "too new to tell"):
        assert open_word in page
    for secret in ("In confidence", "A private note", "3.33"):
        assert secret not in page
    looks = await fetch(worker_pool, north, LOOKS)
    assert [tuple(one) for one in looks] == [(north.ben, "view_brief", "leading")]
    own = (await (await visitor(north, "ben")).get(f"/team/people/{north.ben}")).text
    assert "Before a talk with you" in own
    assert len(await fetch(worker_pool, north, LOOKS)) == 1


async def test_help_is_told_of_many_or_not_at_all(visitor, people, colleagues, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        teams = [await tx.fetchval(TEAM, name, name) for name in ("Care", "Works", "Lonely", "Tiny")]
    care = await people(north, teams[0], *(f"Care {n}" for n in range(6)))
    works = await people(north, teams[1], *(f"Works {n}" for n in range(6)))
    await people(north, teams[2], *(f"Lonely {n}" for n in range(5)))
    tiny = await people(north, teams[3], "Tiny 1")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.executemany(CONSENT, [(one, True) for one in (*care, *works[:5], *tiny)])
        await tx.execute(CONSENT, works[5], False)
        await tx.executemany(KUDOS, [(works[0], one, NOW - timedelta(days=9)) for one in care[:5]])
        await tx.executemany(KUDOS, [(care[0], one, NOW - timedelta(days=9)) for one in works])
        await tx.executemany(KUDOS, [(care[0], works[0], NOW - timedelta(days=400))])
        hidden = await tx.fetchval("select id from kudos where receiver_id = $1", works[1])
        await tx.execute("insert into retraction (kudos_id, reason) values ($1, 'hidden')", hidden)
        await tx.execute(KUDOS, works[0], tiny[0], NOW - timedelta(days=9))
    page = (await (await visitor(north, "ada", "lead")).get("/team/help")).text
    table = re.findall(
        r"<tr><td class=\"free\">(.*?)</td><td class=\"free\">(.*?)</td><td class=\"number\"[^>]*>(.*?)</td></tr>", page
    )
    assert sorted(table) == [
        ("Care", "Works", "5 people"),
        ("Other departments", "Works", "a few people"),
        ("Works", "Care", "a few people"),  # four: one was hidden, one lets no thanks count
    ]
    assert "Tiny" not in page
    apart = re.findall(r"<b>(\w+)</b> – <b>(\w+)</b>", page)
    assert sorted(apart) == [("Care", "Lonely"), ("Works", "Lonely")]


async def test_customers_answers_are_told_one_by_one_by_source_and_in_their_words(visitor, worker_pool, north):
    quarter = f"{NOW.year}/{(NOW.month + 2) // 3}"
    oak, given = north.contacts["oak"], [("survey", 1), ("survey", 5), ("survey", 5), ("call", 4)]
    for source, value in given:
        await fetch(worker_pool, north, SIGNAL, north.delivery, oak, source, "satisfaction", value, None, NOW, None)
    await fetch(worker_pool, north, SIGNAL, north.delivery, oak, "survey", "recommendation", 6, "In part", NOW, "one")
    wrong = (north.delivery, oak, "call", "satisfaction", 2, "Retracted", NOW, None)
    [(wrong_id,)] = await fetch(worker_pool, north, SIGNAL, *wrong)
    await fetch(worker_pool, north, "insert into retraction (signal_id, reason) values ($1, 'corrected')", wrong_id)
    ada = await visitor(north, "ada", "lead")
    for path in (f"/team/satisfaction?team={north.teams['ada']}", f"/team/projects/{north.delivery}"):
        page = (await ada.get(path)).text
        table = re.findall(
            r"<td>(\w+)</td><td>([\d/]+)</td><td class=\"number\">(\d)</td><td class=\"number\">(\d+)", page
        )
        assert table == [("Surveys", quarter, "1", "1"), ("Surveys", quarter, "5", "2"), ("Calls", quarter, "4", "1")]
        assert "In part" in page
        assert "Retracted" not in page
        assert "3.75" not in page  # their mean
    page = (await ada.get(f"/team/projects/{north.delivery}?about=recommendation")).text
    assert re.findall(r"<td class=\"number\">(\d)</td>", page) == ["4", "1"]  # 6 or 7 of 10


async def test_a_call_is_noted_and_for_a_minute_can_be_taken_back(visitor, worker_pool, north):
    old = NOW - timedelta(minutes=2)
    [(task,)] = await fetch(worker_pool, north, CARE, north.delivery, north.ben, old, None)
    [(earlier,)] = await fetch(worker_pool, north, CARE, north.delivery, north.ben, old, old)
    page, ada = f"/team/care?team={north.teams['ada']}", await visitor(north, "ada", "lead")
    told = await ada.send_form(page, f"/team/care/{task}/done", outcome="repaired", needs_changed="true")
    assert "The call is noted" in told.text
    assert [tuple(row) for row in await fetch(worker_pool, north, DONE, task)] == [(True, "repaired", True)]
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf)" value="([^"]*)"', told.text))
    assert (await ada.post(f"/team/care/{earlier}/undo", data=hidden)).status_code == 409
    late = await ada.post(f"/team/care/{earlier}/undo", data=hidden, headers={"referer": str(told.url)})
    assert "the minute for it has passed" in late.text
    assert f"team={north.teams['ada']}" in str(late.url)
    assert "done=" not in str(late.url)
    assert "due again" in (await ada.post(f"/team/care/{task}/undo", data=hidden)).text
    assert [tuple(row) for row in await fetch(worker_pool, north, DONE, task)] == [(False, None, None)]


async def test_who_promised_a_call_says_how_it_went_without_leading_anybody(visitor, worker_pool, north):
    [(task,)] = await fetch(worker_pool, north, CARE, north.delivery, north.ben, NOW, None)
    await fetch(worker_pool, north, CARE, north.delivery, north.ada, NOW, None)
    ben = await visitor(north, "ben")
    assert "1 call is due; say how it went" in (await ben.get("/")).text
    assert (await ben.get("/me/calls")).text.count("/done") == 1  # his own alone
    told = await ben.send_form("/me/calls", f"/team/care/{task}/done", outcome="well")
    assert (told.url.path, "The call is noted" in told.text) == ("/me/calls", True)
    assert [tuple(row) for row in await fetch(worker_pool, north, DONE, task)] == [(True, "well", False)]
    undone = await ben.send_form(str(told.url), f"/team/care/{task}/undo")
    assert (undone.url.path, "due again" in undone.text) == ("/me/calls", True)


@pytest.mark.parametrize("path", ["", "/unseen", "/talks", "/satisfaction", "/unheard", "/care", "/help"])
async def test_before_anything_is_known_every_page_says_so_in_both_languages(visitor, worker_pool, north, path):
    await fetch(worker_pool, north, "update project set started_at = now()")
    for language, role in (("fi", "lead"), ("en", "administrator")):
        answer = await (await visitor(north, "cleo", role, language)).get(f"/team{path}")
        assert answer.status_code == 200
        assert 'class="empty"' in answer.text


async def test_a_brief_says_a_role_in_the_readers_language(visitor, worker_pool, north):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        joined = "insert into project_member (project_id, person_id, role) select id, $1, 'expert' from project"
        await tx.execute(joined, north.ben)
    page = (await (await visitor(north, "ada", "lead", language="fi")).get(f"/team/people/{north.ben}")).text
    assert ("asiantuntijatyö" in page, ">expert<" in page) == (True, False)


async def test_customers_words_say_whether_they_wrote_them_or_we_did(visitor, worker_pool, north):
    said = "insert into signal (project_id, contact_id, kind, response, comment) values ($1, $2, $3, $3, $4)"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for kind, words in (("survey", "You listened."), ("call", "All is well.")):
            await tx.execute(said, north.delivery, north.contacts["oak"], kind, words)
        await tx.execute(JOIN_PROJECT, north.delivery, north.ada)
    ada = await visitor(north, "ada", "lead")
    for path in ("/", "/team", f"/team/projects/{north.delivery}"):
        page = (await ada.get(path)).text
        footers = dict(re.findall(r"<blockquote><p>([^<]*)</p>\s*<footer>(.*?)</footer>", page, re.DOTALL))
        assert ("in a survey" in footers["You listened."], "as we noted it" in footers["You listened."]) == (
            True,
            False,
        )
        assert "on the phone, as we noted it" in footers["All is well."]


JOIN_PROJECT = """
insert into project_member (project_id, person_id)
select $1, $2 where not exists (select from project_member where project_id = $1 and person_id = $2)
"""
