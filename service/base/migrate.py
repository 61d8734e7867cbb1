"""Bring a database up to the migrations of this code: forward only, in order, each file once."""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from msgspec import Struct

import migrations
from service.base.db import load, many, one, run
from service.base.place import DatabaseTrouble

FOLDER = Path(next(iter(migrations.__path__)))
OLDEST_SERVER = 15  # `security_invoker` views and `nulls not distinct`
LOCK_KEY = 0x7461_6C6B_6F6F_7421  # "talkoot!" in ASCII
CONNECT_SECONDS = 10.0
QUEUE_SECONDS = 120.0  # for another runner to finish
LOCK_WAIT_MS = "10000"  # for a table somebody is using: better to give up than to stop everybody behind us
LONGEST_MS = "600000"
FILE_NAME = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")
# PL/pgSQL's blocks have a `begin` without semicolon and end with `end;`, so these may stand there.
LEAVES = re.compile(
    r"^\s*(begin|commit|rollback|abort|start)(\s+(work|transaction|isolation|read|and)\b[^;]*)?\s*;",
    re.IGNORECASE | re.MULTILINE,
)

sql = load(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    text: str

    @property
    def hash(self) -> str:
        """SHA-256 of the text; line ends do not count, since git may change them."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Applied(Struct):
    """One file the database has had."""

    number: int
    name: str
    hash: str
    applied_at: datetime


async def migrate(url: str, folder: Path = FOLDER, *, queue_seconds: float = QUEUE_SECONDS) -> list[str]:
    """Apply what is missing and return its names; a second runner waits, then finds nothing to do.

    Raises
    ------
    DatabaseTrouble : the files or the database are not as they should be, a file fails (then nothing of it
        remains), or another runner does not finish in `queue_seconds`.
    """
    files = read(folder)
    async with _connection(url) as conn:
        if not _pending(files, await _applied(conn)):
            return []
        await _lock(conn, queue_seconds)  # the session's own: it goes with the connection, however that ends
        await run(conn, sql.keep)
        pending = _pending(files, await _applied(conn))
        for migration in pending:
            await _apply(conn, migration)
        return [migration.name for migration in pending]


async def check(url: str, folder: Path = FOLDER) -> list[str]:
    """Verify numbers and hashes without changing anything; return the names `migrate` would apply.

    Raises
    ------
    DatabaseTrouble : the files or the database are not as they should be.
    """
    files = read(folder)
    async with _connection(url) as conn:
        return [migration.name for migration in _pending(files, await _applied(conn))]


def read(folder: Path = FOLDER) -> list[Migration]:
    """Read the migrations of `folder` in order.

    Raises
    ------
    DatabaseTrouble : a name has no number, the numbers are not 1, 2, 3 …, or a file leaves its transaction.
    """
    found = []
    for expected, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        name = FILE_NAME.fullmatch(path.name)
        if name is None:
            raise DatabaseTrouble(f"{path.name}: a migration is named like 0001_what_it_does.sql")
        if int(name["number"]) != expected:
            raise DatabaseTrouble(f"{path.name}: the next migration has the number {expected:04}")
        text = path.read_text(encoding="utf-8")
        if leaves := LEAVES.search(text):
            line = _line(text, leaves.start(1))
            raise DatabaseTrouble(
                f"{path.name}, line {line}: {leaves[1]!r} has no place here; the runner gives each file its transaction"
            )
        found.append(Migration(expected, path.name, text))
    if not found:
        raise DatabaseTrouble(f'There are no migrations in "{folder}"')
    return found


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect for this run alone: a pool's reset would drop the advisory lock."""
    try:
        conn = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        at = urlsplit(url)  # the password stays out of the message
        where = f"{at.hostname or 'the local socket'}{at.path}"
        raise DatabaseTrouble(f"Cannot connect to PostgreSQL at {where}: {error or type(error).__name__}") from error
    try:
        version = conn.get_server_version()
        if version.major < OLDEST_SERVER:
            raise DatabaseTrouble(f"PostgreSQL {version.major} is too old; {OLDEST_SERVER} or newer is needed")
        yield conn
    finally:
        await conn.close(timeout=CONNECT_SECONDS)


async def _applied(conn: asyncpg.Connection) -> list[Applied]:
    return await many(conn, sql.applied, Applied) if await one(conn, sql.known, bool) else []


def _pending(files: Sequence[Migration], applied: Sequence[Applied]) -> Sequence[Migration]:
    """Return the files not applied yet, once all that are agree with the database."""
    if len(applied) > len(files):
        raise DatabaseTrouble(
            f"The database is newer than this code: it has {applied[len(files)].name}. "
            f"Install the version of Talkoot that brought it"
        )
    for expected, (row, file) in enumerate(zip(applied, files, strict=False), start=1):
        if row.number != expected:
            raise DatabaseTrouble(f"The database has {row.name} but never had {file.name}")
        if row.name != file.name:
            raise DatabaseTrouble(f"{file.name}: the database has another migration of that number, {row.name}")
        if row.hash != file.hash:
            raise DatabaseTrouble(
                f"{file.name} was changed after it was applied on {row.applied_at:%Y-%m-%d}. Restore it, and "
                f"write a new migration for the change"
            )
    return files[len(applied) :]


async def _lock(conn: asyncpg.Connection, queue_seconds: float) -> None:
    await one(conn, sql.queue, str, wait=str(round(queue_seconds * 1000)))
    try:
        await run(conn, sql.lock, key=LOCK_KEY)
    except asyncpg.LockNotAvailableError as error:
        raise DatabaseTrouble(
            f"Another migration has been running for {queue_seconds:.0f} s; try again later"
        ) from error


async def _apply(conn: asyncpg.Connection, migration: Migration) -> None:
    try:
        async with conn.transaction():
            await one(conn, sql.limits, str, lock_wait=LOCK_WAIT_MS, longest=LONGEST_MS)
            await conn.execute(migration.text)
            await run(conn, sql.insert, number=migration.number, name=migration.name, hash=migration.hash)
    except asyncpg.PostgresError as error:
        raise DatabaseTrouble(_explain(migration, error)) from error


def _explain(migration: Migration, error: asyncpg.PostgresError) -> str:
    said = error.as_dict()
    line = f", line {_line(migration.text, int(said['position']) - 1)}" if said.get("position") else ""
    more = [said[part] for part in ("detail", "hint") if said.get(part)]
    said_all = ". ".join([said.get("message") or str(error), *more])
    return f"{migration.name}{line}: {said_all}. Nothing of this file was applied"
