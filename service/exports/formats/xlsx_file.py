"""Exports as a workbook: typed cells, texts that stay texts when they are edited, and a sheet about the file."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from service.base.cells import is_risky
from service.exports.table import Batches, Table

MOST_ROWS = 1_048_575  # of a sheet, below its headings; more go on in the next one
LITERALLY = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
WIDTH = 18  # characters


class Book:
    """A workbook that grows a row at a time; what was written lies on disk."""

    def __init__(self, path: Path, table: Table, most_rows: int) -> None:
        self._table, self._most = table, most_rows
        on_disk = {"constant_memory": True, "tmpdir": str(path.parent)}
        self.file = xlsxwriter.Workbook(str(path), on_disk | LITERALLY | {"remove_timezone": True})
        self._bold = self.file.add_format({"bold": True})
        self._quoted = self.file.add_format({"quote_prefix": True})
        self._instant = self.file.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self.file.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets = 0
        self._sheet = self._begin_sheet()

    def add(self, row: list[object]) -> None:
        """Write one row."""
        if self._row > self._most:
            self._sheet = self._begin_sheet()
        for place, value in enumerate(row):
            self._write(place, value)
        self._row += 1

    def close(self, about: Mapping[str, str]) -> None:
        """Write the sheet about the file, and the file."""
        sheet = self.file.add_worksheet("about")
        sheet.set_column(0, 1, WIDTH)
        for row, (name, words) in enumerate(about.items()):
            sheet.write_string(row, 0, name, self._bold)
            sheet.write_string(row, 1, words)
        self.file.close()

    def _begin_sheet(self) -> Worksheet:
        self._sheets += 1
        self._row = 1
        name = self._table.name if self._sheets == 1 else f"{self._table.name} {self._sheets}"
        sheet: Worksheet = self.file.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(self._table.whole) - 1, WIDTH)
        for place, column in enumerate(self._table.whole):
            sheet.write_string(0, place, column.name, self._bold)
        return sheet

    def _write(self, place: int, value: object) -> None:
        sheet, row = self._sheet, self._row
        if isinstance(value, str):
            form: Format | None = self._quoted if is_risky(value) else None
            sheet.write_string(row, place, value, form)
        elif isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, place, value, self._instant)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self._day)
        elif isinstance(value, int | float):
            sheet.write_number(row, place, value)


def write(path: Path, table: Table, about: Mapping[str, str], batches: Batches, most_rows: int = MOST_ROWS) -> None:
    """Write a workbook; it says the moment it is of as the one it was made at, so that it is the same each time."""
    book = Book(path, table, most_rows)
    book.file.set_properties({"created": datetime.fromisoformat(about["recorded_until"])})
    for batch in batches:
        for row in batch:
            book.add(table.marked(row))
    book.close(about)
