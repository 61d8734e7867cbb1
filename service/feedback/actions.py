"""Give confidential feedback."""

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from service.base import db
from service.base.access import Actor
from service.base.errors import UnknownReference
from service.base.events import record
from service.base.giving import giver_of, moment_of, two_people
from service.feedback.model import NewFeedback, Receipt, RoundClosed
from service.feedback.rounds import standing_round

sql = db.load(Path(__file__).with_name("queries.sql"))


async def give(tx: db.Connection, me: Actor, new: NewFeedback) -> Receipt:
    """Record what one person says of another; the rows share one `answer`, for they are one occasion."""
    giver_id, at = giver_of(me, new.giver_id), moment_of(me, new.at)
    two_people(giver_id, new.receiver_id)
    await refuse_unknown(tx, list(new.ratings))
    await _refuse_closed(tx, new.round_id, at)
    recorded = await db.run(
        tx,
        sql.insert,
        answer=str(uuid4()),
        giver_id=giver_id,
        receiver_id=new.receiver_id,
        project_id=new.project_id,
        round_id=new.round_id or await standing_round(tx, at),
        comment=new.comment,
        at=at,
        criteria=list(new.ratings),
        ratings=list(new.ratings.values()),
    )
    await record(tx, "feedback_given", None)  # about whom, with the time it holds, would already say too much
    return Receipt(recorded)


async def refuse_unknown(tx: db.Connection, criteria: list[str]) -> None:
    """Refuse criteria, by external id, that the organization does not have."""
    unknown = await db.many(tx, sql.unknown_criteria, str, criteria=criteria)
    if unknown:
        raise UnknownReference(f"there is no criterion {unknown[0]!r} in your organization", field="ratings")


async def _refuse_closed(tx: db.Connection, round_id: UUID | None, at: datetime) -> None:
    if round_id is None:
        return
    is_open = await db.maybe(tx, sql.round_open, bool, id=round_id, at=at)
    if is_open is None:
        raise UnknownReference("round: there is no such round in your organization", field="round")
    if not is_open:
        raise RoundClosed("this round of feedback is not open at that time", field="round_id")
