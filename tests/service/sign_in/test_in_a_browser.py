"""A real browser, with its own mind about policies and cookies, signs in without a script."""

import pytest

from service.base import db
from tests.service.pages.conftest import chromium  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser


@pytest.fixture
async def window(chromium, entrance):  # noqa: F811 - the fixture
    context = await chromium.new_context(base_url=entrance, java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(20_000)
    yield await context.new_page()
    await context.close()


async def test_a_browser_goes_to_the_provider_and_comes_back_signed_in(window, north, provider, use, entrance):
    await use(north, provider.address)
    await window.goto("/boards")  # not signed in yet
    await window.get_by_label("Your work e-mail address").fill(north.handle)
    await window.get_by_role("button", name="Continue").click()
    await window.wait_for_url(f"{entrance}/boards")
    assert any(path.startswith("/authorize") for path in provider.asked)
    await window.locator("details.mine > summary").click()
    assert await window.get_by_role("button", name="Sign out").count() == 1
    kept = {one["name"]: one for one in await window.context.cookies()}
    assert set(kept) == {"talkoot_session"}  # what bound the sign-in to this browser is gone
    assert (kept["talkoot_session"]["httpOnly"], kept["talkoot_session"]["sameSite"]) == (True, "Lax")


async def test_a_browser_signs_in_by_a_link_out_of_a_mail(window, north, entrance, mailbox, worker_pool):
    email = f"browser.{north.handle}@mail.example"
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set email = $1 where id = $2", email, north.ben)
    await window.goto("/sign-in")
    await window.get_by_label("Your work e-mail address").fill(email)
    await window.get_by_role("button", name="Continue").click()
    await window.get_by_role("heading", name="Look into your mail").wait_for()
    link = next(word for word in (await mailbox.to(email))[0].split() if word.startswith(entrance))
    await window.goto(link)
    await window.get_by_role("button", name="Sign in").click()
    await window.wait_for_url(f"{entrance}/")
    await window.locator("details.mine > summary").click()
    await window.get_by_role("link", name="Where I am signed in").click()
    await window.get_by_role("button", name="Sign out everywhere", exact=True).click()
    await window.wait_for_url(f"{entrance}/sign-in")
