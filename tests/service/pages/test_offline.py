"""What was typed into a page stays where it cannot be sent, with a word on that and a button that sends it again."""

import pytest

from service.auth.actions import start_session
from service.base import db
from service.pages.language import Words
from tests.service.pages.conftest import has_come
from tests.service.pages.test_walk import AXE, RUN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
FORM = "/me/profile"
LOST = "It did not get through. Your words are still here: try again in a moment."


@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1440, "light"), ("fi", 390, "dark")])
async def test_offline_the_words_of_a_page_stay_and_go_out_later(opened, language, width, scheme):
    say = Words(language).say
    page = await opened(FORM, language, color_scheme=scheme, viewport={"width": width, "height": 844})
    await has_come(page)
    await page.locator("[name=skills]").fill("Patience")
    await page.context.set_offline(True)
    for _ in range(2):
        await page.locator("main form[data-send] button:not([type=button])").click()
        await page.get_by_role("alert").filter(has_text=say(LOST)).wait_for()
    assert await page.locator(".unsent").count() == 1
    assert await page.locator("[name=skills]").input_value() == "Patience"
    await page.evaluate(AXE)
    assert await page.evaluate(RUN, None) == []
    await page.context.set_offline(False)
    await page.get_by_role("button", name=say("Send again")).click()
    await page.get_by_text("Patience").first.wait_for()
    assert "/people/" in page.url


async def test_signed_out_they_stay_and_only_their_writer_sends_them(opened, service, example, worker_pool):
    page = await opened(FORM)
    await has_come(page)
    await page.locator("[name=skills]").fill("Patience")

    async def send_as(person):
        async with db.tenant(worker_pool, example.organization_id) as tx:
            secret = await start_session(tx, person, "employee") if person else "of long ago"
        await page.context.add_cookies([{"name": "talkoot_session", "value": secret, "url": service}])
        await page.locator("[name=skills]").press("Control+Enter")

    await send_as(None)
    await page.get_by_text("You were signed out, so it was not sent.").wait_for()
    await send_as(example.cleo)
    await page.get_by_text("Somebody else has signed in here").wait_for()
    assert await page.locator("[name=skills]").input_value() == "Patience"
    await send_as(example.ben)
    await page.wait_for_url("**/people/**")
    await page.get_by_text("Patience").first.wait_for()


async def test_what_the_button_says_is_sent_with_the_form(opened, example, worker_pool):
    page = await opened(f"/teams/{example.teams['ada']}", role="administrator")
    await page.evaluate("document.querySelectorAll('details.turn').forEach((one) => (one.open = true))")
    await page.locator("button[name=act][value=lead]").first.click()
    await page.locator(".toast[data-seconds]").wait_for()
    async with db.tenant(worker_pool, example.organization_id) as tx:
        leads = "select count(*) from team_now where team_id = $1 and role = 'lead'"
        assert await tx.fetchval(leads, example.teams["ada"]) == 2


async def test_the_key_for_thanks_says_so_offline_and_opens_the_form_afterwards(opened):
    page = await opened()
    await page.context.set_offline(True)
    for _ in range(2):
        await page.keyboard.press("k")
        await page.get_by_role("status").filter(has_text="There is no connection just now").wait_for()
    assert page.url.endswith("/boards")
    await page.context.set_offline(False)
    await page.keyboard.press("k")
    await page.get_by_role("dialog", name="Thank someone").wait_for()


async def test_a_strangers_form_keeps_its_words_too(opened, api, example):
    admin = await api(example, "cleo", "administrator")
    which = {"contact_id": str(example.contacts["oak"])}
    survey = (await admin.post(f"/api/projects/{example.delivery}/surveys", json=which)).json()["id"]
    link = (await admin.post(f"/api/surveys/{survey}/link")).json()["url"]
    page = await opened("/s/" + link.rsplit("/", 1)[1])
    await page.context.clear_cookies()
    await has_come(page)
    await page.locator("[name=words]").fill("You listened.")
    await page.context.set_offline(True)
    await page.locator("[name=words]").press("Control+Enter")
    await page.get_by_role("alert").wait_for()
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Send again").click()
    await page.locator("[name=words]").wait_for(state="detached")
