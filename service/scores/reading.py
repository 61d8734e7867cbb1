"""Boards as ready answers: which run is the newest is asked again and again, what a run says is kept a few seconds."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from uuid import UUID

import msgspec

from service.base import db
from service.base.errors import Invalid, NotFound
from service.base.gathered import Gathered
from service.scores.actions import NIGHTLY, night_of, sql
from service.scores.model import Board, BoardKey, Boards, BoardSize, Newest, Place, Placed, Shown, Standings

KEPT_SECONDS = 10.0  # a run never changes, but names do; who leaves the boards changes the newest run's `audience`
NEWEST_SECONDS = 0.25  # asking takes longer than answering; whoever learns here that a run is done sees it at once
MOST_KEPT = 2000  # answers of a few kilobytes
NOTHING_YET = "There are no scores yet: they come with the first night, or when somebody asks for a run."


class Wanted(msgspec.Struct, frozen=True):
    """A page of a board, as one reader asks for it."""

    board: BoardKey
    reader_id: UUID | None
    after: int  # places already seen
    limit: int


class WantedBoards(msgspec.Struct, frozen=True):
    """A page of the list of boards."""

    after: BoardKey
    scope: str | None
    period: str | None
    limit: int


class Reading:
    """The newest run of each organization, and answers made of it."""

    def __init__(self, pool: db.Pool) -> None:
        self._pool = pool
        self._asked = Gathered(self._ask)
        self._newest: dict[UUID, tuple[float, Newest]] = {}
        self._kept: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()

    async def newest(self, organization_id: UUID) -> Newest:
        """Return the newest run, as it was at most `NEWEST_SECONDS` ago."""
        asked_at, newest = self._newest.get(organization_id, (float("-inf"), None))
        now = time.monotonic()
        if newest is not None and now - asked_at < NEWEST_SECONDS:
            return newest
        found = await self._asked.of(organization_id)
        if found is None:
            raise NotFound("there is no such organization")
        self._newest[organization_id] = (now, found)
        return found

    def forget(self, organization_id: UUID) -> None:
        """Ask anew: somebody was told that there is a newer run."""
        self._newest.pop(organization_id, None)

    async def standings(self, organization_id: UUID, wanted: Wanted) -> bytes:
        """Return one page of a board, as JSON."""
        return await self._answer(organization_id, wanted, lambda tx, newest: _standings(tx, newest, wanted))

    async def boards(self, organization_id: UUID, wanted: WantedBoards) -> bytes:
        """Return one page of the boards there are, as JSON."""
        return await self._answer(organization_id, wanted, lambda tx, newest: _boards(tx, newest, wanted))

    async def _ask(self, organizations: Sequence[UUID]) -> Mapping[UUID, Newest]:
        found = {}
        for organization_id in organizations:
            async with db.tenant(self._pool, organization_id, readonly=True) as tx:
                found[organization_id] = await db.one(tx, sql.newest, Newest, job=NIGHTLY)
        return found

    async def _answer(
        self,
        organization_id: UUID,
        wanted: Wanted | WantedBoards,
        make: Callable[[db.Connection, Newest], Awaitable[msgspec.Struct]],
    ) -> bytes:
        newest = await self.newest(organization_id)
        key = (organization_id, newest, wanted)
        kept_at, answer = self._kept.get(key, (float("-inf"), b""))
        if time.monotonic() - kept_at < KEPT_SECONDS:
            return answer
        async with db.tenant(self._pool, organization_id, readonly=True) as tx:
            answer = msgspec.json.encode(await make(tx, newest))
        self._keep(key, answer)
        return answer

    def _keep(self, key: Hashable, answer: bytes) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (time.monotonic(), answer)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def shown(newest: Newest) -> tuple[Shown | None, str | None]:
    """Return which run is shown, and what a reader should know about that."""
    if newest.run_id is None or newest.as_of is None or newest.published_at is None or newest.policy_version is None:
        failed = newest.failed_night
        return None, f"There are no scores yet: the night of {failed} failed." if failed else NOTHING_YET
    late = newest.failed_night is not None
    run = Shown(newest.run_id, newest.as_of, newest.published_at, newest.policy_version, late)
    if late:
        return run, f"These scores are of {night_of(run.as_of)}, because the night of {newest.failed_night} failed."
    return run, None


async def _boards(tx: db.Connection, newest: Newest, wanted: WantedBoards) -> Boards:
    run, message = shown(newest)
    if run is None:
        return Boards(None, message, [], None)
    after, filters = msgspec.structs.asdict(wanted.after), {"only_scope": wanted.scope, "only_period": wanted.period}
    found = await db.many(tx, sql.boards, Board, run_id=run.id, most=wanted.limit + 1, **after, **filters)
    items = found[: wanted.limit]
    return Boards(run, message, items, _following(items[-1]) if len(found) > wanted.limit else None)


async def _standings(tx: db.Connection, newest: Newest, wanted: Wanted) -> Standings:
    run, message = shown(newest)
    if run is None:
        return Standings(None, message, wanted.board, 0, 0, [], [], None)
    which = {"run_id": run.id, **msgspec.structs.asdict(wanted.board)}
    size = await db.maybe(tx, sql.size, BoardSize, reader_id=wanted.reader_id, **which)
    if size is None:
        raise NotFound("there is no such board; GET /api/boards lists those there are")
    half = (size.ranked + 1) // 2
    first, last = wanted.after + 1, min(wanted.after + wanted.limit, half)
    found = await db.many(tx, sql.places, Placed, reader_id=wanted.reader_id, first=first, last=last, **which)
    items = [_place(one, half) for one in found if not one.provisional and first <= one.place <= last]
    mine = [_place(one, half) for one in found if _near_me(one, found)]
    following = str(last) if last < half else None
    return Standings(run, message, wanted.board, size.count, size.ranked, items, mine, following)


def _place(one: Placed, half: int) -> Place:
    state = "gathering_evidence" if one.provisional else "ranked" if one.place <= half else "in_the_field"
    ranks = (one.band, one.rank_low, one.rank_high) if state == "ranked" or one.mine else (None, None, None)
    return Place(one.subject_id, one.name, *ranks, one.score, one.low, one.high, state)


def _near_me(one: Placed, found: Sequence[Placed]) -> bool:
    if one.mine or one.provisional:
        return one.mine
    return any(me.mine and not me.provisional and abs(me.place - one.place) == 1 for me in found)


def _following(last: Board) -> str:
    return msgspec.json.encode((last.board, last.scope, last.period, last.kind)).decode()


def board_after(text: str | None) -> BoardKey:
    """Read the cursor of the list of boards."""
    try:
        parts = ("", "", "", "") if text is None else msgspec.json.decode(text, type=tuple[str, str, str, str])
    except msgspec.MsgspecError as error:
        raise Invalid("`after` is not the `next` of a page of this list", field="after") from error
    if any("\0" in part for part in parts):
        raise Invalid("`after` is not the `next` of a page of this list", field="after")
    return BoardKey(*parts)


def places_seen(text: str | None) -> int:
    """Read the cursor of a board."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Invalid("`after` is not the `next` of a page of this board", field="after")
    return int(text)
