"""Plan contacts after a deal, and say how they went."""

from pathlib import Path
from uuid import UUID

from msgspec.structs import asdict

from service.aftercare.model import CareDone, CareTask, NewCareTask
from service.base import clock, db
from service.base.access import Actor, Role
from service.base.errors import Forbidden, Refused
from service.base.events import record

sql = db.load(Path(__file__).with_name("queries.sql"))

ANYWHERE = frozenset({Role.ADMINISTRATOR, Role.SERVICE})
UNDO_SECONDS = 60.0  # in which a slip of the thumb is taken back


class CareAlreadyDone(Refused):
    """What was done once is not done again; its result stands."""

    code = "care_already_done"


async def plan(tx: db.Connection, me: Actor, new: NewCareTask) -> CareTask:
    """Plan a contact."""
    if not await _may_work(tx, me, new.project_id):
        raise Forbidden("a lead plans contacts of projects in which they, or somebody they lead, take part")
    task = await db.one(tx, sql.insert, CareTask, **asdict(new))
    await record(tx, "care_planned", task.id)
    return task


class TooLate(Refused):
    """The minute to take something back has passed."""

    code = "too_late"


async def finish(tx: db.Connection, me: Actor, task_id: UUID, done: CareDone) -> CareTask:
    """Say how a contact went: its owner does, or who leads."""
    task = await _mine(tx, me, task_id)
    if task.done_at is not None:
        raise CareAlreadyDone("this contact was made already", done_at=task.done_at)
    finished = await db.one(tx, sql.finish, CareTask, id=task.id, done_at=clock.now(), **asdict(done))
    await record(tx, "care_done", task.id, outcome=done.outcome)
    return finished


def undoable(task: CareTask) -> bool:
    """Tell whether it was done just now, so that it can be taken back."""
    return task.done_at is not None and (clock.now() - task.done_at).total_seconds() < UNDO_SECONDS


async def reopen(tx: db.Connection, me: Actor, task_id: UUID) -> CareTask:
    """Take back, within a minute, that a contact was made.

    Raises
    ------
    TooLate : it was made earlier, or not at all.
    """
    task = await _mine(tx, me, task_id)
    if not undoable(task):
        raise TooLate("the minute to take it back has passed; what was said stands")
    nothing = {"done_at": None, "outcome": None, "needs_changed": None, "moved_by_customer": None}
    reopened = await db.one(tx, sql.finish, CareTask, id=task.id, **nothing)
    await record(tx, "care_reopened", task.id)
    return reopened


async def _mine(tx: db.Connection, me: Actor, task_id: UUID) -> CareTask:
    """Return a contact of which the caller may say how it went: its owner, or who runs the project."""
    task = await db.one(tx, sql.for_change, CareTask, id=task_id)
    if task.owner_id != me.person_id and not await _may_work(tx, me, task.project_id):
        raise Forbidden("only the owner of this contact, or who leads the project, may say how it went")
    return task


async def _may_work(tx: db.Connection, me: Actor, project_id: UUID) -> bool:
    """Say whether the caller runs this project, so that they may plan and finish its contacts for others."""
    if me.role is not Role.LEAD:
        return me.role in ANYWHERE
    return await db.one(tx, sql.may_work, bool, project_id=project_id, person_id=me.person_id)
