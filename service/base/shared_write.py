"""Requests of one organization that come together share one statement and one commit; each is answered after it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from service.base import db
from service.base.errors import AppError, Busy
from service.base.idempotency import Claim, Kept, KeyReused, Raced, Replayed, kept_among


class Row(Protocol):
    """What was written: a Struct with an id."""

    @property
    def id(self) -> UUID:
        """Its id."""


New = TypeVar("New")
Done = TypeVar("Done", bound=Row)
Name = tuple[UUID, str]  # actor and key

MOST_TOGETHER = 100  # rows of one statement
MOST_WAITING = 1000  # requests of all organizations; beyond them the answer is 503
GATHER_SECONDS = 0.003  # the longest that the first of a group waits for the others
CREATED = 201
SPOILT = (AppError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)  # by one row

sql = db.load(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Route(Generic[New, Done]):
    """What is shared: the name under which keys are kept, the event of each row, and what writes many at once.

    `write` returns for each row, in order, what was done or why it was refused; a refused row leaves nothing.
    """

    name: str
    event: str
    write: Callable[[db.Connection, Sequence[New]], Awaitable[Sequence[Done | AppError]]]


@dataclass(frozen=True, slots=True)
class _Request(Generic[New, Done]):
    new: New
    claim: Claim | None
    answer: asyncio.Future[Done]

    @property
    def name(self) -> Name | None:
        """What its key is kept under."""
        return None if self.claim is None else (self.claim.actor_id, self.claim.key)

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def fulfil(self, done: Done) -> None:
        if not self.answer.done():
            self.answer.set_result(done)


@dataclass(slots=True)
class _Lane(Generic[New, Done]):
    """The requests of one organization."""

    waiting: deque[_Request[New, Done]]
    busy: bool = False  # somebody is writing them
    expected: int = 1  # those who have just had their answer, and those who came meanwhile
    full: asyncio.Future[None] | None = None

    async def gather(self) -> None:
        """Wait a moment for those who have just had their answers: they may have more to write."""
        if len(self.waiting) >= self.expected:
            return
        self.full = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                await self.full

    def wake(self) -> None:
        """End the wait once as many came as were expected."""
        if self.full is not None and not self.full.done() and len(self.waiting) >= self.expected:
            self.full.set_result(None)


_Outcome = tuple[_Request[New, Done], Done | AppError]


class SharedWrite(Generic[New, Done]):
    """Collects the requests of a route while the ones before are being committed."""

    def __init__(self, pool: db.Pool, route: Route[New, Done]) -> None:
        self._pool = pool
        self._route = route
        self._lanes: dict[UUID, _Lane[New, Done]] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._waiting = 0

    async def put(self, organization_id: UUID, new: New, claim: Claim | None) -> Done:
        """Write one row among others; return when it is committed.

        Raises
        ------
        AppError : this row was refused; the others were not.
        Replayed : the request was answered before.
        Busy : too many are waiting.
        """
        if self._waiting >= MOST_WAITING:
            raise Busy("the service is busy; try again in a moment", retry_after_seconds=1)
        request: _Request[New, Done] = _Request(new, claim, asyncio.get_running_loop().create_future())
        self._join(organization_id, request)
        self._waiting += 1
        try:
            return await request.answer
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Finish what was begun."""
        await asyncio.gather(*self._writers)

    def _join(self, organization_id: UUID, request: _Request[New, Done]) -> None:
        lane = self._lanes.setdefault(organization_id, _Lane(deque()))
        lane.waiting.append(request)
        lane.wake()
        if not lane.busy:
            lane.busy = True
            writer = asyncio.create_task(self._empty(organization_id, lane))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)

    async def _empty(self, organization_id: UUID, lane: _Lane[New, Done]) -> None:
        """Write until nobody of this organization waits; what comes meanwhile goes together."""
        try:
            while lane.waiting:
                await lane.gather()
                together = [lane.waiting.popleft() for _ in range(min(len(lane.waiting), MOST_TOGETHER))]
                await self._write_all(organization_id, [one for one in together if not one.answer.done()])
                lane.expected = min(len(together) + len(lane.waiting), MOST_TOGETHER)
        finally:
            lane.busy = False

    async def _write_all(
        self, organization_id: UUID, requests: Sequence[_Request[New, Done]], *, careful: bool = False
    ) -> None:
        """Write these together; where one spoils it for all, find it by halves, so that it fails alone."""
        try:
            await self._write(organization_id, requests, careful=careful)
        except Exception as error:  # noqa: BLE001 - raised again in everyone who waits
            if not _by_one_row(error) or (careful and len(requests) == 1):
                for request in requests:
                    request.refuse(error)
            elif not careful:  # perhaps one of them was answered before
                await self._write_all(organization_id, requests, careful=True)
            else:
                half = len(requests) // 2
                await self._write_all(organization_id, requests[:half], careful=True)
                await self._write_all(organization_id, requests[half:], careful=True)

    async def _write(self, organization_id: UUID, requests: Sequence[_Request[New, Done]], *, careful: bool) -> None:
        """Write in one transaction; only a `careful` one looks for earlier answers before, for they are rare."""
        if not requests:
            return
        async with db.brief(self._pool, organization_id) as tx:
            kept = await self._kept(tx, requests) if careful else {}
            first = _first_of_each(requests, kept)
            written = await self._route.write(tx, [request.new for request in first]) if first else ()
            outcomes = {id(request): outcome for request, outcome in zip(first, written, strict=True)}
            kept |= await self._leave(tx, [(request, outcomes[id(request)]) for request in first])
        for request in requests:
            _settle(request, outcomes.get(id(request)), kept)

    async def _kept(self, tx: db.Connection, requests: Sequence[_Request[New, Done]]) -> dict[Name, Kept]:
        claims = [request.claim for request in requests if request.claim is not None]
        return await kept_among(tx, self._route.name, claims) if claims else {}

    async def _leave(self, tx: db.Connection, outcomes: Sequence[_Outcome[New, Done]]) -> dict[Name, Kept]:
        """Leave the events of what was done, and the answers under their keys."""
        done = [(request, row) for request, row in outcomes if not isinstance(row, AppError)]
        kept = [_kept(request.claim, row) for request, row in done if request.claim is not None]
        try:
            await db.run(
                tx,
                sql.leave,
                kind=self._route.event,
                subject_ids=[row.id for _, row in done],
                route=self._route.name,
                status=CREATED,
                actor_ids=[one.actor_id for one in kept],
                keys=[one.key for one in kept],
                body_hashes=[one.body_hash for one in kept],
                responses=[one.response for one in kept],
            )
        except asyncpg.UniqueViolationError as race:  # answered before, or at this moment by another process
            raise Raced("the same request is being answered; try again in a moment", retry_after_seconds=1) from race
        return {(one.actor_id, one.key): one for one in kept}


