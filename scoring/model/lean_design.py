"""Evidence of a lean fit, and its rows sorted into nests: who spoke where, before anything is eliminated."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.lean_knots import Knots, knots
from scoring.model.sorting import by_columns, numbered

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]

NOBODY = np.empty(0, np.int64)
CROWD = 16  # middles of the last kind, for each column of a local, beyond whom they are eliminated before it


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
class Nested:
    """A design's rows by nest. `order` (rows,) sorts them, `row`, `row_local` (rows,) are their nests and locals then.

    `unit`, `local` (N,) of each nest; `units`, `roamer` (units,), `locals_`, `levels` (kinds,): whom the numbers mean.
    `middle` (kinds, N) : places of each nest's middles, -1 where it has none; `kind` (middles,). `alone` : (N,), nests
    with which a middle of the last kind is one, since it is in no other; it is not among the middles.
    `entries` : pairs (local, middle), two columns; `entry` (kinds, N) : each nest's, -1 where it has none.
    `roamer` is 1 + the place in `roaming` of who speaks there, 0 where nobody of them does.
    """

    design: Design
    roaming: Places
    order: Places
    row: Places
    row_local: Places
    unit: Places
    local: Places
    units: Places
    roamer: Places
    locals_: Places
    levels: tuple[Places, ...]
    middle: Places
    kind: Places
    alone: NDArray[np.bool_]
    entries: tuple[Places, Places]
    entry: Places
    knots: Knots


def nested(design: Design, roaming: Places = NOBODY, crowd: int = CROWD) -> Nested:
    """Sort and number a design that has at least one row.

    `roaming` : levels of the last kind of middles, sorted, who are put among the members. They hold much together, and
    what is eliminated before the members would else be one block of nearly all middles.
    """
    unit_of, middles = _parted(design, roaming)
    keys = (design.nest, *middles, unit_of, design.local)
    order = by_columns(*keys[::-1])
    sorted_keys = [key[order] for key in keys]
    new = [np.append(True, key[1:] != key[:-1]) for key in sorted_keys]
    local_new = new[-1]
    unit_new = local_new | new[-2]
    nest_new = unit_new | np.logical_or.reduce(new[:-2])
    begin, row_local = np.flatnonzero(nest_new), np.cumsum(local_new) - 1
    local, unit = row_local[begin], (np.cumsum(unit_new) - 1)[begin]
    spoken = [key[begin] for key in sorted_keys[1:-2]]
    alone = _alone(spoken, len(begin))
    if alone.any():
        spoken[-1] = np.where(alone, -1, spoken[-1])
    levels, middle, kind = _middles(spoken, len(begin))
    entries, entry = _entries(local, middle, len(kind))
    units, roamer = np.divmod(sorted_keys[-2][np.flatnonzero(unit_new)], len(roaming) + 1)
    return Nested(
        design, roaming, order, np.cumsum(nest_new) - 1, row_local, unit, local, units, roamer,
        sorted_keys[-1][np.flatnonzero(local_new)], levels, middle, kind, alone, entries, entry,
        knots(entries, (kind == len(levels) - 1, design.width), crowd),
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
        of, inverse = numbered(level)
        missing = int(len(of) > 0 and of[0] < 0)
        found.append(of[missing:])
        numbers.append(np.where(inverse < missing, -1, inverse - missing + start))
        kinds.append(np.full(len(of) - missing, place))
        start += len(of) - missing
    if not levels:
        return (), np.empty((0, nests), np.intp), np.empty(0, np.intp)
    return tuple(found), np.array(numbers, np.intp), np.concatenate(kinds).astype(np.intp)


def _entries(local: Places, middle: Places, middles: int) -> tuple[tuple[Places, Places], Places]:
    """List which middles are heard in which locals, and where each nest's stand in that list, (kinds, N)."""
    key = np.where(middle >= 0, local * middles + middle, -1)
    entries = np.unique(key[key >= 0])
    entry = np.where(middle >= 0, np.searchsorted(entries, key), -1)
    return (entries // max(middles, 1), entries % max(middles, 1)), entry
