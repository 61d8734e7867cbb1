"""What every page costs the server at 10,000 people: CPU of the web and of the database, as ratios to a baseline.

Run by hand: `python -m tests.benchmarks.bench_pages --people 10000`. Pages are the reading routes of the live route
table, asked for as the authorization matrix asks, by an employee, a lead, HR and an administrator (whoever may), one
after the other over one connection, in rounds. A page's server time is the CPU of the web's process and of the
database's that work for it (Linux tells both): other work on the machine hardly changes it, as it does `waited`, the
time from question to answer of all its queries. `first` is the first request after a start. Wanted are at most 50 ms
and 100 KB.
"""

import argparse
import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import msgspec

from service.app import create_app
from service.base import db, migrate, postgres
from service.base.config import Settings
from service.serve import serve
from tests.benchmarks.large import Large, large
from tests.service.pages.test_walk import ADDRESSES, address
from tests.service.walls.rows import ROWS

PEOPLE, ROUNDS, EACH = 10_000, 2, 4
WANTED_MS, WANTED_BYTES = 50.0, 100_000
BASELINE = "/health/live"
CALLERS = ("self", "lead", "hr", "administrator")
MORE = {  # questions that the matrix does not ask, and that read much
    "/boards/{board:str}": ("?kind=person", "?kind=person&period=quarter:2026Q2", "?where=te"),
    "/audit": ("", "?action=view_brief", "?action=erase", "?q=n"),
    "/people": ("?q=nie",),
    "/kudos/new": ("",),
}
HOST, PORT = "127.0.0.1", 8398
SPENT = "server-timing"
NOTE = "large.json"


class Spent(NamedTuple):
    """What one answer cost: CPU milliseconds of web and database, milliseconds waited for queries, and their number."""

    cpu: float
    database: float
    waited: float
    queries: int

    @property
    def server(self) -> float:
        """Milliseconds of server time."""
        return self.cpu + self.database


@dataclass(slots=True)
class Asked:
    """One page as one caller asks for it, and what it cost each time."""

    path: str  # of the route
    caller: str
    address: str
    more: str = ""  # what is asked beyond the matrix
    bytes: int = 0
    why: str = ""  # it was not measured
    first: Spent | None = None
    spent: list[Spent] = field(default_factory=list)


# ---- the server's process


class Measuring:
    """Tells in a header what each answer cost; requests come one at a time, so all that is spent is this one's."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._queries: list[float] = []
        self._backends: list[Path] = []

    async def connected(self, connection: Any) -> None:
        """Listen to a new connection's queries."""
        connection.add_query_logger(lambda query: self._queries.append(query.elapsed * 1000))
        self._backends.append(Path(f"/proc/{connection.get_server_pid()}/schedstat"))

    def _database_cpu(self) -> float:
        """Return the milliseconds that the connections' processes have run so far."""
        return sum(int(one.read_text().split()[0]) for one in self._backends if one.exists()) / 1e6

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._queries.clear()
        database = self._database_cpu()
        began = time.process_time()

        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(0)  # the last query's logger is called by the loop
                cpu = 1000 * (time.process_time() - began)
                database_cpu = self._database_cpu() - database
                said = f"{cpu:.3f} {database_cpu:.3f} {sum(self._queries):.3f} {len(self._queries)}"
                message["headers"] = [*message["headers"], (SPENT.encode(), said.encode())]
            await send(message)

        await self._app(scope, receive, told)


async def run_server(url: str) -> None:
    """Serve until told to stop."""
    app = create_app(Settings(), url)
    measuring = Measuring(app.asgi_handler)
    prepare = db._prepare

    async def prepared(connection: Any) -> None:
        await prepare(connection)
        await measuring.connected(connection)

    db._prepare = prepared  # type: ignore[assignment] # each new connection's
    app.asgi_handler = measuring  # type: ignore[assignment]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving = asyncio.create_task(serve(app, HOST, PORT, lambda: print("ready", flush=True)))
    await stop.wait()
    serving.cancel()


