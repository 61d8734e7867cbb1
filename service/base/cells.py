"""Cells of files that people open in a spreadsheet: no text of anybody's is ever run there as a formula."""

from datetime import date, datetime

# What a spreadsheet takes for the beginning of a formula, or strips before it looks; the last are East Asian signs.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "'"


def is_risky(text: str) -> bool:
    """Tell whether a text needs its mark: it begins like a formula, or like one that was marked already."""
    return text.lstrip(MARK).startswith(FORMULA)


def cell(value: object) -> str:
    """Write a cell of a CSV file; None is empty, instants are UTC.

    A risky text gets an apostrophe in front. Whoever takes one away from each cell that still `is_risky` has the
    text back exactly.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return f"{MARK}{text}" if is_risky(text) else text
