"""A worker of its own process, whose engine takes its time: something to kill and to pause."""

import argparse
import asyncio
import signal
import sys
import time

import scoring.run
from scoring.cluster import fitted
from service import worker
from service.base import db, logs, slots


def slow_engine(seconds):
    """The engine, after a while; says when it starts, for whoever waits to kill it."""

    def engine(*given):
        sys.stdout.write("scoring\n")
        sys.stdout.flush()
        time.sleep(seconds)
        return fitted(*given)

    return engine


def unfence():
    """A planted bug: a worker that does not look whether the slot is still its own."""

    async def hold(*_):
        """Check nothing."""

    async def finish(tx, claim):
        """Mark it done, whoever's it is."""
        await tx.execute("update slot set state = 'done' where job = $1 and key = $2", claim.job, claim.key)

    slots.hold, slots.finish = hold, finish


async def main(options):
    """Work until told to stop."""
    logs.configure()  # to standard error: standard output is for the words that somebody waits for
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    engine = slow_engine(options.seconds)

    async def night(pool, organization_id, claim):
        await scoring.run.run_night(pool, organization_id, claim, engine)

    duties = worker.Duties({options.job: worker.Job(night)}, {}, options.lease, backoff_seconds=0.1)
    async with await db.open_pool(options.url, db.PoolSettings("talkoot_worker", 4)) as pool:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await worker.work(pool, stop, duties)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--job", required=True)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--lease", type=float, default=1.0)
    parser.add_argument("--unfenced", action="store_true")
    given = parser.parse_args()
    if given.unfenced:
        unfence()
    asyncio.run(main(given))
