"""One board at a time: ranks from everybody's own comparison, bands one after the other."""

import numpy as np
from scipy.special import ndtri

from scoring.model.boards import Places


def places(estimate, sd, voices, policy):
    """Rank subjects, (subjects,) each; with fewer voices than the policy's minimum one is provisional."""
    provisional = voices < policy.minimum_voices
    # Equals stand in an order that does not hang on their names, so that a band never does.
    order = np.lexsort((sd, -estimate, provisional))
    ranked = order[: int((~provisional).sum())]
    gap = float(ndtri(policy.certainty))
    mean, error = estimate[ranked], sd[ranked]
    found = np.zeros((3, len(order)), np.int32)
    found[0, : len(ranked)] = bands(mean, error, gap)
    better = surely(mean, error, gap)
    found[1, : len(ranked)] = 1 + better.sum(axis=1)
    found[2, : len(ranked)] = len(ranked) - better.sum(axis=0)
    return Places(order.astype(np.int32), found[0], found[1], found[2], provisional[order])


def surely(mean, sd, gap):
    """Say for each subject who of the others is surely better: (subjects, others)."""
    return mean[None, :] > mean[:, None] + gap * np.sqrt(sd[:, None] ** 2 + sd[None, :] ** 2)


def bands(mean, sd, gap):
    """Return the number of the band, from 1, of subjects given best first: (subjects,)."""
    band = np.zeros(len(mean), np.int32)
    first, number = 0, 0
    while first < len(mean):
        number += 1
        after = _next_band(mean, sd, gap, first)
        band[first:after] = number
        first = after
    return band


def _next_band(mean, sd, gap, first):
    """Return the first place after `first` that it is surely better than; the number of places where there is none."""
    at, width = first + 1, 64
    while at < len(mean):
        until = slice(at, at + width)
        worse = mean[first] > mean[until] + gap * np.sqrt(sd[first] ** 2 + sd[until] ** 2)
        if worse.any():
            return at + int(worse.argmax())
        at, width = at + width, width * 2
    return len(mean)
