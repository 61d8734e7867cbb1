"""Every page with names and words of 200 letters without a space: nothing leaves its page, its card or its cell."""

import re

import pytest
from playwright.async_api import Error

from service.base import db
from tests.service.pages.corpus import LONG, plant
from tests.service.pages.test_walk import (
    DRAWN,
    OPENED,
    PICTURES,
    SETTLED,
    WALKS,
    address,
    lived_in,
    rows_of,
    signed_in,
)
from tests.service.pages.test_walk import without_refresh as standing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

WIDTHS = (1440, 390)
NARROWEST = 64  # pixels of a cell in which a word is broken
# Letters that are seen beyond their card or their page, and words broken in a cell too narrow to read them.
ASTRAY = """(narrowest) => {
  const found = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const apart = "script, svg, select, .unseen, .scroll, .map, .jump"; // what is not seen, or scrolls by itself
  const unseen = (head) => head && getComputedStyle(head).position === "absolute"; // a table as cards has none
  const frames = ".card, dialog, .toast, main, header, footer";
  for (let node; (node = walker.nextNode()); ) {
    const at = node.parentElement, cell = at.closest("td, th"), range = document.createRange();
    if (node.data.trim().length < 12 || at.closest(apart) || !at.checkVisibility()) continue;
    if (unseen(at.closest("thead"))) continue;
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), around = at.closest(frames)?.getBoundingClientRect();
    const where = cell?.dataset.column ?? at.closest("[id]")?.id;
    const told = `${at.tagName}.${at.className} in ${where}: ${node.data.trim()}`;
    if (around && (box.right > around.right + 1 || box.left < around.left - 1)) found.add(`leaves its card: ${told}`);
    const broken = /\\S{12}/.test(node.data) && box.height > 3 * parseFloat(getComputedStyle(at).fontSize);
    if (cell && broken && cell.clientWidth < narrowest) found.add(`${cell.clientWidth} wide: ${told}`);
  }
  return [...found].map((one) => one.slice(0, 120));
}"""


@pytest.fixture(scope="module")
async def wordy(worker_pool, web_pool, database_url):
    """Let everything be done by people whose names and words have no end and no space."""
    there = await lived_in(worker_pool, web_pool)
    async with db.tenant(worker_pool, there.north.organization_id) as tx:
        await tx.execute("update team set department = name where department is null")
    assert await plant(database_url, there.north.organization_id, LONG)
    return there


@pytest.mark.parametrize(("caller", "language"), WALKS, ids=str)
async def test_long_names_stay_where_they_are_said(chromium, service, wordy, caller, language):
    context = await chromium.new_context(base_url=service, locale=language, reduced_motion="reduce")
    await context.route(re.compile(r"/previews/"), standing)
    await signed_in(context, service, wordy, caller)
    page, trouble = await context.new_page(), []
    for row in rows_of(caller):
        path = address(row, wordy.ids)
        try:
            await page.goto(path)
        except Error:
            continue  # a download
        await page.wait_for_function(DRAWN)
        await page.evaluate(OPENED)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await page.evaluate(SETTLED)
            if (wide := await page.evaluate("document.documentElement.scrollWidth")) > width:
                trouble.append(f"{width} {row.path}: is {wide} wide")
            if PICTURES:
                name = re.sub(r"\W+", "_", row.path)
                await page.screenshot(path=f"{PICTURES}/long-{caller}{name}-{width}.png", full_page=True)
            trouble += [f"{width} {row.path}: {one}" for one in await page.evaluate(ASTRAY, NARROWEST)]
    await context.close()
    assert not trouble, "\n".join(trouble)
