"""How fast the web is, as ratios within one run: thanks with everything on, a bare insert, and hello in JSON.

Run by hand, when nothing else runs: `.venv/bin/python -m tests.benchmarks.bench_web`. Server and client are two
processes; all targets are on one granian server over one PostgreSQL with `synchronous_commit=on`; rounds are
interleaved and the median counts.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec
import psutil
from litestar import Litestar, get, post
from litestar.params import JSONBody

from service.app import create_app
from service.auth.actions import NewToken, create_token
from service.base import db, migrate, postgres
from service.base.access import Role
from service.base.config import Settings
from service.serve import serve
from tests import cast
from tests.scoring import handmade

CLIENTS = (8, 32)
ROUNDS = 5
SECONDS = 1.5
PEOPLE = 100
HOST, PORT = "127.0.0.1", 8399
TABLE = """
create table if not exists bare_kudos (
    id uuid primary key default gen_random_uuid(), giver_id uuid not null, receiver_id uuid not null,
    message text not null, at timestamptz not null default now())
"""
INSERT = "insert into bare_kudos (giver_id, receiver_id, message) values ($1, $2, $3) returning id"


class Thanks(msgspec.Struct):
    """What the bare endpoint takes."""

    receiver_id: UUID
    message: str


# ---- the server's process


def bare_app(url: str) -> Litestar:
    """Build the least that inserts a row over HTTP."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await db.open_pool(url, db.PoolSettings("none", size=10))
        await app.state.pool.execute(TABLE)
        yield
        await app.state.pool.close()

    @get("/bare/hello")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    @post("/bare/insert")
    async def insert(data: JSONBody[Thanks]) -> dict[str, str]:
        row_id = await app.state.pool.fetchval(INSERT, uuid4(), data.receiver_id, data.message)
        return {"id": str(row_id)}

    app = Litestar([hello, insert], lifespan=[lifespan], logging_config=None, openapi_config=None)
    return app


async def run_server(url: str) -> None:
    """Serve both apps on one server until told to stop."""
    ours, bare = create_app(Settings(), url), bare_app(url)

    async def both(scope, receive, send):
        app = bare if scope.get("path", "").startswith("/bare") else ours
        await app(scope, receive, send)

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with bare.lifespan():
        serving = asyncio.create_task(serve(both, HOST, PORT, lambda: print("ready", flush=True)))
        await stop.wait()
        serving.cancel()


# ---- the client's process


class Client(asyncio.Protocol):
    """One connection that sends the next request as soon as the answer is complete."""

    def __init__(self, next_request: Callable[[], bytes]) -> None:
        self.next_request = next_request
        self.answers: list[float] = []
        self.failed = b""
        self._read = b""
        self._sent = 0.0

    def connection_made(self, transport):
        self.transport = transport
        self.send()

    def send(self):
        self._sent = time.perf_counter()
        self.transport.write(self.next_request())

    def data_received(self, data):
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if head[9:10] != b"2":
            self.failed = self._read
            self.transport.close()
            return
        self._read = b""
        self.answers.append(time.perf_counter() - self._sent)
        self.send()


class Measured(NamedTuple):
    """One round: answers a second, the median milliseconds of one, and CPU milliseconds of web and PostgreSQL."""

    rate: float
    ms: float
    web_cpu: float
    postgres_cpu: float


