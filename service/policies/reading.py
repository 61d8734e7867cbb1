"""Policies and previews as they are shown: with people's names instead of their external ids."""

from contextlib import suppress
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from scoring.policies import Preview, Version, sql
from scoring.policy import RULES, Policy
from service.base import audit, clock, db
from service.base.access import Actor
from service.base.idempotency import Replayed
from service.base.once import once
from service.policies.model import BoardMove, Move, Policies, PolicyPreview, PolicyVersion, Rule

NAMING = ("levels", "levels_later", "largest", "standing")  # parts of a preview's result that name people
NOTHING_YET: dict[str, Any] = {
    "levels_changed": None,
    "levels_lost_later": None,
    "boards": [],
    **{part: [] for part in NAMING},
}


class Named(msgspec.Struct, frozen=True):
    """Who is behind an external id."""

    external_id: str
    id: UUID
    name: str


def version(stored: Version) -> PolicyVersion:
    """Return a version without its id, which nothing asks for."""
    known = msgspec.structs.asdict(stored)
    del known["id"]
    return PolicyVersion(**known)


async def versions(tx: db.Connection, before: int | None, limit: int) -> Policies:
    """Return the versions older than `before`, at most `limit`."""
    found = await db.many(tx, sql.versions, Version, before=before, most=limit + 1)
    shown = [version(one) for one in found[:limit]]
    return Policies(shown, shown[-1].version if len(found) > limit else None)


def rules() -> list[Rule]:
    """List the numbers of a policy, each with its range, its standard value and the reason."""
    standard = Policy()
    return [Rule(name, low, high, getattr(standard, name), why) for name, (low, high, why) in RULES.items()]


async def preview(tx: db.Connection, preview_id: UUID) -> PolicyPreview:
    """Return a preview, done or not."""
    stored = await db.one(tx, sql.preview, Preview, id=preview_id)
    told: dict[str, Any] = NOTHING_YET | (stored.result or {})
    external = sorted({move["subject"] for part in NAMING for move in told[part]})
    known = {one.external_id: one for one in await db.many(tx, sql.names, Named, people=external)}
    return PolicyPreview(
        id=stored.id,
        policy=stored.policy,
        state=stored.state or "due",
        error=stored.error,
        asked_at=stored.asked_at,
        as_of=stored.as_of,
        levels_changed=told["levels_changed"],
        levels=[_move(move, known) for move in told["levels"]],
        levels_lost_later=told["levels_lost_later"],
        levels_later=[_move(move, known) for move in told["levels_later"]],
        largest=[_move(move, known) for move in told["largest"]],
        standing=[_move(move, known) for move in told["standing"]],
        boards=msgspec.convert(told["boards"], list[BoardMove]),
    )


async def looked_at(tx: db.Connection, me: Actor, preview_id: UUID) -> PolicyPreview:
    """Return a preview, once it is written down for whom it names that the caller looks at them.

    Once a day for each sign-in and token: a page that is loaded anew says nothing more of who looked. The web may not
    read the audit log about others, so what was written is known by an answer kept as for an Idempotency-Key.
    """
    told = await preview(tx, preview_id)
    moves = *told.levels, *told.levels_later, *told.largest, *told.standing
    named = {move.person_id for move in moves if move.person_id is not None}
    if not named:
        return told
    with suppress(Replayed):
        async with once(tx, me, "view_preview", _look(preview_id, named)):
            await audit.looked_at_each(tx, me, sorted(named), "view_preview")
    return told


def _look(preview_id: UUID, named: set[UUID]) -> str:
    """Return what makes two looks of one credential the same: the day, the preview, and whom it names."""
    people = sha256(b"".join(one.bytes for one in sorted(named))).hexdigest()
    return f"{clock.now():%Y-%m-%d} {preview_id} {people}"


def _move(move: dict[str, Any], known: dict[str, Named]) -> Move:
    who = known.get(move["subject"])
    return Move(who.id if who else None, who.name if who else "–", move["before"], move["after"])
