"""Ask for a run: the worker does it, whoever asked can see how it stands."""

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from service.base import clock, db
from service.base.access import Actor
from service.base.events import record
from service.base.slots import NewSlot, ensure
from service.scores.model import RunState, TooManyWaiting

sql = db.load(Path(__file__).with_name("queries.sql"))

NIGHTLY, REQUESTED = "scoring", "scoring_now"  # the jobs, as the worker's table names them
MOST_WAITING = 10  # runs of one organization that were asked for and are not done


async def ask_for_run(tx: db.Connection, me: Actor) -> RunState:
    """Ask for a run of all evidence given until now; it will have the id that is returned.

    Raises
    ------
    TooManyWaiting : ten were asked for and not done yet.
    """
    if await db.one(tx, sql.waiting, int, job=REQUESTED) >= MOST_WAITING:
        raise TooManyWaiting("enough runs are waiting already; they will see what was given until they were asked for")
    run_id, now = uuid4(), clock.now()
    await ensure(tx, NewSlot(job=REQUESTED, key=str(run_id), moment=now, due_at=now, requested_by_id=me.person_id))
    await record(tx, "scoring_requested", run_id)
    return RunState(run_id, "due", now, 0, None, None)


async def state_of(tx: db.Connection, run_id: UUID) -> RunState:
    """Return how a run stands."""
    return await db.one(tx, sql.state, RunState, job=REQUESTED, id=run_id)


def night_of(moment: datetime) -> str:
    """Return a moment as it stands in messages."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
