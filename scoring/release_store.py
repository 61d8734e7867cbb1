"""The history of what was released of peers, in the database: read before a night, added to as it publishes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np

from scoring.model.evidence import Evidence, Number
from scoring.model.periods import micros
from scoring.model.scores import SubjectKind
from scoring.release_figures import State, nothing_yet
from service.base import db

sql = db.load(Path(__file__).with_suffix(".sql"))

COLLEAGUES = "colleagues"  # the one dimension of projects
FIGURES = ("mean", "prior", "sd", "givers", "noisy", "blur", "draws")
WHOLE = ("givers", "draws")  # of them


class HistoryMoved(Exception):
    """Another run has released something since this one began: it is to be made again, knowing that."""


class Row(msgspec.Struct):
    """One release."""

    subject_kind: str
    subject: str | None  # None: erased since
    dimension: str
    recorded_until: datetime
    mean: float
    prior: float
    sd: float
    givers: int
    noisy: float
    blur: float
    draws: int


class History(msgspec.Struct):
    """How many runs have released anything, and whether one did so as of a later moment than this run's."""

    runs: int
    later: bool


@dataclass(frozen=True, slots=True)
class ReleasingRun:
    """What of a run its releases carry; `criteria` are the names of people's dimensions."""

    id: UUID
    as_of: datetime
    recorded_until: datetime
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What was released before a night, what a grace period earlier, and the history that these belong to."""

    now: State
    earlier: State
    history: History


async def read(tx: db.Connection, evidence: Evidence, moments: tuple[datetime, datetime]) -> Before:
    """Return what was released as of the run's moment and as of a grace period before it."""
    now, earlier = [state_of(await db.many(tx, sql.released, Row, as_of=at), evidence) for at in moments]
    return Before(now, earlier, await db.one(tx, sql.history, History, as_of=moments[0]))


def state_of(rows: Sequence[Row], evidence: Evidence) -> State:
    """Put rows into places of the evidence; whom or what it does not know any more is left out."""
    state = nothing_yet(evidence)
    whole = ((SubjectKind.PERSON, state.people, evidence.people.ids, evidence.criteria),
             (SubjectKind.PROJECT, state.projects, evidence.projects.ids, (COLLEAGUES,)))  # fmt: skip
    for kind, table, ids, names in whole:
        subjects, dimensions = ({name: at for at, name in enumerate(words)} for words in (ids, names))
        for row in rows:
            if row.subject_kind == kind.name.lower() and row.subject in subjects and row.dimension in dimensions:
                cell = subjects[row.subject], dimensions[row.dimension]
                table.until[cell] = micros(row.recorded_until)
                for name in FIGURES:
                    getattr(table, name)[cell] = getattr(row, name)
    return state


async def store(tx: db.Connection, run: ReleasingRun, before: Before, after: State) -> None:
    """Add what a run released; belongs after `publish.load`, into the transaction that publishes.

    Raises
    ------
    HistoryMoved : another run has released something since `before` was read.
    """
    if await db.one(tx, sql.history, History, as_of=run.as_of) != before.history:
        raise HistoryMoved("another run has released peer figures meanwhile")
    tables = (
        (SubjectKind.PERSON, before.now.people, after.people, run.criteria),
        (SubjectKind.PROJECT, before.now.projects, after.projects, (COLLEAGUES,)),
    )
    for kind, old, new, names in tables:
        place, dimension = np.nonzero(new.until != old.until)
        figures = {name: getattr(new, name)[place, dimension] for name in FIGURES}
        whole = {name: figures[name].astype(np.int64) for name in WHOLE}
        columns = {name: column.tolist() for name, column in (figures | whole).items()}
        given = {"places": place.tolist(), "dimensions": [names[at] for at in dimension.tolist()], **columns}
        await db.run(tx, sql.insert, run_id=run.id, recorded_until=run.recorded_until, kind=int(kind), **given)


def draws(shape: tuple[int, int]) -> Number:
    """Draw from a Laplace distribution with scale 1, from the system's own source of secrets."""
    whole = np.frombuffer(secrets.token_bytes(8 * shape[0] * shape[1]), np.uint64)
    uniform = ((whole >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52
    away = uniform - 0.5
    return np.asarray(-np.sign(away) * np.log1p(-2 * np.abs(away)), np.float64).reshape(shape)
