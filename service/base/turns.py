"""Organizations take turns at the connections: one that asks a lot waits in a queue of its own."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID


class Turns:
    """Hands out `size` turns; while others could need one, an organization holds at most three quarters of them."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._most = size - size // 4
        self._held: Counter[UUID] = Counter()
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def of(self, organization_id: UUID) -> AsyncIterator[None]:
        """Hold a turn of an organization, once one comes."""
        if self._free and self._held[organization_id] < self._most:
            self._grant(organization_id)
        else:
            await self._wait(organization_id)
        try:
            yield
        finally:
            self._give_back(organization_id)

    async def _wait(self, organization_id: UUID) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(organization_id, deque()).append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled():  # it came at the moment of giving up
                self._give_back(organization_id)
            else:
                self._leave_queue(organization_id, mine)
            raise

    def _leave_queue(self, organization_id: UUID, mine: asyncio.Future[None]) -> None:
        queue = self._waiting.get(organization_id, deque())
        with suppress(ValueError):
            queue.remove(mine)
        if not queue:
            self._waiting.pop(organization_id, None)

    def _grant(self, organization_id: UUID) -> None:
        self._free -= 1
        self._held[organization_id] += 1

    def _give_back(self, organization_id: UUID) -> None:
        self._free += 1
        self._held[organization_id] -= 1
        if not self._held[organization_id]:
            del self._held[organization_id]
        self._admit()

    def _admit(self) -> None:
        """Give the free turns to those who hold the fewest; among equals to whoever has waited longest."""
        while self._free:
            able = [one for one in self._waiting if self._held[one] < self._most]
            if not able:
                return
            organization_id = min(able, key=self._held.__getitem__)
            queue = self._waiting.pop(organization_id)
            mine = queue.popleft()
            if queue:
                self._waiting[organization_id] = queue  # behind the others
            if not mine.done():
                self._grant(organization_id)
                mine.set_result(None)
