"""Sorting whole numbers, with the order of equal ones kept.

NumPy sorts words of 64 bits with vector instructions (source: Bramas, 2017, IJACSA 8(10), on AVX-512), and does not
where places are asked for in a stable order. So each number is put before its place in one word: words differ, so that
any sort of them is stable, and some eight times as fast.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
Whole = NDArray[np.integer[Any]]

FEW = 1_000  # rows up to which NumPy's own way is as fast
SPARSE = 4  # numbers a row up to which a table of all of them is looked up
WORD = 63  # bits


def in_order(keys: Whole) -> Places:
    """Return the places of `keys`, (rows,), from the least to the greatest, equal ones as they lie."""
    rows = len(keys)
    if rows <= FEW:
        return np.argsort(keys, kind="stable")
    low, bits = int(keys.min()), rows.bit_length()
    if (int(keys.max()) - low) >> (WORD - bits):
        return np.argsort(keys, kind="stable")
    words = np.subtract(keys, low, dtype=np.int64)
    words <<= bits
    words |= np.arange(rows)
    words.sort()
    words &= (1 << bits) - 1
    return words.astype(np.intp, copy=False)


def by_columns(*columns: Whole) -> Places:
    """Return the places of rows sorted by these columns, (rows,) each, the first before the second.

    Equal rows stay as they lie. By one number where all fit into it.
    """
    lows = [int(column.min(initial=0)) for column in columns]
    spans = [int(column.max(initial=0)) - low + 1 for column, low in zip(columns, lows, strict=True)]
    if prod(spans) >= 1 << WORD:
        order = in_order(columns[-1])
        for column in columns[-2::-1]:
            order = order[in_order(column[order])]
        return order
    key = np.zeros(len(columns[0]), np.int64)
    for column, low, span in zip(columns, lows, spans, strict=True):
        key *= span
        key += column.astype(np.int64) - low
    return in_order(key)


def numbered(keys: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], Places]:
    """Return the distinct `keys`, sorted, and the place of each row's among them, (rows,)."""
    low = int(keys.min(initial=0))
    span = int(keys.max(initial=-1)) - low + 1
    if span <= len(keys) * SPARSE:
        there = np.zeros(span, np.bool_)
        there[keys - low] = True
        return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[keys - low]
    order = in_order(keys)
    lying = keys[order]
    first = np.append(True, lying[1:] != lying[:-1])
    place = np.empty(len(keys), np.intp)
    place[order] = np.cumsum(first) - 1
    return lying[first].astype(np.int64, copy=False), place
