"""Variances by restricted maximum likelihood: average-information steps on Henderson's equations.

With λ_f = residual / variance_f and C = TᵀWT + Λ, the criterion and its derivatives need only solves and traces with
C; the same steps serve exact and probed traces. Source: Gilmour, Thompson & Cullis (1995), Biometrics 51(4);
Johnson & Thompson (1995), J. Dairy Sci. 78(2).
"""

from dataclasses import dataclass
from math import isfinite, log, pi
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.model.crossed_equations import Equations

Floats = NDArray[np.float64]

_LEAST_RATIO = 1e-7  # of the residual; a factor's variance under this is none,
NONE = 1e-12  # and this stands for it, as nothing may be divided by 0
RESIDUAL_SHARE = 1e-9  # of y's mean square; the residual never goes under it, so that nothing divides by 0
_STEPS = 60
_SETTLED = 1e-8  # relative change of every variance at which the steps end
_STRIDE = 8.0  # no step multiplies or divides a variance by more,
_SMALL = 0.01  # unless it is under this share of the residual: that one may fall to nothing or come back at once


class Solver(Protocol):
    """One factored C: exact by elimination, or iterative. logdet is None where it is not known."""

    @property
    def logdet(self) -> float | None:
        """Log determinant of C."""

    def solve(self, right: Floats) -> Floats:
        """C⁻¹ right, (columns, k)."""

    def diagonal(self) -> Floats:
        """Diagonal of C⁻¹, or an estimate whose sum over each block is nearly unbiased."""

    def spread(self) -> tuple[Floats, Floats]:
        """Diagonal of C⁻¹, (columns,), and c C⁻¹ cᵀ for each wanted combination, as exact as it gets."""


class Factorize(Protocol):
    """Makes the solver for one Λ."""

    def __call__(self, penalty: Floats) -> Solver:
        """Penalty : (columns,), the diagonal Λ; LinAlgError where C is not positive definite."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may move, index 0 the residual, f + 1 factor f.

    start, floor, guess, weight : (1 + factors,), squared units of y. free : which are estimated.
    center_variance : of the fixed means beforehand.
    """

    start: Floats
    floor: Floats
    guess: Floats
    weight: Floats
    free: NDArray[np.bool_]
    center_variance: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """variances : (1 + factors,). solution : (columns,). criterion : REML deviance with the prior's part, or None."""

    variances: Floats
    solution: Floats
    solver: Solver
    deviance: float | None
    criterion: float | None


def penalty(eq: Equations, variances: Floats, center_variance: float) -> Floats:
    """Build the diagonal Λ, (columns,): residual / variance of the column's block; 1 for an unheard fixed mean."""
    ratio = variances[0] / np.concatenate(([center_variance], variances[1:]))
    added: Floats = ratio[eq.block]
    if not isfinite(center_variance):
        added[: eq.sizes[0]][unheard(eq, center_variance)] = 1.0
    return added


def unheard(eq: Equations, center_variance: float) -> NDArray[np.bool_]:
    """Mark, (fixed means,), where no row speaks of it and nothing was known beforehand."""
    silent: NDArray[np.bool_] = eq.own[: eq.sizes[0]] == 0
    return silent & (not isfinite(center_variance))


def estimate(eq: Equations, bounds: Bounds, factorize: Factorize) -> Estimate:
    """Take steps until no free variance moves by more than a hundred-millionth of itself."""
    at, before = _evaluate(eq, bounds, factorize, bounds.start), 1.0
    for _ in range(_STEPS if bounds.free.any() else 0):
        wanted = _step(eq, bounds, at)
        moved = _toward(eq, bounds, factorize, at, wanted)
        change = float((np.abs(moved.variances - at.variances) / at.variances)[bounds.free].max())
        at = moved
        if change * min(change / before, 1.0) < _SETTLED:  # what the next step would change at this pace
            break
        before = change
    none = nothing(at.variances) & bounds.free
    if not none.any():
        return at
    return _evaluate(eq, bounds, factorize, np.where(none, NONE * at.variances[0], at.variances))


def nothing(variances: Floats) -> NDArray[np.bool_]:
    """Mark the factors, index f + 1, whose variance is as good as 0."""
    small: NDArray[np.bool_] = variances <= _LEAST_RATIO * variances[0] * (1 + 1e-9)
    return small & (np.arange(len(variances)) > 0)


