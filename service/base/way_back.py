"""The way back from a change of people, teams and tokens, for whoever made it, until the night: before and after."""

from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from service.base import db
from service.base.access import Actor
from service.base.errors import NotFound, Refused

sql = db.load(Path(__file__).with_suffix(".sql"))
Kind = Literal["person", "team", "membership", "token"]


class Change(msgspec.Struct, frozen=True):
    """What was changed of one thing; without `before` it was added."""

    kind: Kind
    thing_id: UUID
    before: object
    after: object
    subject_id: UUID | None = None  # the person it is about


class Way(msgspec.Struct, frozen=True):
    """A way back that may still be gone."""

    id: UUID
    kind: Kind
    subject_id: UUID | None
    thing_id: UUID
    before: object  # as JSON has it
    after: object
    name: str | None  # of the person it is about


async def keep(tx: db.Connection, me: Actor, change: Change) -> UUID:
    """Keep the way back from a change that the caller just made."""
    given = msgspec.structs.asdict(change)
    given |= {"before": msgspec.to_builtins(change.before), "after": msgspec.to_builtins(change.after)}
    return await db.one(tx, sql.insert, UUID, by_id=me.person(), **given)


async def told(tx: db.Connection, me: Actor, way_id: UUID) -> Way | None:
    """Return a way back of the caller's, or None."""
    return await db.maybe(tx, sql.way, Way, id=way_id, by_id=me.person())


async def take(tx: db.Connection, me: Actor, way_id: UUID) -> Way:
    """Return a way back of the caller's, for the one time that it is gone.

    Raises
    ------
    NotFound : there is none, or no more, or it is somebody else's.
    """
    way = await told(tx, me, way_id)
    if way is None or await db.maybe(tx, sql.go, UUID, id=way_id, by_id=me.person()) is None:
        raise NotFound("this cannot be undone any more; change it by its form")
    return way


def unchanged(now: object, way: Way) -> None:
    """Let what is there now be put back.

    Raises
    ------
    Refused : somebody changed it since.
    """
    if msgspec.to_builtins(now) != way.after:
        raise Refused("it was changed again since; change it by its form")


async def purge(tx: db.Connection) -> None:
    """Forget all of them: what was taken away is not kept past the night."""
    await db.run(tx, sql.purge)
