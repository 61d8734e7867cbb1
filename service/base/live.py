"""What happened just now, told to the pages that are open: one listening connection a process, however many pages."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from service.base.access import Actor
from service.base.errors import Busy

log = structlog.get_logger()

CHANNEL = "talkoot_live"
MOST = 2000  # pages that listen at once, of everybody; more are told to come back
MOST_EACH = 6  # of one person; a browser listens only from the page that is looked at
BEAT_SECONDS = 20.0  # between signs of life, by which also a reader who has gone is noticed
LIFE_SECONDS = 240.0  # after which a page asks anew, and who may no longer ask is refused
LONGEST_WAIT_SECONDS = 30.0  # between tries to reach the database again

Told = tuple[str, UUID, UUID | None]


class Reader:
    """One open page: what it was not told yet, each kind once."""

    def __init__(self, me: Actor) -> None:
        self.organization_id, self.person_id = me.organization_id, me.person_id
        self.news: set[str] = set()
        self.woken = asyncio.Event()

    def is_told(self, organization_id: UUID, person_id: UUID | None) -> bool:
        """Tell whether this is for them: of their own organization, and of themselves or of everybody there."""
        return organization_id == self.organization_id and person_id in {None, self.person_id}


class Live:
    """Everybody who listens in this process."""

    def __init__(self, url: str, role: str) -> None:
        self._url, self._role = url, role
        self._readers: set[Reader] = set()
        self._each: Counter[UUID | None] = Counter()
        self._ended = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Live"]:
        """Listen to the database for as long as the service lives."""
        listening = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            self.end()
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    def end(self) -> None:
        """Let every page go: the service stops."""
        self._ended = True
        for reader in self._readers:
            reader.woken.set()

    def enter(self, me: Actor) -> Reader:
        """Let a page listen.

        Raises
        ------
        Busy : too many do, or too many of this person's.
        """
        if self._ended or len(self._readers) >= MOST or self._each[me.person_id] >= MOST_EACH:
            raise Busy("too many pages listen; come back later", retry_after_seconds=60)
        reader = Reader(me)
        self._readers.add(reader)
        self._each[me.person_id] += 1
        return reader

    def leave(self, reader: Reader) -> None:
        """Forget a page, once."""
        if reader not in self._readers:
            return
        self._readers.discard(reader)
        self._each[reader.person_id] -= 1
        if not self._each[reader.person_id]:
            del self._each[reader.person_id]

    async def words_for(self, reader: Reader) -> AsyncIterator[str]:
        """Yield each kind of news as it comes, and an empty word where nothing came for a while."""
        until = asyncio.get_running_loop().time() + LIFE_SECONDS
        try:
            while not self._ended and asyncio.get_running_loop().time() < until:
                if not reader.news:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.woken.wait(), BEAT_SECONDS)
                reader.woken.clear()
                news, reader.news = sorted(reader.news), set()
                for one in news or [""]:
                    yield one
        finally:
            self.leave(reader)

    def tell(self, what: str, organization_id: UUID, person_id: UUID | None) -> None:
        """Tell the pages whom it concerns."""
        for reader in self._readers:
            if reader.is_told(organization_id, person_id):
                reader.news.add(what)
                reader.woken.set()

    async def _listen(self) -> None:
        """Keep one connection that listens; what was said while there was none, nobody here is told."""
        wait = 1.0
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                conn = await asyncpg.connect(self._url, timeout=5, server_settings={"role": self._role})
                try:
                    gone = asyncio.Event()
                    conn.add_termination_listener(lambda _, gone=gone: gone.set())
                    await conn.add_listener(CHANNEL, self._heard)
                    wait = 1.0
                    await gone.wait()
                finally:
                    await conn.close(timeout=1)
            log.info("live", wait_seconds=wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def _heard(self, *given: Any) -> None:  # noqa: ANN401 - asyncpg's connection, process, channel and text
        self.tell(*msgspec.json.decode(given[-1], type=Told))
