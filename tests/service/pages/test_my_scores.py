"""My scores: why, how they came along, what would change them; my own alone."""

import msgspec
import pytest

from scoring.policy import STANDARD_LEVELS, Policy, digest, encode
from service.base import db
from tests.service.pages.conftest import AS_OF, INSERT_POLICY, INSERT_REASON, INSERT_SCORE

EARLIER = """
with policy as (
    insert into scoring_policy (version, policy, hash) values (2, $1, $2) returning id
), slot as (
    insert into slot (job, key, state) values ('score', '2026-10-01', 'done') returning key
), run as (
    insert into scoring_run (as_of, recorded_until, policy_id, engine, evidence_digest, scores_digest, job, slot_key,
        fence, seconds, counts)
    select r.as_of - interval '30 days', r.as_of, policy.id, 'test', repeat('a', 64), repeat('a', 64), 'score',
        slot.key, 1, 0.1, '{}'
    from scoring_run as r, policy, slot
    returning id
)
insert into released_score (run_id, subject_kind, subject_id, dimension, estimate, sd, low, high, evidence)
select run.id, 'person', s.subject_id, s.dimension, -0.13, 0.2, -0.33, 0.07, 5
from released_score as s, run
where s.dimension = 'quality'
"""


async def test_before_the_first_run_the_pages_say_so(visitor, north):
    ben = await visitor(north, "ben")
    assert "Nothing has been scored yet" in (await ben.get("/me/scores")).text
    assert "begins with the first project" in (await ben.get("/me/journey")).text


async def test_the_trend_shows_every_run_with_its_range_and_breaks_between_rules(
    visitor, north, published, worker_pool
):
    await published(north, [north.ada])
    ada = await visitor(north, "ada")
    assert "The line begins with the second" in (await ada.get("/me/scores")).text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(EARLIER, msgspec.json.decode(encode(Policy())), digest(Policy()))
    page = (await ada.get("/me/scores")).text
    table = page.split('id="trend"')[1].split("<tbody>")[1].split("</tbody>")[0]
    assert [row.split("<td")[2].split(">")[1].split("<")[0] for row in table.split("<tr>")[1:]] == ["0.42", "−0.13"]
    assert "−0.33 – 0.07" in table
    figure = page.split('id="trend"')[1].split('class="figure">')[1].split("</script>")[0]
    assert figure.count('"fill":"toself"') == 2


async def test_a_trend_of_a_team_that_begins_anew_says_that_the_rules_changed(visitor, north, published, worker_pool):
    await published(north, [north.ada])
    ada = await visitor(north, "ada", "lead")
    assert "A trend needs two months with figures. It grows by itself." in (await ada.get("/team")).text
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(EARLIER, msgspec.json.decode(encode(Policy())), digest(Policy()))
    assert "The rules changed on 23 November 2026; figures from before" in (await ada.get("/team")).text


async def test_each_figure_of_mine_can_be_asked_why_and_one_that_is_not_there_changes_nothing(
    visitor, north, published, worker_pool
):
    await published(north, [north.ada])
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(
            "insert into released_explanation (run_id, subject_kind, subject_id, dimension, source, amount)"
            " select id, 'person', $1, 'collaboration', 'peers', 4.1 from scoring_run",
            north.ada,
        )
    ada = await visitor(north, "ada")
    page = (await ada.get("/me/scores?about=collaboration")).text
    assert "the estimate of collaboration, 4.10" in page
    assert 'href="/me/scores?about=quality#why"' in page
    for odd in ("care", "<script>", "no such thing"):
        assert "the estimate of quality of work, 0.42" in (await ada.get("/me/scores", params={"about": odd})).text


