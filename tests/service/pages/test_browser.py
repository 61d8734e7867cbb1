"""In a real browser: by keyboard alone, on a phone and a desk, in both languages, under the strict policy."""

from asyncio import to_thread
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from service.base import db
from tests.service.pages.conftest import hold

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)><b>Bold</b>"
MIDDLES = """() => {
  const middle = (element) => { const box = element.getBoundingClientRect(); return box.top + box.height / 2; };
  const all = (which) => [...document.querySelectorAll(which)].map(middle);
  return [all("[data-row]"), all(".plot .points .point path")];
}"""

COLOURS = """() => [[".plot text", "fill"], ["p.muted", "color"]].map(
  ([which, what]) => getComputedStyle(document.querySelector(which))[what])"""


SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.shifted += one.value)))
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def window(chromium, service):
    """Open browser windows that complain about errors, foreign requests and pages wider than the screen."""

    @asynccontextmanager
    async def open_window(cast, person, width=1440, language="en", **options):
        context = await chromium.new_context(
            base_url=service,
            viewport={"width": width, "height": 900},
            locale=language,
            reduced_motion="reduce",
            **options,
        )
        page, trouble = await context.new_page(), []
        page.on("console", lambda said: trouble.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(f"dialog {dialog.message}"))
        page.on("request", lambda sent: None if sent.url.startswith((service, "data:")) else trouble.append(sent.url))
        seat = {"organization_id": str(cast.organization_id), "person_id": str(cast.people[person])}
        assert (await context.request.post("/sign-in", form=seat)).ok
        yield page
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await context.close()
        assert trouble == []

    return open_window


async def test_thanks_are_given_and_taken_back_by_keyboard_alone(window, example):
    async with window(example, "ben") as page:
        await page.goto("/")
        for _ in range(20):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.getAttribute('href')") == "/kudos/new":
                break
        await page.keyboard.press("Enter")
        await page.get_by_role("dialog", name="Thank someone").wait_for()
        await page.keyboard.type("ad")  # the field has the focus already
        await page.get_by_role("option", name="Ada").wait_for()
        await page.keyboard.press("Enter")
        assert await page.input_value("[name=to]") == "Ada"
        await page.keyboard.press("Tab")
        await page.keyboard.type("You asked before you answered.")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Ada has your thanks.").wait_for()
        await page.keyboard.press("Shift+Tab")
        while await page.evaluate("document.activeElement.textContent") != "Undo":
            await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("Nobody sees it.").wait_for()


async def test_one_key_leads_to_thanking_but_not_while_typing_and_it_can_be_turned_off(window, example):
    async with window(example, "ben") as page:
        await page.goto("/boards")
        await page.keyboard.press("k")
        await page.get_by_role("dialog").wait_for()
        await page.keyboard.type("kk")
        assert await page.input_value("[name=to]") == "kk"
        await page.goto("/settings")
        await page.uncheck("[data-key-setting]")
        await page.goto("/boards")
        await page.keyboard.press("k")
        assert await page.locator("dialog").count() == 0


async def test_an_example_person_is_found_and_chosen_by_keyboard(chromium, service, example, worker_pool):
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await tx.execute("update person set name = 'Ben ' || $2 where id = $1", example.ben, example.handle)
    context = await chromium.new_context(base_url=service)
    page = await context.new_page()
    await page.goto("/sign-in")
    await page.focus("#q")
    await page.keyboard.type(example.handle)
    await page.keyboard.press("Enter")
    await page.focus(f'form:has(input[value="{example.ben}"]) button')
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Hello, Ben").wait_for()
    await context.close()


LOOKS = [(390, "fi", "light"), (390, "en", "dark"), (1440, "fi", "dark"), (1440, "en", "light")]


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_pictures_lie_exactly_over_their_rows(window, example, colleagues, published, look):
    width, language, scheme = look
    people = await colleagues(
        example, HOSTILE, "A rather long name that does not fit on a single line of a phone", "Äijä"
    )
    await published(example, [*people, example.ada, example.ben, example.cleo])
    async with window(example, "ada", width, language, color_scheme=scheme) as page:
        for path, points in (("/boards/quality", 5), ("/me/scores", 4)):
            await page.goto(path)
            await page.locator(".plot .main-svg").first.wait_for(state="attached")
            rows, drawn = await page.evaluate(MIDDLES)
            assert len(rows) == points
            assert all(min(abs(row - point) for point in drawn) < 1.5 for row in rows)
        assert len(set(await page.evaluate(COLOURS))) == 1  # the picture wears the reader's own tokens


