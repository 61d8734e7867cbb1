"""Importing an exchange folder: all of it in one transaction, or nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import polars as pl

from scoring.evidence import read_frames, read_manifest
from scoring.exchange import folder as folders
from scoring.exchange import manifest as manifests
from scoring.exchange.check import identifiers
from scoring.exchange.columns import EARLIEST, FILES, LATEST, STANDARD_CRITERIA
from scoring.exchange.folder import Folder, Frames
from scoring.exchange.problems import BadFolder
from scoring.exchange.words import Problem, phrase
from service.base import audit, clock, db
from service.base.apart import apart
from service.base.audit import Purpose
from service.base.events import record
from service.exchange import staging
from service.exchange.compare import Difference, compare

sql = db.load(Path(__file__).with_name("queries.sql"))
MOST_NAMES = 20
Progress = Callable[[str, int, int], None]  # what is being done, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Options:
    """How to import."""

    skip_bad: bool = False  # leave bad rows out instead of refusing the folder
    correct: bool = False  # take what is there with other content as corrected by the folder
    assume_consent: str | None = None  # the reason for assuming it of whom the folder holds
    create: str | None = None  # handle of the organization to be made first, from the manifest
    name: str | None = None  # what it is called; the handle where there is none
    actor_id: UUID | None = None  # who imports; nobody by name in the operator's shell
    role: str = "operator"
    example: bool = False  # it is made up: anybody may sign in to it where demo mode is on


@dataclass(slots=True)
class Counts:
    """Rows by file, and what the operator should know."""

    added: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    corrected: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    assumed: int = 0  # consents
    noted: list[Problem | str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)  # of new rows that have one, the first by file

    @property
    def notes(self) -> list[str]:
        """What was noted, as a terminal says it."""
        return [str(note) for note in self.noted]

    @property
    def changed_anything(self) -> bool:
        """Whether the database differs from before."""
        return bool(self.assumed or self.added or self.corrected)


Seal = Callable[[db.Connection, Counts], Awaitable[None]]


def silent(_doing: str, _done: int, _rows: int) -> None:
    """Tell nobody of the progress."""


async def _nothing_more(_tx: db.Connection, _counts: Counts) -> None:
    """Commit as it is."""


async def load_folder(
    pool: db.Pool,
    organization_id: UUID,
    path: Path,
    options: Options,
    progress: Progress = silent,
    *,
    seal: Seal = _nothing_more,
) -> Counts:
    """Import the folder at `path`; doing it again changes nothing. `seal` is the last act of the transaction.

    Raises
    ------
    BadFolder : rows are bad, or say otherwise than the database under the same key, or the last administrator would
        leave; nothing was loaded.
    """
    async with db.tenant(pool, organization_id) as tx:
        await _begin(tx, organization_id, path, options)
        administrators = await db.one(tx, sql.administrators, int)
        progress("reading what is there", 0, 0)
        existing = await read_frames(tx, _moment(LATEST), words=True)
        progress(f"reading {path}", 0, 0)
        known = _known(existing)
        folder = await apart(folders.read, path, skip_bad=options.skip_bad, known=known)
        differences = await apart(_compare, existing, _with_criteria(folder, existing), correct=options.correct)
        counts = _count(differences, folder)
        differences["feedback"] = _recorded(differences["feedback"], options, counts)
        await _note_differences(tx, folder, counts)
        for name, difference in differences.items():
            rows = difference.staged()
            await staging.put(tx, name, rows, lambda done, n=name, r=rows: progress(n, done, r.height))  # type: ignore[misc]
        await _assume(tx, folder.frames, options, counts)
        progress("committing", 0, 0)
        await _keep_an_administrator(tx, administrators)
        await _leave_traces(tx, organization_id, options, counts)
        await seal(tx, counts)
    return counts


async def _begin(tx: db.Connection, organization_id: UUID, path: Path, options: Options) -> None:
    await db.one(tx, sql.be_patient, str)
    if options.create is not None:
        manifest = manifests.read(path)
        await db.run(
            tx,
            sql.insert_organization,
            organization_id=organization_id,
            handle=options.create,
            name=options.name or options.create,
            time_zone=manifest.time_zone,
            currency=manifest.currency,
            demo=options.example,
        )
    await db.maybe(tx, sql.wait_for_other_imports, str)


def _known(existing: Frames) -> dict[str, pl.Series]:
    found = {name: identifiers(FILES[name], frame) for name, frame in existing.items()}
    return {name: ids for name, ids in found.items() if ids is not None}


def _with_criteria(folder: Folder, existing: Frames) -> Frames:
    """Where neither folder nor organization names criteria, they are the standard ones."""
    if folder.frames["criteria"].height or existing["criteria"].height:
        used = pl.concat(folder.frames[name]["criterion"] for name in ("feedback", "kudos")).drop_nulls().unique()
        have = [folder.frames["criteria"]["criterion"], existing["criteria"]["criterion"]]
        wanted = [key for key in STANDARD_CRITERIA if key in used.to_list() and key not in pl.concat(have).to_list()]
    else:
        wanted = list(STANDARD_CRITERIA)
    names = {"criterion": wanted, "name": [key.replace("_", " ").capitalize() for key in wanted]}
    schema = folder.frames["criteria"].schema
    standard = pl.DataFrame({name: names.get(name, [None] * len(wanted)) for name in schema}, schema=schema)
    return {**folder.frames, "criteria": pl.concat([folder.frames["criteria"], standard])}


def _compare(existing: Frames, incoming: Frames, *, correct: bool) -> dict[str, Difference]:
    """Compare all files; refuse what is there with other content and may not, or shall not, be corrected."""
    differences = {name: compare(file, existing[name], incoming[name]) for name, file in FILES.items()}
    problems = []
    for name, difference in differences.items():
        if correct and staging.may_change(name):
            continue
        expected = phrase("same" if correct else "same_or_correct")
        problems += [Problem(wrong, expected, name) for wrong in difference.differing]
    if problems:
        raise BadFolder(problems)
    return differences


def _count(differences: dict[str, Difference], folder: Folder) -> Counts:
    def some(counts: dict[str, int]) -> dict[str, int]:
        return {name: count for name, count in counts.items() if count}

    return Counts(
        added=some({name: difference.new.height for name, difference in differences.items()}),
        unchanged=some({name: difference.unchanged for name, difference in differences.items()}),
        corrected=some({name: difference.changed.height for name, difference in differences.items()}),
        skipped=dict(folder.skipped),
        names={name: found for name, difference in differences.items() if (found := _names(difference))},
    )


def _names(new: Difference) -> list[str]:
    """Return what the first new rows are called; nothing of a file whose rows have no names."""
    called = next((column for column in ("name", "title") if column in new.new.columns), None)
    return new.new[called].drop_nulls().head(MOST_NAMES).to_list() if called else []


def _recorded(feedback: Difference, options: Options, counts: Counts) -> Difference:
    """Let an import say when feedback was recorded only where it restores an organization, and never ahead of now.

    Earlier runs are pinned to what was recorded by then: a row that is new today was not in their evidence.
    """
    said = feedback.new["recorded_at"]
    if options.create is None:
        untrue = said.is_not_null()
        why = "not taken over, but the time of this import: earlier runs did without these rows"
    else:
        untrue = (said > clock.now()).fill_null(value=False)
        why = "in the future, taken as the time of this import"
    if untrue.any():
        counts.noted.append(f"feedback: {untrue.sum():,} recorded_at {why}")
    known = pl.when(~untrue).then("recorded_at").alias("recorded_at")
    return replace(feedback, new=feedback.new.with_columns(known))


async def _note_differences(tx: db.Connection, folder: Folder, counts: Counts) -> None:
    ours = await read_manifest(tx)
    for what in ("time_zone", "currency"):
        mine, other = getattr(ours, what), getattr(folder.manifest, what)
        if mine != other:
            counts.noted.append(Problem(phrase("keeps", other=other, mine=mine), file=what))


async def _assume(tx: db.Connection, frames: Frames, options: Options, counts: Counts) -> None:
    if options.assume_consent is None:
        return
    people = frames["people"]["person"].to_list()
    # Before all evidence, so that scores as of any moment may use it.
    counts.assumed = await db.run(
        tx, staging.evidence.assumed_consents, people=people, reason=options.assume_consent, at=_moment(EARLIEST)
    )
    counts.noted.append(f"assumed {counts.assumed} consents: {options.assume_consent}")


async def _keep_an_administrator(tx: db.Connection, before: int) -> None:
    """Refuse a folder by which the last one leaves, last of all: others may be losing the role meanwhile."""
    await db.run(tx, sql.administrators_alone)
    if before and not await db.one(tx, sql.administrators, int):
        raise BadFolder([Problem(phrase("last_administrator"), phrase("one_who_stays"), "people")])


async def _leave_traces(tx: db.Connection, organization_id: UUID, options: Options, counts: Counts) -> None:
    added, corrected = sum(counts.added.values()), sum(counts.corrected.values())
    if counts.changed_anything:
        await record(tx, "folder_imported", organization_id, added=added, corrected=corrected)
    skipped = sum(counts.skipped.values())
    said = f"added {added}, corrected {corrected}, left out {skipped}"
    if counts.assumed:
        said += f", assumed {counts.assumed} consents: {options.assume_consent}"
    by = {"actor_id": options.actor_id, "role": options.role}
    purpose = Purpose.OPERATION if options.actor_id is None else Purpose.ADMINISTRATION
    await db.run(tx, audit.sql.insert, action="import", subject_id=None, purpose=purpose, detail=said[:4000], **by)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
