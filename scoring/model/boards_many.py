"""Many boards at once: the same ranks and bands as `boards.py` gives each of them, without a step for every one.

Small boards are compared pair by pair, all together; a big one by `boards.surely_around`. Bands are found in rounds: in
each round every board that is not through finds where its next band begins.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from scoring.model.boards import Places, Rows, paired, portions, surely_around
from scoring.model.evidence import Index, Mask, Number
from scoring.policy import Policy

SMALL = 256  # subjects up to which a board is compared pair by pair


def places_of_many(figure: tuple[Number, Number, Number], board: Index, policy: Policy) -> Places:
    """Rank subjects within their boards: by board, then best first, provisional ones last; (rows,) each.

    `figure` are estimate, sd and voices; `board` (rows,) 0, 1, 2 ... in any order. As `boards.places` of each board.
    """
    estimate, sd, voices = figure
    provisional = voices < policy.minimum_voices
    order = np.lexsort((sd, -estimate, board.astype(np.int64) * 2 + provisional))
    ranked = ~provisional[order]
    gap = float(ndtri(policy.certainty))
    rows = order[ranked]
    mean, error, of = estimate[rows], sd[rows], board[rows]
    size = np.bincount(of, minlength=int(board.max(initial=-1)) + 1)
    start = np.cumsum(size) - size
    found = np.zeros((3, len(order)), np.int32)
    found[0, ranked] = _bands((mean, error, gap), start, size)
    above, below = _around((mean, error, gap), of, start, size)
    found[1, ranked] = 1 + above
    found[2, ranked] = size[of] - below
    return Places(order.astype(np.int32), found[0], found[1], found[2], provisional[order])


Normal = tuple[Number, Number, float]  # means, sds, and how many sds of a difference are sure


def _surely(ahead: tuple[Number, Number], behind: tuple[Number, Number], gap: float) -> Mask:
    """Say of which of `ahead` it is sure that it is above `behind`: means and sds, any shapes that fit."""
    sure: Mask = ahead[0] > behind[0] + gap * np.sqrt(ahead[1] ** 2 + behind[1] ** 2)
    return sure


def _around(told: Normal, of: Index, start: Rows, size: Rows) -> tuple[Rows, Rows]:
    """Count those of one's own board, best first, who are surely above and who are surely below: (rows,) each."""
    mean, sd, gap = told
    above, below = np.zeros((2, len(mean)), np.int64)
    for board in np.flatnonzero(size > SMALL):
        own = slice(start[board], start[board] + size[board])
        above[own], below[own] = surely_around(mean[own], sd[own], gap)
    small, variance = np.flatnonzero(size[of] <= SMALL), sd**2
    after = (start + size)[of] - np.arange(len(of)) - 1
    for who in portions(small, after[small]):
        a, b = paired(who, who + 1, after[who])  # only those behind: whoever is not before another is not above either
        reach, better, worse = gap * np.sqrt(variance[b] + variance[a]), mean[a], mean[b]
        above += np.bincount(b[better > worse + reach], minlength=len(mean))
        below += np.bincount(a[worse < better - reach], minlength=len(mean))
    return above, below


def _bands(told: Normal, start: Rows, size: Rows) -> NDArray[np.int64]:
    """Give bands numbers from 1 within each board, whose subjects lie best first: (rows,)."""
    mean, sd, gap = told
    begins = np.zeros(len(mean), np.int64)
    first, end = start[size > 0], (start + size)[size > 0]
    while len(first):
        begins[first] = 1
        after = _next_bands((mean, sd, gap), first, end)
        on = after < end
        first, end = after[on], end[on]
    number = np.cumsum(begins)
    return number - np.repeat(number[start[size > 0]] - 1, size[size > 0])


def _next_bands(told: Normal, first: Rows, end: Rows) -> Rows:
    """Find in each board the first place that the one at `first` is surely better than; its end where there is none."""
    mean, sd, gap = told
    found = end.copy()
    at, width = first + 1, 16
    open_to = np.flatnonzero(at < end)
    while len(open_to):
        until = np.minimum(at[open_to] + width, end[open_to])
        a, b = paired(open_to, at[open_to], until - at[open_to])
        worse = _surely((mean[first[a]], sd[first[a]]), (mean[b], sd[b]), gap)
        hit, place = np.unique(a[worse], return_index=True)
        found[hit] = b[worse][place]
        at[open_to] = until
        on = until < end[open_to]
        on[np.searchsorted(open_to, hit)] = False
        open_to = open_to[on]
        width *= 4
    return found
