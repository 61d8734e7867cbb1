"""Kills and pauses workers at random moments of a run, again and again, and checks what is left each time.

    python -m tests.faults.campaign --rounds 20 [--seed 7] [--unfenced]

With `--unfenced` the workers do not look whether a slot is still theirs: the campaign must notice, or it is worthless.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from service.base import db, postgres
from service.base.migrate import migrate
from tests import cast
from tests.faults.workers import ask, done, overtaken, says, started, thank, wrong

LEASE = 1.0  # seconds
SCORING = 0.8  # seconds the engine takes
FINISH = 60  # seconds until somebody must have finished the slot


async def round_of(chance, url, pool, options):
    """One slot, two or three workers, and one to three blows; what is wrong afterwards."""
    north, job = await cast.north(pool), f"faults_{uuid4().hex}"
    await thank(pool, north)
    given = ("--job", job, "--seconds", SCORING, "--lease", LEASE, *(["--unfenced"] if options.unfenced else []))
    async with asyncio.TaskGroup() as group:
        entering = [started(url, *given) for _ in range(chance.choice((2, 3)))]
        children = [await one.__aenter__() for one in entering]
        key = await ask(pool, north.organization_id, job)
        for child in children[:-1]:  # the last one is left alone, so that somebody can finish
            group.create_task(_strike(chance, child))
        await done(pool, north.organization_id, key, FINISH)
        await asyncio.sleep(2 * SCORING)  # a worker that woke up late tries to publish now
    for one in entering:
        await one.__aexit__(None, None, None)
    return await wrong(pool, north.organization_id)


async def _strike(chance, child):
    if chance.random() < 0.7:  # whoever has the slot is the one worth hitting
        with suppress(TimeoutError, AssertionError):
            await says(child, "scoring", 2.5)
    await asyncio.sleep(chance.uniform(0, SCORING))
    if chance.random() < 0.5:
        child.send_signal(signal.SIGKILL)
        return
    child.send_signal(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(0.5, 3.0) * LEASE)
    child.send_signal(signal.SIGCONT)


async def campaign(url, options):
    """All rounds; the number of those in which something was wrong."""
    await migrate(url)
    async with await db.open_pool(url, db.PoolSettings("talkoot_worker", 4)) as pool:
        planted = ["--unfenced"] if options.unfenced else []
        found = await overtaken(url, pool, await cast.north(pool), *planted)
        bad = int(bool(found))
        print(f"paused and overtaken: {found or 'well'}", flush=True)
        for number in range(options.rounds):
            chance = random.Random(options.seed + number)  # noqa: S311 - a seed that repeats is what is wanted
            found = await round_of(chance, url, pool, options)
            bad += bool(found)
            print(f"seed {options.seed + number}: {found or 'well'}", flush=True)
    return bad


def main():
    """Run the campaign; exit 1 where something was wrong (or, unfenced, where nothing was noticed)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--unfenced", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="talkoot-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with postgres.running(Path(folder) / "data") as url:
            bad = asyncio.run(campaign(url, options))
    print(f"{options.rounds} rounds from seed {options.seed}: {bad} went wrong")
    sys.exit(int((bad > 0) != options.unfenced))


if __name__ == "__main__":
    main()
