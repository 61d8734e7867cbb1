"""One file of a folder, CSV or Parquet, as a table of cells that nobody has looked at yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from scoring.exchange import records
from scoring.exchange.columns import File
from scoring.exchange.problems import Finding, Rows
from scoring.exchange.words import Problem, phrase, quoted

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text (CSV) or as the file types them (Parquet), and the line of each row."""

    name: str  # of the file in the folder
    cells: pl.DataFrame
    lines: Callable[[Rows], Rows]
    broken: list[Finding]  # records that could not be cut into cells; their rows are lines


class Unreadable(Exception):
    """A file that cannot be read at all, or has the wrong columns; `problems` say which and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load(path: Path, file: File) -> Table:
    """Read one file.

    Raises
    ------
    Unreadable : it cannot be opened, is of another format, or lacks or adds a column.
    """
    try:
        return _parquet(path, file) if path.suffix == ".parquet" else _csv(path, file)
    except (OSError, pl.exceptions.PolarsError) as why:
        problem = Problem(phrase("unreadable", why=quoted(why)), phrase("format", name=path.suffix[1:]), path.name)
        raise Unreadable([problem]) from why


def _csv(path: Path, file: File) -> Table:
    data = records.clean(path.read_bytes())
    names, start, separator = records.header(data)
    _check_names(path.name, names, file)
    found = records.split(data, start, len(names), separator)
    cells = _cells(found.data, names, separator)
    return Table(path.name, cells, found.lines, found.findings)


def _cells(data: bytes, names: list[str], separator: str) -> pl.DataFrame:
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    cells = pl.read_csv(data, has_header=False, new_columns=names, infer_schema=False, separator=separator)
    return cells.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)


def _parquet(path: Path, file: File) -> Table:
    cells = pl.read_parquet(path, glob=False, hive_partitioning=False)
    _check_names(path.name, cells.columns, file)
    words = [name for name, kind in cells.schema.items() if kind in {pl.String, pl.Categorical, pl.Enum, pl.Null}]
    cells = cells.with_columns(pl.col(name).cast(pl.String) for name in words)
    cells = cells.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in words)
    return Table(path.name, cells, _row_numbers, [])


def _row_numbers(rows: Rows) -> Rows:
    return rows + np.int64(1)


def _check_names(name: str, names: list[str], file: File) -> None:
    known = [column.name for column in file.columns]
    needed = [column.name for column in file.columns if not column.optional]
    all_of_them, some = (phrase(key, columns=", ".join(known)) for key in ("all_columns", "some_columns"))
    wrong = [(quoted(column), "unknown_column", some) for column in names if column not in known]
    wrong += [(column, "column_twice", phrase("column_once")) for column in known if names.count(column) > 1]
    wrong += [(column, "column_missing", all_of_them) for column in needed if column not in names]
    if not names:
        wrong = [("(header)", "no_header", all_of_them)]
    if wrong:
        raise Unreadable([Problem(phrase(how), expected, name, 1, column) for column, how, expected in wrong])
