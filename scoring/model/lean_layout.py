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

from scoring.model.lean_groups import Groups, grouped
from scoring.model.lean_patterns import Patterns, Rows, meeting, pattern, reaching
from scoring.model.patterns import added, listed, products, tall

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]

NOBODY = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Design:
    """What was observed, and which effects each row feels: y = nest + local[column] + middles + unit + fixed + ε.

    y, weight : (rows,), weight > 0 the relative precision.
    nest, local, unit : (rows,), any numbers from 0; a nest is split where its rows differ in anything but `column`
        and `fixed`. `column` : (rows,), 0..width-1, which of its local's `width` effects a row feels.
    middles : levels (rows,) of each kind of middle effect, -1 where a row has none.
    shares : (units, members); a unit feels Σ_j shares[u, j] · member_j.
    fixed : (rows, globals), of the effects that rows anywhere feel: means, kinds, a slope.
    """

    y: Floats
    weight: Floats
    nest: NDArray[np.int64]
    local: NDArray[np.int64]
    column: NDArray[np.int64]
    width: int
    middles: tuple[NDArray[np.int64], ...]
    unit: NDArray[np.int64]
    shares: csr_array
    fixed: csr_array


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
class Cells:
    """Who touches whom. Units are sorted by local, `entries` are pairs (local, middle), `links` pairs (unit, entry).

    `unit`, `local` : (N,), of each nest; `first_unit` of each local; `local_of` (units,).
    `entry` (kinds, N), `link` (kinds, N) : places of each nest's middles, -1 where it has none; `middle` (kinds, N).
    `entry_local`, `entry_middle` : (entries,). `link_unit`, `link_entry` : (links,).
    `left`, `right` : (pairs,) entries of one local, in every order. `one`, `other` : likewise units of one local.
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


@dataclass(frozen=True, slots=True)
class Layout:
    """A design, ready for steps. `locals_`, `units`, `levels` (kinds,), `members` say whom its compact numbers mean.

    `shares` : (units, members + roaming), compact: who roams stands among the members, after them. `kind` : (middles,),
    of each middle. `alone` : (N,), nests with which a middle of the last kind is one, since it is in no other; it is
    not among the middles. `into_locals`, `into_units`, `into_entries`, `into_middles`, `into_links` : (…, N) ones,
    which sum what nests have for what they touch; `of_middles` (middles, entries) likewise.
    """

    design: Design
    rows: Rows
    nests: Nests
    cells: Cells
    groups: Groups
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


def layout(design: Design, roaming: Places = NOBODY) -> Layout:
    """Sort and number a design that has at least one row.

    `roaming` : levels of the last kind of middles, sorted, who are put among the members. They hold much together, and
    what is eliminated before the members would else be one block of nearly all middles.
    """
    unit_of, middles = _parted(design, roaming)
    keys = (design.nest, *middles, unit_of, design.local)
    order = np.lexsort(keys)
    sorted_keys = [key[order] for key in keys]
    new = [np.append(True, key[1:] != key[:-1]) for key in sorted_keys]
    local_new = new[-1]
    unit_new = local_new | new[-2]
    nest_new = unit_new | np.logical_or.reduce(new[:-2])
    begin = np.flatnonzero(nest_new)
    local = (np.cumsum(local_new) - 1)[begin]
    unit = (np.cumsum(unit_new) - 1)[begin]
    spoken = [key[begin] for key in sorted_keys[1:-2]]
    alone = _alone(spoken, len(begin))
    if alone.any():
        spoken[-1] = np.where(alone, -1, spoken[-1])
    levels, middle, kind = _middles(spoken, len(begin))
    cells = _cells((unit, local), middle, len(kind))
    units, roamer = np.divmod(sorted_keys[-2][np.flatnonzero(unit_new)], len(roaming) + 1)
    members, shares = _shares(design, units, roamer, len(roaming))
    rows = Rows(design.y[order], design.weight[order], design.column[order], csr_array(design.fixed[order]))
    groups = grouped(cells.entry_local, cells.entry_middle, len(kind))
    return Layout(
        design, rows, _nests(design, rows, (order, nest_new), (np.cumsum(local_new) - 1, int(local[-1]) + 1)), cells,
        groups, shares, kind, sorted_keys[-1][np.flatnonzero(local_new)], units, levels, members, roaming, alone,
        added(local, len(cells.first_unit)), added(unit, len(units)),
        _into(cells.entry, len(cells.entry_local)), _into(cells.middle, len(kind)),
        _into(cells.link, len(cells.link_unit)), _into(cells.entry_middle[None], len(kind)),
        _patterns(cells, groups, shares),
    )  # fmt: skip


def _parted(design: Design, roaming: Places) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Give units other numbers by who of `roaming` speaks there, 0 nobody; those are no middles any more."""
    if not len(roaming):
        return design.unit, list(design.middles)
    last = design.middles[-1]
    place = np.searchsorted(roaming, last)
    roams = roaming[np.minimum(place, len(roaming) - 1)] == last
    unit = design.unit * (len(roaming) + 1) + np.where(roams, place + 1, 0)
    return unit, [*design.middles[:-1], np.where(roams, -1, last)]


