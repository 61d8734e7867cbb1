"""Keeps what takes a while to count: a worker counts it after each run, and pages read what it kept."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from scoring.policy import Policy
from service.base import clock, db, slots
from service.base.slots import Claim, NewSlot
from service.figures.counting import as_told_before, help_of, participation_of
from service.figures.model import Help, Participation

sql = db.load(Path(__file__).with_name("queries.sql"))

KEEP = "figures"  # the worker's job
AFTER = ("scores_published", "folder_imported", "policy_published")  # events; a run comes every night at least
PATIENCE = timedelta(minutes=5)  # a worker that has not begun by then may not be there
Figures = TypeVar("Figures", Participation, Help)
Count = Callable[[db.Connection, int], Awaitable[Figures]]  # for the least number of people
KINDS: Mapping[type[Participation | Help], str] = {Participation: "participation", Help: "help"}


class Voices(msgspec.Struct, frozen=True):
    """Of how many people a figure is made at least: by the newest policy, and by that of the newest run."""

    policy: int
    run: int


class Awaited(Exception):
    """Nothing is kept yet, and a worker is about to count."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__()
        self.begun = begun


class Happened(Protocol):
    """An event of the outbox."""

    id: int


async def participation(tx: db.Connection) -> Participation:
    """Return who takes part, as it was counted last.

    Raises
    ------
    Awaited : as `_kept_or_counted`, of today's policy.
    """
    return await _kept_or_counted(tx, Participation, (await _voices(tx)).policy, participation_of)


async def help_given(tx: db.Connection) -> Help:
    """Return who helped whom, as it was added up last.

    Raises
    ------
    Awaited : as `_kept_or_counted`, of the run's policy.
    """
    return await _kept_or_counted(tx, Help, (await _voices(tx)).run, help_of)


async def ask_to_keep(tx: db.Connection, event: Happened) -> None:
    """Let a worker count anew, unless it is about to."""
    if not await db.one(tx, sql.is_due, bool, job=KEEP):
        now = clock.now()
        await slots.ensure(tx, NewSlot(job=KEEP, key=str(event.id), moment=now, due_at=now))


async def keep(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Count, keep what was counted, and finish the slot."""
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        voices = await _voices(tx)
        async with _whole_tables(tx):
            counted = (await participation_of(tx, voices.policy), await help_of(tx, voices.run))
        before = await _kept(tx, Participation, voices.policy)
    counted = (as_told_before(counted[0], before), counted[1])
    async with db.tenant(pool, organization_id) as tx:
        await slots.hold(tx, claim)
        for one in counted:
            told = {"k": one.k, "counted_at": one.counted_at, "content": msgspec.to_builtins(one)}
            await db.run(tx, sql.keep, kind=KINDS[type(one)], **told)
        await slots.finish(tx, claim)


@asynccontextmanager
async def _whole_tables(tx: db.Connection) -> AsyncIterator[None]:
    """Read tables as wholes: statistics from before many people came would let each row be looked up one by one."""
    await db.one(tx, sql.nested_loops, str, allowed="off")
    yield
    await db.one(tx, sql.nested_loops, str, allowed="on")


async def _voices(tx: db.Connection) -> Voices:
    return await db.one(tx, sql.voices, Voices, default_k=Policy().k)


async def _kept(tx: db.Connection, kind: type[Figures], k: int) -> Figures | None:
    content: dict[str, Any] | None = await db.maybe(tx, sql.kept, dict, kind=KINDS[kind], k=k)
    return None if content is None else msgspec.convert(content, kind)


async def _kept_or_counted(tx: db.Connection, kind: type[Figures], k: int, count: Count[Figures]) -> Figures:
    """Return what was kept for `k` voices; counted now where nothing is and no worker is at it.

    Raises
    ------
    Awaited : nothing of `k` is kept, and a worker counts or is to count: of many people that takes a while.
    """
    kept = await _kept(tx, kind, k)
    if kept is not None:
        return kept
    begun = await db.maybe(tx, sql.at_work, bool, job=KEEP, since=clock.now() - PATIENCE)
    if begun is not None:
        raise Awaited(begun=begun)
    async with _whole_tables(tx):
        return await count(tx, k)