async def measure(clients: int, next_request: Callable[[], bytes], web: psutil.Process) -> Measured:
    """Keep `clients` connections busy for a round."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Client(next_request), HOST, PORT) for _ in range(clients)]
    began, cpu = time.perf_counter(), spent(web)
    await asyncio.sleep(SECONDS)
    # Where other work leaves no time, until there is an answer to divide by.
    while not any(client.answers or client.failed for _, client in made):  # noqa: ASYNC110 - connections set no event
        await asyncio.sleep(SECONDS)
    took = time.perf_counter() - began
    cpu = [after - before for before, after in zip(cpu, spent(web), strict=True)]
    answers = [answer for _, client in made for answer in client.answers]
    failed = [client.failed for _, client in made if client.failed]
    for transport, _ in made:
        transport.close()
    if failed:
        raise SystemExit(f"the server answered: {failed[0].decode()}")
    each = [1000 * one / len(answers) for one in cpu]
    return Measured(len(answers) / took, statistics.median(answers) * 1000, *each)


def spent(web: psutil.Process) -> list[float]:
    """Return the CPU seconds used so far by the web's process and by PostgreSQL's."""
    postgres_processes = [one for one in psutil.Process().children(recursive=True) if one.name() == "postgres"]
    return [sum(web.cpu_times()[:2]), sum(sum(one.cpu_times()[:2]) for one in postgres_processes)]


def request(method: str, path: str, body: object = None, **headers: str) -> bytes:
    """Return a whole request."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{PORT}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def targets(north: cast.Cast, token: str) -> dict[str, Callable[[], bytes]]:
    """Return what is measured, by name."""
    thanks = {"receiver_id": str(north.ada), "message": "Thank you for the help with the offer."}
    hello, bare = request("GET", "/bare/hello"), request("POST", "/bare/insert", thanks)
    mark = "0" * 36
    kudos = request("POST", "/api/kudos", thanks, **{"Authorization": f"Bearer {token}", "Idempotency-Key": mark})
    before, _, after = kudos.partition(mark.encode())
    board = request("GET", "/api/boards/quality", Authorization=f"Bearer {token}")
    people = request("GET", f"/api/people/{north.ada}", Authorization=f"Bearer {token}")
    return {
        "hello": lambda: hello,
        "bare insert": lambda: bare,
        "kudos": lambda: before + str(uuid4()).encode() + after,
        "board": lambda: board,
        "one person": lambda: people,
    }


async def compare(url: str) -> None:
    """Measure all targets in turns and print them as ratios."""
    await migrate.migrate(url)
    async with await db.open_pool(url, db.PoolSettings("talkoot_worker")) as pool:
        north = await cast.north(pool)
        async with db.tenant(pool, north.organization_id) as tx:
            token = await create_token(tx, NewToken(role=Role.EMPLOYEE, person_id=north.ben))
            for number in range(PEOPLE):
                await tx.execute("insert into person (name) values ($1)", f"Person {number}")
            await tx.execute(
                "insert into visibility select organization_id, id, true from person on conflict do nothing"
            )
            print("synchronous_commit", await tx.fetchval("show synchronous_commit"))
        await handmade.published(pool, north.organization_id, handmade.about(PEOPLE))
    with server(url) as web:
        for clients in CLIENTS:
            measured: dict[str, list[Measured]] = {}
            for _ in range(ROUNDS):
                for name, next_request in targets(north, token).items():
                    measured.setdefault(name, []).append(await measure(clients, next_request, web))
            show(clients, measured)


def show(clients: int, measured: dict[str, list[Measured]]) -> None:
    """Print one table."""
    middle = {name: Measured(*map(statistics.median, zip(*rounds, strict=True))) for name, rounds in measured.items()}
    print(f"\n{clients:>2} clients        answers/s  median ms  × bare insert  × hello  web CPU ms  PostgreSQL CPU ms")
    for name, one in middle.items():
        ratios = f"{one.rate / middle['bare insert'].rate:>15.2f}{one.rate / middle['hello'].rate:>9.2f}"
        print(f"  {name:<14}{one.rate:>11.0f}{one.ms:>11.2f}{ratios}{one.web_cpu:>12.3f}{one.postgres_cpu:>19.3f}")


@contextmanager
def server(url: str) -> Iterator[psutil.Process]:
    """Run the server's process."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_web", url]
    with (
        Path(os.environ.get("SERVER_LOG", os.devnull)).open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            if not process.stdout or process.stdout.readline().strip() != b"ready":
                raise SystemExit("the server did not start; SERVER_LOG names a file for its errors")
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def main() -> None:
    """Run the comparison, or with a URL the server."""
    if len(sys.argv) > 1:
        asyncio.run(run_server(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory(prefix="talkoot-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "data") as url:
            asyncio.run(compare(url))


if __name__ == "__main__":
    main()
