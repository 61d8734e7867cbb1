"""Thanking over the page one looks at: a dialog with the form of its own page, by keyboard, with a way back."""

import pytest

from service.auth.actions import start_session
from service.base import db
from service.pages.language import Words
from tests.service.pages.test_walk import AXE, RUN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HERE = "/boards"
WITHIN = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"


@pytest.mark.parametrize("language", ["fi", "en"])
async def test_thanks_are_sent_and_taken_back_without_leaving_the_page(opened, language):
    say = Words(language).say
    page = await opened(language=language)
    link = page.locator("a.logo")
    await link.focus()
    came_from = await page.evaluate("document.activeElement.outerHTML")
    await page.keyboard.press("k")
    await page.get_by_role("dialog", name=say("Thank someone")).wait_for()
    await page.keyboard.type("ad")
    await page.get_by_role("option", name="Ada").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("You asked first.")
    await page.keyboard.press("Control+Enter")
    undo = page.locator(".toast:not(.news)").get_by_role("button")
    await undo.wait_for()
    assert await page.locator("dialog").count() == 0
    assert await page.evaluate("document.activeElement.outerHTML") == came_from
    await undo.click()
    await page.get_by_text(say("Taken back. Nobody sees it.")).wait_for()
    assert page.url.endswith(HERE)


async def test_the_focus_stays_inside_and_escape_keeps_what_was_typed(opened):
    page = await opened()
    await page.locator(".thank").focus()
    await page.keyboard.press("k")
    dialog = page.get_by_role("dialog")
    await dialog.wait_for()
    for _ in range(20):
        await page.keyboard.press("Tab")
        assert await page.evaluate(WITHIN)
    await dialog.locator("[name=message]").fill("Not yet")
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="hidden")
    assert await page.evaluate("document.activeElement.classList.contains('thank')")
    await page.keyboard.press("k")
    assert await dialog.locator("[name=message]").input_value() == "Not yet"
    await dialog.locator("[name=to]").fill("ad")
    await page.get_by_role("option", name="Ada").wait_for()
    await page.keyboard.press("Escape")  # closes the list alone
    assert await dialog.is_visible()


async def test_what_is_to_be_mended_is_shown_in_the_dialog_with_what_was_typed(opened):
    page = await opened()
    await page.keyboard.press("k")
    dialog = page.get_by_role("dialog")
    await dialog.locator("[name=message]").fill("For nobody yet")
    await page.keyboard.press("Control+Enter")
    await dialog.get_by_text("Whom would you like to thank?").wait_for()
    assert await dialog.locator("[name=message]").input_value() == "For nobody yet"
    assert await page.evaluate("document.activeElement.name") == "to"
    await page.keyboard.type("Ada")
    await page.get_by_role("option", name="Ada").wait_for()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+Enter")
    await page.get_by_text("Ada has your thanks.").wait_for()


async def test_offline_the_words_stay_and_go_out_later(opened):
    page = await opened()
    await page.keyboard.press("k")
    dialog = page.get_by_role("dialog")
    await dialog.locator("[name=to]").fill("Ada")
    await page.get_by_role("option", name="Ada").wait_for()
    await page.keyboard.press("Escape")
    await dialog.locator("[name=message]").fill("From the train")
    await page.context.set_offline(True)
    await page.keyboard.press("Control+Enter")
    await dialog.get_by_role("alert").get_by_text("It did not get through.").wait_for()
    assert await dialog.locator("[name=message]").input_value() == "From the train"
    await page.context.set_offline(False)
    await page.keyboard.press("Control+Enter")
    await page.get_by_text("Ada has your thanks.").wait_for()


