"""Knots of a lean fit that hang together: square blocks in one flat buffer, padded to few sizes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.patterns import products
from scoring.model.sorting import in_order

Places = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Groups:
    """Connected knots: square blocks in one flat buffer, padded to few sizes.

    `size` of each bucket and `count` of its blocks, in the order of the buffer; `home`, `stride`, `place` (knots,):
    where a block begins, how wide it is, and the row in it; `slots` of each bucket: who stands in each row of each of
    its blocks, the number of knots where nobody does; `row`, `column`, `at` : the entries of all blocks as one
    matrix by rows, and where each lies in the buffer.
    """

    buckets: tuple[tuple[int, int], ...]
    home: Places
    stride: Places
    place: Places
    padding: Places
    own: Places
    slots: tuple[Places, ...]
    row: Places
    column: Places
    at: Places

    def address(self, row: Places, column: Places) -> Places:
        """Where the entry of two knots of one group lies in the buffer."""
        return np.asarray((self.home + self.place * self.stride)[row] + self.place[column], np.intp)


def grouped(group: Places) -> Groups:
    """Give each group of knots its block; `group` (knots,), all numbers up to the largest."""
    knots = len(group)
    if not knots:
        none = np.empty(0, np.intp)
        return Groups((), none, none, none, none, none, (), none, none, none)
    count = int(group.max()) + 1
    size = np.bincount(group, minlength=count)
    padded = _rounded(size)
    order = np.lexsort((np.arange(count), padded))
    home = np.empty(count, np.intp)
    home[order] = np.cumsum(padded[order] ** 2) - padded[order] ** 2
    sorted_knots = in_order(group)
    starts = np.cumsum(size) - size
    place = np.empty(knots, np.intp)
    place[sorted_knots] = np.arange(knots) - starts[group[sorted_knots]]
    row, offset = products(np.arange(knots), group, np.append(starts, knots))
    column = sorted_knots[offset]
    begin, stride = home[group], padded[group]
    at = (begin + place * stride)[row] + place[column]
    spare = np.repeat(np.arange(count), padded - size)
    beside = np.arange(len(spare)) - np.repeat(np.cumsum(padded - size) - (padded - size), padded - size)
    padding = home[spare] + (size[spare] + beside) * (padded[spare] + 1)
    sizes, counts = np.unique(padded, return_counts=True)
    buckets = tuple((int(width), int(blocks)) for width, blocks in zip(sizes, counts, strict=True))
    of = begin, stride, place
    return Groups(buckets, *of, padding, begin + place * (stride + 1), _slots(buckets, *of), row, column, at)


def _slots(buckets: tuple[tuple[int, int], ...], home: Places, stride: Places, place: Places) -> tuple[Places, ...]:
    """Say of each bucket who stands in each row of each of its blocks; as many as there are, where nobody does."""
    start, found = 0, []
    for width, count in buckets:
        mine = np.flatnonzero(stride == width)
        row = np.full(width * count, len(home), np.intp)
        row[(home[mine] - start) // width + place[mine]] = mine
        found.append(row)
        start += width * width * count
    return tuple(found)


def _rounded(size: Places) -> Places:
    """Round sizes up to few: all up to 4, then in steps of an eighth to a quarter of themselves."""
    step = 2 ** np.maximum(np.ceil(np.log2(np.maximum(size, 1))).astype(np.intp) - 3, 0)
    return np.asarray(-(-size // step) * step, np.intp)
