"""Sparse matrices whose pattern is known already: only their numbers are new.

Making a SciPy matrix checks its indices each time, which costs more than a product of small ones. Where the same
pattern is met at every step of a fit, it is made once and filled again.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.sorting import in_order

MOST = 64**3  # products of numbers up to which OpenBLAS stays on the calling thread
Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]


def filled(pattern: csr_array, data: Floats) -> csr_array:
    """Return the matrix of this pattern with `data` (entries,) in its order; the indices are shared, not copied."""
    found: csr_array = csr_array.__new__(csr_array)
    vars(found).update(vars(pattern))
    found.data = data
    return found


def listed(row: Places, column: Places, shape: tuple[int, int]) -> csr_array:
    """Make the matrix with a 1 at each place, each listed once: by row, in one row as listed."""
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=shape[0]))])
    return csr_array((np.ones(len(row)), column[in_order(row)], start), shape=shape)


def full(values: Floats) -> csr_array:
    """Make a matrix of a table, zeros and all: products with it add up in one order, whatever the number of threads."""
    rows, width = values.shape
    column = np.tile(np.arange(width, dtype=np.int32), rows)
    return csr_array((values.ravel(), column, np.arange(rows + 1, dtype=np.int32) * width), shape=values.shape)


def added(row: Places, size: int) -> csr_array:
    """Make the matrix that adds up what lies at each sorted `row`, (size, entries); `reduceat` of a table is slower."""
    start = np.searchsorted(row, np.arange(size + 1)).astype(np.int32)
    return csr_array((np.ones(len(row)), np.arange(len(row), dtype=np.int32), start), shape=(size, len(row)))


def summed(matrix: csr_array, tables: Floats) -> Floats:
    """Multiply with something of each column, (columns, …): (rows, …)."""
    flat = tables.reshape(len(tables), prod(tables.shape[1:]))
    return np.asarray(matrix @ flat).reshape(matrix.shape[0], *tables.shape[1:])


def tall(one: Floats, other: Floats) -> Floats:
    """Multiply two different tall tables, oneᵀ other, in parts so small that no BLAS shares them over threads."""
    rows, size = len(one), one.shape[1] * other.shape[1]
    part = max(MOST // max(size, 1), 1)
    if rows <= part:
        return np.asarray(one.T @ other)
    found = np.zeros((one.shape[1], other.shape[1]))
    for first in range(0, rows, part):
        found += one[first : first + part].T @ other[first : first + part]
    return found


def row_of(matrix: csr_array) -> Places:
    """Return the row of each entry."""
    return np.repeat(np.arange(matrix.shape[0]), matrix.indptr[1:] - matrix.indptr[:-1])


def squares(matrix: csr_array) -> Floats:
    """Sum the squares of each row's entries, (rows,), none of which is there twice."""
    return np.bincount(row_of(matrix), matrix.data**2, matrix.shape[0]).astype(np.float64, copy=False)


def blocks(diagonal: Floats) -> csr_array:
    """Put blocks (count, width, width) on a diagonal."""
    count, width = diagonal.shape[:2]
    size = count * width
    columns = np.arange(size, dtype=np.int32).reshape(count, 1, width)
    column = np.broadcast_to(columns, (count, width, width)).reshape(-1)
    return csr_array((diagonal.reshape(-1), column, np.arange(size + 1, dtype=np.int32) * width), shape=(size, size))


def for_each(matrix: csr_array, width: int) -> csr_array:
    """Repeat a matrix for each of `width` kinds, row r · width + k and column c · width + k: matrix ⊗ I."""
    rows = matrix.shape[0] * width
    row, place = products(np.arange(rows), np.repeat(np.arange(matrix.shape[0]), width), matrix.indptr)
    start = np.concatenate([[0], np.cumsum(np.repeat(np.diff(matrix.indptr), width))])
    column = matrix.indices[place] * width + row % width
    return csr_array((matrix.data[place], column, start), shape=(rows, matrix.shape[1] * width))


def products(each: Places, group: Places, bounds: Places) -> tuple[Places, Places]:
    """Pair each of `each` with everything in its group; group g is bounds[g]..bounds[g + 1]."""
    count = np.diff(bounds)[group]
    first = np.repeat(each, count)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    return first, bounds[group][first] + offset
