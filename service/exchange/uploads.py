"""Importing an exchange folder by upload: the worker tries it out, an administrator confirms, the worker takes it in.

The web role can read neither confidential answers nor what was uploaded, so it only leaves the upload and asks.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import msgspec

from scoring.evidence import read_manifest
from scoring.exchange.problems import BadFolder
from scoring.exchange.words import Problem, phrase
from service.base import clock, db, slots
from service.base.access import Actor
from service.base.apart import apart
from service.base.errors import AppError, Refused
from service.base.slots import Claim, NewSlot
from service.exchange.loading import Counts, Options, load_folder
from service.exchange.unpacking import unpack

sql = db.load(Path(__file__).with_name("uploads.sql"))

CHECK, LOAD = "import_check", "import_load"  # the jobs, as the worker's table names them
STATES = {CHECK: "checking", LOAD: "loading"}
MOST_UPLOAD = 20_000_000  # bytes
KEPT_HOURS = 24  # what nobody confirmed
TOLD_SECONDS = 1.0


class ImportRunning(Refused):
    """Another folder is being tried out or taken in."""

    code = "import_running"


class Told(msgspec.Struct, frozen=True):
    """What an import would change, or has changed, by file; or what is wrong, and how much there is of that."""

    added: dict[str, int] = {}
    corrected: dict[str, int] = {}
    unchanged: dict[str, int] = {}
    notes: list[Problem | str] = []  # words only, of before they could be said in another language
    problems: list[Problem | str] = []
    total: int = 0
    names: dict[str, list[str]] = {}  # of what is new, the first ones; while it waits to be confirmed


class Upload(msgspec.Struct, frozen=True):
    """An uploaded folder, and how it stands."""

    id: UUID
    uploaded_at: datetime
    uploaded_by: str | None
    state: str
    doing: str | None
    done_rows: int
    all_rows: int
    told: dict[str, Any] | None
    finished_at: datetime | None

    @property
    def result(self) -> Told:
        """Return what was told, typed."""
        return msgspec.convert(self.told or {}, Told)


class Sent(msgspec.Struct, frozen=True):
    """What was uploaded, and by whom."""

    content: bytes
    uploaded_by_id: UUID | None


class Tried(Exception):
    """Ends a trial, whose transaction is undone with it; it holds what would have changed."""

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self.counts = counts


@dataclass(slots=True)
class Progress:
    """How far an import is; told by the engine, read by whoever writes it down."""

    doing: str = "reading"
    done: int = 0
    rows: int = 0

    def __call__(self, doing: str, done: int, rows: int) -> None:
        """Note what is being done, without the folder's place on our disk."""
        self.doing, self.done, self.rows = doing.split(" /", maxsplit=1)[0][:200], done, rows


async def upload(tx: db.Connection, me: Actor, content: bytes) -> UUID:
    """Leave an upload and have it tried out.

    Raises
    ------
    ImportRunning : another one is at work.
    """
    if await db.one(tx, sql.busy, int):
        raise ImportRunning("another import is at work; wait until it is done")
    upload_id = await db.one(tx, sql.insert, UUID, content=content, uploaded_by_id=me.person_id)
    await _order(tx, CHECK, upload_id, me)
    return upload_id


async def confirm(tx: db.Connection, me: Actor, upload_id: UUID) -> None:
    """Have an upload taken in that was tried out; confirming twice is confirming."""
    await db.one(tx, sql.upload, Upload, id=upload_id)
    if await db.run(tx, sql.confirm, id=upload_id):
        await _order(tx, LOAD, upload_id, me)


async def leave(tx: db.Connection, upload_id: UUID) -> None:
    """Throw an upload away that was tried out."""
    await db.one(tx, sql.upload, Upload, id=upload_id)
    await db.run(tx, sql.leave, id=upload_id)


async def purge(tx: db.Connection) -> int:
    """Throw away what was tried out a day ago and confirmed by nobody."""
    return await db.run(tx, sql.forget, before=clock.now() - timedelta(hours=KEPT_HOURS))


async def work(pool: db.Pool, organization_id: UUID, claim: Claim) -> None:
    """Do one of the two jobs: try an upload out, or take it in, all of it or nothing."""
    upload_id = UUID(claim.key)
    async with db.tenant(pool, organization_id) as tx:
        sent = await db.maybe(tx, sql.content, Sent, id=upload_id, state=STATES[claim.job])
        ours = await read_manifest(tx)
    if sent is None:
        async with db.tenant(pool, organization_id) as tx:
            await slots.finish(tx, claim)
        return

    async def seal(tx: db.Connection, counts: Counts) -> None:
        if claim.job == CHECK:
            raise Tried(counts)
        await _conclude(tx, claim, "loaded", _told(counts))

    try:
        with TemporaryDirectory(prefix="talkoot-import-") as folder:
            await apart(unpack, sent.content, Path(folder), ours)
            async with slots.kept_alive(pool, organization_id, claim), _following(pool, organization_id, claim) as tell:
                options = Options(correct=True, actor_id=sent.uploaded_by_id, role="administrator")
                await load_folder(pool, organization_id, Path(folder), options, tell, seal=seal)
    except Tried as tried:
        state, told = "checked", msgspec.structs.replace(_told(tried.counts), names=tried.counts.names)
    except BadFolder as bad:
        state, told = "refused", Told(problems=list(bad.found), total=bad.total)
    except AppError as refused:
        state, told = "refused", Told(problems=[Problem(phrase("refused", why=refused))], total=1)
    else:
        return
    async with db.tenant(pool, organization_id) as tx:
        await _conclude(tx, claim, state, told)


async def _order(tx: db.Connection, job: str, upload_id: UUID, me: Actor) -> None:
    now = clock.now()
    await slots.ensure(tx, NewSlot(job=job, key=str(upload_id), moment=now, due_at=now, requested_by_id=me.person_id))


async def _conclude(tx: db.Connection, claim: Claim, state: str, told: Told) -> None:
    """Write down what came of it, with the end of the slot."""
    await slots.hold(tx, claim)
    await db.run(tx, sql.conclude, id=UUID(claim.key), state=state, told=msgspec.to_builtins(told))
    await slots.finish(tx, claim)


@asynccontextmanager
async def _following(pool: db.Pool, organization_id: UUID, claim: Claim) -> AsyncIterator[Progress]:
    """Give what tells of the progress, and write that down every second."""
    progress = Progress()

    async def write() -> None:
        while True:
            await asyncio.sleep(TOLD_SECONDS)
            given = {"doing": progress.doing, "done_rows": progress.done, "all_rows": progress.rows}
            async with db.tenant(pool, organization_id) as tx:
                await db.run(tx, sql.tell, id=UUID(claim.key), **given)

    writing = asyncio.create_task(write())
    try:
        yield progress
    finally:
        writing.cancel()
        await asyncio.wait({writing})


def _told(counts: Counts) -> Told:
    return Told(counts.added, counts.corrected, counts.unchanged, counts.noted)
