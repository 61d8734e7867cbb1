"""What was typed and not sent is there again in this tab, in a real browser; what was sent is not."""

from service.auth.actions import start_session
from service.base import db
from tests.service.pages.conftest import has_come, hold
from tests.service.pages.test_feedback import INSERT_ROUND, LAST

INSERT_ASK = "insert into ask (round_id, giver_id, receiver_id, shared) values ($1, $2, $3, true) returning id"


async def come(page, path):
    """Go there, and wait for what keeps the words."""
    await page.goto(path)
    await has_come(page)


async def asked(worker_pool, cast):
    async with db.tenant(worker_pool, cast.organization_id) as tx:
        round_id = await tx.fetchval(INSERT_ROUND, LAST)
        return await tx.fetchval(INSERT_ASK, round_id, cast.ben, cast.ada)


async def test_an_answer_begun_is_there_again_until_it_is_sent(opened, example, worker_pool):
    here = f"/feedback/asks/{await asked(worker_pool, example)}"
    page = await opened("/boards")
    await come(page, here)
    await page.get_by_role("group", name="Collaboration").get_by_text("4", exact=True).click()
    await page.get_by_label("In your own words").fill("She asks first.")
    await page.goto("/boards")
    await come(page, here)
    assert await page.get_by_role("group", name="Collaboration").get_by_label("4", exact=True).is_checked()
    assert await page.get_by_label("In your own words").input_value() == "She asks first."
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/feedback?done=*")
    await come(page, here)
    await page.get_by_label("In your own words").fill("She asks first, always.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_url("**/feedback?done=*")
    await come(page, here)
    assert await page.get_by_label("In your own words").input_value() == "She asks first, always."
    assert await page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft')).length") == 0


async def test_nobody_else_in_the_tab_finds_what_was_typed(opened, example, service, worker_pool):
    page = await opened("/boards")
    await come(page, "/feedback")
    await page.get_by_label("Your words").fill("Between us.")
    async with db.tenant(worker_pool, example.organization_id) as tx:
        other = await start_session(tx, example.cleo, await hold(tx, example.cleo, "employee"))
    own = [one for one in await page.context.cookies() if one["name"] == "talkoot_session"]
    for cookies, found in (([{"name": "talkoot_session", "value": other, "url": service}], ""), (own, "Between us.")):
        await page.context.add_cookies(cookies)
        await come(page, "/feedback")
        assert await page.get_by_label("Your words").input_value() == found


async def test_a_link_that_is_shown_once_is_copied_by_a_button(opened, example, worker_pool):
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await tx.execute("update project set ended_at = now(), outcome = 'done' where id = $1", example.delivery)
    page = await opened(f"/team/projects/{example.delivery}", role="hr")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.locator('form[action$="/link"] button').first.click()
    await page.get_by_role("button", name="Copy the link").click()
    await page.get_by_role("button", name="Copied").wait_for()
    assert await page.evaluate("navigator.clipboard.readText()") == await page.get_by_label("The link").input_value()


async def test_what_was_never_sent_is_given_back_once_its_round_has_closed(opened, example, worker_pool):
    here = f"/feedback/asks/{await asked(worker_pool, example)}"
    page = await opened("/boards")
    await come(page, here)
    await page.get_by_label("In your own words").fill("She asks first.")
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await tx.execute("update feedback_round set closed_at = now()")
    await page.reload()
    await page.get_by_text("This round has closed").first.wait_for()
    assert await page.get_by_label("What you wrote, to copy").input_value() == "She asks first."
