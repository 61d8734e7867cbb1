"""The header in a real browser: on every width between a phone and a desk it stays a header."""

import pytest

pytestmark = pytest.mark.browser

WIDTHS = range(600, 1101, 20)
MEASURED = """() => {
  const high = (which) => document.querySelector(which).getBoundingClientRect().height;
  const mine = document.querySelector(".mine > summary").getBoundingClientRect();
  return {wider: document.documentElement.scrollWidth - innerWidth, header: high("header.top"), logo: high(".logo"),
    mark: high(".logo svg"), outside: mine.right > innerWidth};
}"""


@pytest.mark.parametrize("language", ["fi", "en"])
@pytest.mark.parametrize("role", ["employee", "lead", "hr", "administrator"])
async def test_the_header_keeps_its_shape_on_every_width(opened, role, language):
    page = await opened("/", language, role, viewport={"width": 1440, "height": 900})
    usual = (await page.evaluate(MEASURED))["header"]
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        found = await page.evaluate(MEASURED)
        assert found["wider"] <= 0, (width, found)
        assert found["header"] <= 2 * usual, (width, found)
        assert found["logo"] <= 1.2 * found["mark"], (width, found)  # the brand is one line
        assert not found["outside"], (width, found)


async def test_an_open_menu_moves_nothing(opened):
    page = await opened("/", role="administrator", viewport={"width": 1440, "height": 900})
    before = await page.evaluate(MEASURED)
    for name in ("Team", "Administration"):
        await page.locator("header summary", has_text=name).click()
        assert await page.evaluate(MEASURED) == before
