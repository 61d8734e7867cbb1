"""From arrays to exchange frames: ids, instants, and nothing at or after `until`."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.exchange.columns import FILES
from scoring.exchange.values import schema
from scoring.simulate.calendar import NEVER, Moments, instants
from scoring.simulate.people import Index, Number

Cells = Mapping[str, pl.Series | NDArray[np.generic]]


def frame(file: str, cells: Cells) -> pl.DataFrame:
    """Columns of `file` in order and type; those that are not given are null."""
    given = {name: _plain(column) for name, column in cells.items()}
    size = len(next(iter(given.values())))
    types = schema(FILES[file])
    unknown = given.keys() - types.keys()
    if unknown:
        raise KeyError(f"{file} has no column {', '.join(sorted(unknown))}")
    columns = [
        given[name].cast(kind).alias(name) if name in given else pl.Series(name, [None] * size, kind)
        for name, kind in types.items()
    ]
    return pl.DataFrame(columns)


def evidence(file: str, cells: Cells, until: int, order: Moments) -> pl.DataFrame:
    """Rows that happened before `until` (a moment), in the order of time, with ids counted in that order."""
    rows = happened(order, until)
    kept: dict[str, pl.Series] = {name: _plain(column).gather(rows) for name, column in cells.items()}
    key = FILES[file].key
    if len(key) == 1 and key[0] not in kept:
        kept[key[0]] = ids(file if file in {"kudos", "feedback", "care"} else file.removesuffix("s"), rows.size)
    return frame(file, kept)


def happened(order: Moments, until: int) -> Index:
    """Rows before `until` (a moment), in the order of time."""
    rows = np.flatnonzero(order < until)
    return rows[np.argsort(order[rows], kind="stable")]


def _plain(column: pl.Series | NDArray[np.generic]) -> pl.Series:
    return column if isinstance(column, pl.Series) else pl.Series(np.asarray(column))


def ids(word: str, size: int) -> pl.Series:
    """Ids that sort as they count."""
    digits = max(3, len(str(size)))
    return word + "-" + pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(digits)


def named(names: pl.Series, which: Index) -> pl.Series:
    """Look ids or words up; null for -1."""
    return names.extend_constant(None, 1).gather(np.where(which < 0, len(names), which))


def choice(choices: tuple[str, ...], which: Index) -> pl.Series:
    """Words of a choice column; null for -1."""
    return named(pl.Series(choices, dtype=pl.String), which)


def known(moments: Moments, until: int) -> pl.Series:
    """Instants, null for what has not happened before `until`."""
    return instants(np.where(moments < until, moments, NEVER))


def number(values: Number) -> pl.Series:
    """Numbers, null for NaN."""
    return pl.Series(values).fill_nan(None)


def whole(values: Index) -> pl.Series:
    """Whole numbers, null for -1."""
    column = pl.Series(values)
    return column.set(column < 0, None)


def decimals(values: Number, places: int) -> pl.Series:
    """Decimal text."""
    scaled = np.round(values * 10**places).astype(np.int64)
    sign = pl.Series(np.where(scaled < 0, "-", ""))
    before, after = np.divmod(np.abs(scaled), 10**places)
    return sign + pl.Series(before).cast(pl.String) + "." + pl.Series(after).cast(pl.String).str.zfill(places)