async def test_names_and_messages_are_shown_as_text(window, example, colleagues, published, thanked):
    (odd,) = await colleagues(example, HOSTILE)
    await published(example, [odd, example.ada])
    await thanked(example, example.ben, odd, HOSTILE, datetime.now(UTC))
    async with window(example, "ada") as page:
        for path in ("/boards/quality", f"/people/{odd}", f"/kudos/new?to={odd}"):
            await page.goto(path)
        await page.fill("#to", "<img")
        await page.get_by_role("option", name=HOSTILE).wait_for()
        assert await page.locator("main img, main b b").count() == 0


async def test_giving_and_reading_work_without_scripts(window, example, published):
    await published(example, [example.ada, example.ben])
    async with window(example, "ben", java_script_enabled=False) as page:
        await page.goto("/boards/quality")
        assert "between" in await page.inner_text(".rows")
        await page.goto("/kudos/new")
        await page.fill("#to", "Ada")
        await page.fill("#message", "Without a script.")
        await page.click("button:has-text('Send thanks')")
        await page.click("button:has-text('Undo')")
        await page.get_by_text("Nobody sees it.").wait_for()


async def test_the_journey_runs_downwards_on_a_phone(window, example, published):
    await published(example, [example.ada])
    async with window(example, "ada", 390) as page:
        await page.goto("/me/journey")
        assert await page.locator(".map").is_hidden()
        assert await page.locator(".stages > li.now").is_visible()
    async with window(example, "ada", 1440) as page:
        await page.goto("/me/journey")
        await page.locator(".map .main-svg").first.wait_for(state="attached")
        assert "North delivery" in await page.locator(".map").text_content()


async def test_without_a_script_the_journeys_stages_are_open_and_with_one_nothing_moves(window, example, published):
    await published(example, [example.ada])
    async with window(example, "ada", java_script_enabled=False) as page:
        await page.goto("/me/journey")
        assert await page.locator(".map").is_hidden()
        assert await page.locator(".stages > li.now").is_visible()
    async with window(example, "ada") as page:
        await page.add_init_script(SHIFTS)
        await page.goto("/me/journey")
        await page.locator(".map .main-svg").first.wait_for(state="attached")
        assert await page.locator(".stages > li.now").is_hidden()
        assert await page.evaluate("window.shifted") < 0.02
        await page.get_by_text("The stages one by one").click()
        assert await page.locator(".stages > li.now").is_visible()
        wide = page.viewport_size
        for width, shown in ((390, True), (1440, False)):  # the map's words in its place, and never both unasked
            await page.set_viewport_size(wide | {"width": width})
            await page.locator(".stages > li.now").wait_for(state="visible" if shown else "hidden")
            assert await page.locator(".map").is_visible() is not shown


async def test_the_language_is_switched_by_a_button(window, example):
    async with window(example, "ben", language="en") as page:
        await page.goto("/boards")
        await page.click("button:has-text('Suomeksi')")
        await page.get_by_role("heading", name="Taulut").wait_for()
        await page.click("button:has-text('In English')")
        await page.get_by_role("heading", name="Boards").wait_for()


async def test_the_charts_come_without_a_shift_of_the_page(window, example, colleagues, published):
    await published(example, [*(await colleagues(example, *(f"Person {n}" for n in range(30)))), example.ada])
    async with window(example, "ada") as page:
        await page.add_init_script(
            "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => shift += e.value))"
            ".observe({type: 'layout-shift', buffered: true});"
        )
        await page.goto("/boards/quality")
        await page.locator(".plot .main-svg").first.wait_for(state="attached")
        assert await page.evaluate("shift") < 0.01


