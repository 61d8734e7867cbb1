"""NumPy arrays as rows of PostgreSQL's binary COPY, without a Python object per value."""

from collections.abc import AsyncIterator, Sequence

import numpy as np
from numpy.typing import NDArray

# Source: PostgreSQL manual, COPY, "Binary Format".
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
CHUNK_ROWS = 50_000  # a few megabytes, packed in a few milliseconds

Columns = Sequence[NDArray[np.generic]]


async def copied(columns: Columns) -> AsyncIterator[bytes]:
    """Give the bytes of a COPY of equally long `columns`, all int32, int64 or float64, none of them null."""
    yield HEADER
    for start in range(0, len(columns[0]), CHUNK_ROWS):
        yield packed([column[start : start + CHUNK_ROWS] for column in columns])
    yield TRAILER


def packed(columns: Columns) -> bytes:
    """Return each row as its number of fields, and each field as its length and its big-endian value.

    Raises
    ------
    ValueError : a column is longer or shorter than the others.
    """
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for n, column in enumerate(columns):
        fields += [(f"length{n}", ">i4"), (f"value{n}", column.dtype.newbyteorder(">").str)]
    if any(len(column) != len(columns[0]) for column in columns):
        raise ValueError(f"columns of {sorted({len(column) for column in columns})} rows make no table")
    rows = np.empty(len(columns[0]), np.dtype(fields))
    rows["fields"] = len(columns)
    for n, column in enumerate(columns):
        rows[f"length{n}"] = column.itemsize
        rows[f"value{n}"] = column
    return rows.tobytes()
