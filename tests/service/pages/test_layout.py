"""Where things stand on a page, in a real browser: nothing breaks inside a word, sticks together or covers anything."""

import re

import pytest

from service.auth.actions import start_session
from service.base import db
from tests.service.pages.conftest import hold

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
LINES = """(which) => [...document.querySelectorAll(which)].map((one) =>
  [one.innerText, Math.round(one.offsetHeight / parseFloat(getComputedStyle(one).lineHeight))])"""
GAPS = """(which) => [...document.querySelectorAll(which)].flatMap((one) => {
  const box = one.getBoundingClientRect(), near = [one.previousElementSibling, one.nextElementSibling];
  const [above, below] = near.map((it) => it && it.getBoundingClientRect());
  return [above ? box.top - above.bottom : 99, below ? below.top - box.bottom : 99];
})"""


async def test_no_name_and_no_link_in_the_list_of_people_breaks_inside_a_word(opened, example, worker_pool):
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await tx.execute(
            "insert into person (name, title, left_at) values ('Kaarina Kuusimetsä', 'Asiakkuuspäällikkö', now())"
        )
    page = await opened("/people", "fi", "administrator", viewport=PHONE)
    for which in ('.people a[href$="/edit"]', ".people .pill"):
        assert {lines for _, lines in await page.evaluate(LINES, which)} == {1}
    words = await page.evaluate(LINES, ".people .chip a")
    assert all(lines <= len(re.findall(r"\S+", name)) for name, lines in words)


async def test_what_is_empty_keeps_its_distance_from_what_is_around_it(opened, example):
    page = await opened(f"/team/projects/{example.delivery}", "fi", "administrator", viewport=PHONE)
    gaps = await page.evaluate(GAPS, ".card .empty")
    assert gaps
    assert min(gaps) >= 11


async def test_the_groups_of_settings_are_all_in_sight_and_the_bar_is_as_wide_as_the_cards(opened):
    page = await opened("/policy", "en", "administrator", viewport={"width": 1440, "height": 900})
    right = (
        "(which) => Math.max(...[...document.querySelectorAll(which)].map((one) => one.getBoundingClientRect().right))"
    )
    edge = await page.evaluate(right, "form .card")
    assert await page.evaluate(right, ".jump a") <= edge
    assert abs(await page.evaluate(right, ".act.bar") - edge) <= 1
    assert (
        await page.evaluate(
            "document.querySelector('.jump ul').scrollWidth - document.querySelector('.jump ul').clientWidth"
        )
        <= 0
    )


async def test_on_a_phone_no_line_of_the_picture_goes_through_the_parts_of_a_figure(window_of_ada):
    page = await window_of_ada("/me/scores", PHONE)
    over = "() => [...document.querySelectorAll('.sources td:not(.bar)')].map((one) => [getComputedStyle(one).zIndex, getComputedStyle(one).backgroundColor])"  # noqa: E501 - one expression
    cells = await page.evaluate(over)
    assert cells
    assert {place for place, _ in cells} == {"1"}
    assert "rgba(0, 0, 0, 0)" not in {ground for _, ground in cells}


@pytest.fixture
async def window_of_ada(chromium, service, example, published, worker_pool):
    """Open a page as Ada, of whom there are figures."""
    await published(example, [example.ada])
    async with db.tenant(worker_pool, example.organization_id) as tx:
        session = await start_session(tx, example.ada, await hold(tx, example.ada, "employee"))
    context = await chromium.new_context(base_url=service, locale="fi", reduced_motion="reduce")
    await context.add_cookies([{"name": "talkoot_session", "value": session, "url": service}])

    async def go(path, size):
        page = await context.new_page()
        await page.set_viewport_size(size)
        await page.goto(path)
        return page

    yield go
    await context.close()
