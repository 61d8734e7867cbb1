"""Evidence of a lean fit in the order in which it is eliminated: sums and places that no variance changes.

Rows lie in nests (a response), nests in units (who had which part in the work then), units in locals (a project), and
middles (a customer, a voice) hold together a few locals each. Everything is found once; a step with other variances
then only multiplies and adds along the lists kept here, in a fixed order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from scoring.model.lean_cells import Cells, cells
from scoring.model.lean_crowd import Crowd, crowd
from scoring.model.lean_design import Design, Nested
from scoring.model.lean_groups import Groups, grouped
from scoring.model.lean_knots import Knots, looked_up
from scoring.model.lean_patterns import Patterns, Rows, meeting, pattern, reaching
from scoring.model.patterns import added, listed, tall

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Nests:
    """Sums over rows, by nest (N,): weight, weight by column (N, width), weight · [fixed, y] (N, globals + 1).

    `own` (locals, width), `mixed` (locals, width, globals + 1), `whole` (globals + 1, globals + 1): the same products
    summed over rows, without what the nests take off. `row` (rows,): the nest of each row as sorted by `order`;
    `of_nests` (N, rows), `of_rows` (locals · width, rows): ones, which sum what rows have for what they feel.
    """

    order: Places
    row: Places
    of_nests: csr_array
    of_rows: csr_array
    weight: Floats
    columns: Floats
    fixed: Floats
    own: Floats
    mixed: Floats
    whole: Floats
    rows: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A design, ready for steps. `locals_`, `units`, `levels` (kinds,), `members` say whom its compact numbers mean.

    `shares` : (units, members + roaming), compact: who roams stands among the members, after them. `kind` : (middles,),
    of each middle, `alone` (N,) as in `Nested`; `crowd` : None where there is none. `into_locals`, `into_units`,
    `into_entries`, `into_middles`, `into_links` : (…, N) ones, which sum what nests have for what they touch;
    `of_middles` (middles, entries) likewise.
    """

    design: Design
    rows: Rows
    nests: Nests
    cells: Cells
    groups: Groups
    knots: Knots
    crowd: Crowd | None
    shares: csr_array
    kind: Places
    locals_: Places
    units: Places
    levels: tuple[Places, ...]
    members: Places
    roaming: Places
    alone: NDArray[np.bool_]
    into_locals: csr_array
    into_units: csr_array
    into_entries: csr_array
    into_middles: csr_array
    into_links: csr_array
    of_middles: csr_array
    patterns: Patterns


def layout(told: Nested) -> Layout:
    """Find everything that steps need of sorted evidence."""
    design, order, kept = told.design, told.order, told.knots
    found = cells(told)
    members, shares = _shares(told)
    rows = Rows(design.y[order], design.weight[order], design.column[order], csr_array(design.fixed[order]))
    groups = grouped(kept.group)
    middles, locals_ = len(told.kind), len(told.locals_)
    return Layout(
        design, rows, _nests(told, rows), found, groups, kept, crowd(found, kept, groups, design.width),
        shares, told.kind, told.locals_, told.units, told.levels, members, told.roaming, told.alone,
        added(told.local, locals_), added(told.unit, len(told.units)),
        _into(found.entry, len(found.entry_local)), _into(found.middle, middles),
        _into(found.link, len(found.link_unit)), _into(found.entry_middle[None], middles),
        _patterns(found, groups, (shares, kept.knot)),
    )  # fmt: skip


def _shares(told: Nested) -> tuple[Places, csr_array]:
    """Return the members of the units and the units' parts of them, and of whoever roams there."""
    units, roamer, roaming = told.units, told.roamer, len(told.roaming)
    rows_of = csr_array(told.design.shares[units])
    members = np.unique(rows_of.indices)
    compact = csr_array(
        (rows_of.data, np.searchsorted(members, rows_of.indices), rows_of.indptr), shape=(len(units), len(members))
    )
    if not roaming:
        return members, compact
    some = np.flatnonzero(roamer)
    speaking = csr_array((np.ones(len(some)), (some, roamer[some] - 1)), shape=(len(units), roaming))
    return members, csr_array(hstack([compact, speaking], format="csr"))


def _patterns(at: Cells, groups: Groups, of: tuple[csr_array, Places]) -> Patterns:
    shares, knot = of
    units, middles = shares.shape[0], len(knot)
    ends = knot[at.entry_middle[at.left]], knot[at.entry_middle[at.right]]
    return Patterns(
        groups=pattern(groups.row, groups.column, (len(groups.home), len(groups.home))),
        meeting=meeting(groups.address, ends, looked_up(knot, at.middle)),
        reaching=reaching(at.link_unit, at.entry_middle[at.link_entry], shares, middles),
        square=pattern(at.one, at.other, (units, units)),
        entries=pattern(at.entry_local, at.entry_middle, (len(at.first_unit), middles)),
        units=pattern(at.local_of, np.arange(units), (len(at.first_unit), units)),
        turned=csr_array(shares.T),
    )


def _into(place: Places, size: int) -> csr_array:
    """Make the matrix that sums amounts at the places of each kind, (kinds, N), -1 nowhere: (size, N)."""
    kind, row = np.nonzero(place >= 0)
    return listed(place[kind, row], row, (size, place.shape[1]))


def _nests(told: Nested, rows: Rows) -> Nests:
    row, width, locals_ = told.row, told.design.width, len(told.locals_)
    nests = int(row[-1]) + 1
    of_nests = added(row, nests)
    weight, column = rows.weight, rows.column
    fixed = np.column_stack([rows.fixed.toarray(), rows.y])
    heavy = weight[:, None] * fixed
    at = told.row_local * width + column
    places = listed(at, np.arange(len(at)), (locals_ * width, len(at)))
    return Nests(
        told.order, row, of_nests, places, np.add.reduceat(weight, np.flatnonzero(np.diff(row, prepend=-1))),
        _added(row * width + column, weight, nests * width).reshape(-1, width),
        of_nests @ heavy,
        _added(at, weight, locals_ * width).reshape(-1, width),
        np.asarray(places @ heavy).reshape(locals_, width, -1),
        tall(heavy, fixed), len(at),
    )  # fmt: skip


def _added(place: Places, amount: Floats, size: int) -> Floats:
    return np.bincount(place, amount, size).astype(np.float64, copy=False)
