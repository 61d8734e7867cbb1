"""What boards and people's pages show, to whom, and what they keep to themselves."""

import re
from datetime import UTC, datetime

import pytest

from scoring.model import figures
from service.base import db
from service.pages import shown

CROWD = """
with people as (
    insert into person (name) select 'Crowd ' || n from generate_series(1, $1::integer) as n returning id
), seen as (
    insert into visibility (person_id, shown) select id, true from people
)
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, score, low, high, provisional)
select r.id, 'quality', 'organization', 'all', 'person', p.id, -p.n, -p.n - 1, -p.n + 1, false
from scoring_run as r
cross join (select id, row_number() over () as n from people) as p
"""


def names(page):
    return re.findall(
        r'<a class="quiet" href="/people/[^"]+">([^<]+)</a>', page.split('<table class="rows">')[1].split("</table>")[0]
    )


def ranks(page):
    return re.findall(r'<td class="rank">(?:<span[^>]*>[^<]*</span>)?([^<]*)</td>', page)


@pytest.fixture
async def ladder(north, colleagues, published):
    """Twelve people with ranks, Ben the ninth of them, and two who gather evidence."""
    people = await colleagues(north, *(f"Person {n:02}" for n in range(1, 12)))
    new = await colleagues(north, "New One", "New Two")
    await published(north, [*people[:8], north.ben, *people[8:]], new)
    return north


async def test_before_the_first_run_a_board_says_so(visitor, north):
    assert "Nothing has been scored yet" in (await (await visitor(north, "ben")).get("/boards")).text


async def test_a_board_shows_its_upper_half_and_me_with_my_neighbours_but_never_the_last(visitor, ladder):
    page = (await (await visitor(ladder, "ben")).get("/boards/quality")).text
    upper = [f"Person {n:02}" for n in range(1, 7)]
    assert names(page) == [*upper, "Person 08", "Ben", "Person 09"]
    assert ranks(page) == ["1–2", "2–3", "3–4", "4–5", "5–6", "6–7", "", "", ""]


async def test_to_another_it_shows_only_the_upper_half(visitor, ladder):
    page = (await (await visitor(ladder, "cleo")).get("/boards/quality")).text
    assert names(page) == [f"Person {n:02}" for n in range(1, 7)]
    assert "Ben" not in page


async def test_who_gathers_evidence_sees_themself_without_a_place(visitor, north, colleagues, published):
    await published(north, await colleagues(north, "One", "Two", "Three"), [north.ben])
    page = (await (await visitor(north, "ben")).get("/boards/quality")).text
    assert names(page) == ["One", "Two", "Ben"]
    assert "gathering evidence" in page
    assert names((await (await visitor(north, "cleo")).get("/boards/quality")).text) == ["One", "Two"]


async def test_of_two_neither_is_ranked_before_the_other_and_each_sees_themself(visitor, north, published):
    await published(north, [north.ada, north.ben])
    page = (await (await visitor(north, "cleo")).get("/boards/quality")).text
    assert ("<tbody>" in page, "This board is still gathering evidence" in page) == (False, True)
    own = (await (await visitor(north, "ada")).get("/boards/quality")).text
    assert (names(own), ranks(own)) == (["Ada"], ["–"])


async def test_a_team_alone_has_no_place(visitor, north, published):
    await published(north, [north.teams["ada"]], kind="team")
    page = (await (await visitor(north, "cleo")).get("/boards/quality")).text
    assert ("Ada&#39;s team" in page, ranks(page)) == (True, ["–"])
    assert "a place is told once three or more have one" in page


async def test_a_board_that_is_not_made_of_people_says_so(visitor, north, published):
    await published(north, [north.teams["ada"]], kind="team", board="help")
    page = (await (await visitor(north, "cleo")).get("/boards?board=help&kind=person")).text
    assert "Help across departments is a board of teams" in page


RATED = ("what an average colleague would say, from 1 to 5", "Colleagues’ answers about working together")
CARE = ("standard deviations of true quality", "Calls that were promised to customers")
HELP = ("standard deviations of help between people", "Thanks that cross departments")
TOLD = [*((key, RATED) for key in ("project_leader", "documenter", "problem_solver", "seller", "leading", "our_own")),
        ("carer", CARE), ("care", CARE), ("help", HELP),
        ("quality", ("standard deviations of true quality", "Quality puts together")),
        ("customer_trust", ("standard deviations of true quality", "Customers’ own answers come first"))]  # fmt: skip


