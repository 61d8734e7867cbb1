"""What every page's HTML costs the server at 10,000 people: CPU of web and PostgreSQL, as ratios to /health/live.

Run by hand: `python -m tests.benchmarks.bench_pages [PEOPLE]`. One connection asks for one page after another;
pages are those of the live route table that need no id, one of a person, one of a board. Other work makes
`median ms` longer, the CPU hardly: wanted are at most 50 ms of CPU of both together.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from service.app import create_app
from service.auth.actions import start_session
from service.base import db, migrate, postgres
from service.base.access import Role
from service.base.config import Settings
from tests import cast
from tests.benchmarks.bench_web import Measured, measure, request, server
from tests.scoring import handmade

PEOPLE = 10_000
ROUNDS = 3
WANTED = 50.0  # milliseconds of server time
HEALTH = "/health/live"
MADE = "insert into person (name) select 'Person ' || number from generate_series(1, $1) as number"
SEEN = "insert into visibility select organization_id, id, true from person on conflict do nothing"


def pages(url: str) -> list[str]:
    """Return the paths of HTML pages that need no id."""
    app = create_app(Settings(), url)
    found = {
        route.path
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if "GET" in handler.http_methods and handler.fn.__module__.startswith("service.pages") and "{" not in route.path
    }
    return sorted(found)


async def organization(url: str, people: int) -> tuple[str, list[str]]:
    """Make an organization with a published run; return a session's secret, and pages of what is in it."""
    async with await db.open_pool(url, db.PoolSettings("talkoot_worker")) as pool:
        north = await cast.north(pool)
        async with db.tenant(pool, north.organization_id) as tx:
            await tx.execute("insert into role_grant (person_id, role) values ($1, 'hr')", north.ben)
            await tx.execute(MADE, people)
            await tx.execute(SEEN)
            secret = await start_session(tx, north.ben, Role.HR)
        await handmade.published(pool, north.organization_id, handmade.about(people))
        await pool.execute("analyze")
    return secret, [f"/people/{north.ada}", "/boards/quality", "/people/suggest?q=Person+12"]


async def compare(url: str, people: int) -> None:
    """Measure every page in turns."""
    await migrate.migrate(url)
    secret, more = await organization(url, people)
    health = request("GET", HEALTH)
    headers = {"Accept": "text/html", "Cookie": f"talkoot_session={secret}"}
    asked = {HEALTH: health} | {path: request("GET", path, **headers) for path in (*pages(url), *more)}
    measured: dict[str, list[Measured]] = {}
    left_out: dict[str, str] = {}
    with server(url) as web:
        for _ in range(ROUNDS):
            for path, words in asked.items():
                if path in left_out:
                    continue
                try:
                    measured.setdefault(path, []).append(await measure(1, _again(words), web))
                except SystemExit as why:  # it answers by sending on, or needs what this organization does not have
                    left_out[path] = str(why).partition("\r\n")[0]
    for path, why in left_out.items():
        print(f"  {path:<28} NOT MEASURED: {why}")
    show(people, {path: rounds for path, rounds in measured.items() if rounds and path not in left_out})


def _again(words: bytes) -> Callable[[], bytes]:
    return lambda: words


def show(people: int, measured: dict[str, list[Measured]]) -> None:
    """Print a line for each page, the dearest first."""
    middle = {
        path: Measured(*map(statistics.median, zip(*rounds, strict=True)))
        for path, rounds in measured.items()
        if rounds
    }
    cpu = {path: one.web_cpu + one.postgres_cpu for path, one in middle.items()}
    print(f"{people:,} people{'':<18} median ms  web CPU ms  PostgreSQL CPU ms  × health")
    for path in sorted(cpu, key=lambda path: -cpu[path]):
        one, times = middle[path], cpu[path] / cpu[HEALTH]
        mark = f"  over {WANTED:.0f} ms" if cpu[path] > WANTED else ""
        print(
            f"  {path:<28}{one.ms:>9.1f}{one.web_cpu:>12.2f}{one.postgres_cpu:>19.2f}{times:>10.1f}{mark}", flush=True
        )


def main() -> None:
    """Measure with so many people."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with tempfile.TemporaryDirectory(prefix="talkoot-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "data") as url:
            asyncio.run(compare(os.fspath(url), people))


if __name__ == "__main__":
    main()
