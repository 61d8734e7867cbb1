"""Write one run into the database: its raw figures, what was released of them, and the steps in people's levels."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from scoring.binary import Columns, copied
from scoring.model.evidence import MISSING_TIME, Evidence
from scoring.model.scores import ExplanationTable, LevelTable, Scores, ScoreTable, StageTable, StandingTable
from scoring.release import Released, everything
from service.base import db

raw = db.load(Path(__file__).with_suffix(".sql"))
released = db.load(Path(__file__).with_name("publish_released.sql"))

RAW, RELEASED = 0, 1  # `released` of the temporary tables
COPY_SECONDS = 600.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One row of scoring_run: what was scored, by what, and for which claim."""

    id: UUID
    as_of: datetime
    recorded_until: datetime
    policy_id: UUID
    engine: str
    evidence_digest: str
    scores_digest: str
    job: str
    slot_key: str
    fence: int
    seconds: float
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Staged:
    """One temporary table: its columns, and the lists that numbers in them are places in, as its query names them."""

    table: str
    columns: Columns
    lists: dict[str, object]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.columns[0])


def digest(scores: Scores) -> str:
    """SHA-256 over every number and word of a run, in hex: the same scores give the same digest."""
    state = hashlib.sha256()
    for part in _parts(scores):
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()


async def load(tx: db.Connection, evidence: Evidence, run: Scores, shown: Released) -> None:
    """Bring a run into this transaction's temporary tables; nothing that anybody else can see is touched.

    Raises
    ------
    ValueError : a subject of the evidence is not in the database.
    """
    await tx.execute(raw.incoming.sql)
    ids = (evidence.people.ids, evidence.teams.ids, evidence.projects.ids, evidence.customers)
    names = ("people", "teams", "projects", "customers")
    found = await db.run(tx, raw.insert_subjects, **dict(zip(names, ids, strict=True)))
    if found != sum(map(len, ids)):
        raise ValueError(f"{sum(map(len, ids))} subjects were scored, but {found} are in the database")
    for mark, source in ((RAW, everything(run)), (RELEASED, shown)):
        for staged in _staged(source, mark).values():
            await _copy(tx, staged.table, staged.columns)
    raters = run.raters
    await _copy(tx, "incoming_rater", (_whole(raters.giver), raters.leniency, raters.sd, raters.weight))
    await tx.execute(raw.analyze.sql)


async def store(tx: db.Connection, run: Run, scores: Scores, shown: Released) -> None:
    """Store what `load` brought as one run; belongs into the transaction that holds the slot."""
    await db.one(tx, raw.insert_run, UUID, run=msgspec.to_builtins(run))
    for sql, source in ((raw, everything(scores)), (released, shown)):
        for name, staged in _staged(source, RAW).items():
            stored = await db.run(tx, getattr(sql, f"insert_{name}"), run_id=run.id, **staged.lists)
            if stored != staged.rows:
                raise ValueError(f"{staged.rows} rows of {name} were scored, but {stored} could be stored")
    await db.run(tx, raw.insert_raters, run_id=run.id)
    await db.run(tx, released.insert_steps, run_id=run.id, as_of=run.as_of)


def _staged(source: Released, mark: int) -> dict[str, Staged]:
    return {
        "scores": _scores(source.scores, mark),
        "standings": _standings(source.standings, mark),
        "levels": _levels(source.levels, mark),
        "stages": _stages(source.stages, mark),
        "explanations": _explanations(source.explanations, source.scores.dimensions, mark),
    }


def _scores(score: ScoreTable, mark: int) -> Staged:
    places = _places(mark, score.subject_kind, score.subject, score.dimension)
    numbers = (score.estimate, score.sd, score.low, score.high, score.evidence)
    return Staged("incoming_score", (*places, *numbers), {"dimensions": score.dimensions})


def _standings(standing: StandingTable, mark: int) -> Staged:
    what = (standing.board, standing.scope, standing.period, standing.subject_kind, standing.subject)
    places = _places(mark, *what, standing.band, standing.rank_low, standing.rank_high)
    numbers = (standing.score, standing.low, standing.high, _whole(standing.provisional))
    lists = {"boards": standing.boards, "scopes": standing.scopes, "periods": standing.periods}
    return Staged("incoming_standing", (*places, *numbers), dict(lists))


def _levels(level: LevelTable, mark: int) -> Staged:
    words, missing = _gathered(level.missing)
    columns: Columns = (*_places(mark, level.person, level.level), level.progress, level.since, missing)
    lists = {"names": level.names, "missing": words, "no_time": int(MISSING_TIME)}
    return Staged("incoming_level", columns, lists)


def _stages(stage: StageTable, mark: int) -> Staged:
    words, reasons = _gathered(stage.reasons)
    stars = (stage.colleagues, stage.customer, stage.left_behind)
    return Staged("incoming_stage", _places(mark, stage.person, stage.project, *stars, reasons), {"reasons": words})


def _explanations(why: ExplanationTable, dimensions: tuple[str, ...], mark: int) -> Staged:
    places = _places(mark, why.subject_kind, why.subject, why.dimension, why.source, why.project)
    return Staged("incoming_explanation", (*places, why.amount), {"dimensions": dimensions, "sources": why.sources})


def _places(mark: int, *columns: NDArray[np.generic]) -> tuple[NDArray[np.int32], ...]:
    return (np.full(len(columns[0]), mark, np.int32), *map(_whole, columns))


def _whole(column: NDArray[np.generic]) -> NDArray[np.int32]:
    return column.astype(np.int32)


def _gathered(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int32]]:
    """Return the different texts, in order of first appearance, and for each text its place among them."""
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return list(places), np.array(codes, np.int32)


async def _copy(tx: db.Connection, table: str, columns: Columns) -> None:
    await tx.copy_to_table(table, source=copied(columns), format="binary", timeout=COPY_SECONDS)


def _parts(value: object) -> list[bytes]:
    """Everything inside a value, as bytes in a fixed order."""
    if is_dataclass(value):
        return [part for field in fields(value) for part in _parts(getattr(value, field.name))]
    if isinstance(value, np.ndarray):
        return [value.dtype.str.encode(), np.ascontiguousarray(value).tobytes()]
    return [msgspec.json.encode(value, order="sorted")]
