"""Boards: who may be ahead of whom, said only where the evidence is sure of it.

a is better than b where P(a > b) = Φ((m_a − m_b) / √(s_a² + s_b²)) > certainty, from independent normal posteriors.
rank_low = 1 + number surely better, rank_high = number ranked − number surely worse; a band starts anew where its
first is surely better. Closed form, no simulation: the same evidence gives the same ranks.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.model.evidence import Index, Mask, Number

Rows: TypeAlias = NDArray[np.int64]

BUCKET = 512  # subjects of like sd, at least, that are compared by search instead of one by one
BUCKETS = 48  # at most: more cost more searches, fewer more comparisons one by one
PAIRS = 4_000_000  # compared one by one at a time, which bounds memory


@dataclass(frozen=True, slots=True)
class Places:
    """Subjects best first: those with a rank, then provisional ones (band and ranks 0). (subjects,) each.

    `order` indexes the subjects given.
    """

    order: Index
    band: Index
    rank_low: Index
    rank_high: Index
    provisional: Mask


def surely_above(mean: Number, sd: Number, gap: float) -> Index:
    """Count for each subject a the others b with m_b > m_a + gap · √(s_a² + s_b²), exactly: (subjects,).

    Subjects of like sd form buckets sorted by mean: in a bucket whose sds lie from `least` to `most`, whoever is
    above the threshold at `most` is surely above, whoever is not above that at `least` surely is not, and only the
    few between are compared one by one. At most n · BUCKETS searches: 100,000 subjects in about 2 s.
    """
    buckets = np.array_split(np.argsort(sd, kind="stable"), min(max(1, len(mean) // BUCKET), BUCKETS))
    buckets = [bucket[np.argsort(mean[bucket], kind="stable")] for bucket in buckets]
    # In this order each threshold lies near the one before it, which is what makes the searches quick.
    order = np.concatenate(buckets)
    mean, sd = mean[order], sd[order]
    count = np.zeros(len(mean), np.int64)
    at = 0
    for bucket in buckets:
        inside = np.arange(at, at + len(bucket))
        at += len(bucket)
        low, high = (
            np.searchsorted(mean[inside], mean + gap * np.sqrt(sd**2 + edge**2), side="right")
            for edge in (sd[inside].min(initial=np.inf), sd[inside].max(initial=0.0))
        )
        count += len(inside) - high
        count += _between(mean, sd, inside, gap, (low, high))
    found = np.empty(len(mean), np.int32)
    found[order] = count
    return found


def _between(mean: Number, sd: Number, inside: Rows, gap: float, span: tuple[Rows, Rows]) -> Rows:
    """Compare each subject one by one with places low to high of `inside`, and count those above it."""
    low, high = span
    length = high - low
    count = np.zeros(len(mean), np.int64)
    cuts = np.searchsorted(np.cumsum(length), np.arange(PAIRS, length.sum(), PAIRS))
    for who in np.split(np.arange(len(mean)), cuts):
        a = np.repeat(who, length[who])
        first = np.repeat(np.cumsum(length[who]) - length[who], length[who])
        b = inside[np.arange(len(a)) - first + low[a]]
        above = mean[b] > mean[a] + gap * np.sqrt(sd[a] ** 2 + sd[b] ** 2)
        count += np.bincount(a[above], minlength=len(mean))
    return count
