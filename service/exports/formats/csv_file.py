"""Exports as CSV: UTF-8, commas, as RFC 4180 has it."""

import csv
from collections.abc import Mapping
from pathlib import Path

from service.base.cells import cell
from service.exports.table import Batches, Table


def write(path: Path, table: Table, _: Mapping[str, str], batches: Batches) -> None:
    """Write a file; what it is of stands in each row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.whole])
        for batch in batches:
            writer.writerows([[cell(value) for value in table.marked(row)] for row in batch])
