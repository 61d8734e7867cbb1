"""Which equations of a lean fit are inverted as blocks: those of its middles, or, where there is a crowd, of locals.

After its nests, a middle touches the few locals where it was heard. Mostly locals are eliminated first and leave the
few middles of each in one block. Where very many middles are heard in a local, contacts of a large customer who each
answered on several of its projects, they would be a block of thousands: they are eliminated before it, and what is left
is a block of the customer and its projects' effects. Both are the same equations.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Places = NDArray[np.signedinteger[Any]]

REACH = 32  # columns of locals up to which a middle may be eliminated before them: what it joins grows by the square


@dataclass(frozen=True, slots=True)
class Knots:
    """Middles but those of `crowd`, then every column of the locals `kept`, are what is inverted in blocks.

    `stay`, `crowd` : middles, sorted; `knot` (middles,) : the number of each among the knots, -1 of the crowd; `column`
    (locals,) : the knot of a local's first column, -1 where it is not kept. `group` (knots,) : who hang together.
    """

    stay: Places
    crowd: Places
    kept: Places
    knot: Places
    column: Places
    group: Places


def knots(entries: tuple[Places, Places], of: tuple[NDArray[np.bool_], int], crowd: int) -> Knots:
    """Find the crowds: locals with more than `crowd` · width middles of the last kind, who were heard in such only.

    `entries` : pairs (local, middle), by local; `of` : which middles are of the last kind, and the locals' width.
    """
    (local, middle), (last, width) = entries, of
    group = _joined(local, middle, len(last))
    heard = np.bincount(local, last[middle]) if len(local) else np.zeros(0)
    column = np.full(len(heard), -1, np.intp)
    every = np.arange(len(last))
    if not (heard > crowd * width).any():
        return Knots(every, every[:0], every[:0], every, column, group)
    outside = np.bincount(middle, heard[local] <= crowd * width, len(last))
    first = last & (outside == 0) & (np.bincount(middle, minlength=len(last)) * width <= REACH)
    where = np.flatnonzero(first[middle])
    kept, at = np.unique(local[where], return_index=True)
    stay = np.flatnonzero(~first)
    column[kept] = len(stay) + np.arange(len(kept)) * width
    knot = np.where(first, -1, np.cumsum(~first) - 1)
    hanging = np.append(group[stay], np.repeat(group[middle[where[at]]], width))
    return Knots(stay, np.flatnonzero(first), kept, knot, column, hanging)


def _joined(local: Places, middle: Places, middles: int) -> Places:
    """Say of each middle, (middles,), with whom it hangs together."""
    if not middles:
        return np.empty(0, np.intp)
    chained = local[1:] == local[:-1]
    ends = middle[:-1][chained], middle[1:][chained]
    joined = coo_array((np.ones(len(ends[0])), ends), shape=(middles, middles))
    return np.asarray(connected_components(joined, directed=False)[1], np.intp)


def looked_up(numbers: Places, places: Places) -> Places:
    """Look up `numbers` at `places`, -1 where that is -1."""
    return np.asarray(np.append(numbers, -1)[places], np.intp)
