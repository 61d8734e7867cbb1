"""The walk is an oracle, so it has planted bugs: each kind of trouble, put into a page as it is served, is told."""

import re
from contextlib import asynccontextmanager

import pytest

from service.auth.actions import start_session
from service.base import db
from tests.service.pages.test_walk import WATCH, Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PAGE = "/kudos/new"
LABEL = re.compile(r'<label for="[^"]*message">.*?</label>', re.DOTALL)
NARROW = 'width="40" height="90"'


def added(markup):
    """Put markup at the end of what the page says."""
    return lambda html: html.replace("</main>", f"{markup}</main>")


# What is done to the page, and what the walk must say of it.
PLANTED = {
    "an image without a text": (added('<img src="/nowhere.png">'), "image-alt"),
    "a field without its label": (lambda html: LABEL.sub("", html, count=1), "label: <textarea"),
    "a heading that skips two": (added("<h1>One</h1><h4>Four</h4>"), "heading-order"),
    "what is wider than a phone": (added(f"<pre>{'wide' * 200}</pre>"), "wide at 390"),
    "a word that is broken": (
        added(f"<svg><foreignObject {NARROW}><p>November</p></foreignObject></svg>"),
        "at 390: Nov",
    ),
    "what leaves its card": (
        added(
            '<section class="card half"><h2>Growth</h2><table><tr><td class="nowrap">'
            f"{'seventy ' * 20}</td></tr></table></section>"
        ),
        "leaves its card at 1440: table of Growth",
    ),
    "somebody's words as markup": (added("<b id=planted>Bold</b>"), "takes words for markup"),
    "a script inside the page": (added("<script>console.log(1)</script>"), "console: "),
    "what lies at another host": (added('<img alt="" src="https://elsewhere.example/x.png">'), "elsewhere.example"),
    "a page too heavy": (added(f"<p hidden>{'heavy ' * 20_000}</p>"), "html: "),
    "a page that asks for too much": (added("".join(f'<img alt="" src="/{n}.png">' for n in range(11))), "requests: "),
}


@pytest.fixture
async def ada(chromium, service, example, worker_pool):
    """Open Ada's browser, in which the page arrives as `spoil` leaves it; gives the walk."""
    async with db.tenant(worker_pool, example.organization_id) as tx:
        session = await start_session(tx, example.ada, "lead")

    @asynccontextmanager
    async def walking(spoil):
        async def serve(route):
            answer = await route.fetch()
            await route.fulfill(response=answer, body=spoil(await answer.text()))

        context = await chromium.new_context(base_url=service, locale="en", reduced_motion="reduce")
        await context.add_cookies([{"name": "talkoot_session", "value": session, "url": service}])
        await context.route(f"**{PAGE}", serve)
        page = await context.new_page()
        await page.add_init_script(WATCH)
        yield Walk(page, service)
        await context.close()

    return walking


async def test_the_page_is_well_as_it_is(ada):
    async with ada(lambda html: html) as walk:
        await walk.open(PAGE, "well")
        assert walk.trouble == []


@pytest.mark.parametrize("planted", PLANTED)
async def test_the_walk_tells_what_is_planted(ada, planted):
    spoil, told = PLANTED[planted]
    async with ada(spoil) as walk:
        await walk.open(PAGE, "spoilt")
        assert any(told in one for one in walk.trouble), walk.trouble
