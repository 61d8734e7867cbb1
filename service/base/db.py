"""The way to the database: SQL from files, five verbs, and one transaction for one organization."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast
from uuid import UUID

import aiosql
import asyncpg
import msgspec
from aiosql.adapters.asyncpg import AsyncPGAdapter
from asyncpg.pool import PoolConnectionProxy

from service.base.errors import Busy, NotFound, from_violation
from service.base.turns import Turns

Row = TypeVar("Row")
Connection = asyncpg.Connection | PoolConnectionProxy  # a transaction of one organization: `tx` everywhere

WRITING = "begin isolation level read committed; set local app.organization_id = '{}'"
READING = "begin isolation level repeatable read read only; set local app.organization_id = '{}'"
MOST_QUERIES = 50_000  # of one connection, which is then made anew
IDLE_SECONDS = 300.0  # until a connection that nobody needs is closed
ROLLBACK_SECONDS = 1.0
ACQUIRE_SECONDS = 2.0  # a request waits this long for a connection, then answers 503


class Pool(asyncpg.Pool):
    """Connections at which organizations take turns."""

    __slots__ = ("turns",)
    turns: Turns


@dataclass(frozen=True, slots=True)
class Query:
    """One named query of a file: its SQL with $1, $2 … and the names of these, in order."""

    name: str
    sql: str
    parameters: tuple[str, ...]

    def arguments(self, given: dict[str, object]) -> list[object]:
        """Put the arguments in order; a name too many or too few is our bug (TypeError)."""
        if set(given) != set(self.parameters):
            raise TypeError(f"{self.name} takes {self.parameters}, not {tuple(given)}")
        return [given[name] for name in self.parameters]


class Queries:
    """The queries of one file, as attributes."""

    def __init__(self, queries: dict[str, Query]) -> None:
        self._queries = queries

    def __getattr__(self, name: str) -> Query:
        try:
            return self._queries[name]
        except KeyError:
            raise AttributeError(f"no query of that name: {name}; there are {sorted(self._queries)}") from None

    def __iter__(self) -> Iterator[Query]:
        return iter(self._queries.values())


def load(path: Path) -> Queries:
    """Read the named queries of an SQL file (`-- name: one(id)` starts one, `:id` is its parameter)."""
    adapter = AsyncPGAdapter()
    parsed = aiosql.from_path(path, lambda: adapter, mandatory_parameters=True)
    names = [name for name in parsed.available_queries if not name.endswith("_cursor")]
    queries = {name: Query(name, getattr(parsed, name).sql, tuple(adapter.var_sorted[name])) for name in names}
    return Queries(queries)


async def many(tx: Connection, query: Query, row: type[Row], **given: object) -> list[Row]:
    """All rows, each as a `row`: a Struct by position, or the one column's own type."""
    with _refusals():
        records = await tx.fetch(query.sql, *query.arguments(given))
    return [_shape(record, row) for record in records]


async def maybe(tx: Connection, query: Query, row: type[Row], **given: object) -> Row | None:
    """Return the first row, or None."""
    with _refusals():
        record = await tx.fetchrow(query.sql, *query.arguments(given))
    return None if record is None else _shape(record, row)


async def one(tx: Connection, query: Query, row: type[Row], **given: object) -> Row:
    """Return the row; NotFound where there is none."""
    found = await maybe(tx, query, row, **given)
    if found is None:
        raise NotFound("there is no such thing in your organization")
    return found


async def run(tx: Connection, query: Query, **given: object) -> int:
    """Run a query that returns nothing; how many rows it touched."""
    with _refusals():
        tag = await tx.execute(query.sql, *query.arguments(given))
    count = tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


