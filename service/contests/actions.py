"""Contest a score or a piece of evidence, name who decides, and decide; never the person, never their lead."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec.structs import asdict

from service.base import audit, clock, db
from service.base.access import Actor, Role
from service.base.errors import Invalid, NotFound, Refused
from service.base.events import record
from service.contests.model import Case, Contest, NewContest, NotTheReviewer, Verdict

sql = db.load(Path(__file__).with_name("queries.sql"))

DAYS = 14  # until a contest has to be decided


async def contest(tx: db.Connection, me: Actor, new: NewContest) -> Contest:
    """Contest something about oneself.

    Raises
    ------
    Invalid : not exactly one thing is named.
    NotFound : there is no such score or evidence, or it is about somebody else: both look the same.
    AlreadyExists : it is contested already, and not decided.
    """
    person_id = me.person()
    given = {"dimension": new.dimension, "evidence": new.evidence, "evidence_id": new.evidence_id}
    if (new.dimension is None) == (new.evidence is None) or (new.evidence is None) != (new.evidence_id is None):
        raise Invalid("name either a dimension, or evidence and its evidence_id")
    if new.dimension is not None:
        known = await is_scored(tx, person_id, new.dimension)
    else:
        about = {"evidence": new.evidence, "evidence_id": new.evidence_id}
        known = await db.one(tx, sql.concerns, bool, person_id=person_id, **about)
    if not known:
        raise NotFound("there is no such thing about you in your organization")
    due_at = clock.now() + timedelta(days=DAYS)
    contest_id = await db.one(tx, sql.insert, UUID, person_id=person_id, words=new.words, due_at=due_at, **given)
    await record(tx, "contest_opened", contest_id)
    return await db.one(tx, sql.contest, Contest, id=contest_id)


async def is_scored(tx: db.Connection, person_id: UUID, dimension: str) -> bool:
    """Tell whether there is a figure of a person by that name."""
    return await db.one(tx, sql.is_scored, bool, person_id=person_id, dimension=dimension)


async def read(tx: db.Connection, me: Actor, contest_id: UUID) -> Case:
    """Return a contest to its person, or to who may decide on it; that these read it is written down first.

    The words it is about are told to who decides: its person has them where they were said.

    Raises
    ------
    NotFound : there is none, or it is not the caller's to read: both look the same.
    """
    found = await db.one(tx, sql.contest, Contest, id=contest_id)
    if found.person_id != me.person_id and not await _may_decide(tx, me, found):
        raise NotFound("there is no such thing in your organization")
    await audit.looked(tx, me, found.person_id, "view_contest", audit.Purpose.CONTEST)
    case = await db.one(tx, sql.case, Case, id=contest_id)
    if found.person_id != me.person_id:
        return case
    return msgspec.structs.replace(case, said=None, said_by=None, said_at=None, project=None)


async def name_reviewer(tx: db.Connection, me: Actor, contest_id: UUID, reviewer_id: UUID | None) -> Contest:
    """Say who is to decide; None gives it back to HR."""
    found = await _undecided(tx, me, contest_id)
    if reviewer_id is not None and (reviewer_id == found.person_id or await _leads(tx, reviewer_id, found.person_id)):
        raise NotTheReviewer("neither whom it is about nor who leads them decides on a contest")
    await db.run(tx, sql.name_reviewer, id=contest_id, reviewer_id=reviewer_id)
    await record(tx, "contest_reviewer_named", contest_id)
    return await db.one(tx, sql.contest, Contest, id=contest_id)


async def decide(tx: db.Connection, me: Actor, contest_id: UUID, verdict: Verdict) -> Contest:
    """Decide, with reasons; once."""
    found = await _undecided(tx, me, contest_id)
    await db.run(tx, sql.decide, id=contest_id, decided_by_id=me.person(), at=clock.now(), **asdict(verdict))
    await audit.looked(tx, me, found.person_id, "decide_contest", audit.Purpose.CONTEST)
    await record(tx, "contest_decided", contest_id, decision=verdict.decision)
    return await db.one(tx, sql.contest, Contest, id=contest_id)


async def withdraw(tx: db.Connection, me: Actor, contest_id: UUID) -> Contest:
    """Take back what I contest, as long as nobody has decided; it may be contested anew.

    Raises
    ------
    NotFound : it is nothing that the caller contests.
    Refused : it has been decided, or taken back before.
    """
    found = await db.one(tx, sql.contest, Contest, id=contest_id)
    if found.person_id != me.person():
        raise NotFound("there is no such thing in your organization")
    if not await db.run(tx, sql.withdraw, id=contest_id, person_id=me.person(), at=clock.now()):
        raise Refused("this contest has been decided, or taken back before")
    await record(tx, "contest_withdrawn", contest_id)
    return await db.one(tx, sql.contest, Contest, id=contest_id)


async def _undecided(tx: db.Connection, me: Actor, contest_id: UUID) -> Contest:
    await db.one(tx, sql.locked, UUID, id=contest_id)
    found = await db.one(tx, sql.contest, Contest, id=contest_id)
    if not await _may_decide(tx, me, found):
        if me.role is Role.HR or me.person_id == found.person_id:
            raise NotTheReviewer("neither whom it is about nor who leads them decides on a contest")
        raise NotFound("there is no such thing in your organization")
    if found.decided_at is not None:
        raise Refused("this contest has been decided")
    return found


async def _may_decide(tx: db.Connection, me: Actor, found: Contest) -> bool:
    """Tell whether the caller decides, and is neither the person nor their lead.

    That is HR and the named reviewer; administrators where HR has nobody who is neither.
    """
    if me.person_id is None or me.person_id == found.person_id or await _leads(tx, me.person_id, found.person_id):
        return False
    if me.role is Role.HR or me.person_id == found.reviewer_id:
        return True
    return me.role is Role.ADMINISTRATOR and not await db.one(tx, sql.hr_decides_on, bool, person_id=found.person_id)


async def _leads(tx: db.Connection, lead_id: UUID, person_id: UUID) -> bool:
    return await db.one(tx, sql.leads, bool, lead_id=lead_id, person_id=person_id)