@pytest.mark.parametrize(("board", "told"), TOLD)
async def test_a_board_says_its_own_unit_and_how_it_is_made(visitor, north, published, board, told):
    await published(north, list(north.teams.values())[:1], kind="team", board=board)
    page = (await (await visitor(north, "ben")).get(f"/boards?board={board}")).text
    assert [words in page for words in told] == [True, True]
    assert [other for other in {RATED, CARE, HELP} - {told} if other[1] in page] == []


def test_awards_stand_on_the_engines_own_boards():
    assert shown.AWARDS == figures.AWARDS


async def test_who_has_left_is_on_no_board_of_people(visitor, ladder, worker_pool):
    async with db.tenant(worker_pool, ladder.organization_id) as tx:
        await tx.execute("update person set left_at = now() where name in ('Person 01', 'Person 08')")
    page = (await (await visitor(ladder, "ben")).get("/boards/quality")).text
    assert names(page) == [*(f"Person {n:02}" for n in range(2, 7)), "Person 07", "Ben", "Person 09"]


async def test_a_board_of_twenty_thousand_answers_within_the_deadline(visitor, ladder, worker_pool):
    async with db.tenant(worker_pool, ladder.organization_id) as tx:
        await tx.execute("discard plans; set local enable_seqscan = off")  # or keys are checked as if nobody were there
        await tx.execute(CROWD, 20_000)
    answer = await (await visitor(ladder, "ben")).get("/boards/quality")
    assert (answer.status_code, "Ben" in names(answer.text)) == (200, True)


async def test_the_form_and_the_address_show_the_same_board(visitor, ladder):
    browser = await visitor(ladder, "ben")
    by_form = await browser.get("/boards?board=quality&kind=person&scope=organization&period=all")
    by_address = await browser.get("/boards/quality")
    assert names(by_form.text) == names(by_address.text)


@pytest.mark.parametrize(
    "query", ["scope=team:x", "period=year:1999", "kind=horse", "scope=%00", "period=" + "9" * 5000]
)
async def test_what_is_not_there_falls_back_to_what_is(visitor, ladder, query):
    answer = await (await visitor(ladder, "ben")).get(f"/boards/quality?{query}")
    assert (answer.status_code, len(names(answer.text))) == (200, 9)


@pytest.mark.parametrize("board", ["nothing", "%00", "customer_trust' or 1=1", "<script>"])
async def test_a_board_that_is_not_there_is_not_found(visitor, ladder, board):
    assert (await (await visitor(ladder, "ben")).get(f"/boards/{board}")).status_code == 404


async def test_a_board_shows_names_as_text_and_stays_small(visitor, north, colleagues, published):
    people = await colleagues(north, "</script><script>alert(1)</script>", *(f"Somebody {n}" for n in range(60)))
    await published(north, people)
    answer = await (await visitor(north, "ben")).get("/boards/quality")
    assert "<script>alert" not in answer.text
    assert len(answer.content) < 40_000


async def test_one_organization_sees_nothing_of_anothers_boards(visitor, ladder, south):
    assert "Nothing has been scored yet" in (await (await visitor(south, "dora")).get("/boards/quality")).text


@pytest.mark.parametrize(
    ("who", "is_open"),
    [(("ada", "employee"), True), (("ben", "employee"), False), (("ben", "lead"), False), (("cleo", "hr"), True)],
)
async def test_scores_are_seen_by_oneself_ones_lead_and_hr(visitor, north, published, who, is_open):
    await published(north, [north.ada])
    path = "/me/scores" if who[0] == "ada" else f"/people/{north.ada}"
    browser = await visitor(north, *who)
    page = (await browser.get(path)).text
    assert ("What is known, and how surely" in page) is is_open
    assert ("+0.50" in page) is is_open
    page = (await browser.get(f"/people/{north.ada}")).text
    assert "Doer" in page
    assert "North delivery" in page


