"""Ends requests that take too long; one look a second at all of them, for a timer each would cost every request."""

import asyncio
from collections.abc import Awaitable

LOOK_SECONDS = 1.0


class Deadline:
    """Runs work that is cancelled when it takes longer than `seconds`, within `LOOK_SECONDS`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()
        self._looking = False

    async def run(self, work: Awaitable[None]) -> None:
        """Await `work`, in the task of the caller.

        Raises
        ------
        TimeoutError : it took too long and was cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline is for tasks")
        loop = asyncio.get_running_loop()
        self._running[task] = loop.time() + self._seconds
        if not self._looking:
            self._looking = True
            loop.call_later(LOOK_SECONDS, self._look, loop)
        try:
            await work
        except asyncio.CancelledError:
            if task in self._overdue and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._running.pop(task, None)
            self._overdue.discard(task)

    def extend(self, seconds: float) -> None:
        """Let the work of this task take `seconds` from now on, for the rare answer that is long."""
        task = asyncio.current_task()
        if task in self._running:
            self._running[task] = asyncio.get_running_loop().time() + seconds

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, until in self._running.items():
            if until <= now and task not in self._overdue:
                self._overdue.add(task)
                task.cancel()
        self._looking = bool(self._running)
        if self._looking:
            loop.call_later(LOOK_SECONDS, self._look, loop)
