"""Long words are shown in a few lines, and whole at a click; without scripts, too."""

import re
from datetime import UTC, datetime

import pytest

from service.base import db
from service.pages.page import FEW_LETTERS, FEW_LINES, shortened

CUT = """() => [...document.querySelectorAll("main .card table")].filter((one) => {
  const card = one.closest(".card").getBoundingClientRect(), box = one.getBoundingClientRect();
  const cells = [...one.querySelectorAll("td")];
  return box.right > card.right || cells.some((cell) => cell.scrollWidth > cell.clientWidth + 1);
}).map((one) => one.outerHTML.slice(0, 160))"""
SIGNAL = "insert into signal (project_id, contact_id, kind, comment, at) values ($1, $2, 'call', $3, $4)"


@pytest.mark.parametrize(
    "words", ["They kept their word.", "a" * (FEW_LETTERS + 80), "\n".join("ab" * 1 for _ in range(FEW_LINES))]
)
def test_what_fits_stays_whole(words):
    assert shortened(words) is None


@pytest.mark.parametrize("words", ["word " * 800, "a" * 4000, "\n".join(str(n) for n in range(40)), "\n" * 10 + "late"])
def test_what_is_long_is_cut_between_words_and_lines(words):
    short = shortened(words)
    assert short.endswith("…")
    assert len(short) <= FEW_LETTERS + 1
    assert len(short.splitlines()) <= FEW_LINES
    assert words.startswith(short[:-1])


async def test_a_customers_long_words_are_short_first_and_whole_within(visitor, worker_pool, north):
    words = "They listened, and then they <b>did</b> it. " * 90 + "The very end."
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(SIGNAL, north.delivery, north.contacts["oak"], words, datetime.now(UTC))
    ada = await visitor(north, "ada", "lead")
    for path in (f"/team/projects/{north.delivery}", f"/team/satisfaction?team={north.teams['ada']}"):
        page = (await ada.get(path)).text
        assert page.count("The very end.") == 1
        assert '<details class="long"><summary><span class="short">They listened,' in page
        assert "Show all" in page
        assert "<b>did" not in page


async def test_each_setting_says_what_one_does_there(visitor, north):
    page = (await (await visitor(north, "ben")).get("/settings")).text
    for act, path in (("Follow what I contest", "/contests"), ("See where I am signed in", "/sessions")):
        assert f'<a href="{path}">{act}</a><br><span class="muted">' in page


@pytest.mark.browser
@pytest.mark.parametrize("look", [(1440, "en"), (1440, "fi"), (390, "en"), (390, "fi")], ids=str)
async def test_names_without_a_space_break_no_table(opened, visitor, worker_pool, example, look):
    width, language = look
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await tx.execute("update person set name = rpad(name, 195, 'a')")
    admin = await visitor(example, "ada", "administrator")
    await admin.send_form("/tokens", "/tokens", role="administrator", name="W" * 200, days="7", read="true")
    asked = await admin.send_form("/exports", "/exports", what="people", format="csv", purpose="personnel")
    await admin.get(re.search(r'href="(/exports/[^/]+/file)"', asked.text)[1])
    page = await opened("/tokens", language, "administrator", viewport={"width": width, "height": 900})
    for path in ("/tokens", "/audit", "/exports"):
        await page.goto(path)
        assert await page.locator("main table td").count(), path
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert await page.evaluate(CUT) == [], path
