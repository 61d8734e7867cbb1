"""Makes the file of an export: of one snapshot, in bounded memory, once it is written down that somebody takes it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from uuid import UUID

import msgspec

from scoring.policy import Policy
from service.base import audit, db
from service.base.access import Actor, Operator
from service.base.apart import apart
from service.exports.actions import sql
from service.exports.catalog import FORMATS, TABLES
from service.exports.model import About, Export, TooManyExports

BATCH = 2000  # rows
TOLD_ROWS = 20_000  # between two words on how far it is
LOOK_SECONDS = 0.5
MOST_AT_ONCE = 2  # files, of one process
PIECE_BYTES = 64 * 1024
Fetch = Callable[[], Awaitable[list[Any]]]  # of database rows


class Made(msgspec.Struct, frozen=True):
    """A file that is on disk and has no name there any more: whoever reads it to its end, or closes it, ends it."""

    export: Export
    media_type: str
    size: int  # bytes
    file: BinaryIO

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the file piece by piece, and close it."""
        with self.file as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


class Making:
    """The files that this process makes, a few at once."""

    def __init__(self, pool: db.Pool) -> None:
        self._pool = pool
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def file_of(self, me: Actor | Operator, export_id: UUID) -> Made:
        """Make the file of an export; that the caller takes it is written down before anything of it is read.

        Raises
        ------
        NotFound : there is no such export.
        TooManyExports : enough are being made.
        """
        async with self._place(), self._begun(me, export_id) as export:
            with TemporaryDirectory(prefix="talkoot-export-") as folder:
                path = Path(folder) / "file"
                rows = await self._write(path, me.organization_id, export)
                size, digest = path.stat().st_size, await apart(_digest, path)
                file = path.open("rb")
            async with db.tenant(self._pool, me.organization_id) as tx:
                await db.run(tx, sql.finish, id=export.id, row_count=rows, byte_count=size, digest=digest)
            return Made(export, FORMATS[export.format].media_type, size, file)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(db.ACQUIRE_SECONDS):
                await self._places.acquire()
        except TimeoutError as late:
            raise TooManyExports("other exports are being made; try again in a moment", retry_after_seconds=5) from late
        try:
            yield
        finally:
            self._places.release()

    @asynccontextmanager
    async def _begun(self, me: Actor | Operator, export_id: UUID) -> AsyncIterator[Export]:
        """Write down who takes what and why, and commit that; whatever happens inside, the making ends with it."""
        async with db.tenant(self._pool, me.organization_id) as tx:
            export = await db.one(tx, sql.export, Export, id=export_id)
            await audit.looked(tx, me, None, f"export_{export.what}", audit.Purpose(export.purpose))
            await db.run(tx, sql.begin, id=export_id)
        try:
            yield export
        except BaseException:
            async with db.tenant(self._pool, me.organization_id) as tx:
                await db.run(tx, sql.leave, id=export_id)
            raise

    async def _write(self, path: Path, organization_id: UUID, export: Export) -> int:
        """Write the file of one snapshot; how many rows it has."""
        table = TABLES[export.what]
        async with db.tenant(self._pool, organization_id, readonly=True) as tx:
            about = await db.one(tx, sql.about, About, id=export.id)
            known = {"run_id": about.run_id, "until": about.asked_at, "least": Policy().minimum_voices}
            arguments = table.query.arguments({name: known[name] for name in table.query.parameters})
            cursor = await tx.cursor(table.query.sql, *arguments)
            said = about.lines()
            rows = Rows(lambda: cursor.fetch(BATCH), (said["snapshot"], said["policy_version"]))
            writing = asyncio.ensure_future(apart(FORMATS[export.format].write, path, table, said, iter(rows)))
            await self._follow(writing, rows, organization_id, export.id)
        return rows.count

    async def _follow(
        self, writing: asyncio.Future[None], rows: "Rows", organization_id: UUID, export_id: UUID
    ) -> None:
        """Say now and then how many rows are written, until all are."""
        told = 0
        try:
            while not (await asyncio.wait({writing}, timeout=LOOK_SECONDS))[0]:
                if rows.count >= told + TOLD_ROWS:
                    told = rows.count
                    async with db.tenant(self._pool, organization_id) as tx:
                        await db.run(tx, sql.tell, id=export_id, row_count=told)
            await writing
        finally:
            writing.cancel()  # whoever asked has gone: the writer finds no more rows


class Rows:
    """The rows of a cursor that lives in the event loop, for a writer in a thread: it waits there for each batch."""

    def __init__(self, fetch: Fetch, ending: tuple[str, str]) -> None:
        self._fetch, self._ending = fetch, ending
        self._loop = asyncio.get_running_loop()
        self.count = 0

    def __iter__(self) -> Iterator[list[tuple[object, ...]]]:
        while batch := self._next():
            self.count += len(batch)
            yield [(*row, *self._ending) for row in batch]

    def _next(self) -> list[Any]:
        async def fetched() -> list[Any]:
            return await self._fetch()

        try:
            return asyncio.run_coroutine_threadsafe(fetched(), self._loop).result()
        except CancelledError as stopped:
            raise RuntimeError("the service stopped while an export was written") from stopped


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
