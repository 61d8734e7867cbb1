"""Who touches whom in the evidence of a lean fit: units, middles and the locals where they meet."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.lean_design import Nested
from scoring.model.patterns import products

Places = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Cells:
    """Who touches whom. Units are sorted by local, `entries` are pairs (local, middle), `links` pairs (unit, entry).

    `unit`, `local` : (N,), of each nest; `first_unit` of each local; `local_of` (units,).
    `entry` (kinds, N), `link` (kinds, N) : places of each nest's middles, -1 where it has none; `middle` (kinds, N).
    `entry_local`, `entry_middle` : (entries,). `link_unit`, `link_entry` : (links,).
    `left`, `right` : (pairs,) entries of one local, in every order, where it is not kept for a crowd. `one`, `other` :
    likewise units of one local.
    """

    unit: Places
    local: Places
    first_unit: Places
    local_of: Places
    middle: Places
    entry: Places
    link: Places
    entry_local: Places
    entry_middle: Places
    link_unit: Places
    link_entry: Places
    left: Places
    right: Places
    one: Places
    other: Places


def cells(told: Nested) -> Cells:
    """List who touches whom in sorted evidence."""
    unit, local, entry, (entry_local, entry_middle) = told.unit, told.local, told.entry, told.entries
    local_of = local[np.flatnonzero(np.diff(unit, prepend=-1))]
    first_unit = np.flatnonzero(np.diff(local_of, prepend=-1))
    bounds = np.searchsorted(entry_local, np.arange(len(told.locals_) + 1))
    link_unit, link_entry = products(np.arange(len(local_of)), local_of, bounds)
    # Links are sorted by unit, then entry: a nest's is found by its number among its local's entries.
    before = np.concatenate([[0], np.cumsum(np.diff(bounds)[local_of])])
    link = np.where(entry >= 0, before[unit] + entry - bounds[local], -1)
    each = np.flatnonzero(told.knots.column[entry_local] < 0)
    left, right = products(np.arange(len(each)), entry_local[each], bounds)
    one, other = products(np.arange(len(local_of)), local_of, np.append(first_unit, len(local_of)))
    return Cells(
        unit, local, first_unit, local_of, told.middle, entry, link, entry_local, entry_middle,
        link_unit, link_entry, each[left], right, one, other,
    )  # fmt: skip
