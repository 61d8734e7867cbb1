"""Give thanks, many requests with one commit; hide what one received."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from service.base import clock, db
from service.base.access import Actor
from service.base.errors import AppError, Refused, UnknownReference
from service.base.events import record
from service.base.giving import giver_of, moment_of, two_people
from service.base.idempotency import Claim
from service.base.shared_write import Route, SharedWrite
from service.kudos.model import Kudos, NewKudos

sql = db.load(Path(__file__).with_name("queries.sql"))
UNDO_SECONDS = 60.0  # in which a slip of the thumb is taken back


class AllowanceUsed(Refused):
    """Thanks mean something because they are not endless: so many a day, and so many to one person a week."""

    code = "kudos_allowance_used"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one row: null, or what it names that is not there, or which allowance is used up."""

    trouble: str | None
    most: int | None


Thanks = SharedWrite[Kudos, Kudos]


async def give(thanks: Thanks, me: Actor, new: NewKudos, claim: Claim | None) -> Kudos:
    """Thank a colleague; returns when it is committed."""
    giver_id = giver_of(me, new.giver_id)
    two_people(giver_id, new.receiver_id)
    row_id = uuid4()
    kudos = Kudos(
        row_id,
        new.external_id or str(row_id),
        giver_id,
        new.receiver_id,
        new.project_id,
        new.criterion,
        new.message,
        moment_of(me, new.at),
    )
    return await thanks.put(me.organization_id, kudos, claim)


async def write(tx: db.Connection, given: Sequence[Kudos]) -> list[Kudos | AppError]:
    """Write thanks of one organization with one statement."""
    await db.one(tx, sql.queue, int, givers=[kudos.giver_id for kudos in given])
    outcomes = await db.many(tx, sql.give, Outcome, given=given)
    return [_outcome(kudos, outcome) for kudos, outcome in zip(given, outcomes, strict=True)]


def _outcome(kudos: Kudos, outcome: Outcome) -> Kudos | AppError:
    if outcome.trouble is None:
        return kudos
    if outcome.trouble == "day":
        words = f"you have given {outcome.most} thanks in 24 hours, as many as there are; give this one tomorrow"
        return AllowanceUsed(words, most=outcome.most, hours=24)
    if outcome.trouble == "one":
        words = f"you have thanked this person {outcome.most} times in 7 days, as often as counts; tell them yourself"
        return AllowanceUsed(words, most=outcome.most, hours=7 * 24, field="receiver_id")
    field = outcome.trouble
    return UnknownReference(f"{field}: there is no such {field} in your organization", field=field)


async def take_back(tx: db.Connection, me: Actor, kudos_id: UUID) -> None:
    """Take back what one just gave: it is hidden from everyone, and counts no more.

    Raises
    ------
    Refused : the minute for it has passed.
    """
    given_at = await db.one(tx, sql.given_by, datetime, id=kudos_id, giver_id=me.person())
    if (clock.now() - given_at).total_seconds() >= UNDO_SECONDS:
        raise Refused("the minute to take it back has passed; the one who received it can hide it")
    if await db.run(tx, sql.hide, id=kudos_id, by_id=me.person()):
        await record(tx, "kudos_taken_back", kudos_id)


async def hide(tx: db.Connection, me: Actor, kudos_id: UUID) -> None:
    """Hide thanks that one received; they count no more from the next night on."""
    newest_id = await db.one(tx, sql.received_by, UUID, id=kudos_id, receiver_id=me.person())
    if await db.run(tx, sql.hide, id=newest_id, by_id=me.person()):
        await record(tx, "kudos_hidden", newest_id)


async def show(tx: db.Connection, me: Actor, kudos_id: UUID) -> None:
    """Show again what one hid oneself; it counts again from the next night on."""
    newest_id = await db.one(tx, sql.received_by, UUID, id=kudos_id, receiver_id=me.person())
    if await db.run(tx, sql.show, id=newest_id, by_id=me.person()):
        await record(tx, "kudos_shown", newest_id)


def sharing(pool: db.Pool) -> Thanks:
    """Return what collects the requests that give thanks."""
    return SharedWrite(pool, Route("POST /api/kudos", "kudos_given", write))
