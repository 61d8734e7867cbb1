"""Versions of an organization's policy: looked at before they are published, never edited, each with its own scale."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from scoring.policy import InvalidPolicy, Policy, Reference, check, digest, referring, succeeding
from service.base import clock, db, slots
from service.base.errors import Invalid, Refused
from service.base.events import record

sql = db.load(Path(__file__).with_suffix(".sql"))

PREVIEW = "policy_preview"  # the worker's job
MOST_WAITING = 5


class PolicyChanged(Refused):
    """Another version was published since the preview; what it said no longer holds."""

    code = "policy_changed"


class NotLookedAt(Refused):
    """The preview is not done, so nobody knows what the policy would do."""

    code = "preview_not_done"


class RoundOpen(Refused):
    """People answer trusting in today's k; while a round is open it is only raised."""

    code = "round_open"


class PromiseGiven(Refused):
    """People have answered trusting that so many must speak before anything shows; that is only ever raised."""

    code = "k_only_rises"


class TooManyPreviews(Refused):
    """Enough previews of this organization wait to be done already."""

    code = "too_many_previews_waiting"


class Version(msgspec.Struct, frozen=True):
    """One version, as it was published."""

    id: UUID
    version: int
    policy: dict[str, Any]
    hash: str
    published_at: datetime
    published_by_id: UUID | None
    reason: str | None

    @property
    def value(self) -> Policy:
        """The policy itself; what an older version lacks has its standard value."""
        return check(msgspec.convert(self.policy, Policy))


class Preview(msgspec.Struct, frozen=True):
    """A policy that is looked at; `as_of`, `result` and `reference` are None until a worker is done."""

    id: UUID
    policy: dict[str, Any]
    against_id: UUID
    asked_at: datetime
    as_of: datetime | None
    result: dict[str, Any] | None
    reference: dict[str, Any] | None
    state: str | None  # of its slot
    error: str | None


async def in_force(tx: db.Connection, first: Policy | None = None) -> Version:
    """Return the newest version; where there is none, `first` becomes it, or the standard policy.

    That takes a writing transaction.
    """
    found = await db.maybe(tx, sql.newest, Version)
    if found is None:
        begun = first or Policy()
        await db.run(tx, sql.insert_first, policy=msgspec.to_builtins(begun), hash=digest(begun))
        found = await db.one(tx, sql.newest, Version)
    return found


async def version_of(tx: db.Connection, policy_id: UUID) -> Version:
    """Return the version of that id."""
    return await db.one(tx, sql.by_id, Version, id=policy_id)


def changed(before: Policy, changes: dict[str, Any]) -> Policy:
    """Return `before` with the fields of `changes` in their place.

    Raises
    ------
    Invalid : a field is unknown, of the wrong type, or breaks a rule of the policy; the message names it.
    """
    try:
        return check(msgspec.convert(msgspec.to_builtins(before) | changes, Policy))
    except (msgspec.ValidationError, InvalidPolicy) as wrong:
        raise Invalid(f"policy: {wrong}", field="changes") from wrong


async def ask_for_preview(tx: db.Connection, changes: dict[str, Any], person_id: UUID | None) -> Preview:
    """Ask what the policy in force with these changes would do; a worker finds out.

    Raises
    ------
    Invalid : the changed policy breaks a rule.
    PromiseGiven, RoundOpen : k would be lowered after people answered, or while a round is open.
    TooManyPreviews : five wait already.
    """
    against = await in_force(tx)
    new = changed(against.value, changes)
    await keeps_faith(tx, against.value, new)
    if await db.one(tx, sql.waiting, int) >= MOST_WAITING:
        raise TooManyPreviews("enough previews are waiting already; look at those first")
    asked = {"policy": msgspec.to_builtins(new), "hash": digest(new), "against_id": against.id}
    preview_id = await db.one(tx, sql.insert_preview, UUID, asked_by_id=person_id, **asked)
    now = clock.now()
    slot = slots.NewSlot(job=PREVIEW, key=str(preview_id), moment=now, due_at=now, requested_by_id=person_id)
    await slots.ensure(tx, slot)
    await record(tx, "policy_preview_requested", preview_id)
    return await db.one(tx, sql.preview, Preview, id=preview_id)


class Publisher(msgspec.Struct, frozen=True):
    """Who publishes, and why; both may be unknown."""

    person_id: UUID | None = None
    reason: str | None = None


async def publish(tx: db.Connection, preview_id: UUID, by: Publisher, *, rescale: bool = False) -> Version:
    """Publish the policy that was looked at; the next run uses it, runs there are keep theirs.

    The scale that the version in force has frozen stays, so that trends do not jump; where there is none, or with
    `rescale`, the preview's is frozen. Levels that ask for something else take nothing away before a grace period.

    Raises
    ------
    NotLookedAt, PolicyChanged, PromiseGiven, RoundOpen : see there.
    """
    looked_at, against = await db.one(tx, sql.preview, Preview, id=preview_id), await in_force(tx)
    if looked_at.reference is None:
        raise NotLookedAt("the preview is not done yet; wait for it and look at it first")
    if looked_at.against_id != against.id:
        raise PolicyChanged("another version was published since this preview; ask for a new one")
    before, new = against.value, check(msgspec.convert(looked_at.policy, Policy))
    await keeps_faith(tx, before, new)
    fresh = msgspec.convert(looked_at.reference, Reference)
    return await insert(tx, against, as_published(before, new, fresh, rescale=rescale), by)


def as_published(before: Policy, new: Policy, fresh: Reference, *, rescale: bool) -> Policy:
    """Return `new` as it is published now: levels dated, and a scale frozen, `fresh` or the one `before` has."""
    kept = None if rescale else before.reference
    return referring(succeeding(before, new, clock.now()), kept or fresh)


async def insert(tx: db.Connection, against: Version, policy: Policy, by: Publisher) -> Version:
    """Store the version after `against`; a twin published at the same moment is an AlreadyExists."""
    stored = {"policy": msgspec.to_builtins(policy), "hash": digest(policy)} | msgspec.structs.asdict(by)
    version = await db.one(tx, sql.insert, Version, version=against.version + 1, **stored)
    await record(tx, "policy_published", version.id, version=version.version)
    return version


async def keeps_faith(tx: db.Connection, before: Policy, new: Policy) -> None:
    """Refuse a lower k where people answer, or have answered, trusting in today's.

    Raises
    ------
    PromiseGiven, RoundOpen : see there.
    """
    if new.k < before.k and await db.one(tx, sql.answers_given, bool):
        raise PromiseGiven(f"people have answered trusting that {before.k} must speak; k is only raised from there")
    if new.k < before.k and await db.maybe(tx, sql.open_round, bool):
        raise RoundOpen(f"k can be lowered from {before.k} to {new.k} when no feedback round is open")
