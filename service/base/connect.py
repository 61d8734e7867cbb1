"""How a command of the operator's shell reaches the database, and the organization it names."""

import asyncio
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import asyncpg
import msgspec

from service.base import db, postgres
from service.base.config import Settings, read_settings
from service.base.errors import AppError, Invalid
from service.base.migrate import migrate

sql = db.load(Path(__file__).with_name("organizations.sql"))
Command = Callable[[db.Pool], Awaitable[None]]

LONG_SECONDS = 3600.0  # an import or export of the operator's may take its time
INTERRUPTED = 130  # exit status of what was stopped before its end, as shells have it


class Organization(msgspec.Struct):
    """One organization of this installation."""

    organization_id: UUID
    handle: str
    name: str
    time_zone: str
    demo: bool


class UnknownOrganization(AppError):
    """No organization has that handle."""

    code = "unknown_organization"


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """Give the database's URL: one's own, else the embedded server, started here unless it runs already.

    Raises
    ------
    postgres.DatabaseTrouble : the embedded server cannot be used.
    """
    if settings.database_url:
        yield settings.database_url
        return
    folder = settings.data or postgres.default_folder()
    already = postgres.address(folder)
    if already:
        yield already
        return
    with postgres.running(folder) as url:
        yield url


@asynccontextmanager
async def worker_pool(settings: Settings) -> AsyncIterator[db.Pool]:
    """Open connections that may do what jobs and the operator may, to a migrated database."""
    async with database(settings) as url:
        await migrate(url)
        pool = await db.open_pool(url, db.PoolSettings("talkoot_worker", 4, LONG_SECONDS))
        try:
            yield pool
        finally:
            await pool.close()


async def organizations(pool: db.Pool) -> list[Organization]:
    """All organizations, by handle."""
    async with db.connection(pool) as conn:
        return await db.many(conn, sql.all, Organization)


async def find_organization(pool: db.Pool, handle: str) -> Organization:
    """Return the organization of that handle.

    Raises
    ------
    UnknownOrganization : there is none; the message lists those there are.
    """
    known = await organizations(pool)
    for organization in known:
        if organization.handle == handle:
            return organization
    there = ", ".join(organization.handle for organization in known[:20]) or "none yet"
    raise UnknownOrganization(f"there is no organization {handle!r}; there are: {there}")


def run_command(command: Command) -> None:
    """Run an operator's command with a pool; trouble becomes one line on stderr and exit status 1."""
    run(_with_pool(command))


def run_in(handle: str, work: Callable[[db.Connection], Awaitable[None]]) -> None:
    """Run an operator's command within one transaction of the organization of that handle."""

    async def there(pool: db.Pool) -> None:
        found = await find_organization(pool, handle)
        async with db.tenant(pool, found.organization_id) as tx:
            await work(tx)

    run_command(there)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end; trouble that the operator can mend becomes one line and exit status 1."""
    try:
        asyncio.run(_stoppable(work))
    except (AppError, postgres.DatabaseTrouble) as trouble:
        fail(str(trouble))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError) as trouble:
        fail(f"the database did not answer as expected: {trouble or type(trouble).__name__}")
    except OSError as trouble:
        fail(str(trouble))
    except (asyncio.CancelledError, KeyboardInterrupt):
        fail("stopped before it was done", INTERRUPTED)


async def _stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Let SIGTERM end `work` as Ctrl-C does: what it opened is closed, and its temporary files go."""
    task = asyncio.current_task()
    if task and threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await work


def given_settings() -> Settings:
    """Return this installation's settings; one that does not fit becomes one line and exit status 1."""
    try:
        return read_settings()
    except Invalid as wrong:
        fail(str(wrong))


def fail(message: str, status: int = 1) -> NoReturn:
    """Say what is wrong on stderr and exit."""
    print(f"talkoot: {message}", file=sys.stderr)  # noqa: T201 - the operator's shell is where this is read
    raise SystemExit(status)


async def _with_pool(command: Command) -> None:
    async with worker_pool(given_settings()) as pool:
        await command(pool)