def _shares(design: Design, units: Places, roamer: Places, roaming: int) -> tuple[Places, csr_array]:
    """Return the members of `units` and the units' parts of them, and of whoever roams there."""
    rows_of = csr_array(design.shares[units])
    members = np.unique(rows_of.indices)
    compact = csr_array(
        (rows_of.data, np.searchsorted(members, rows_of.indices), rows_of.indptr), shape=(len(units), len(members))
    )
    if not roaming:
        return members, compact
    some = np.flatnonzero(roamer)
    speaking = csr_array((np.ones(len(some)), (some, roamer[some] - 1)), shape=(len(units), roaming))
    return members, csr_array(hstack([compact, speaking], format="csr"))


def _patterns(cells: Cells, groups: Groups, shares: csr_array) -> Patterns:
    units, middles = shares.shape[0], len(groups.home)
    return Patterns(
        groups=pattern(groups.row, groups.column, (middles, middles)),
        meeting=meeting(
            groups.address, (cells.entry_middle[cells.left], cells.entry_middle[cells.right]), cells.middle
        ),
        reaching=reaching(cells.link_unit, cells.entry_middle[cells.link_entry], shares, middles),
        square=pattern(cells.one, cells.other, (units, units)),
        entries=pattern(cells.entry_local, cells.entry_middle, (len(cells.first_unit), middles)),
        units=pattern(cells.local_of, np.arange(units), (len(cells.first_unit), units)),
        turned=csr_array(shares.T),
    )


def _into(place: Places, size: int) -> csr_array:
    """Make the matrix that sums amounts at the places of each kind, (kinds, N), -1 nowhere: (size, N)."""
    kind, row = np.nonzero(place >= 0)
    return listed(place[kind, row], row, (size, place.shape[1]))


def _nests(design: Design, rows: Rows, of: tuple[Places, NDArray[np.bool_]], local: tuple[Places, int]) -> Nests:
    order, nest_new = of
    row, begin = np.cumsum(nest_new) - 1, np.flatnonzero(nest_new)
    of_nests = added(row, len(begin))
    weight, column, width = rows.weight, rows.column, design.width
    fixed = np.column_stack([rows.fixed.toarray(), rows.y])
    heavy = weight[:, None] * fixed
    at = local[0] * width + column
    places = listed(at, np.arange(len(at)), (local[1] * width, len(at)))
    return Nests(
        order, row, of_nests, places, np.add.reduceat(weight, begin),
        _added(row * width + column, weight, len(begin) * width).reshape(-1, width),
        of_nests @ heavy,
        _added(at, weight, local[1] * width).reshape(-1, width),
        np.asarray(places @ heavy).reshape(local[1], width, -1),
        tall(heavy, fixed), len(at),
    )  # fmt: skip


def _added(place: Places, amount: Floats, size: int) -> Floats:
    return np.bincount(place, amount, size).astype(np.float64, copy=False)


def _alone(spoken: list[NDArray[np.int64]], nests: int) -> NDArray[np.bool_]:
    """Say which nests hold a level of the last kind that is in no other, (nests,)."""
    if not spoken:
        return np.zeros(nests, np.bool_)
    _, place, count = np.unique(spoken[-1], return_inverse=True, return_counts=True)
    found: NDArray[np.bool_] = (count[place] == 1) & (spoken[-1] >= 0)
    return found


def _middles(levels: list[NDArray[np.int64]], nests: int) -> tuple[tuple[Places, ...], Places, Places]:
    """Give the middles of all kinds numbers: the levels of each kind, (kinds, N) numbers, and the kind of each."""
    found, numbers, kinds, start = [], [], [], 0
    for place, level in enumerate(levels):
        of, inverse = np.unique(level, return_inverse=True)
        missing = int(len(of) > 0 and of[0] < 0)
        found.append(of[missing:])
        numbers.append(np.where(inverse < missing, -1, inverse - missing + start))
        kinds.append(np.full(len(of) - missing, place))
        start += len(of) - missing
    if not levels:
        return (), np.empty((0, nests), np.intp), np.empty(0, np.intp)
    return tuple(found), np.array(numbers, np.intp), np.concatenate(kinds).astype(np.intp)


def _cells(of: tuple[Places, Places], middle: Places, middles: int) -> Cells:
    unit, local = of
    local_of = local[np.flatnonzero(np.diff(unit, prepend=-1))]
    first_unit = np.flatnonzero(np.diff(local_of, prepend=-1))
    locals_ = int(local[-1]) + 1
    key = np.where(middle >= 0, local * middles + middle, -1)
    entries = np.unique(key[key >= 0])
    entry = np.where(middle >= 0, np.searchsorted(entries, key), -1)
    entry_local, entry_middle = entries // max(middles, 1), entries % max(middles, 1)
    bounds = np.searchsorted(entry_local, np.arange(locals_ + 1))
    link_unit, link_entry = products(np.arange(len(local_of)), local_of, bounds)
    # Links are sorted by unit, then entry: a nest's is found by its number among its local's entries.
    before = np.concatenate([[0], np.cumsum(np.diff(bounds)[local_of])])
    link = np.where(entry >= 0, before[unit] + entry - bounds[local], -1)
    left, right = products(np.arange(len(entries)), entry_local, bounds)
    one, other = products(np.arange(len(local_of)), local_of, np.append(first_unit, len(local_of)))
    return Cells(
        unit, local, first_unit, local_of, middle, entry, link, entry_local, entry_middle,
        link_unit, link_entry, left, right, one, other,
    )  # fmt: skip