def _evaluate(eq: Equations, bounds: Bounds, factorize: Factorize, variances: Floats) -> Estimate:
    added = penalty(eq, variances, bounds.center_variance)
    solver = factorize(added)
    solution = solver.solve(eq.right[:, None])[:, 0]
    if solver.logdet is None:
        return Estimate(variances, solution, solver, None, None)
    proper = isfinite(bounds.center_variance)
    known = eq.sizes.astype(np.float64)
    known[0] *= proper
    used = 0.0 if proper else float((eq.own[eq.block == 0] > 0).sum())
    ratio = variances[0] / np.concatenate(([bounds.center_variance if proper else 1.0], variances[1:]))
    freedom = eq.rows - used
    deviance = (
        freedom * log(2 * pi * variances[0])
        - float((known * np.log(ratio)).sum())
        + solver.logdet
        + (eq.square - float((eq.right * solution).sum())) / variances[0]
        - eq.logweight
    )
    prior = bounds.weight * (np.log(variances) + bounds.guess / variances)
    return Estimate(variances, solution, solver, deviance, deviance + float(prior[bounds.free].sum()))


def _step(eq: Equations, bounds: Bounds, at: Estimate) -> Floats:
    """Choose the variances at the foot of the quadratic approximation at this point, kept within bounds and stride."""
    theta = at.variances
    slope, curve = _derivatives(eq, bounds, at)
    slope += bounds.weight * (theta - bounds.guess) / theta**2
    # The pull w (log θ + guess/θ) bends by w (2 guess - θ)/θ³; never taken for less than w/θ², so that it stays convex.
    curve.flat[:: len(curve) + 1] += bounds.weight * np.maximum(2 * bounds.guess / theta - 1, 1) / theta**2
    floor = _floors(bounds, theta)
    small = _SMALL * theta[0]
    low = np.maximum(floor, np.where(theta < small, 0.0, theta / _STRIDE))
    high = np.maximum(theta * _STRIDE, small)
    moving = bounds.free & ~((theta <= floor) & (slope >= 0))
    chosen = theta.copy()
    while moving.any():  # whoever meets a bound stays there, and the others choose again knowing it
        away = slope[moving] + curve[np.ix_(moving, ~moving)] @ (chosen - theta)[~moving]
        scale = np.maximum(theta[moving], small)  # relative, so that a tiny variance is no singularity
        bent = curve[np.ix_(moving, moving)] * np.outer(scale, scale)
        ridge = 1e-10 * max(float(np.trace(bent)), 1e-300)
        wanted = theta[moving] - scale * np.linalg.solve(bent + ridge * np.eye(len(scale)), away * scale)
        kept = np.clip(wanted, low[moving], high[moving])
        chosen[moving] = kept
        if (kept == wanted).all():
            break
        moving[np.flatnonzero(moving)[kept != wanted]] = False
    return np.where(bounds.free, np.maximum(chosen, _floors(bounds, chosen)), theta)


def _floors(bounds: Bounds, theta: Floats) -> Floats:
    least = np.full(len(theta), _LEAST_RATIO * theta[0])
    least[0] = 0.0
    lowest: Floats = np.maximum(bounds.floor, least)
    return lowest


def _derivatives(eq: Equations, bounds: Bounds, at: Estimate) -> tuple[Floats, Floats]:
    """Slope of the deviance by each variance, and the average-information matrix."""
    theta, solution = at.variances, at.solution
    blocks = len(eq.sizes)
    added = penalty(eq, theta, bounds.center_variance)
    taken = eq.sums(added * at.solver.diagonal())  # λ_f tr C⁻¹_ff
    left = eq.sizes - taken
    left[0] = float((eq.own[eq.block == 0] > 0).sum()) if taken[0] == 0 else left[0]
    error = eq.square - float((eq.right * solution).sum()) - float((added * solution**2).sum())
    slope = np.empty(blocks)
    slope[0] = (eq.rows - left.sum()) / theta[0] - error / theta[0] ** 2
    slope[1:] = left[1:] / theta[1:] - eq.sums(solution**2)[1:] / theta[1:] ** 2

    spread = np.zeros((len(solution), blocks))  # column f: effects of factor f over its variance
    place = np.arange(len(solution))
    spread[place, eq.block] = solution / theta[eq.block]
    working = eq.matrix @ spread
    working[:, 0] = added * solution / theta[0]
    answers = at.solver.solve(working)
    # Sums by einsum: a threaded BLAS would round differently on another number of threads.
    products = np.einsum("cf,cg->fg", working, spread - answers)
    products[0, 0] = error / theta[0] ** 2 - float((working[:, 0] * answers[:, 0]).sum())
    lower = np.tri(blocks, dtype=np.bool_)  # what lies above stands for both halves
    return slope, np.where(lower, products.T, products) / theta[0]


def _toward(eq: Equations, bounds: Bounds, factorize: Factorize, at: Estimate, wanted: Floats) -> Estimate:
    """Take the step, halved while it would make the criterion worse (where the criterion is known)."""
    for _ in range(12):
        moved = _evaluate(eq, bounds, factorize, wanted)
        if moved.criterion is None or at.criterion is None:
            return moved
        if moved.criterion <= at.criterion + 1e-9 * (1 + abs(at.criterion)):
            return moved
        wanted = np.sqrt(wanted * at.variances)
    return at