@contextmanager
def server(url: str) -> Iterator[None]:
    """Run the server's process."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_pages", "--serve", url]
    with (
        Path(os.environ.get("SERVER_LOG", os.devnull)).open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            if not process.stdout or process.stdout.readline().strip() != b"ready":
                raise SystemExit("the server did not start; SERVER_LOG names a file for its errors")
            yield
        finally:
            process.terminate()


# ---- the client's process


def wanted(there: Large, only: str) -> list[Asked]:
    """Return every page of the route table, by each caller who may open it; the baseline first."""
    found = [Asked(BASELINE, "anybody", BASELINE)]
    for row in ROWS:
        if row.method != "GET" or row.path not in ADDRESSES or not re.search(only, row.path):
            continue
        callers = ("anybody",) if row.open else tuple(one for one in CALLERS if row.expected(one) == row.ok == 200)
        if not callers:
            found.append(Asked(row.path, "nobody", "", why="no caller gets a page here"))
        plain = address(row, there.ids)
        found += [Asked(row.path, one, plain) for one in callers]
        bare = plain.partition("?")[0]
        found += [Asked(row.path, one, bare + more, more or "?") for more in MORE.get(row.path, ()) for one in callers]
    return found


def measure(there: Large, url: str, pages: list[Asked]) -> None:
    """Ask for every page in turns."""
    with server(url), httpx.Client(base_url=f"http://{HOST}:{PORT}", timeout=60, trust_env=False) as client:
        for number in range(ROUNDS):
            for page in pages:
                for _ in range(0 if page.why else EACH):
                    _ask(client, there, page, first=number == 0 and page.first is None)


def _ask(client: httpx.Client, there: Large, page: Asked, *, first: bool) -> None:
    headers = {"accept": "text/html", "accept-language": "fi"}
    if page.caller in there.secrets:
        headers["cookie"] = f"talkoot_session={there.secrets[page.caller]}"
    answer = client.get(page.address, headers=headers)
    client.cookies.clear()
    kind = answer.headers.get("content-type", "")
    if answer.status_code != 200 or ("text/html" not in kind and page.path != BASELINE):
        page.why = f"{answer.status_code} {kind}"
        return
    *times, queries = answer.headers[SPENT].split()
    spent, page.bytes = Spent(*map(float, times), int(queries)), len(answer.content)
    if first:
        page.first = spent
    else:
        page.spent.append(spent)


def show(people: int, pages: list[Asked]) -> bool:
    """Print a line for each page and caller, the dearest first; whether all are as wanted."""
    measured = [page for page in pages if page.spent]
    middle = {id(page): statistics.median(one.server for one in page.spent) for page in measured}
    baseline = middle[id(measured[0])]
    print(f"{people:,} people; {len(measured)} pages by caller; milliseconds of server time")
    print(f"  {'page':<46}{'caller':<14}median  least   web    DB  waited  queries  first     bytes  × baseline")
    good = True
    for page in sorted(measured, key=lambda page: -middle[id(page)]):
        median, least = middle[id(page)], min(one.server for one in page.spent)
        cpu, database, waited = (statistics.median(one[place] for one in page.spent) for place in range(3))
        over = " OVER" if median > WANTED_MS or page.bytes > WANTED_BYTES else ""
        good = good and not over
        name = f"{page.path}{page.more}"
        print(
            f"  {name:<46}{page.caller:<14}{median:>6.1f}{least:>7.1f}{cpu:>6.1f}{database:>6.1f}{waited:>8.1f}"
            f"{page.spent[-1].queries:>9}{page.first.server if page.first else 0:>7.1f}{page.bytes:>10,}"
            f"{median / baseline:>12.1f}{over}"
        )
    for page in pages:
        if page.why:
            print(f"  {page.path + page.more:<46}{page.caller:<14}not measured: {page.why}")
    return good


async def make(url: str, people: int) -> Large:
    """Make the organization."""
    await migrate.migrate(url)
    async with (
        await db.open_pool(url, db.PoolSettings("talkoot_worker", statement_seconds=600)) as pool,
        await db.open_pool(url, db.PoolSettings("talkoot_web")) as web,
    ):
        there = await large(pool, web, people)
    owner = await asyncpg.connect(url)
    await owner.execute("vacuum analyze")  # as autovacuum has done by the next morning
    await owner.close()
    return there


def kept(url: str, note: Path, people: int) -> Large:
    """Make the organization, unless `note` beside the database tells what was made there."""
    if note.exists():
        asyncio.run(migrate.migrate(url))
        return msgspec.json.decode(note.read_bytes(), type=Large)
    there = asyncio.run(make(url, people))
    note.write_bytes(msgspec.json.encode(there))
    return there


def main() -> None:
    """Measure what is asked for; `--serve` is the other process."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--only", default="", help="a regular expression of routes")
    asked.add_argument("--keep", type=Path, help="a folder for the database, which is made there once and used again")
    asked.add_argument("--serve", metavar="URL", help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.serve:
        asyncio.run(run_server(told.serve))
        return
    with tempfile.TemporaryDirectory(prefix="talkoot-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        place = told.keep or Path(folder) / "data"
        with postgres.running(place) as url:
            there = kept(url, place / NOTE, told.people)
            pages = wanted(there, told.only)
            measure(there, url, pages)
    sys.exit(not show(told.people, pages))


if __name__ == "__main__":
    main()
