"""The columns of an exported table, and what stands in a cell whose figure is not shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from service.base.db import Query
from service.exports.model import NOT_SHOWN

Kind = Literal["text", "whole", "number", "truth", "instant", "day"]
Batches = Iterator[Sequence[Sequence[object]]]  # rows in order, some at a time


@dataclass(frozen=True, slots=True)
class Column:
    """A column; a guarded one is empty where the row's `figures` say `not shown`."""

    name: str
    kind: Kind = "text"
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its query takes some of `run_id`, `until` and `least`, and returns these columns."""

    name: str
    query: Query
    columns: tuple[Column, ...]

    @property
    def _figures(self) -> int | None:
        """Return the place of the column that says whether figures are shown; none where a table has no figures."""
        return next((place for place, column in enumerate(self.columns) if column.name == "figures"), None)

    @property
    def whole(self) -> tuple[Column, ...]:
        """Return all columns of a file: each row says of which snapshot and policy it is."""
        return (*self.columns, Column("snapshot"), Column("policy_version"))

    def marked(self, row: Sequence[object]) -> list[object]:
        """Return a row with the mark in each cell that is left empty on purpose, for files that people read."""
        if self._figures is None or row[self._figures] != NOT_SHOWN:
            return list(row)
        return [NOT_SHOWN if column.guarded else value for column, value in zip(self.whole, row, strict=True)]
