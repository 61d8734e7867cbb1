"""Questions asked at the same time go to the database as one; each answer is as fresh as if asked alone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Gathered(Generic[Key, Value]):
    """One query answers all that were asked while the one before was under way; no answer is kept."""

    def __init__(self, ask: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Key, asyncio.Future[Value | None]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def of(self, key: Key) -> Value | None:
        """Return the answer to a query that starts after this call, or None where there is none."""
        future: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if self._asking is None:
            self._asking = asyncio.create_task(self._answer())
        return await future

    async def _answer(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                await self._answer_these(asked)
        finally:
            self._asking = None

    async def _answer_these(self, asked: Sequence[tuple[Key, asyncio.Future[Value | None]]]) -> None:
        try:
            found = await self._ask(list({key for key, _ in asked}))
        except Exception as error:  # noqa: BLE001 - it is raised again in everyone who asked
            for _, future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        for key, future in asked:
            if not future.done():  # a cancelled request does not wait any more
                future.set_result(found.get(key))
