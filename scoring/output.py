"""The output folder of a run: every table of scores as a file, the same bytes for the same scores."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.exchange.values import WRITTEN_TIME
from scoring.model.evidence import MISSING_TIME, Evidence, Index, Time
from scoring.model.scores import Scores, SubjectKind

Format = Literal["csv", "parquet"]
FILES = ("scores", "standings", "levels", "raters", "stages", "explanations", "changes", "findings", "run")


class ForeignFolder(Exception):
    """The folder to write holds something that is no output of ours; nothing was touched."""


def tables(scores: Scores, evidence: Evidence, run: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Return every file of the output folder (scoring.md, section 2); `run` says what it was made of."""
    return {
        "scores": _scores(scores, evidence),
        "standings": _standings(scores, evidence),
        "levels": _levels(scores, evidence),
        "raters": _raters(scores, evidence),
        "stages": _stages(scores, evidence),
        "explanations": _explanations(scores, evidence),
        "findings": _findings(scores, evidence),
        "changes": _changes(scores, evidence),
        "run": pl.DataFrame(
            {"key": list(run.keys()), "value": list(run.values())}, schema=dict.fromkeys(("key", "value"), pl.String)
        ),
    }


def write(folder: Path, found: Mapping[str, pl.DataFrame], file_format: Format) -> None:
    """Write the files, readable by the owner alone; the folder appears whole or not at all, and replaces one of ours.

    Raises
    ------
    ForeignFolder : there is something else under that name.
    """
    folder = folder.absolute()
    check_ours(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, frame in found.items():
            _write_file(unfinished / f"{name}.{file_format}", frame)
        _put(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check_ours(folder: Path) -> None:
    """Refuse a folder that holds something else than an earlier output.

    Raises
    ------
    ForeignFolder : naming it.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ForeignFolder(f"{folder} is a file, expected a folder")
    held = {path.name for path in folder.iterdir()}
    ours = {f"{name}.{suffix}" for name in FILES for suffix in ("csv", "parquet")}
    if held and (not held <= ours or not held & {"run.csv", "run.parquet"}):
        raise ForeignFolder(
            f"{folder} holds {sorted(held - ours)[:1] or sorted(held)[:1]}, which is no output of a run"
        )


def _put(unfinished: Path, folder: Path) -> None:
    """Let the finished folder take the place of the one before, which is away only for an instant."""
    if not folder.exists():
        unfinished.rename(folder)
        return
    before = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    folder.replace(before)
    unfinished.rename(folder)
    shutil.rmtree(before)


def _write_file(path: Path, frame: pl.DataFrame) -> None:
    if path.suffix == ".parquet":
        frame.write_parquet(path)
        return
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    frame.with_columns(pl.col(name).dt.to_string(WRITTEN_TIME) for name in times).write_csv(path)


def _scores(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    table = scores.scores
    return pl.DataFrame(
        {
            **_subjects(table.subject_kind, table.subject, evidence),
            "dimension": _named(table.dimension, table.dimensions),
            "estimate": table.estimate,
            "sd": table.sd,
            "low": table.low,
            "high": table.high,
            "evidence": table.evidence,
        }
    )


def _standings(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    """Leave band and ranks of a provisional subject empty."""
    table = scores.standings
    ranks = {"band": table.band, "rank_low": table.rank_low, "rank_high": table.rank_high}
    return pl.DataFrame(
        {
            "board": _named(table.board, table.boards),
            "scope": _named(table.scope, table.scopes),
            "period": _named(table.period, table.periods),
            **_subjects(table.subject_kind, table.subject, evidence),
            **{name: _without(value, table.provisional) for name, value in ranks.items()},
            "score": table.score,
            "provisional": table.provisional.astype(np.int8),
        }
    )


def _levels(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    table = scores.levels
    return pl.DataFrame(
        {
            "person": _named(table.person, evidence.people.ids),
            "level": table.level,
            "name": _named(table.level, table.names),
            "progress": table.progress,
            "since": _times(table.since),
            "missing": pl.Series(table.missing, dtype=pl.String),
        }
    )


def _raters(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    table = scores.raters
    giver = _named(table.giver, evidence.people.ids)
    return pl.DataFrame({"giver": giver, "leniency": table.leniency, "sd": table.sd, "weight": table.weight})


def _stages(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    """Leave a star that is not known empty."""
    table = scores.stages
    stars = {"colleagues": table.colleagues, "customer": table.customer, "left_behind": table.left_behind}
    return pl.DataFrame(
        {
            "person": _named(table.person, evidence.people.ids),
            "project": _named(table.project, evidence.projects.ids),
            **{name: _without(value, value < 0) for name, value in stars.items()},
            "reasons": pl.Series(table.reasons, dtype=pl.String),
        }
    )


def _findings(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    table = scores.findings
    project, kind = _named(table.project, evidence.projects.ids), _named(table.kind, table.kinds)
    return pl.DataFrame({"project": project, "finding": kind, "amount": table.amount})


def _explanations(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    table = scores.explanations
    return pl.DataFrame(
        {
            **_subjects(table.subject_kind, table.subject, evidence),
            "dimension": _named(table.dimension, scores.scores.dimensions),
            "source": _named(table.source, table.sources),
            "project": _named(table.project, evidence.projects.ids),
            "amount": table.amount,
        }
    )


def _changes(scores: Scores, evidence: Evidence) -> pl.DataFrame:
    table = scores.changes
    return pl.DataFrame(
        {
            "person": _named(table.person, evidence.people.ids),
            "what": _named(table.what, table.whats),
            "project": _named(table.project, evidence.projects.ids),
            "amount": table.amount,
        }
    )


def _subjects(kind: Index, subject: Index, evidence: Evidence) -> dict[str, pl.Series]:
    """Name the subjects: the ids of their kind."""
    by_kind = {
        SubjectKind.PERSON: evidence.people.ids,
        SubjectKind.TEAM: evidence.teams.ids,
        SubjectKind.PROJECT: evidence.projects.ids,
        SubjectKind.CUSTOMER: evidence.customers,
    }
    start = np.cumsum([0, *(len(ids) for ids in by_kind.values())])
    everyone = tuple(name for ids in by_kind.values() for name in ids)
    kinds = tuple(each.name.lower() for each in by_kind)
    return {"subject_kind": _named(kind, kinds), "subject": _named(start[kind] + subject, everyone)}


def _named(index: NDArray[np.integer], names: tuple[str, ...]) -> pl.Series:
    """Names by index; empty where that is -1."""
    place = pl.Series(index.astype(np.int64))
    return pl.Series(names, dtype=pl.String).gather(place.set(place < 0, None))


def _without(values: NDArray[np.integer], gone: NDArray[np.bool_]) -> pl.Series:
    series = pl.Series(values)
    return series.set(pl.Series(gone), None)


def _times(at: Time) -> pl.Series:
    return _without(at, at == MISSING_TIME).cast(pl.Datetime("us", "UTC"))
