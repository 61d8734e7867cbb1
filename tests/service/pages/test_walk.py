"""Every page, walked in a real browser by everybody who may open it: no barrier, no trouble, nothing from afar.

The pages are read from the authorization matrix, which has a row for every live route: a new page is walked by itself.
With TALKOOT_PICTURES=output/pages a picture of each is left there for people to look at.
"""

import os
import re
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Error

from service.auth.actions import start_session
from service.base import db
from service.pages.routes import router
from tests.service.pages.conftest import INSERT_STANDING, hold, publish
from tests.service.pages.corpus import TAKEN_FOR_MARKUP, plant
from tests.service.walls.matrix import KNOWN
from tests.service.walls.rows import ROWS
from tests.service.walls.world import role_of, world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]  # every page of a role, in two looks

PICTURES = os.environ.get("TALKOOT_PICTURES")  # a folder, which is made; CI keeps it as build output
NO_PAGES = {"/people/suggest", "/static/{digest:str}/{name:str}"}
ADDRESSES = {route.path for route in router.routes if "GET" in route.methods} - NO_PAGES
LOOKS = [(1440, "light"), (390, "dark")]
AXE = Path(AXE_FILE_PATH).read_text()
# Everything axe knows, its advice beyond WCAG as well; after the first look only what a look can change.
RUN = """(rules) => axe.run(document, {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})}).then(
  ({violations}) => violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)
    + (node.any[0]?.data?.contrastRatio ? ` (${node.any[0].data.contrastRatio})` : "")).join(" | ")}`))"""
OPENED = "; document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
OF_LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
WATCH = """
window.seen = {shift: 0, moved: ""};
new PerformanceObserver((list) => list.getEntries().forEach((e) => {
    if (e.hadRecentInput) return;
    seen.shift += e.value;
    seen.moved = e.sources.map((one) => (one.node?.outerHTML ?? "").slice(0, 120)).join(" | ");
  }))
  .observe({type: "layout-shift", buffered: true});
"""
MEASURED = """() => {
  const resources = performance.getEntriesByType("resource").filter((one) => !one.name.includes("/live"));
  const sent = (all) => all.reduce((sum, one) => sum + one.encodedBodySize, 0);
  const plotly = resources.filter((one) => one.name.endsWith("/plotly.js"));
  return {...seen, html: performance.getEntriesByType("navigation")[0].decodedBodySize, requests: resources.length,
    plotly: sent(plotly), beside: sent(resources) - sent(plotly)};
}"""
DRAWN = """() => [...document.querySelectorAll("script.figure")].every(
  (one) => !one.parentElement.offsetParent || one.parentElement.querySelector(".main-svg"))"""
SETTLED = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
)
# Words of up to twelve letters that do not stand on one line.
BROKEN = r"""() => {
  const found = [], nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = new Range();
  const seen = (one) => !one || (one.getBoundingClientRect().width > 2 && seen(one.parentElement));  // not but heard
  while (nodes.nextNode()) {
    const node = nodes.currentNode, of = node.parentElement;
    if (!(of instanceof HTMLElement) || !of.checkVisibility() || !seen(of)) continue;
    for (const {0: word, index} of node.data.matchAll(/(?<![\p{L}\d])\p{L}{2,12}(?![\p{L}\d])/gu)) {
      range.setStart(node, index); range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size > 1) found.push(word);
    }
  }
  return found.slice(0, 3);
}"""
# What is seen of a card beyond its right edge, unless it scrolls.
OUTSIDE = """() => {
  const found = [];
  for (const card of document.querySelectorAll(".card")) {
    const edge = card.getBoundingClientRect().right + 1;
    for (const one of card.querySelectorAll("*:not(svg *)")) {
      const {right, width} = one.getBoundingClientRect();
      if (right > edge && width > 2 && one.checkVisibility() && !one.closest(".scroll, .unseen, .plot"))
        found.push(`${one.localName} of ${card.querySelector("h2")?.textContent ?? "a card"}`);
    }
  }
  return found.slice(0, 3);
}"""
DIFFERENT = {"/", "/people/{person_id:uuid}", "/teams/{team_id:uuid}"}  # to those who open them
SHIFT = 0.1  # what is called good: web.dev/articles/cls
# Bytes on the way, requests beside the page itself, as a browser counts them whose cache is empty.
HEAVIEST = {"html": 100_000, "beside": 20_000, "plotly": 1_600_000, "requests": 10}


def _asked_last(what):
    """A new round closes the one before, so what is to be answered is asked last."""
    return what == "ask", what


async def lived_in(worker_pool, web_pool):
    """Make an organization in which everything there is has been done."""
    there = await world(worker_pool, web_pool)
    wanted = {row.fresh for row in ROWS if row.method == "GET" and row.path in ADDRESSES} - {""}
    for what in sorted(
        wanted | {"words"}, key=lambda what: (what == "ask", what)
    ):  # a new round closes the one before; the last is asked of
        there.ids.update(await there.fresh(what))
    north = there.north
    people = [north.ada, north.ben, there.people["colleague"], north.cleo]
    run_id = await publish(worker_pool, north, people, [there.people["stranger"]])
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for place, team in enumerate((*north.teams.values(), there.ids["other_team"]), 1):
            figures = (place, place, place, 1.0 - place * 0.3, False)
            await tx.execute(INSERT_STANDING, run_id, "customer_trust", "team", team, *figures)
    return there


@pytest.fixture(scope="module")
async def walked(worker_pool, web_pool, database_url):
    """Let everything be done by people who write markup."""
    there = await lived_in(worker_pool, web_pool)
    await plant(database_url, there.north.organization_id)
    return there


