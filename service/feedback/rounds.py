"""Open, close and remind of rounds of feedback; who is asked is drawn by a worker, and nobody here sees it."""

from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from scoring.policy import Policy
from service.base import clock, days, db, slots
from service.base.errors import Invalid, NotFound
from service.base.events import record
from service.base.slots import NewSlot
from service.feedback.model import LONGEST_DAYS, NewRound, RemindedLately, RemindersSpent, Round, RoundClosed, RoundRuns
from service.feedback.rules import quarter_of

sql = db.load(Path(__file__).with_name("rounds.sql"))

DRAW, CLOSE = "round_draw", "round_close"  # jobs; their key is the round's id
DAY = timedelta(days=1)
REMINDER_GAP = timedelta(days=2)


class Place(msgspec.Struct, frozen=True):
    """Where an organization is, and how many distinct givers its policy asks for."""

    time_zone: str
    k: int

    @property
    def zone(self) -> ZoneInfo:
        """Return the clocks of the organization."""
        return ZoneInfo(self.time_zone)


async def place(tx: db.Connection) -> Place:
    """Return where this organization is and its policy's k."""
    return await db.one(tx, sql.place, Place, default_k=Policy().k)


async def open_round(tx: db.Connection, new: NewRound) -> Round:
    """Open a round; the caller sees to its draw.

    Raises
    ------
    Invalid : it closes before today or too late, or asks about each person less often than k.
    RoundRuns : another one is open.
    """
    await db.run(tx, sql.alone)
    now, there = clock.now(), await place(tx)  # after the wait, so that whoever waited sees what was opened meanwhile
    today = now.astimezone(there.zone).date()
    if not today <= new.closes_on <= today + LONGEST_DAYS * DAY:
        raise Invalid(f"a round closes today or within {LONGEST_DAYS} days", field="closes_on")
    if new.asks_per_person < there.k:
        wrong = f"nothing is shown of fewer than {there.k} givers, so ask about each person at least so often"
        raise Invalid(wrong, field="asks_per_person")
    if await db.maybe(tx, sql.running, UUID, now=now) is not None:
        raise RoundRuns("a round is open already; close it first")
    given = msgspec.structs.asdict(new)
    closed_at = days.moment(new.closes_on + DAY, time(0), there.zone)
    opened = await db.one(tx, sql.insert, Round, opened_at=now, closed_at=closed_at, k=there.k, **given)
    await record(tx, "round_opened", opened.id)
    return opened


async def order(tx: db.Connection, job: str, round_id: UUID) -> None:
    """Ask a worker to draw or to close a round."""
    now = clock.now()
    await slots.ensure(tx, NewSlot(job=job, key=str(round_id), moment=now, due_at=now))


async def running(tx: db.Connection) -> UUID:
    """Return the round that is open.

    Raises
    ------
    NotFound : there is none.
    """
    found = await db.maybe(tx, sql.running, UUID, now=clock.now())
    if found is None:
        raise NotFound("no round is open")
    return found


async def close(tx: db.Connection, round_id: UUID) -> Round:
    """Close a round before its day; the caller sees to what follows.

    Raises
    ------
    RoundClosed : it has closed already, or is the quarter's own.
    """
    await db.one(tx, sql.by_id, Round, id=round_id)
    if not await db.run(tx, sql.close, id=round_id, now=clock.now()):
        raise RoundClosed("this round has closed already, or is the quarter's own, which closes with it")
    await record(tx, "round_closed", round_id)
    return await db.one(tx, sql.by_id, Round, id=round_id)


async def remind(tx: db.Connection, round_id: UUID) -> Round:
    """Have those reminded who have not answered; who they are stays with the mail.

    Raises
    ------
    RemindersSpent : as many were sent as were promised, or there is nobody to remind.
    RemindedLately : the last one was sent less than two days ago.
    """
    await db.one(tx, sql.locked, UUID, id=round_id)  # of two who remind at once, one is refused
    before = await db.one(tx, sql.by_id, Round, id=round_id)
    possible = before.reminded_at + REMINDER_GAP if before.reminded_at else None
    if possible and possible > clock.now() and before.reminders < before.most_reminders:
        when = f"{possible.astimezone((await place(tx)).zone):%Y-%m-%d %H:%M}"
        raise RemindedLately(f"they were reminded less than two days ago; again from {when} on", possible_at=possible)
    if not await db.run(tx, sql.remind, id=round_id, now=clock.now()):
        raise RemindersSpent("this round is not open, or its reminders are used up")
    await record(tx, "round_reminded", round_id)
    return await db.one(tx, sql.by_id, Round, id=round_id)


async def standing_round(tx: db.Connection, at: datetime) -> UUID:
    """Return the quarter's own round for what is said at `at` without being asked; it is made on demand."""
    there = await place(tx)
    quarter = quarter_of(at.astimezone(there.zone).date())
    found = await db.maybe(tx, sql.standing, UUID, name=quarter.name)
    if found is not None:
        return found
    opened_at, closed_at = (days.moment(day, time(0), there.zone) for day in (quarter.first, quarter.after))
    last = quarter.after - DAY
    made = {"name": quarter.name, "opened_at": opened_at, "closed_at": closed_at, "closes_on": last}
    await db.run(tx, sql.insert_standing, k=there.k, **made)
    return await db.one(tx, sql.standing, UUID, name=quarter.name)
