"""Workers in processes of their own, and what must be true whatever happens to them."""

import asyncio
import signal
import sys
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from service.base import db, slots

CHILD = Path(__file__).with_name("child.py")
ROOT = Path(__file__).parents[2]
GONE_SECONDS = 30  # until a killed process must be gone
GIVE = "insert into kudos (giver_id, receiver_id, message, at) values ($1, $2, 'thank you', $3)"

# Each of these is 0 for a slot that is done: half a run, a run without a slot's blessing, or one slot done twice.
WRONG = """
select
    (select count(*) from scoring_run as r join slot as s on (s.job, s.key) = (r.job, r.slot_key)
     where s.fence <> r.fence or s.state <> 'done') as overtaken,
    (select count(*) from slot as s
     where s.state = 'done' and s.job like 'faults%'
       and (select count(*) from scoring_run as r where r.job = s.job and r.slot_key = s.key) <> 1) as not_once,
    (select count(*) from scoring_run as r
     where (select count(*) from run_score as x where x.run_id = r.id)
           <> (select count(*) from released_score as x where x.run_id = r.id)
        or not exists (select from released_level as x where x.run_id = r.id)) as half,
    (select count(*) from scoring_run as r
     where (select count(*) from event as e where e.kind = 'scores_published' and e.subject_id = r.id) <> 1) as untold
"""


@asynccontextmanager
async def started(url, *options):
    """A worker process that is ready; killed in the end, whatever happened to it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, CHILD, url, *map(str, options),
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await says(child, "ready")
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        async with asyncio.timeout(GONE_SECONDS):
            await child.communicate()  # `wait` alone would wait for ever where more was said than anybody has read


async def says(child, word, seconds=60):
    """Wait until the child says so."""
    async with asyncio.timeout(seconds):
        while (line := await child.stdout.readline()).decode().strip() != word:
            if not line:
                raise AssertionError(f"the worker ended before it said {word!r}")


async def thank(pool, cast):
    """Give the engine something to score."""
    async with db.tenant(pool, cast.organization_id) as tx:
        for day in range(1, 6):
            await tx.execute(GIVE, cast.ada, cast.ben, datetime(2026, 3, day, tzinfo=UTC))


async def ask(pool, organization_id, job):
    """Ask for a run by a job of that name; its key."""
    key, moment = str(uuid4()), datetime(2026, 6, 1, tzinfo=UTC)
    async with db.tenant(pool, organization_id) as tx:
        await slots.ensure(tx, slots.NewSlot(job=job, key=key, moment=moment, due_at=moment))
    return key


async def slot(pool, organization_id, key):
    """State, fence and attempts of a slot."""
    async with db.tenant(pool, organization_id) as tx:
        return tuple(await tx.fetchrow("select state, fence, attempts from slot where key = $1", key))


async def done(pool, organization_id, key, seconds=60):
    """Wait until a slot is done."""
    async with asyncio.timeout(seconds):
        while (await slot(pool, organization_id, key))[0] != "done":  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(0.05)


async def wrong(pool, organization_id):
    """What is not as it must be; empty where all is well."""
    async with db.tenant(pool, organization_id) as tx:
        return {name: count for name, count in (await tx.fetchrow(WRONG)).items() if count}


async def overtaken(url, pool, north, *options):
    """Pause a worker while it scores, let another take the slot, wake the first meanwhile; what is wrong then."""
    job = f"faults_{uuid4().hex}"
    await thank(pool, north)
    async with (
        started(url, "--job", job, "--seconds", 0.5, "--lease", 1, *options) as first,
        started(url, "--job", job, "--seconds", 5, "--lease", 5, *options) as second,
    ):
        second.send_signal(signal.SIGSTOP)
        key = await ask(pool, north.organization_id, job)
        await says(first, "scoring")
        first.send_signal(signal.SIGSTOP)
        await asyncio.sleep(1.2)
        second.send_signal(signal.SIGCONT)
        await says(second, "scoring")
        first.send_signal(signal.SIGCONT)
        await done(pool, north.organization_id, key)
        return await wrong(pool, north.organization_id)