def pages_of(caller):
    """Return the rows of the pages that a caller may open."""
    return [row for row in ROWS if row.method == "GET" and row.path in ADDRESSES and row.expected(caller) == 200]


def address(row, ids):
    """Return the address of a row's page, of what the world holds."""

    def value(found):
        name = found[1].removesuffix("_id")
        return str(KNOWN.get(name) or ids[row.fresh if name == "secret" else name])

    path = re.sub(r"{(\w+):\w+}", value, row.path)
    query = row.query({name: str(one) for name, one in ids.items()}) if row.query else {}
    return path + "".join(
        f"{'&' if number else '?'}{name}={value}" for number, (name, value) in enumerate(query.items())
    )


async def without_refresh(route):
    """Answer as the service does, without the header by which a page that waits comes anew: it would run away."""
    answer = await route.fetch()
    await route.fulfill(
        response=answer, headers={name: value for name, value in answer.headers.items() if name != "refresh"}
    )


class Walk:
    """One person's browser, and what was wrong on the pages they opened."""

    def __init__(self, page, home):
        self.page, self.home, self.trouble, self.at = page, home, [], ""
        page.on("console", lambda said: said.type in {"error", "warning"} and self.tell(f"console: {said.text}"))
        page.on("pageerror", lambda error: self.tell(f"error: {error}"))
        page.on("dialog", lambda dialog: self.tell(f"a script of somebody's words ran: {dialog.message}"))
        page.on("request", lambda sent: sent.url.startswith((home, "data:", "blob:")) or self.tell(f"asks {sent.url}"))

    def tell(self, what):
        self.trouble.append(f"{self.at}: {what}")

    async def open(self, path, name):
        """Open one page and look at it in every look."""
        self.at = path
        try:
            answer = await self.page.goto(path)
        except Error as left:
            return None if "Download is starting" in left.message else self.tell(left.message)
        if answer.status != 200:
            return self.tell(f"answers {answer.status}")
        await self.page.wait_for_function(DRAWN)
        for one in await self.page.evaluate(TAKEN_FOR_MARKUP):
            self.tell(f"takes words for markup: {one}")
        await self.weigh()
        await self.page.evaluate(AXE + OPENED)
        for number, (width, scheme) in enumerate(LOOKS):
            await self.look(width, scheme, OF_LOOKS if number else None)
            if PICTURES:
                await self.page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)
        return None

    async def weigh(self):
        """Tell what came too heavy, or moved while it came."""
        measured = await self.page.evaluate(MEASURED)
        for what, most in HEAVIEST.items():
            if measured[what] > most:
                self.tell(f"{what}: {measured[what]}, over {most}")
        if measured["shift"] > SHIFT:  # on a busy machine also once what never moves otherwise; so it is asked again
            await self.page.reload()
            await self.page.wait_for_function(DRAWN)
            measured = await self.page.evaluate(MEASURED)
        if measured["shift"] > SHIFT:
            self.tell(f"moves while it loads: {measured['shift']:.3f}, {measured['moved']}")

    async def look(self, width, scheme, rules):
        """Look in one width and on one ground."""
        await self.page.set_viewport_size({"width": width, "height": 900})
        await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await self.page.evaluate(SETTLED)
        if (wide := await self.page.evaluate("document.documentElement.scrollWidth")) > width:
            self.tell(f"is {wide} wide at {width}")
        for one in await self.page.evaluate(BROKEN):
            self.tell(f"breaks a word at {width}: {one}")
        for one in await self.page.evaluate(OUTSIDE):
            self.tell(f"leaves its card at {width}: {one}")
        for one in await self.page.evaluate(RUN, rules):
            self.tell(f"{width} {scheme}: {one}")


async def signed_in(context, service, there, caller):
    """Sign a caller in, where there is somebody to sign in."""
    if caller != "anybody":
        async with db.tenant(there.pool, there.north.organization_id) as tx:
            role = role_of(caller).value
            held = await hold(tx, there.people[caller], "employee" if caller == "lead" else role)
            session = await start_session(tx, there.people[caller], held)
        await context.add_cookies([{"name": "talkoot_session", "value": session, "url": service}])


async def walk(context, service, there, caller, rows):
    """Walk the pages of `rows` as a caller; return what was wrong."""
    await signed_in(context, service, there, caller)
    page = await context.new_page()
    await page.add_init_script(WATCH)
    steps, numbers = Walk(page, service), count()
    for row in rows:
        name = re.sub(r"\W+", "_", row.path).strip("_") or "home"
        await steps.open(address(row, there.ids), f"{caller}-{next(numbers):02}-{name}")
    return steps.trouble


WALKS = [("self", "fi"), ("lead", "en"), ("hr", "fi"), ("administrator", "en"), ("anybody", "fi")]


def rows_of(caller):
    """Each page by the first who may open it; where everybody sees something else, by everybody."""
    callers = [name for name, _ in WALKS]
    before = callers[: callers.index(caller)] if caller != "anybody" else []
    known = {row.path for name in before for row in pages_of(name)} - DIFFERENT
    return [row for row in pages_of(caller) if (caller == "anybody") == row.open and row.path not in known]


@pytest.mark.parametrize(("caller", "language"), WALKS, ids=str)
async def test_no_page_has_a_barrier_or_trouble(chromium, service, walked, caller, language):
    rows = rows_of(caller)
    assert rows
    context = await chromium.new_context(base_url=service, locale=language, reduced_motion="reduce")
    await context.route(re.compile(r"/previews/"), without_refresh)
    trouble = await walk(context, service, walked, caller, rows)
    await context.close()
    assert not trouble, "\n".join(trouble)
