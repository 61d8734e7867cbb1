"""What a browser has to carry and to do for each page of the frame: bytes, requests, shifts, and the longest task.

Run by hand beside a demo, as the example people of these names: `python -m tests.benchmarks.bench_browser URL NAME...`.
The longest task is told as the ratio to drawing a chart of one point in the same browser. Caches are
empty for the first page of each person alone, as they are for people.
"""

import sys
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SETTLED = 1_500  # milliseconds until a page that came has drawn its charts
WATCH = """
window.seen = {shift: 0, long: 0};
new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) seen.shift += e.value; }))
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((e) => { seen.long = Math.max(seen.long, e.duration); }))
  .observe({type: "longtask", buffered: true});
"""
MEASURED = """() => {
  const page = performance.getEntriesByType("navigation")[0], other = performance.getEntriesByType("resource");
  const sent = (all) => all.reduce((sum, one) => sum + one.transferSize, 0);
  const plotly = other.filter((one) => one.name.endsWith("/plotly.js"));
  return {...seen, html: page.decodedBodySize, sent: sent([page, ...other]) - sent(plotly), plotly: sent(plotly),
    requests: 1 + other.length};
}"""
ONE_POINT = """async () => {
  const place = document.body.appendChild(document.createElement("div")), began = performance.now();
  await Plotly.newPlot(place, [{x: [1], y: [1], mode: "markers"}]);
  return performance.now() - began;
}"""
LINKS = """[...document.querySelectorAll('header.top a[href^="/"]')].map((one) => one.getAttribute("href"))"""


def signed_in(browser: Browser, home: str, name: str) -> Page:
    """Open a window of an example person's."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{home}/sign-in?q={name}")
    page.locator(f"button[aria-label*='{name}']").first.click()
    page.wait_for_load_state()
    page.add_init_script(WATCH)
    return page


def one_page(page: Page, address: str) -> dict[str, Any]:
    """Open a page and return what it took."""
    page.goto(address)
    page.wait_for_timeout(SETTLED)
    found: dict[str, Any] = page.evaluate(MEASURED)
    return found


def main() -> None:
    """Print a line for each page of the frame, as each person."""
    home, *names = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in names:
            page = signed_in(browser, home, name)
            paths = sorted(set(page.evaluate(LINKS)))
            page.goto(f"{home}/boards")
            page.wait_for_timeout(SETTLED)
            base = min(page.evaluate(ONE_POINT) for _ in range(5))
            print(f"{name}: a chart of one point takes {base:.1f} ms")
            for path in paths:
                told = one_page(page, home + path)
                print(
                    f"{path[:40]:40} html {told['html']:>6}  sent {told['sent']:>6}  plotly {told['plotly']:>7}  "
                    f"requests {told['requests']:>2}  shift {told['shift']:.3f}  longest {told['long'] / base:>5.1f}"
                )
        browser.close()


if __name__ == "__main__":
    main()
