"""An independent estimator of what colleagues say: a cumulative probit with crossed random effects.

    P(rating ≤ c) = Φ(τ_c − η),  η = b_k + general_j + own_jk + leniency_g + pair_gj

Penalised likelihood with the variances held (the mode that a Laplace approximation stands on), by Newton's method on
the sparse Hessian, which is negative definite as the likelihood is log-concave. It shares nothing with the engine:
neither linearity, nor variances, nor code.
Source: McCullagh (1980), J. R. Stat. Soc. B 42(2); Breslow & Clayton (1993), J. Am. Stat. Assoc. 88(421).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array, diags_array
from scipy.sparse.linalg import splu
from scipy.special import log_ndtr

from scoring.model.evidence import Feedback
from scoring.simulate.people import Index, Number

WORDS = 5
STEPS, DONE = 25, 1e-6  # of Newton's method; largest change at which it ends
LOOSE = 1e-3  # precision of thresholds and of the criteria's own level, which hold them apart


@dataclass(frozen=True, slots=True)
class Spreads:
    """Sds of the random effects, in sd of one rating's noise."""

    general: float
    own: float
    leniency: float
    pair: float


@dataclass(frozen=True, slots=True)
class _Design:
    """`upper`, `lower` (rows, parameters): thresholds around each rating less η; `top`, `bottom`: ends of the scale."""

    upper: csr_array
    lower: csr_array
    top: Number
    bottom: Number
    precision: Number
    start: tuple[int, ...]


def judged(said: Feedback, shape: tuple[int, int], spreads: Spreads) -> Number:
    """Return general + own of each person and criterion, `shape`; 0 where nothing was said."""
    people, criteria = shape
    if not said.rating.size:
        return np.zeros(shape)
    design = _design(said, shape, spreads)
    found = _mode(design, said)
    general = found[design.start[2] : design.start[3]]
    own = found[design.start[3] : design.start[4]].reshape(people, criteria)
    return general[:, None] + own


def _design(said: Feedback, shape: tuple[int, int], spreads: Spreads) -> _Design:
    people, criteria = shape
    pair = np.unique(said.giver.astype(np.int64) * people + said.receiver, return_inverse=True)[1]
    levels = (
        said.criterion, said.receiver, said.receiver.astype(np.int64) * criteria + said.criterion, said.giver, pair
    )  # fmt: skip
    sizes = (WORDS - 1, criteria, people, people * criteria, people, int(pair.max()) + 1)
    start = tuple(int(place) for place in np.cumsum([0, *sizes]))
    sds = (spreads.general, spreads.own, spreads.leniency, spreads.pair)
    precision = np.repeat([LOOSE, LOOSE, *(sd**-2 for sd in sds)], sizes)
    rating = said.rating.astype(np.int64)
    columns = np.column_stack([first + level for first, level in zip(start[1:], levels, strict=False)])
    upper = _around(np.minimum(rating, WORDS - 1) - 1, columns, start[-1])
    lower = _around(np.maximum(rating - 1, 1) - 1, columns, start[-1])
    return _Design(upper, lower, rating == WORDS, rating == 1, precision, start)


def _around(threshold: Index, columns: Index, width: int) -> csr_array:
    rows = np.repeat(np.arange(len(columns)), columns.shape[1] + 1)
    where = np.column_stack([threshold, columns]).ravel()
    sign = np.tile([1.0, *[-1.0] * columns.shape[1]], len(columns))
    return csr_array((sign, (rows, where)), shape=(len(columns), width))


def _mode(design: _Design, said: Feedback) -> Number:
    """Climb from the thresholds that the words' shares suggest."""
    theta = np.zeros(design.start[-1])
    theta[: WORDS - 1] = np.linspace(-2.5, 1.0, WORDS - 1)
    best = _height(design, theta)
    for _ in range(STEPS):
        step = _step(design, theta)
        size = 1.0
        while (height := _height(design, theta + size * step)) < best and size > 1e-4:
            size /= 2
        if height < best:
            break
        theta, best = theta + size * step, height
        if np.abs(size * step).max() < DONE * np.sqrt(len(said.rating)):
            break
    return theta


def _height(design: _Design, theta: Number) -> float:
    """Return the log posterior; −inf where thresholds crossed."""
    if (np.diff(theta[: WORDS - 1]) <= 0).any():
        return float("-inf")
    upper, lower = _ends(design, theta)
    return float(_log_chance(upper, lower).sum() - 0.5 * (design.precision * theta**2).sum())


def _ends(design: _Design, theta: Number) -> tuple[Number, Number]:
    upper, lower = design.upper @ theta, design.lower @ theta
    return np.where(design.top, np.inf, upper), np.where(design.bottom, -np.inf, lower)


def _log_chance(upper: Number, lower: Number) -> Number:
    """Log of Φ(upper) − Φ(lower), from the side on which both are small."""
    turned = lower > 0
    high, low = np.where(turned, -lower, upper), np.where(turned, -upper, lower)
    difference = np.minimum(log_ndtr(low) - log_ndtr(high), -1e-12)
    return np.asarray(log_ndtr(high) + np.log1p(-np.exp(difference)), np.float64)


def _step(design: _Design, theta: Number) -> Number:
    upper, lower = _ends(design, theta)
    chance = np.maximum(np.exp(_log_chance(upper, lower)), 1e-300)
    up, down = (np.exp(-0.5 * end**2) / np.sqrt(2 * np.pi) / chance for end in (upper, lower))
    gradient = design.upper.T @ up - design.lower.T @ down - design.precision * theta
    flat_up, flat_low = np.where(design.top, 0.0, upper), np.where(design.bottom, 0.0, lower)
    above = _squared(design.upper, flat_up * up + up**2, design.upper)
    below = _squared(design.lower, down**2 - flat_low * down, design.lower)
    cross = _squared(design.upper, up * down, design.lower)
    whole = above + below - cross - cross.T + diags_array(design.precision)
    # Symmetric and positive definite: no pivoting, and an order that keeps the factor sparse.
    factor = splu(csc_array(whole), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.asarray(factor.solve(gradient), np.float64)


def _squared(left: csr_array, weight: Number, right: csr_array) -> csr_array:
    return csr_array(left.T @ (diags_array(weight) @ right))
