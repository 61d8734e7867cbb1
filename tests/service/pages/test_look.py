"""The look: colours that can be read on every ground, and a way from every page to every other that one may open."""

import re

import pytest

from service.pages import static
from service.pages.navigation import GROUPS, here
from service.pages.routes import router

AA = 4.5  # of text, WCAG 2.2, 1.4.3
GROUNDS = ("paper", "card", "birch")
READ_ON = [
    *((ink, ground) for ink in ("ink", "muted", "lake") for ground in GROUNDS),
    *((ink, "card") for ink in ("spruce", "cloudberry-ink", "lingon")),
    *((ink, f"{ink}-soft") for ink in ("lake", "spruce")),
    ("cloudberry-ink", "cloudberry-soft"),
    ("ink", "cloudberry-soft"),
    ("card", "lake"),
    ("paper", "ink"),
]
# Pages that are reached from where they belong, or before anybody signed in.
BY_THE_WAY = {
    "/kudos/new", "/contests/new", "/me/profile", "/joining", "/people/suggest", "/settings/my-data", "/sign-in",
    "/settings/my-data/contents",
    "/settings/my-data/tables", "/policy/history", "/audit/export", "/live", "/kudos/hidden", "/people/new",
}  # fmt: skip


def tokens(scheme):
    light, dark = re.findall(r":root \{(.*?)\}", (static.FOLDER / "style.css").read_text(), re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", dark)) if scheme == "dark" else {})


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(scheme):
    colours = tokens(scheme)
    poor = {}
    for ink, ground in READ_ON:
        darker, lighter = sorted((luminance(colours[ink]), luminance(colours[ground])))
        if (contrast := (lighter + 0.05) / (darker + 0.05)) < AA:
            poor[f"{ink} on {ground}"] = round(contrast, 2)
    assert poor == {}


@pytest.mark.parametrize("role", ["employee", "lead", "hr", "administrator"])
async def test_every_link_of_the_frame_opens_its_page_and_marks_it(visitor, example, role):
    browser = await visitor(example, "ben", role)
    frame = re.search(r'<header class="top">(.*?)</header>', (await browser.get("/")).text, re.DOTALL)[1]
    links = set(re.findall(r'<a href="(/[^"]*)"', frame)) - {"/kudos/new"}
    assert {"/", "/boards", "/feedback", "/sessions"} <= links
    assert ("/tokens" in links) == (role == "administrator")
    for link in links:
        page = await browser.get(link)
        assert page.status_code == 200, link
        assert f'<a href="{link}" aria-current="page">' in page.text, link


def test_every_page_stands_in_the_frame():
    pages = {
        path
        for route in router.routes
        for path in [route.path]
        if "GET" in route.methods and "{" not in path and path not in BY_THE_WAY and not path.startswith("/sign-in/")
    }
    assert {page for page in pages if not any(here(page, None, group) for group in GROUPS)} == set()


EDGES = """() => [...document.querySelectorAll("main > .card, main > .pair, main > .pair > .card")]
  .map((one) => one.getBoundingClientRect())
  .map(({left, right, top, bottom}) => [left, right, top, bottom].map(Math.round))"""


@pytest.mark.browser
@pytest.mark.parametrize("role", ["lead", "hr", "administrator"])
async def test_cards_of_a_project_fill_their_rows(opened, example, role):
    page = await opened(f"/team/projects/{example.delivery}", "fi", role, viewport={"width": 1440, "height": 900})
    picture, beside, *rest = await page.evaluate(EDGES)
    assert (picture[2], picture[1] < beside[0]) == (beside[2], True)
    lower = [one for one in rest if one[2] >= max(picture[3], beside[3])]
    if role == "administrator":  # two cards: a row from edge to edge, equally high
        one, other = lower
        assert (one[0], other[1], one[2:]) == (picture[0], beside[1], other[2:])
    else:
        assert lower == []
        assert len(rest) == 2  # the words, and the one card below them
