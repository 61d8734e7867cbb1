"""Where things stand on a page, in a real browser: nothing breaks inside a word, sticks together or covers anything."""

import re

import pytest

from service.base import db

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
