"""How likely it is that a pair tells nothing but the best marks, again and again, if that is an opinion.

A pair's mean says how far its words are from what is known; it does not say that no word was ever less than the best.
Whoever thinks highly of somebody gives a four now and then, since ratings differ by the residual; a story has no such
chance in it. With level u ~ N(known, σ_p² + σ_o² + what is unknown) and c half-way between the two best marks,

    P = E Φ((u − c) / σ)^n,

by Gauss-Hermite quadrature. All marks of one answer may be haste, so n counts what further answers add:
n = marks · (1 − 1/answers). Source: Abramowitz & Stegun (1964), 25.4.46.
"""

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import ndtr

from scoring.model.evidence import Number
from scoring.model.peers_rows import Heard
from scoring.model.peers_variances import Variances
from scoring.model.ratings import RATING_ENDS, told_of

NODES, WEIGHTS = hermegauss(25)
BEST = float(told_of(np.array(RATING_ENDS[1])))
CUT = float(told_of(np.array([RATING_ENDS[1] - 1, RATING_ENDS[1]])).mean())
LEAST = 1e-9  # chance under which everything is as unlikely


def flawless(told: Heard, mean: Number, held: Variances, known: tuple[Number, Number]) -> Number:
    """Return ln P of each pair, (pairs,), 0 where a mark was less than the best.

    `mean`: of its told marks; `known`: what is left of that when all that is known is taken off, and how unsure that
    is, squared told points; each (pairs,).
    """
    left, unsure = known
    found = np.zeros(len(mean))
    best = np.flatnonzero(mean >= BEST - 1e-9)
    answers = np.bincount(told.pair, minlength=len(mean))[best]
    marks = np.bincount(told.row_pair, minlength=len(mean))[best]
    sd = np.sqrt(held.pair + held.occasion + unsure[best])
    level = (mean - left)[best][:, None] + sd[:, None] * NODES
    each = ndtr((level - CUT) / np.sqrt(held.residual)) ** (marks * (1 - 1 / np.maximum(answers, 1)))[:, None]
    found[best] = np.log(np.maximum(each @ (WEIGHTS / WEIGHTS.sum()), LEAST))
    return found
