"""How often one may ask: a credential and its organization have an allowance for each minute.

It is drawn from the database in twentieths and spent in this process, so it holds across processes, and a request
costs a statement only now and then. Parts that other processes hold unspent may refuse a little early, never late.
"""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import cast
from uuid import UUID

from litestar.types import ASGIApp, Receive, Scope, Send

from service.base import clock, db
from service.base.access import Actor
from service.base.errors import AppError

sql = db.load(Path(__file__).with_suffix(".sql"))

MINUTE = 60  # seconds
KEPT_MINUTES = 60


class TooOften(AppError):
    """More was asked in this minute than one credential, or one organization, may ask."""

    code = "too_often"
    status = 429


class Allowances:
    """What is left of this minute to whoever asked in it."""

    def __init__(self, pool: db.Pool) -> None:
        self._pool = pool
        self._minute = 0
        self._left: dict[UUID, int] = {}
        self._drawing: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(self, me: Actor) -> None:
        """Count one request of the caller.

        Raises
        ------
        TooOften : they, or all of their organization together, have used up the minute.
        """
        self._begin_minute()
        await self._take(me.organization_id, me.credential_id, whole=False)
        await self._take(me.organization_id, me.organization_id, whole=True)

    async def _take(self, organization_id: UUID, subject_id: UUID, *, whole: bool) -> None:
        left = self._left.get(subject_id, 0)
        if not left:
            left = await self._draw(organization_id, subject_id, whole=whole)
        self._left[subject_id] = left - 1

    async def _draw(self, organization_id: UUID, subject_id: UUID, *, whole: bool) -> int:
        """Draw a part, one request at a time; the others find it drawn."""
        async with self._drawing[subject_id]:
            left = self._left.get(subject_id, 0)
            if not left:
                async with db.brief(self._pool, organization_id) as tx:
                    given = {"subject_id": subject_id, "minute": self._minute, "whole": whole}
                    left = await db.maybe(tx, sql.draw, int, **given) or 0
            if not left:
                who = "your organization has" if whole else "you have"
                raise TooOften(
                    f"{who} asked too often in this minute; try again in the next",
                    retry_after_seconds=MINUTE - int(clock.now().timestamp()) % MINUTE,
                )
            self._left[subject_id] = left
            return left

    def _begin_minute(self) -> None:
        minute = int(clock.now().timestamp()) // MINUTE
        if minute != self._minute:
            self._minute = minute
            self._left.clear()
            self._drawing.clear()


class Limited:
    """Counts every request of somebody known, before it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, unless there were too many."""
        me = cast("Actor | None", scope.get("auth"))
        if me is not None:
            allowances: Allowances = scope["litestar_app"].state.allowances
            await allowances.take(me)
        await self._app(scope, receive, send)


async def purge(tx: db.Connection) -> int:
    """Forget what was counted an hour ago; how many rows that was."""
    return await db.run(tx, sql.purge, before=int(clock.now().timestamp()) // MINUTE - KEPT_MINUTES)
