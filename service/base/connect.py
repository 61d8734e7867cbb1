"""How a command of the operator's shell reaches the database, and the organization it names."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import asyncpg
import msgspec

from service.base import db, postgres
from service.base.config import Settings, read_settings
from service.base.errors import AppError
from service.base.migrate import migrate

sql = db.load(Path(__file__).with_name("organizations.sql"))
Command = Callable[[db.Pool], Awaitable[None]]

LONG_SECONDS = 3600.0  # an import or export of the operator's may take its time


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


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end; trouble that the operator can mend becomes one line and exit status 1."""
    try:
        asyncio.run(work)
    except AppError as refusal:
        fail(str(refusal))
    except (asyncpg.PostgresError, OSError) as trouble:
        fail(f"the database did not answer as expected: {trouble}")
    except (msgspec.ValidationError, postgres.DatabaseTrouble) as trouble:
        fail(str(trouble))


def fail(message: str, status: int = 1) -> NoReturn:
    """Say what is wrong on stderr and exit."""
    print(f"talkoot: {message}", file=sys.stderr)  # noqa: T201 - the operator's shell is where this is read
    raise SystemExit(status)


async def _with_pool(command: Command) -> None:
    async with worker_pool(read_settings()) as pool:
        await command(pool)
