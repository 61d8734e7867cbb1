"""Record that a talk took place, take it back, and see with whom there was none for long."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from service.base import clock, db
from service.base.access import Actor
from service.base.errors import Invalid, NotFound
from service.base.events import record
from service.base.own import be
from service.talks.model import Last, NewTalk, Recorded, WithMe

sql = db.load(Path(__file__).with_name("queries.sql"))

MOST = 50  # talks that a person is shown
KEPT_DAYS = 731
EARLIEST_DAYS = 366  # a talk longer ago than this says nothing about who waits for one


async def hold(tx: db.Connection, me: Actor, person_id: UUID, new: NewTalk, today: date) -> UUID | None:
    """Record a talk with somebody of my team; the same day again changes nothing and returns None.

    Raises
    ------
    NotFound : I lead no team of theirs now, which looks as if there were nobody.
    Invalid : the day is still to come, or more than a year ago; `today` is the day where the organization is.
    """
    lead_id = await be(tx, me)
    if not await may_hold(tx, me, person_id):
        raise NotFound("there is no such person in a team of yours")
    if not 0 <= (today - new.held_on).days <= EARLIEST_DAYS:
        raise Invalid("a talk lies between a year ago and today", field="held_on")
    talk_id = await db.maybe(tx, sql.insert, UUID, lead_id=lead_id, person_id=person_id, held_on=new.held_on)
    if talk_id is not None:
        await record(tx, "talk_recorded", talk_id)
    return talk_id


async def take_back(tx: db.Connection, me: Actor, talk_id: UUID) -> None:
    """Delete a talk that I recorded by mistake; nothing of it is left.

    Raises
    ------
    NotFound : I recorded no such talk.
    """
    if not await db.run(tx, sql.take_back, id=talk_id, lead_id=await be(tx, me)):
        raise NotFound("you recorded no such talk")
    await record(tx, "talk_taken_back", talk_id)


async def recorded(tx: db.Connection, me: Actor, talk_id: UUID) -> Recorded | None:
    """Return a talk that I recorded, or None."""
    return await db.maybe(tx, sql.recorded, Recorded, id=talk_id, lead_id=await be(tx, me))


async def with_team(tx: db.Connection, me: Actor, team_id: UUID) -> list[Last]:
    """Return everybody of a team but me; with whom I talked longest ago, or never, comes first."""
    return await db.many(tx, sql.with_team, Last, lead_id=await be(tx, me), team_id=team_id)


async def with_me(tx: db.Connection, me: Actor) -> list[WithMe]:
    """Return what leads recorded of talks with me, the newest first."""
    return await db.many(tx, sql.with_me, WithMe, person_id=await be(tx, me), most=MOST)


async def purge(tx: db.Connection) -> None:
    """Forget talks of more than two years ago: they no longer tell whom to talk with."""
    await db.run(tx, sql.purge, before=clock.now().date() - timedelta(days=KEPT_DAYS))


async def may_hold(tx: db.Connection, me: Actor, person_id: UUID) -> bool:
    """Tell whether I lead a team of this person now."""
    return await db.one(tx, sql.leads, bool, lead_id=me.person(), person_id=person_id)


async def last(tx: db.Connection, me: Actor, person_id: UUID) -> date | None:
    """Return when I last talked with somebody of my team, or None."""
    return await db.maybe(tx, sql.last, date, lead_id=await be(tx, me), person_id=person_id)
