"""Reading an exchange folder into typed tables, refusing what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from scoring.exchange import check, values
from scoring.exchange import manifest as manifests
from scoring.exchange.check import ROW
from scoring.exchange.columns import FILES, STANDARD_CRITERIA, Column, File
from scoring.exchange.manifest import Manifest
from scoring.exchange.problems import BadFolder, Finding, Report, Rows
from scoring.exchange.table import SUFFIXES, Table, Unreadable, load
from scoring.exchange.words import Phrase, Problem, phrase, quoted

Frames = dict[str, pl.DataFrame]  # every file of `FILES`, columns in its order, types of `values.schema`
Known = Mapping[str, Sequence[str] | pl.Series]  # ids that may be named besides those of the folder, by file


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds; `skipped` counts the bad rows left out, by file."""

    frames: Frames
    manifest: Manifest
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """A folder half read."""

    paths: dict[str, Path]
    skip_bad: bool
    ids: dict[str, pl.Series]
    report: Report = field(default_factory=Report)
    skipped: dict[str, int] = field(default_factory=dict)


def read(folder: Path, *, skip_bad: bool = False, known: Known | None = None) -> Folder:
    """Read every file, checked; rows are in the order of the file.

    Parameters
    ----------
    skip_bad : leave bad rows out, and those that refer to them, instead of refusing the folder.
    known : ids, by file, that rows may refer to although the folder does not hold them.

    Raises
    ------
    BadFolder : naming everything wrong, as `file:line: column: what is wrong, expected what`.
    """
    paths = _paths(folder)
    manifest = manifests.read(folder)
    ids = {name: pl.Series(list((known or {}).get(name, ())), dtype=pl.String) for name in check.referable()}
    if "criteria" not in paths:
        ids["criteria"] = pl.concat([ids["criteria"], pl.Series(STANDARD_CRITERIA)])
    reading = _Reading(paths, skip_bad, ids)
    frames = {name: _read_file(reading, file) for name, file in FILES.items()}
    reading.report.end()
    return Folder(frames, manifest, reading.skipped)


def _paths(folder: Path) -> dict[str, Path]:
    """Find the files of the folder by name; BadFolder for what does not belong there."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError as why:
        raise BadFolder([Problem(phrase("no_folder", why=why.strerror), phrase("folder"), str(folder))]) from why
    paths: dict[str, Path] = {}
    report = Report()
    for path in found:
        if path.stem not in FILES:
            report.say(Problem(phrase("unknown_file"), phrase("some_files", files=", ".join(FILES)), path.name))
        elif path.stem in paths:
            report.say(Problem(phrase("also_as", file=paths[path.stem].name), phrase("one_of_them"), path.name))
        paths[path.stem] = path
    if "people" not in paths:
        report.say(Problem(phrase("no_people", folder=folder), phrase("people"), "people.csv"))
    report.end()
    return paths


def _read_file(reading: _Reading, file: File) -> pl.DataFrame:
    """Read one file; its ids become known to those after it."""
    path = reading.paths.get(file.name)
    if path is None:
        return values.empty(file)
    try:
        table = load(path, file)
    except Unreadable as why:  # no row can be told good from bad, so nothing can be skipped
        raise BadFolder([*reading.report.problems, *why.problems], reading.report.total + len(why.problems)) from why
    whole, findings = _typed(file, table)
    comparable = _without(whole, findings) if reading.skip_bad else _as_written(file, table, whole, findings)
    sound, repeated = check.without_repeats(file, comparable, table.lines)
    findings += repeated + _news(check.rules(file, whole), findings)
    frame = _referring(reading, file, _without(sound, findings), whole, findings)
    _tell(reading, file, table, findings)
    return frame.drop(ROW)


def _as_written(file: File, table: Table, whole: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """Return every row whose key can be read, so that who has the same key is told beside what else is wrong.

    Of a row with a bad cell, what was written tells whether it says the same as another.
    """
    if not findings:
        return whole
    bad = np.unique(np.concatenate([finding.rows for finding in findings]))
    cells = table.cells[bad].select(
        pl.concat_str(pl.all().cast(pl.String).fill_null(""), separator="\0").alias(check.WRITTEN)
    )
    without_key = [finding for finding in findings if finding.column in file.key]
    written = cells.with_columns(pl.Series(ROW, bad))
    return _without(whole, without_key).join(written, on=ROW, how="left", maintain_order="left")


def _referring(
    reading: _Reading, file: File, frame: pl.DataFrame, whole: pl.DataFrame, findings: list[Finding]
) -> pl.DataFrame:
    """Check the references, which may be to rows of this file; adds to `findings` and to the known ids.

    Where bad rows are skipped, whatever names one of them is bad too; where they are listed, that would be noise.
    """
    before = reading.ids.get(file.name)
    while True:
        own = check.identifiers(file, frame if reading.skip_bad else whole)
        if own is not None and before is not None:
            reading.ids[file.name] = pl.concat([before, own.drop_nulls()])
        lost = check.references(file, frame if reading.skip_bad else whole, reading.ids)
        findings += lost
        frame = _without(frame, lost)
        if not lost or not reading.skip_bad:
            return frame


def _news(findings: list[Finding], told: list[Finding]) -> list[Finding]:
    """Leave out what was found in a cell of which something was told already."""
    fresh = []
    for finding in findings:
        before = [other.rows for other in told if other.column == finding.column]
        rows = np.setdiff1d(finding.rows, np.concatenate([np.zeros(0, np.int64), *before]))
        fresh.append(replace(finding, rows=rows))
    return fresh


def _tell(reading: _Reading, file: File, table: Table, findings: list[Finding]) -> None:
    bad = np.unique(np.concatenate([np.zeros(0, np.int64), *(finding.rows for finding in findings)]))
    count = bad.size + np.unique(np.concatenate([np.zeros(0, np.int64), *(f.rows for f in table.broken)])).size
    if reading.skip_bad:
        reading.skipped |= {file.name: int(count)} if count else {}
        return
    reading.report.tell(table.name, table.broken, lambda lines: lines)
    reading.report.tell(table.name, findings, table.lines)


def _typed(file: File, table: Table) -> tuple[pl.DataFrame, list[Finding]]:
    """Type every cell; what is bad is null in the frame and told of."""
    cells, typed, findings = table.cells, [], []
    for column in file.columns:
        if column.name not in cells.columns:
            typed.append(pl.Series(column.name, [None], values.DTYPES[column.kind]).new_from_index(0, cells.height))
            continue
        series, bad = values.convert(column, cells[column.name])
        typed.append(series.alias(column.name))
        findings += [_finding(column, cells[column.name], one) for one in bad]
    rows = pl.int_range(cells.height, dtype=pl.Int64, eager=True).alias(ROW)
    return pl.DataFrame([*typed, rows]), findings


def _finding(column: Column, cells: pl.Series, bad: values.Bad) -> Finding:
    def wrong(row: int) -> Phrase:
        return phrase(bad.wrong, value=quoted(cells[row]), length=len(str(cells[row])))

    return Finding(bad.mask.arg_true().cast(pl.Int64).to_numpy(), column.name, wrong, bad.expected)


def _without(frame: pl.DataFrame, findings: Sequence[Finding]) -> pl.DataFrame:
    rows: Rows = np.concatenate([np.zeros(0, np.int64), *(finding.rows for finding in findings)])
    return frame.filter(~pl.col(ROW).is_in(pl.Series(rows).implode())) if rows.size else frame