@pytest.mark.parametrize("role", ["lead", "employee"])
async def test_a_lead_sees_the_scores_of_those_they_lead(visitor, north, published, role):
    await published(north, [north.ada])
    page = (await (await visitor(north, "ada", role)).get(f"/people/{north.ben}")).text
    assert "Why this standing?" in page
    assert "Not enough is known yet" in page


async def test_who_leads_only_from_next_month_sees_no_scores_today(visitor, north, published, worker_pool):
    await published(north, [north.ada])
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update team_member set from_at = now() + interval '1 month' where role = 'lead'")
    page = (await (await visitor(north, "ada", "lead")).get(f"/people/{north.ben}")).text
    assert "Why this standing?" not in page


WHY_NOT = {"en": "So nobody can tell who said what", "fi": "kuka sanoi mitä"}


@pytest.mark.parametrize("language", WHY_NOT)
async def test_where_nothing_of_colleagues_is_shown_the_page_says_why(visitor, north, published, worker_pool, language):
    run_id = await published(north, [north.ada])
    page = (await (await visitor(north, "ada", language=language)).get("/me/scores")).text
    assert WHY_NOT[language] not in page
    async with db.tenant(worker_pool, north.organization_id) as tx:
        rest = "insert into released_score select organization_id, run_id, subject_kind, $2, 'care', 0, 1, -1, 1, 0"
        await tx.execute(f"{rest} from released_score where run_id = $1 and dimension = 'care'", run_id, north.ben)
    page = (await (await visitor(north, "ben", language=language)).get("/me/scores")).text
    assert WHY_NOT[language] in page


@pytest.mark.parametrize("trusted", [True, False, None])
async def test_what_colleagues_said_in_confidence_is_no_star_on_the_public_page(visitor, north, published, trusted):
    await published(north, [north.ada], trusted=trusted)
    own = (await (await visitor(north, "ada")).get("/me/journey")).text
    assert f"{1 + (trusted is True)} star" in own
    assert ("colleagues trusted the work" in own) is (trusted is True)
    for who in ("ben", "ada"):  # one's own page is what others see
        page = (await (await visitor(north, who)).get(f"/people/{north.ada}")).text
        assert re.findall(r'aria-label="([^"]+ stars? of[^"]+)"', page) == ["1 star of two"]
        assert '"text":["★"]' in page
        assert "olleagues" not in page.split('id="way"')[1].split("</section>")[0]
        assert '<ul class="reasons">' not in page


async def test_the_amounts_on_the_page_come_to_the_score_on_the_page(visitor, north, published):
    await published(north, [north.ada])
    page = (await (await visitor(north, "ada")).get("/me/scores")).text
    parts = re.findall(r'<td class="amount">([^<]+)</td>', page)
    *amounts, total = (float(part.replace("−", "-")) for part in parts)
    assert (sum(amounts), total) == (pytest.approx(0.42), 0.42)


async def test_what_is_next_is_ones_own_to_see(visitor, north, published):
    await published(north, [north.ada])
    own = (await (await visitor(north, "ada", language="fi")).get("/me/journey")).text
    assert "Vielä 2 vähintään kahden tähden etappia" in own
    assert "Luotettu" in own
    other = (await (await visitor(north, "ben")).get(f"/people/{north.ada}")).text
    assert "What is next?" not in other


async def test_another_organizations_person_looks_like_nobody(visitor, north, south):
    browser = await visitor(north, "cleo", "hr")
    answers = [await browser.get(f"/people/{one}") for one in (south.dora, north.organization_id)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(str(south.dora), "") == answers[1].text.replace(str(north.organization_id), "")


async def test_home_shows_customers_words_thanks_and_whom_to_thank(visitor, north, worker_pool, thanked):
    await thanked(north, north.ada, north.ben, "Well written.", datetime.now(UTC))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for kind, comment in (("interview", "They listened."), ("observation", "Our own view.")):
            await tx.execute(
                "insert into signal (project_id, kind, comment) values ($1, $2, $3)", north.delivery, kind, comment
            )
    page = (await (await visitor(north, "ben")).get("/")).text
    assert "They listened." in page
    assert "Our own view." not in page
    assert "Well written." in page
    assert f'href="/kudos/new?to={north.ada}' in page
