"""What a rating says: words under "good" differ by less than "good" and "excellent" do.

Ratings are ordinal and crowd near 5. Steps under 4 are told as `STEP` of the step from 4 to 5:

    told(r) = r for r ≥ 4,   4 − STEP · (4 − r) under it

which is what normal scores of usual answers come to (Blom 1958), held fixed so that it never drifts. The linear model
works on told points and orders people nearer to what an ordinal model would; figures are shown as ratings again.
"""

import numpy as np
from scipy.special import ndtr

from scoring.model.evidence import Number

GOOD = 4.0  # rating points
STEP = 0.6  # told points for a rating point under `GOOD`


def told_of(rating: Number) -> Number:
    """Return told points of ratings, any shape."""
    return np.asarray(np.where(rating >= GOOD, rating, GOOD - STEP * (GOOD - rating)), np.float64)


def rating_of(told: Number, spread: Number | float = 0.0) -> Number:
    """Return the mean rating where told points are normal around `told` with sd `spread`, any shapes that fit.

    With d = 4 − told: told − (1/STEP − 1) · E max(d + spread · Z, 0), and E max = d Φ(d/spread) + spread φ(d/spread).
    Without spread it is the inverse of `told_of`.
    """
    under = GOOD - np.asarray(told, np.float64)
    sd = np.maximum(spread, 1e-12)
    below = under * ndtr(under / sd) + sd * np.exp(-0.5 * np.minimum((under / sd) ** 2, 1400)) / np.sqrt(2 * np.pi)
    return np.asarray(told - (1 / STEP - 1) * below, np.float64)
