"""What a worker does for rounds: draw who is asked; every night take answers in, count, and let words be heard."""

import secrets
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import clock, db, slots
from service.base.apart import apart
from service.base.events import record
from service.base.slots import Claim
from service.feedback.rounds import place, standing_round
from service.feedback.rules import Crew, Drawn, Membership, Terms, draw, shown, without_colleagues

sql = db.load(Path(__file__).with_name("night.sql"))

NIGHTLY = "rounds"
SEED_BITS = 62


class Waiting(msgspec.Struct, frozen=True):
    """A round that waits for its draw."""

    asks_per_person: int
    k: int
    period_days: int


class Present(msgspec.Struct, frozen=True):
    """Somebody who is there, and what may be asked of them."""

    id: UUID
    gives: bool
    receives: bool


class Tally(msgspec.Struct, frozen=True):
    """How many people are asked, and how many have answered: for the worker's eyes only."""

    id: UUID
    k: int
    people: int
    answered: int


async def draw_round(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Draw who is asked about whom in the round that the claim's key names."""
    round_id, now, seed = UUID(claim.key), clock.now(), secrets.randbits(SEED_BITS)
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        waiting = await db.maybe(tx, sql.to_draw, Waiting, id=round_id, now=now)
        since = now - timedelta(days=waiting.period_days if waiting else 0)
        memberships = await db.many(tx, sql.memberships, Membership, now=now, since=since)
        crew = _crew(await db.many(tx, sql.crew, Present, now=now))
    asks: list[Drawn] = []
    if waiting is not None:
        asks = await apart(draw, memberships, crew, Terms(waiting.asks_per_person, waiting.k, seed))
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        if waiting is not None:
            await _keep(tx, round_id, seed, asks)
        await slots.finish(tx, claim)


def _crew(there: list[Present]) -> Crew:
    givers = frozenset(one.id for one in there if one.gives)
    return Crew(givers, frozenset(one.id for one in there if one.receives))


async def _keep(tx: db.Connection, round_id: UUID, seed: int, asks: list[Drawn]) -> None:
    now = clock.now()
    await db.run(
        tx,
        sql.insert_asks,
        round_id=round_id,
        at=now,
        givers=[ask.giver_id for ask in asks],
        receivers=[ask.receiver_id for ask in asks],
        projects=[ask.project_id for ask in asks],
        shared=[ask.shared for ask in asks],
    )
    people, far = len({ask.giver_id for ask in asks}), without_colleagues(asks)
    await db.run(tx, sql.drawn, id=round_id, now=now, seed=seed, people=people, without_colleagues=far)
    await record(tx, "round_drawn", round_id)


async def tend(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Take in what was answered, count, and settle the rounds that have closed; have the quarter's own round there."""
    now = clock.now()
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        await standing_round(tx, now)
        await db.run(tx, sql.take_in)
        tallies = await db.many(tx, sql.tallies, Tally)
        counts = [shown(one.people, one.answered, one.k) for one in tallies]
        await db.run(tx, sql.count, ids=[one.id for one in tallies], answered=counts)
        await _settle(tx)
        await db.run(tx, sql.withdraw)
        await slots.finish(tx, claim)


async def _settle(tx: db.Connection) -> None:
    """Let the words of closed rounds be heard."""
    now = clock.now()
    due = await db.many(tx, sql.due, UUID, now=now)
    if due:
        await db.run(tx, sql.hear, round_id=due[0], now=now, k=(await place(tx)).k)
        await db.run(tx, sql.settle, ids=due, now=now)
        await record(tx, "round_settled", due[0])
