"""Requests of two organizations by turns over the same connections, many cut off in the middle: nothing may get mixed.

    python -m tests.faults.interleaved [--requests 100000] [--seed 7] [--planted]

With `--planted` the organization is set for the connection instead of the transaction: it must be noticed.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

from service.app import create_app
from service.auth.actions import NewToken, create_token
from service.base import db, postgres
from service.base.access import Role
from service.base.config import Settings
from service.base.migrate import migrate
from tests import cast
from tests.service.walls.matrix import ids_of
from tests.service.walls.serving import serving

CLIENTS = 32
CUT = 0.2  # of the requests
POOL = 4  # connections for all of them: each serves both organizations all the time
UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LEFT = "select coalesce(current_setting('app.organization_id', true), ''), (select count(*) from person)"


@dataclass
class Tally:
    """What happened."""

    left: int
    statuses: Counter = field(default_factory=Counter)
    cut: int = 0
    reopened: int = 0
    foreign: list = field(default_factory=list)

    def next(self):
        """Whether one more is to be asked."""
        self.left -= 1
        return self.left >= 0

    def again(self):
        """Note that a connection was found closed: what was asked over it is asked over another one."""
        self.reopened += 1
        self.left += 1
        return False


@dataclass(frozen=True)
class Side:
    """One organization: a token, what it may be asked, and the ids of the other one, which it must never see."""

    token: str
    own: cast.Cast
    other: cast.Cast
    foreign: set

    def request(self, chance):
        """A request, as it goes over the wire."""
        mine, theirs = chance.choice(list(self.own.people.values())), chance.choice(list(self.other.people.values()))
        path = chance.choice((
            "/api/people", "/api/projects", "/api/kudos", "/api/contacts", "/api/boards", "/api/care-tasks",
            f"/api/people/{mine}", f"/api/people/{mine}/standing", f"/people/{mine}", "/kudos/new",
            f"/api/people/{theirs}", f"/api/people/{theirs}/standing", f"/api/kudos?receiver_id={theirs}",
        ))  # fmt: skip
        if chance.random() < 0.1:
            receiver = chance.choice((mine, theirs))
            return self._written("POST", "/api/kudos", {"receiver_id": str(receiver), "message": "Thank you"})
        return self._written("GET", path)

    def _written(self, method, path, body=None):
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Length: {len(content)}\r\n"
            "Content-Type: application/json\r\n\r\n"
        )
        return head.encode() + content


async def _answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return int(head[9:12]), await reader.readexactly(int(length[1]) if length else 0)


async def _ask(chance, side, connection, tally):
    """Ask once, or begin to and go away; whether the connection can be used again."""
    reader, writer = connection
    sent = side.request(chance)
    if chance.random() < CUT:
        tally.cut += 1
        writer.write(sent if chance.random() < 0.8 else sent[: chance.randrange(1, len(sent))])
        await asyncio.sleep(chance.choice((0, 0.0005, 0.002, 0.005, 0.01)))
        writer.transport.abort()
        return False
    writer.write(sent)
    status, body = await _answer(reader)
    tally.statuses[status] += 1
    asked = set(UUIDS.findall(sent))
    foreign = {one.decode() for one in set(UUIDS.findall(body)) - asked} & side.foreign
    if foreign or (status >= 500 and status != 503):  # too much at once is no mixing
        tally.foreign.append((sent[:120], status, foreign))
    return True


async def client(chance, sides, address, tally):
    """Ask over one connection as long as it lasts, then over another one."""
    where, connection = urlsplit(address), None
    while tally.next():
        used = connection is not None
        connection = connection or await asyncio.open_connection(where.hostname, where.port)
        try:
            kept = await _ask(chance, chance.choice(sides), connection, tally)
        except (ConnectionError, asyncio.IncompleteReadError) as gone:
            if not used or getattr(gone, "partial", b""):
                raise  # only between two answers may a server close; after 10 s of silence ours does
            kept = tally.again()
            connection[1].close()
        connection = connection if kept else None
    if connection:
        connection[1].close()


async def left_over(pool, size):
    """What is left on the connections of a pool: an organization, rows that can be seen, an open transaction."""
    held = [await pool.acquire(timeout=5) for _ in range(size)]
    try:
        found = [(*await conn.fetchrow(LEFT), conn.is_in_transaction()) for conn in held]
    finally:
        for conn in held:
            await pool.release(conn)
    return [one for one in found if one != ("", 0, False)]


async def run(url, worker_pool, requests, seed):
    """Ask so many times; the tally, and what is left over on the connections."""
    north, south = await cast.north(worker_pool), await cast.south(worker_pool)
    sides = []
    for own, other, person in ((north, south, "ben"), (south, north, "eino")):
        async with db.tenant(worker_pool, own.organization_id) as tx:
            token = await create_token(tx, NewToken(role=Role.LEAD, person_id=own.people[person]))
        sides.append(Side(token, own, other, await ids_of(url, other.organization_id)))
    app = create_app(Settings(pool_size=POOL), url)
    tally = Tally(requests)
    async with serving(app) as address:
        chances = [random.Random(f"{seed} {number}") for number in range(CLIENTS)]  # noqa: S311 - it repeats
        await asyncio.gather(*(client(chance, sides, address, tally) for chance in chances))
        await asyncio.sleep(0.5)  # what was cut off last is being undone
        left = await left_over(app.state.pool, POOL)
    return tally, left


def plant():
    """Set the organization for the connection, not for the transaction."""
    db.READING = db.READING.replace("set local", "set")


async def _main(url, options):
    await migrate(url)
    began = perf_counter()
    async with await db.open_pool(url, db.PoolSettings("talkoot_worker", 4)) as pool:
        tally, left = await run(url, pool, options.requests, options.seed)
    cut = f"{tally.cut} of them cut off, {tally.reopened} connections found closed"
    print(f"{options.requests} requests in {perf_counter() - began:.0f} s, {cut}")
    print(f"answers: {dict(sorted(tally.statuses.items()))}")
    print(f"foreign rows or failures: {tally.foreign[:5] or 'none'}; left on connections: {left or 'nothing'}")
    return bool(tally.foreign or left)


def main():
    """Run it; exit 1 where something got mixed (or, planted, where nothing was noticed)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--planted", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    if options.planted:
        plant()
    with tempfile.TemporaryDirectory(prefix="talkoot-interleaved-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "data") as url:
            mixed = asyncio.run(_main(url, options))
    sys.exit(int(mixed != options.planted))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
