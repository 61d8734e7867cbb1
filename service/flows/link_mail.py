"""Links that sign people in, sent by mail after the answer has gone out: nobody can tell by it who is known."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import SystemRandom
from uuid import UUID

import msgspec
import structlog

from service.auth import actions as auth
from service.base import db, mail
from service.base.config import Settings, address_of
from service.base.errors import Busy
from service.sign_in import actions
from service.sign_in.actions import Greeting

log = structlog.get_logger()

WAITING = 200  # mails at most
SENDING = 8  # at a time
LATEST_SECONDS = 1.0  # at a moment nobody can foresee, so that not even the next answer is slower after a known address
CLOSE_SECONDS = 5.0

Compose = Callable[[Greeting, str], mail.Mail]


class Wanted(msgspec.Struct, frozen=True):
    """An address that somebody typed, and who has it in which organization: usually nobody, or one."""

    address: str
    people: list[tuple[UUID, UUID]]


class Posting:
    """Sends links in the background, a few at a time; what waits is lost where the service stops, and is asked anew."""

    def __init__(self, pool: db.Pool, settings: Settings, compose: Compose) -> None:
        self._pool = pool
        self._settings = settings
        self._compose = compose
        self._waiting: asyncio.Queue[Wanted] = asyncio.Queue(WAITING)

    def put(self, wanted: Wanted) -> None:
        """Take in an address, known or not: both take the same way from here.

        Raises
        ------
        Busy : too many wait.
        """
        try:
            self._waiting.put_nowait(wanted)
        except asyncio.QueueFull as full:
            raise Busy("too many people sign in at this moment; try again in a while") from full

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Posting"]:
        """Send while the block runs; what waits at its end gets a few seconds."""
        tasks = [asyncio.create_task(self._work()) for _ in range(SENDING)]
        try:
            yield self
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._waiting.join()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            wanted = await self._waiting.get()
            try:
                await asyncio.sleep(SystemRandom().uniform(0, LATEST_SECONDS))
                await self._send_all(wanted)
            except Exception as trouble:  # noqa: BLE001 - the next one is sent all the same
                log.warning("link_not_sent", error=type(trouble).__name__)  # not to whom, and never the link
            finally:
                self._waiting.task_done()

    async def _send_all(self, wanted: Wanted) -> None:
        may = await actions.try_once(self._pool, f"address {wanted.address.strip()}", actions.TRIES_OF_ADDRESS)
        if not may or not mail.can_send(self._settings):
            return
        for organization_id, person_id in wanted.people:
            async with db.tenant(self._pool, organization_id) as tx:
                whose = await db.maybe(tx, actions.sql.greeting, Greeting, person_id=person_id)
                secret = await auth.create_sign_in_link(tx, person_id)
            if whose is not None:
                link = f"{address_of(self._settings)}/sign-in/link/{secret}"
                await mail.send(self._settings, self._compose(whose, link))