def _by_one_row(error: Exception) -> bool:
    """Say whether one row may have spoilt it for all; a database that has no time has it for none of them."""
    return isinstance(error, Raced) or (isinstance(error, SPOILT) and not isinstance(error, Busy))


def _kept(claim: Claim, row: Row) -> Kept:
    return Kept(claim.actor_id, claim.key, claim.body_hash, CREATED, msgspec.json.encode(row).decode())


def _first_of_each(requests: Sequence[_Request[New, Done]], kept: dict[Name, Kept]) -> list[_Request[New, Done]]:
    """Return those to be written: neither answered before, nor the second with one key."""
    seen, first = set(kept), []
    for request in requests:
        if request.name is None or request.name not in seen:
            first.append(request)
            if request.name is not None:
                seen.add(request.name)
    return first


def _settle(request: _Request[New, Done], outcome: Done | AppError | None, kept: dict[Name, Kept]) -> None:
    if isinstance(outcome, AppError):
        request.refuse(outcome)
    elif outcome is not None:
        request.fulfil(outcome)
    elif request.claim is None or request.name not in kept:  # its twin was refused
        request.refuse(Busy("the same request was refused a moment ago; try again", retry_after_seconds=1))
    else:
        try:
            request.refuse(Replayed(kept[request.name].for_claim(request.claim)))
        except KeyReused as reused:
            request.refuse(reused)