ASKED = """
with opened as (
    insert into feedback_round (opened_at, closed_at, closes_on, warned, drawn_at)
    values (now() - interval '1 h', now() + interval '14 d', current_date + 14, true, now())
    returning id)
insert into ask (round_id, giver_id, receiver_id) select id, $1, $2 from opened returning id
"""


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1440, True), (390, False)])
async def test_feedback_is_answered_and_taken_back_by_keyboard_alone(window, example, worker_pool, width, scripts):
    async with db.tenant(worker_pool, example.organization_id) as tx:
        ask = await tx.fetchval(ASKED, example.ben, example.ada)
    async with window(example, "ben", width, java_script_enabled=scripts) as page:
        await page.goto("/feedback")
        await page.locator(f'a[href="/feedback/asks/{ask}"]').press("Enter")
        await page.get_by_role("heading", name="How is it to work with Ada?").wait_for()
        await page.locator('input[name="rating collaboration"][value=""]').press("ArrowLeft")  # from Skip to 5
        await page.locator("#comment").press_sequentially("Listens first.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("Until tonight you can change it").wait_for()
        await page.get_by_role("button", name="Undo").press("Enter")
        await page.get_by_text("The question is open again.").wait_for()


async def test_a_picture_is_taken_along_and_its_table_too(window, example, colleagues, published):
    people = await colleagues(example, "=HYPERLINK(1)", "Äijä")
    await published(example, [*people, example.ada])
    async with window(example, "ada", language="fi") as page:
        await page.goto("/boards/quality")
        await page.locator(".plot .main-svg").first.wait_for(state="attached")
        taken = {}
        for kind in ("csv", "svg", "png"):
            async with page.expect_download() as coming:
                await page.click(f'[data-export="{kind}"]')
            download = await coming.value
            assert download.suggested_filename == f"quality.{kind}"
            taken[kind] = await to_thread((await download.path()).read_bytes)
        lines = taken["csv"].decode("utf-8-sig").splitlines()
        assert len(lines) == 4
        assert lines[1].endswith('"\'=HYPERLINK(1)";"0,90";"0,70";"1,10"')  # no formula; figures a cell each
        assert lines[0].endswith('"Nimi";"Arvio";"Alaraja";"Yläraja"')
        assert b">\xc3\x84ij\xc3\xa4</text>" in taken["svg"]  # names stand beside their points
        assert taken["png"].startswith(b"\x89PNG")


async def test_names_of_a_picture_taken_along_stay_readable_over_lines(window, example, published):
    await published(example, [example.ada])
    async with window(example, "ada") as page:
        await page.goto("/me/journey")
        await page.locator(".map .main-svg").first.wait_for(state="attached")
        async with page.expect_download() as coming:
            await page.click('[data-export="svg"]')
        assert 'textpoint" paint-order="stroke"' in await to_thread((await (await coming.value).path()).read_text)


async def test_dates_on_an_axis_are_in_the_language_of_the_page(window, example, published):
    await published(example, [example.ada])
    drawn = """() => Plotly.newPlot(document.querySelector("main").appendChild(document.createElement("div")),
      [{x: ["2026-01-01", "2026-12-01"], y: [1234.5, 2]}], {width: 900, height: 300, separators: ", "}, {locale: "fi"})
      .then((made) => made.textContent)"""
    async with window(example, "ada", language="fi") as page:
        await page.goto("/boards/quality")
        await page.locator(".plot .main-svg").first.wait_for(state="attached")
        text = await page.evaluate(drawn)
        assert "touko" in text
        assert "May" not in text


async def test_the_audit_log_on_a_phone_is_compact_and_folds_its_search_away(window, example, published, worker_pool):
    await published(example, [example.ben])
    async with db.tenant(worker_pool, example.organization_id) as tx:
        await hold(tx, example.cleo, "hr")
    async with window(example, "cleo") as page:
        for person in (example.ada, example.ben):
            await page.goto(f"/people/{person}")
        await page.goto("/audit")
        assert await page.get_by_label("Name").is_visible()  # on a wide screen nothing is folded
        await page.set_viewport_size({"width": 390, "height": 900})
        assert not await page.get_by_label("Name").is_visible()
        heights = await page.evaluate("[...document.querySelectorAll('.log tbody tr')].map((row) => row.offsetHeight)")
        assert heights
        assert max(heights) < 130
        await page.get_by_text("Search and take along").click()
        await page.get_by_label("Name").fill("Ben")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/audit?q=Ben*")
        assert await page.get_by_label("Name").is_visible()  # what is searched for stays in sight
