"""What each person comes for, from one end to the other, in both languages, as one clicks."""

import pytest

from service.auth.actions import start_session
from service.base import db
from service.flows.surveys import new_link
from service.pages.language import Words
from tests.service.pages.conftest import hold
from tests.service.pages.test_browser import ASKED

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # several people's whole ways


@pytest.fixture
def seat(chromium, service, example, worker_pool):
    """Open the browser of somebody with a role; without one, of a stranger."""

    async def take(language, person=None, role="employee"):
        context = await chromium.new_context(base_url=service, locale=language, reduced_motion="reduce")
        if person:
            async with db.tenant(worker_pool, example.organization_id) as tx:
                session = await start_session(tx, example.people[person], await hold(tx, example.people[person], role))
            await context.add_cookies([{"name": "talkoot_session", "value": session, "url": service}])
        return await context.new_page()

    return take


@pytest.mark.parametrize("language", ["fi", "en"])
async def test_everybody_comes_to_the_end_of_their_way(seat, service, example, worker_pool, language):
    say = Words(language).say
    async with db.tenant(worker_pool, example.organization_id) as tx:
        ask = await tx.fetchval(ASKED, example.ben, example.ada)
        survey = await tx.fetchval(
            "insert into survey (project_id, contact_id) values ($1, $2) returning id",
            example.delivery,
            example.contacts["oak"],
        )
        link = await new_link(tx, survey, service)
    # An employee thanks from anywhere, and answers what they are asked.
    page = await seat(language, "ben")
    await page.goto("/")
    await page.click(f"text={say('Thank someone')}")
    await page.locator("dialog [name=to]").press_sequentially("ad")
    await page.locator("[role=option]").click()
    await page.fill("dialog [name=message]", "You asked first.")
    await page.click(f"dialog button:has-text('{say('Send thanks')}')")
    await page.locator(".toast:not(.news)").get_by_text("Ada").wait_for()
    await page.goto("/feedback")
    await page.click(f'a[href="/feedback/asks/{ask}"]')
    await page.locator('[name="rating collaboration"][value="5"] + span').click()
    await page.click(f"main button:has-text('{say('Send')}')")
    await page.locator(".toast:not(.news) button").wait_for()
    await page.context.close()
    # A customer says how it went, without an account.
    page = await seat(language)
    await page.goto(link.url)
    await page.locator('[name="satisfaction"][value="5"] + span').click()
    await page.fill("#words", "They listened first.")
    await page.click(f"main button:has-text('{say('Send')}')")
    await page.get_by_role("heading", name=say("Thank you")).wait_for()
    await page.context.close()
    # A lead sees the team, HR closes the round: both by the menu.
    for person, role, menu, path in (
        ("ada", "lead", "Team", "/team"),
        ("cleo", "hr", "Administration", "/rounds"),
    ):
        page = await seat(language, person, role)
        await page.goto("/")
        await page.click(f".top summary:has-text('{say(menu)}')")
        await page.click(f'.top nav .panel a[href="{path}"]')
        await page.locator(f'.top nav a[href="{path}"][aria-current="page"]').wait_for(state="attached")
        await page.locator("main h1").wait_for()
        if role == "hr":
            await page.locator("[data-opens=close-now]").click()
            await page.locator('form[action$="/close"] button').click()
            await page.locator('form[action="/rounds"]').wait_for()
        await page.context.close()


@pytest.mark.parametrize("language", ["fi", "en"])
async def test_an_administrator_lets_somebody_join_lead_and_undoes_it(seat, language):
    """By menu and keyboard: a person, a team, who is in it and who leads; then who may sign in where, and tokens."""
    say = Words(language).say
    page = await seat(language, "cleo", "administrator")

    async def choose(path):
        await page.click(f".top summary:has-text('{say('Administration')}')")
        await page.click(f'.top nav .panel a[href="{path}"]')
        await page.locator("main h1").wait_for()

    await page.goto("/")
    await choose("/people")
    await page.click(f"text={say('Add somebody')}")
    await page.fill("#name", "Iris Uusi")
    await page.fill("#joined", "2026-03-02")
    await page.keyboard.press("Enter")
    await page.locator(".toast:not(.news)").get_by_text("Iris Uusi").wait_for()
    await choose("/teams")
    await page.click(f"text={say('Add a team')}")
    await page.fill("#name", "Sea")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Sea").wait_for()
    await page.locator("main [name=to]").press_sequentially("iris")
    await page.get_by_role("option", name="Iris Uusi").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    row = page.locator("main .people li", has_text="Iris Uusi")
    await row.locator("summary").click()
    await row.get_by_role("button", name=say("Leads the team")).click()
    await page.locator("main .pill.level").wait_for()
    await page.locator(".toast:not(.news) button").click()
    await page.locator(".toast:not(.news)").get_by_text(say("As it was before.")).wait_for()
    assert await page.locator("main .pill.level").count() == 0
    await row.locator("summary").click()
    await row.get_by_role("button", name=say("Is no longer in it")).click()
    await page.get_by_text(say("Nobody is in this team now.")).wait_for()
    for path in ("/people/import", "/settings/sign-in", "/tokens", "/audit"):
        await choose(path)
    assert await page.get_by_text(say("changed who is in a team")).count()
    await page.context.close()
