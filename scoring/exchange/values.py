"""Text of a column → typed values, and which of them are bad."""

from dataclasses import dataclass

import polars as pl

from scoring.exchange.columns import EARLIEST, LATEST, Column, File, Kind
from scoring.exchange.words import Phrase, phrase

UTC_MICROSECONDS = pl.Datetime("us", "UTC")
DTYPES: dict[Kind, pl.DataType] = {
    Kind.ID: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.CHOICE: pl.String(),
    Kind.TIME: UTC_MICROSECONDS,
    Kind.FLAG: pl.Int8(),
    Kind.INTEGER: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.DECIMAL: pl.String(),
}
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%#z"
SHORT_TIME_FORMAT = "%Y-%m-%dT%H:%M%#z"
TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
)
WRITTEN_TIME = "%Y-%m-%dT%H:%M:%S%.f+00:00"
# Canonical, so that a database's numeric gives the same text back.
DECIMAL_PATTERN = r"^-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,20})?$"
MINUS_ZERO = r"^-(0(?:\.0*)?)$"
NUL = "\0"  # PostgreSQL cannot hold it; also what bytes that are not UTF-8 were read as


@dataclass(frozen=True, slots=True)
class Bad:
    """Rows of a column that are bad; `wrong` is the code that says how, of the cell's `value` and `length`."""

    mask: pl.Series
    wrong: str
    expected: Phrase


def schema(file: File) -> dict[str, pl.DataType]:
    """Type of every column of a file, in order."""
    return {column.name: DTYPES[column.kind] for column in file.columns}


def empty(file: File) -> pl.DataFrame:
    """Return the file's columns without rows."""
    return pl.DataFrame(schema=schema(file))


def convert(column: Column, cells: pl.Series) -> tuple[pl.Series, list[Bad]]:
    """Type the cells of one column, which are text or (from Parquet) typed already; bad cells become null."""
    missing = cells.is_null()
    typed, bad = _typed(column, cells)
    wrong = typed.is_null() & ~missing
    if wrong.any() and not bad:
        bad = [Bad(wrong, "not_this", column.expected)]
    if not column.optional and missing.any():
        bad.append(Bad(missing, "empty", column.expected))
    return typed, bad


def _typed(column: Column, cells: pl.Series) -> tuple[pl.Series, list[Bad]]:
    if column.kind in {Kind.ID, Kind.TEXT}:
        return _text(column, _words(cells))
    if column.kind == Kind.TIME:
        return _time(column, cells)
    if column.kind == Kind.CHOICE:
        words = _words(cells)
        return _where(words.is_in(column.choices), words), []
    if column.kind == Kind.DECIMAL:
        return _decimal(column, _words(cells)), []
    return _number(column, cells), []


def _number(column: Column, cells: pl.Series) -> pl.Series:
    if column.kind == Kind.INTEGER:
        return _within(column, _whole(cells))
    numbers = _numbers(cells)
    if column.kind == Kind.FLAG:
        return _where((numbers == 0) | (numbers == 1), numbers).cast(pl.Int8)
    return _within(column, _where(numbers.is_finite(), numbers))


def _text(column: Column, words: pl.Series) -> tuple[pl.Series, list[Bad]]:
    if column.refers:  # it must be one of the ids of another file, which were checked there
        return words, []
    long = words.str.len_chars() > column.longest
    nul = words.str.contains(NUL, literal=True)
    bad = [
        Bad(long, "long", column.expected),
        Bad(nul, "nul", phrase("plain")),
    ]
    bad = [one for one in bad if one.mask.any()]
    return (_where(~(long | nul), words) if bad else words), bad


def _time(column: Column, cells: pl.Series) -> tuple[pl.Series, list[Bad]]:
    times = _instants(cells)
    first, last = (pl.Series([edge]).str.to_datetime(TIME_FORMAT, time_zone="UTC")[0] for edge in (EARLIEST, LATEST))
    outside = ((times < first) | (times > last)).fill_null(value=False)
    unread = times.is_null() & cells.is_not_null()
    bad = [
        Bad(unread, "not_this", column.expected),
        Bad(outside, "not_this", phrase("years", first=EARLIEST[:4], last=LATEST[:4])),
    ]
    bad = [one for one in bad if one.mask.any()]
    return _where(~outside, times), bad


def _instants(cells: pl.Series) -> pl.Series:
    if isinstance(cells.dtype, pl.Datetime) and cells.dtype.time_zone:
        return cells.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    words = _words(cells)
    words = _where(words.str.contains(TIME_PATTERN), words).str.replace(" ", "T", literal=True)
    # Digits past the microsecond are cut off.
    words = words.str.replace(r"(\.[0-9]{6})[0-9]+", "$1") if words.str.contains(r"\.[0-9]{7}").any() else words
    times = words.str.to_datetime(TIME_FORMAT, time_unit="us", time_zone="UTC", strict=False)
    if times.null_count() > words.null_count():
        short = words.str.to_datetime(SHORT_TIME_FORMAT, time_unit="us", time_zone="UTC", strict=False)
        times = times.zip_with(times.is_not_null(), short)
    return times


def _decimal(column: Column, words: pl.Series) -> pl.Series:
    words = _where(words.str.contains(DECIMAL_PATTERN), words).str.replace(MINUS_ZERO, "$1")
    return _where(_within(column, words.cast(pl.Float64)).is_not_null(), words)


def _whole(cells: pl.Series) -> pl.Series:
    if cells.dtype.is_float():
        return _where(cells == cells.round(), cells).cast(pl.Int64, strict=False)
    return cells.cast(pl.Int64, strict=False)


def _numbers(cells: pl.Series) -> pl.Series:
    numbers = cells.cast(pl.Float64, strict=False)
    return numbers + 0.0  # no negative zero


def _within(column: Column, numbers: pl.Series) -> pl.Series:
    inside = pl.Series([True]).new_from_index(0, len(numbers))
    if column.low is not None:
        inside &= numbers >= column.low
    if column.high is not None:
        inside &= numbers <= column.high
    return _where(inside, numbers)


def _words(cells: pl.Series) -> pl.Series:
    return cells if cells.dtype == pl.String else cells.cast(pl.String)


def _where(keep: pl.Series, values: pl.Series) -> pl.Series:
    """Return the values where `keep` is true, null elsewhere."""
    if keep.all(ignore_nulls=False):
        return values
    nothing = pl.Series(values.name, [None], dtype=values.dtype).new_from_index(0, len(values))
    return values.zip_with(keep.fill_null(value=False), nothing)
