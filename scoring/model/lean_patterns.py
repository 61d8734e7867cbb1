"""Patterns of the sparse matrices that each step of a lean fit fills again: made once from its layout."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.patterns import filled
from scoring.model.sorting import numbered

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]


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

    `groups` (middles, middles); `square` (units, units) in the order of `one`; `entries` (locals, middles) in that of
    entries; `units` (locals, units). `turned` (members, units) holds the shares themselves; `reaching` is their product
    with (units, middles) in the order of links. `meeting`: what middles of one group have to do with one another.
    """

    groups: csr_array
    meeting: "Meeting"
    reaching: "Reaching"
    square: csr_array
    entries: csr_array
    units: csr_array
    turned: csr_array


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where the groups' buffer changes, `at`: by each pair of entries of one local, then where two share a `nest`."""

    at: Places
    nest: Places


def meeting(address: Callable[[Places, Places], Places], ends: tuple[Places, Places], middle: Places) -> Meeting:
    """Find where middles meet: `ends` of pairs of entries, and those of each kind in nests, `middle` (kinds, N)."""
    at, nests = [address(*ends)], [np.empty(0, np.intp)]
    for one, other in permutations(middle, 2):
        both = np.flatnonzero((one >= 0) & (other >= 0))
        nests.append(both)
        at.append(address(one[both], other[both]))
    return Meeting(np.concatenate(at), np.concatenate(nests))


@dataclass(frozen=True, slots=True)
class Reaching:
    """What members do to middles, (members, middles), from what units do: each link by each share in its unit.

    `member`, `link`, `amount` of every such product, `at` which entry of `pattern` it adds to.
    """

    pattern: csr_array
    member: Places
    link: Places
    amount: Floats
    at: Places

    def filled(self, links: Floats) -> csr_array:
        """Return the matrix for `links`, (links,)."""
        total = np.bincount(self.at, self.amount * links[self.link], len(self.pattern.data))
        return filled(self.pattern, total.astype(np.float64, copy=False))


def reaching(unit: Places, middle: Places, shares: csr_array, middles: int) -> Reaching:
    """Multiply out which member has a part in which link; `unit` and `middle` (links,)."""
    count = np.diff(shares.indptr)[unit]
    link = np.repeat(np.arange(len(unit)), count)
    place = np.arange(len(link)) + np.repeat(shares.indptr[unit] - (np.cumsum(count) - count), count)
    member = shares.indices[place]
    keys, at = numbered(member.astype(np.int64) * middles + middle[link])
    shape = (shares.shape[1], middles)
    width = max(middles, 1)
    return Reaching(pattern(keys // width, keys % width, shape), member, link, shares.data[place], at)


def pattern(row: NDArray[np.integer], column: NDArray[np.integer], shape: tuple[int, int]) -> csr_array:
    """Lay out entries by their sorted `row`."""
    start = np.searchsorted(row, np.arange(shape[0] + 1))
    return csr_array((np.zeros(len(row)), column, start), shape=shape)