async def test_what_would_change_it_names_what_is_turned_off_and_who_was_not_heard(
    visitor, north, published, worker_pool
):
    await published(north, [north.ada])
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(
            "insert into consent (person_id, source, given, at)"
            " values ($1, 'kudos', false, now()), ($1, 'customers', false, $2)",
            north.ada,
            AS_OF,
        )
    ada = await visitor(north, "ada")
    page = (await ada.get("/me/scores")).text
    assert "Customers’ answers are turned off, so they count nothing." in page  # the run knows of it
    assert "Thanks and badges are turned off and count nothing from the next scoring on" in page
    assert "no customer has been heard" not in page
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(
            "insert into released_stage (run_id, person_id, project_id) select id, $1, $2 from scoring_run",
            north.ada,
            north.development,
        )
    assert "no customer has been heard" not in (await ada.get("/me/scores")).text  # nor would it count
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("insert into consent (person_id, source, given) values ($1, 'customers', true)", north.ada)
    assert "Of 1 finished project no customer has been heard." in (await ada.get("/me/scores")).text


OWN = {"en": "Buy tools", "fi": "Osta työkalut"}


@pytest.mark.parametrize("language", OWN)
async def test_what_a_level_lets_one_do_is_in_the_readers_language_else_in_the_other(
    visitor, north, published, language
):
    free = {
        "Newcomer": {"freedoms_fi": ("Kysy vain",)},
        "Doer": {"freedoms": (OWN["en"],), "freedoms_fi": (OWN["fi"],)},
    }
    levels = tuple(msgspec.structs.replace(one, **free.get(one.name, {})) for one in STANDARD_LEVELS)
    await published(north, policy=Policy(levels=levels))
    page = (await (await visitor(north, "ada", language=language)).get("/me/journey")).text
    assert "<li>Kysy vain</li>" in page
    assert [text for text in OWN.values() if f"<li>{text}</li>" in page] == [OWN[language]]


async def test_the_journey_says_since_when_and_for_what_one_has_a_level(visitor, north, published):
    await published(north, [north.ada])
    page = (await (await visitor(north, "ada")).get("/me/journey")).text
    assert "Doer since 23 November 2026. It asks for 2 stages with two stars or more." in page


async def test_nobody_elses_figures_are_on_my_pages(visitor, north, published):
    await published(north, [north.ada])
    for path in ("/me/scores", "/me/journey"):
        page = (await (await visitor(north, "ben")).get(path)).text
        assert "North delivery" not in page
        assert "0.42" not in page


async def test_what_is_turned_off_is_not_said_to_be_gathered_beside_that(visitor, north, published, worker_pool):
    run_id, consent = await published(north), "insert into consent (person_id, source, given) values ($1, 'peers', $2)"
    gathered = ("Colleagues’ feedback is still being gathered", "What colleagues say is shown once")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(INSERT_SCORE, run_id, north.ben, "quality", 0.2, 1.0)
        await tx.execute(INSERT_REASON, run_id, north.ben, "customers", north.delivery, 0.2)
        await tx.execute(consent, north.ben, True)
    ben = await visitor(north, "ben")
    page = (await ben.get("/me/scores")).text
    assert [words in page for words in gathered] == [True, True]
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(consent, north.ben, False)
    page = (await ben.get("/me/scores")).text
    assert "Colleagues’ feedback is turned off" in page
    assert [words in page for words in gathered] == [False, False]


@pytest.mark.parametrize("raised", [False, True])
async def test_where_more_have_to_speak_than_before_the_page_says_what_stays(
    visitor, north, published, worker_pool, raised
):
    if raised:
        async with db.tenant(worker_pool, north.organization_id) as tx:
            await tx.execute(INSERT_POLICY, msgspec.json.decode(encode(Policy())), digest(Policy()))
    run_id = await published(north, policy=Policy(k=6))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(INSERT_SCORE, run_id, north.ben, "quality", 0.2, 1.0)
    page = (await (await visitor(north, "ben")).get("/me/scores")).text
    assert "once 6 of them have spoken" in page
    assert ("What was shown before that number was raised stays until then." in page) == raised
