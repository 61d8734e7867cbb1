"""Exports as Parquet, with types: a figure that is not shown is null, and the column `figures` says why."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from service.exports.table import Batches, Table

ROW_GROUP = 50_000  # rows
TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "whole": pl.Int64(),
    "number": pl.Float64(),
    "truth": pl.Boolean(),
    "instant": pl.Datetime("us", "UTC"),
    "day": pl.Date(),
}


def write(path: Path, table: Table, about: Mapping[str, str], batches: Batches) -> None:
    """Write a file a row group at a time; what it is of stands in each row, and in the file's own metadata."""
    schema = pl.Schema({column.name: TYPES[column.kind] for column in table.whole})

    def frames(*_: object) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame(schema=schema)  # so that a file without rows has its columns
        for batch in batches:
            yield pl.DataFrame(batch, schema=schema, orient="row")

    rows = register_io_source(frames, schema=schema)
    rows.sink_parquet(path, row_group_size=ROW_GROUP, metadata=dict(about))
