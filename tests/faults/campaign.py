"""Kills and pauses what can be killed and paused at random moments, again and again, and checks what is left each time.

    python -m tests.faults.campaign --all --rounds 20 [--seed 7]   web, PostgreSQL, pool, duplicates, workers
    python -m tests.faults.campaign --rounds 20 [--seed 7] [--unfenced]   workers only
    python -m tests.faults.campaign --unkeyed --rounds 5   planted: clients repeat requests without a key

With `--unfenced` the workers do not look whether a slot is still theirs, with `--unkeyed` nothing tells a repeated
request from a new one: the campaign must notice, or it is worthless.
"""

import argparse
import asyncio
import random
import signal
import sys
from contextlib import suppress
from uuid import uuid4

from service.base import db
from service.base.migrate import migrate
from tests import cast
from tests.faults import stream
from tests.faults.server import Postgres, Web
from tests.faults.workers import ask, done, overtaken, says, started, thank, wrong

LEASE = 1.0  # seconds
SCORING = 0.8  # seconds the engine takes
FINISH = 60  # seconds until somebody must have finished the slot
BLOWS = {"worker killed": (signal.SIGKILL,), "worker paused": (signal.SIGSTOP,), "workers": ()}


async def round_of(chance, url, pool, options, blows=()):
    """One slot, two or three workers, and one or two blows; what is wrong afterwards."""
    north, job = await cast.north(pool), f"faults_{uuid4().hex}"
    await thank(pool, north)
    given = ("--job", job, "--seconds", SCORING, "--lease", LEASE, *(["--unfenced"] if options.unfenced else []))
    async with asyncio.TaskGroup() as group:
        entering = [started(url, *given) for _ in range(chance.choice((2, 3)))]
        children = [await one.__aenter__() for one in entering]
        key = await ask(pool, north.organization_id, job)
        for child in children[:-1]:  # the last one is left alone, so that somebody can finish
            group.create_task(_strike(chance, child, chance.choice(blows or (signal.SIGKILL, signal.SIGSTOP))))
        await done(pool, north.organization_id, key, FINISH)
        await asyncio.sleep(2 * SCORING)  # a worker that woke up late tries to publish now
    for one in entering:
        await one.__aexit__(None, None, None)
    return await wrong(pool, north.organization_id)


async def _strike(chance, child, blow):
    if chance.random() < 0.7:  # whoever has the slot is the one worth hitting
        with suppress(TimeoutError, AssertionError):
            await says(child, "scoring", 2.5)
    await asyncio.sleep(chance.uniform(0, SCORING))
    child.send_signal(blow)
    if blow == signal.SIGSTOP:
        await asyncio.sleep(chance.uniform(0.5, 3.0) * LEASE)
        child.send_signal(signal.SIGCONT)


async def with_workers(url, options, kind="workers"):
    """All rounds with workers; the number of those in which something was wrong."""
    bad = 0
    async with await db.open_pool(url, db.PoolSettings("talkoot_worker", 4)) as pool:
        planted = ["--unfenced"] if options.unfenced else []
        found = await overtaken(url, pool, await cast.north(pool), *planted)
        bad += _tell("paused and overtaken", "-", found)
        for number in range(options.rounds):
            chance = random.Random(options.seed + number)  # noqa: S311 - a seed that repeats is what is wanted
            bad += _tell(kind, options.seed + number, await round_of(chance, url, pool, options, BLOWS[kind]))
    return bad


async def with_web(server, options, faults):
    """All rounds with a stream of requests; the number of those in which something was wrong, by fault."""
    bad = {}
    async with Web(server.url, pool_size=4, statement_seconds=5) as web:
        for fault in faults:
            bad[fault] = 0
            for number in range(options.rounds):
                found, asked = await stream.round_of(
                    options.seed + number, fault, server, web, keyed=not options.unkeyed
                )
                bad[fault] += _tell(fault, options.seed + number, found, dict(sorted(asked.statuses.items())))
                await web.ready()
    return bad


def _tell(kind, seed, found, *more):
    print(f"{kind}, seed {seed}: {found or 'well'}", *more, flush=True)
    return int(bool(found))


async def campaign(server, options):
    """What was asked for; the number of rounds that went wrong, by fault."""
    await migrate(server.url)
    if options.unkeyed:
        return await with_web(server, options, ["web killed", "sent twice"])
    if not options.all:
        return {"workers": await with_workers(server.url, options)}
    bad = await with_web(server, options, stream.FAULTS)
    for kind in ("worker killed", "worker paused"):
        bad[kind] = await with_workers(server.url, options, kind)
    return bad


def main():
    """Run the campaign; exit 1 where something was wrong (or, planted, where nothing was noticed)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--unfenced", action="store_true")
    parser.add_argument("--unkeyed", action="store_true")
    options = parser.parse_args()
    with Postgres() as server:
        bad = asyncio.run(campaign(server, options))
    for fault, count in bad.items():
        print(f"{fault}: {options.rounds} rounds from seed {options.seed}, {count} went wrong")
    sys.exit(int(any(bad.values()) != (options.unfenced or options.unkeyed)))


if __name__ == "__main__":
    main()
