"""Patterns of the sparse matrices that each step of a lean fit fills again: made once from its layout."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """A design's rows in the order of its nests: (rows,), and `fixed` (rows, globals)."""

    y: Floats
    weight: Floats
    column: NDArray[np.int64]
    fixed: csr_array


@dataclass(frozen=True, slots=True)
class Patterns:
    """Zeros at the right places, to be `filled`.

    `groups` (middles, middles); `touching` (units, middles) in the order of links; `square` (units, units) in that of
    `one`; `entries` (locals, middles) in that of entries; `units` (locals, units).
    `turned` (members, units) holds the shares themselves.
    """

    groups: csr_array
    touching: csr_array
    square: csr_array
    entries: csr_array
    units: csr_array
    turned: csr_array


def pattern(row: NDArray[np.integer], column: NDArray[np.integer], shape: tuple[int, int]) -> csr_array:
    """Lay out entries by their sorted `row`."""
    start = np.searchsorted(row, np.arange(shape[0] + 1))
    return csr_array((np.zeros(len(row)), column, start), shape=shape)
