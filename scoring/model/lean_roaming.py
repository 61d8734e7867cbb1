"""Which middles of a design hold so much together that they are eliminated last, with the members.

Middles that share a local are one block of the equations, and a block's inverse is full. A voice heard by one customer
joins nothing more; one of our own people who saw many customers joins all of them, and the block grows to nearly every
middle there is. Left among the members, whose equations stay sparse, such voices cost what they said.
"""

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from scoring.model.lean_layout import NOBODY, Design, Places


def knotted(design: Design, most: int) -> bool:
    """Say whether there are more than `most` members and middles of the widest block together."""
    sizes = [int(level.max(initial=-1)) + 1 for level in design.middles]
    if design.shares.shape[1] + sum(sizes) <= most:
        return False
    members = len(np.unique(csr_array(design.shares[np.unique(design.unit)]).indices))
    return members + _widest(design, sizes) > most


def _widest(design: Design, sizes: list[int]) -> int:
    """Count the middles of the widest block."""
    start, ends = int(design.local.max()) + 1, [np.empty((0, 2), np.int64)]
    for level, size in zip(_spoken(design), sizes, strict=True):
        some = np.flatnonzero(level >= 0)
        ends.append(np.column_stack([design.local[some], start + level[some]]))
        start += size
    pairs = np.concatenate(ends)
    joined = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(start, start))
    _, block = connected_components(joined, directed=False)
    return int(np.bincount(block[np.unique(pairs[:, 1])]).max(initial=0)) if len(pairs) else 0


def _spoken(design: Design) -> list[Places]:
    """Return the levels of middles, of the last kind only those in several responses: others are one with theirs."""
    if not design.middles:
        return []
    *others, last = design.middles
    responses = np.unique(np.column_stack([last, design.nest, design.unit, design.local]), axis=0)[:, 0]
    level, count = np.unique(responses, return_counts=True)
    return [*others, np.where(np.isin(last, level[count > 1]), last, -1)]


def roamers(design: Design) -> Places:
    """Return the levels of the last kind of middles who touch locals of several of the first kind, sorted."""
    if len(design.middles) < 2:
        return NOBODY
    first, last = design.middles[0], design.middles[-1]
    some = last >= 0
    home = np.where(
        first >= 0, first, int(first.max(initial=-1)) + 1 + design.local
    )  # a local of none is one by itself
    pairs = np.unique(np.column_stack([last[some], home[some]]), axis=0)
    voices, homes = np.unique(pairs[:, 0], return_counts=True)
    return np.asarray(voices[homes > 1], np.int64)
