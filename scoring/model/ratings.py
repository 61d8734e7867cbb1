"""What a rating says: words under "good" differ by less than "good" and "excellent" do.

Ratings are ordinal and crowd near 5. Steps under 4 are told as `STEP` of the step from 4 to 5:

    told(r) = r for r ≥ 4,   4 − STEP · (4 − r) under it

which is what normal scores of usual answers come to (Blom 1958), held fixed so that it never drifts. The linear model
works on told points and orders people nearer to what an ordinal model would; figures are shown as ratings again.
"""

import numpy as np
from scipy.special import ndtr, stdtrit

from scoring.model.evidence import Number

GOOD = 4.0  # rating points
STEP = 0.6  # told points for a rating point under `GOOD`
RATING_ENDS = (1.0, 5.0)  # of the scale of ratings
LOWEST, HIGHEST = GOOD - STEP * (GOOD - RATING_ENDS[0]), RATING_ENDS[1]  # told points
LEAST_LOCAL = 0.25  # of the variance function that is left at the very end of the scale
TAILS = 15.0  # kurtosis 3.5; errors of simulated organizations have 3.5 to 3.9


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


def local_sd(estimate: Number, sd: Number, of: tuple[Number, Number]) -> Number:
    """Return posterior sds as they are where the estimate lies: near an end of the scale everybody is alike.

    `estimate`, `sd` in told points, (subjects, criteria); `of`: centre and spread of the truth among all, (criteria,).
    The linear model gives one variance to all of whom as much is known. The mean of a bounded scale has the variance
    function V(x) = (x − lowest)(highest − x), and its posterior variance goes by it where prior and answers are
    conjugate (Wedderburn 1974, Biometrika 61(3); Morris 1982, Ann. Stat. 10(1)). Half-way between the two, since truths
    crowd at the upper end more than such a prior does:

        sd² · √(V(estimate) / (V(centre) − r · spread²)),   r = 1 − sd²/spread²

    Among those of like reliability r estimates vary by r · spread², so that the divisor is their mean V: on average
    nothing changes, and who is not known at all keeps the prior.
    """
    centre, spread = of
    here, there = _function(estimate), _function(centre)
    reliable = np.clip(1 - (sd / spread) ** 2, 0, 1)
    usual = np.maximum(there - reliable * spread**2, LEAST_LOCAL * there)
    share = np.clip(here / np.maximum(usual, 1e-12), LEAST_LOCAL, 1 / LEAST_LOCAL)
    return np.asarray(sd * np.sqrt(np.sqrt(share)), np.float64)


def heavy_reach(interval: float) -> float:
    """Half the length of a criterion's interval that is to hold the truth with this probability, in posterior sds.

    As of Student's t with `TAILS` degrees of freedom and variance 1, 1.25 for 80 %: how consistent single givers are,
    and how fast single people change, differs, so that errors are heavier-tailed than normal.
    """
    return float(stdtrit(TAILS, (1 + interval) / 2) / np.sqrt(TAILS / (TAILS - 2)))


def _function(told: Number) -> Number:
    """Variance function of a mean on this scale, not under 0."""
    return np.maximum((told - LOWEST) * (HIGHEST - told), 0.0)