@asynccontextmanager
async def tenant(pool: Pool, organization_id: UUID, *, readonly: bool = False) -> AsyncIterator[Connection]:
    """Open a transaction that can see one organization. Commits on leaving, unless something raised.

    Raises
    ------
    Busy : no connection was free within `ACQUIRE_SECONDS`.
    """
    level: Literal["repeatable_read", "read_committed"] = "repeatable_read" if readonly else "read_committed"
    async with connection(pool, organization_id) as conn, conn.transaction(isolation=level, readonly=readonly):
        await conn.execute("select set_config('app.organization_id', $1, true)", str(organization_id))
        yield conn


@asynccontextmanager
async def brief(pool: Pool, organization_id: UUID, *, readonly: bool = False) -> AsyncIterator[Connection]:
    """Open a transaction as `tenant` does, in one round trip less; it takes no savepoints (`tx.transaction()`)."""
    opening = READING if readonly else WRITING
    async with connection(pool, organization_id) as conn:
        # A script takes no parameters; that this one is a UUID and nothing else is what formatting it checks.
        await conn.execute(opening.format(UUID(bytes=organization_id.bytes)))
        try:
            yield conn
        except BaseException:
            await _roll_back(conn)
            raise
        await conn.execute("commit")


@asynccontextmanager
async def connection(pool: Pool, organization_id: UUID | None = None) -> AsyncIterator[Connection]:
    """Borrow a connection, in the turn of an organization, or refuse in time; it sees no organization's rows yet."""
    async with AsyncExitStack() as held:
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                if organization_id is not None:
                    await held.enter_async_context(pool.turns.of(organization_id))
                conn = await pool.acquire()
        except TimeoutError as late:
            raise Busy("the service is busy; try again in a moment", retry_after_seconds=1) from late
        try:
            yield conn
        finally:
            await pool.release(conn, timeout=ACQUIRE_SECONDS)


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """What a pool's connections may do and how long they may take."""

    role: str  # talkoot_web or talkoot_worker
    size: int = 10
    statement_seconds: float = 10.0
    lock_seconds: float = 5.0
    reset: bool = True  # between uses; the web sets nothing that outlives a transaction, and saves the round trip


async def open_pool(url: str, settings: PoolSettings) -> Pool:
    """Connect as the login of `url`, acting as `settings.role`, with a deadline on every wait."""
    pool = Pool(
        url,
        min_size=1,
        max_size=settings.size,
        max_queries=MOST_QUERIES,
        max_inactive_connection_lifetime=IDLE_SECONDS,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
        loop=None,
        setup=None,
        timeout=5,
        init=_prepare,
        command_timeout=settings.statement_seconds + ACQUIRE_SECONDS,  # where the server cannot keep its own deadline
        reset=None if settings.reset else _leave,
        server_settings={
            "role": settings.role,
            "application_name": f"talkoot {settings.role}",
            "statement_timeout": f"{settings.statement_seconds * 1000:.0f}",
            "lock_timeout": f"{settings.lock_seconds * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{(settings.statement_seconds + 30) * 1000:.0f}",
            "timezone": "UTC",
            "tcp_keepalives_idle": "30",
            "tcp_keepalives_interval": "10",
            "tcp_keepalives_count": "3",
        },
    )
    pool.turns = Turns(settings.size)
    await pool
    return pool


async def _roll_back(conn: Connection) -> None:
    """Undo; a server that does not answer undoes it by itself once the connection is gone."""
    try:
        await conn.execute("rollback", timeout=ROLLBACK_SECONDS)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        with suppress(asyncpg.InterfaceError):  # a connection that broke is back in the pool already
            conn.terminate()


async def _leave(_: asyncpg.Connection) -> None:
    """Leave a connection as it is; asyncpg itself ends a transaction that was left open."""


async def _prepare(conn: asyncpg.Connection) -> None:
    await conn.set_type_codec(
        "jsonb",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
        schema="pg_catalog",
    )


def _shape(record: asyncpg.Record, row: type[Row]) -> Row:
    if issubclass(row, msgspec.Struct):
        return row(*record)
    return cast("Row", record[0])


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as violation:
        refusal = from_violation(violation)
        if refusal is None:
            raise
        raise refusal from violation