async def test_signed_out_the_words_stay_and_go_out_after_signing_in_anew_as_oneself_only(
    opened, service, example, worker_pool
):
    page = await opened()
    await page.keyboard.press("k")
    dialog = page.get_by_role("dialog")
    await dialog.locator("[name=to]").fill("Ada")
    await page.get_by_role("option", name="Ada").wait_for()
    await page.keyboard.press("Escape")
    await dialog.locator("[name=message]").fill("Before lunch")

    async def send_as(person, told):
        async with db.tenant(worker_pool, example.organization_id) as tx:
            secret = await start_session(tx, person, "employee") if person else "of long ago"
        await page.context.add_cookies([{"name": "talkoot_session", "value": secret, "url": service}])
        await dialog.locator("[name=message]").press("Control+Enter")
        await page.get_by_text(told).wait_for()

    await send_as(None, "You were signed out, so it was not sent.")
    await send_as(example.cleo, "Somebody else has signed in here")
    assert await dialog.locator("[name=message]").input_value() == "Before lunch"
    await send_as(example.ben, "Ada has your thanks.")


FOCUS = "document.activeElement.closest('.toast')?.textContent.trim() ?? document.activeElement.tagName"


async def test_who_came_from_nowhere_is_led_to_the_way_back_and_sends_nothing_by_another_enter(opened):
    page = await opened()
    assert await page.evaluate(FOCUS) == "BODY"
    await page.keyboard.press("k")
    await page.get_by_role("dialog").locator("[name=to]").fill("Ada")
    await page.get_by_role("option", name="Ada").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").locator("[name=message]").fill("Thank you")
    await page.keyboard.press("Control+Enter")
    await page.get_by_text("Ada has your thanks.").wait_for()
    assert (await page.evaluate(FOCUS)).startswith("Ada has your thanks.")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Undo"
    await page.keyboard.press("Enter")
    await page.get_by_text("Taken back. Nobody sees it.").wait_for()


async def test_the_page_of_thanking_leads_to_the_way_back_too(opened, example):
    page = await opened(f"/kudos/new?to={example.ada}")
    await page.locator("main [name=message]").fill("Thank you")
    await page.keyboard.press("Control+Enter")
    await page.get_by_text("Ada has your thanks.").wait_for()
    assert (await page.evaluate(FOCUS)).startswith("Ada has your thanks.")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Undo"


@pytest.mark.parametrize("width", [390, 1440])
async def test_that_a_name_is_unknown_covers_no_label(opened, width):
    page = await opened(viewport={"width": width, "height": 844})
    await page.keyboard.press("k")
    dialog = page.get_by_role("dialog")
    await dialog.locator("[name=to]").fill("Nobody at all")
    await dialog.get_by_text("Nobody of that name").wait_for()
    said, label = [await dialog.locator(one).bounding_box() for one in (".choices", "label[for=thanks-message]")]
    assert said["y"] + said["height"] <= label["y"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
async def test_the_dialog_has_no_barrier_on_a_page_with_fields_of_the_same_names(opened, width, scheme):
    page = await opened("/feedback", color_scheme=scheme, viewport={"width": width, "height": 844})
    await page.keyboard.press("k")
    await page.get_by_role("dialog").locator("[name=to]").wait_for()
    await page.evaluate(AXE)
    assert await page.evaluate(RUN, None) == []
    twice = "[...document.querySelectorAll('[id]')].map((one) => one.id).filter((id, at, all) => all.indexOf(id) < at)"
    assert await page.evaluate(twice) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_link_that_names_a_person_opens_the_dialog_with_them(opened, example):
    page = await opened(f"/people/{example.ada}")
    await page.locator(f'main a[href="/kudos/new?to={example.ada}"]').click()
    dialog = page.get_by_role("dialog")
    assert await dialog.locator("[name=to]").input_value() == "Ada"
    assert await page.evaluate("document.activeElement.name") == "message"


async def test_a_name_typed_before_the_script_came_is_nobody_who_was_chosen_before(opened, example):
    page = await opened()

    async def late(route):
        await page.locator("#to").fill("Cl")
        await route.continue_()

    await page.route("**/suggest*.js", late)
    await page.goto(f"/kudos/new?to={example.ada}")
    await page.get_by_role("option", name="Cleo").wait_for()
    assert await page.locator("#to-id").input_value() == ""
