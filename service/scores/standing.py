"""A person's standing, and who may see it."""

from uuid import UUID

import msgspec

from scoring.policy import Policy
from service.base import audit, db
from service.base.access import Actor, Role
from service.base.errors import NotFound
from service.scores.actions import NIGHTLY, sql
from service.scores.model import Level, Newest, Peers, PeersView, Reason, Score, Stage, Standing, Who
from service.scores.reading import shown

EVERYBODYS = frozenset({Role.HR, Role.ADMINISTRATOR, Role.SERVICE})


async def standing(tx: db.Connection, me: Actor, person_id: UUID, purpose: audit.Purpose | None = None) -> Standing:
    """Return a person's standing by the newest run; who looks at another's is written down first.

    Raises
    ------
    NotFound : there is nobody of that id, or nobody the caller may look at: both look the same.
    """
    person = await db.one(tx, sql.person, Who, id=person_id)
    if not await may_see(tx, me, person_id):
        raise NotFound("there is no such thing in your organization")
    await audit.looked(tx, me, person_id, "view_standing", purpose)
    contested = await db.many(tx, sql.contested, str, person_id=person_id)
    run, message = shown(await db.one(tx, sql.newest, Newest, job=NIGHTLY))
    if run is None:
        return Standing(person, None, message, None, [], [], [], contested, [])
    which = {"run_id": run.id, "person_id": person_id}
    level = await db.maybe(tx, sql.level, Level, **which)
    scores = await db.many(tx, sql.scores, Score, **which)
    explanation = await db.many(tx, sql.explanation, Reason, **which)
    stages = await db.many(tx, sql.stages, Stage, **which)
    if level is None and not scores:
        message = "This person joined after these scores were made."
    peers = await peers_of(tx, run.id, person_id, own=me.person_id == person_id)
    told = PeersView(peers.k, peers.shown, peers.message)
    gathering = [] if me.person_id == person_id else await _gathering(tx, run.id, scores)
    scores = [one for one in scores if one.dimension not in gathering]
    explanation = [one for one in explanation if one.dimension not in gathering]
    return Standing(person, run, message, level, scores, explanation, stages, contested, gathering, told)


async def peers_of(tx: db.Connection, run_id: UUID, person_id: UUID, *, own: bool) -> Peers:
    """Return whether a run shows what colleagues said of a person; to that person themself, or to others."""
    usual = {"standard": Policy().k, "least": Policy().minimum_voices}
    return await db.one(tx, sql.peers, Peers, run_id=run_id, person_id=person_id, own=own, **usual)


async def _gathering(tx: db.Connection, run_id: UUID, scores: list[Score]) -> list[str]:
    """Return dimensions of which too little is known to say anything to others than the person."""
    policy = msgspec.convert(await db.one(tx, sql.enough, dict, run_id=run_id), Policy)
    return [one.dimension for one in scores if one.evidence < policy.minimum_voices]


async def may_see(tx: db.Connection, me: Actor, person_id: UUID) -> bool:
    """Tell whether a person's scores are open to the caller: oneself, who leads one's team now, HR, services."""
    if me.person_id == person_id or me.role in EVERYBODYS:
        return True
    return await db.one(tx, sql.leads, bool, lead_id=me.person_id, person_id=person_id)
