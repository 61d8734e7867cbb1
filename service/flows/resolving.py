"""Decide on a contest: what is upheld of evidence becomes a retraction, in the same transaction."""

from pathlib import Path
from uuid import UUID

from service.base import db
from service.base.access import Actor
from service.base.events import record
from service.contests import actions
from service.contests.model import Contest, Verdict

sql = db.load(Path(__file__).with_suffix(".sql"))


async def resolve(tx: db.Connection, me: Actor, contest_id: UUID, verdict: Verdict) -> Contest:
    """Decide, and let contested evidence that was upheld count no more in every later run."""
    decided = await actions.decide(tx, me, contest_id, verdict)
    if verdict.decision == "upheld" and decided.evidence_id is not None:
        await db.run(tx, sql.retract, contest_id=contest_id, by_id=me.person())
        await record(tx, "evidence_retracted", decided.evidence_id, evidence=decided.about)
    return decided
