"""The crossed random-effects fit, which care stands on: rows of evidence in, effects and errors out.

    y_r = fixed[group_r] + Σ_f effect_f[level_fr] + ε_r,  effect_f ~ N(0, variance_f),  ε_r ~ N(0, residual / weight_r)

Variances by REML (average information), effects by Henderson's mixed-model equations. Small and middling problems are
solved exactly by sparse elimination; above the limits the same steps use conjugate gradients with fixed probes.
Source: Bates, Mächler, Bolker & Walker (2015), J. Stat. Softw. 67(1); Gilmour, Thompson & Cullis (1995), Biometrics 51.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.crossed_equations import Equations, equations, moments, one_hot
from scoring.model.crossed_reml import NONE, RESIDUAL_SHARE, Bounds, Estimate, estimate, nothing, unheard
from scoring.model.crossed_system import system

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Variance:
    """What is known beforehand about one variance, in squared units of y.

    known : held at this value, never estimated (0 allowed: the factor's effects are then 0).
    floor : an estimate is never under it.
    guess, weight : the estimate is pulled to `guess` as if `weight` further levels (rows, for the residual) with that
        mean square had been seen. weight 0: pure REML. Where nothing can be learnt, `guess` is the answer
        (None: 1 for the residual, 0.25 for a factor; never under the floor).
    """

    known: float | None = None
    floor: float = 0.0
    guess: float | None = None
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Factor:
    """One random grouping of the rows.

    level : (rows,), 0..size-1, or -1 where the factor does not touch the row.
    size : number of effects, also those without any row.
    shares : optional (levels, size): row r then feels Σ_s shares[level_r, s] · effect_s (a project's trust as the
        sum of its members'; a covariate as a (rows, 1) column under level = arange). `level` points at its rows.
    """

    level: Indices
    size: int
    variance: Variance = Variance()
    shares: csr_array | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """What was observed.

    y : (rows,), finite.
    group : (rows,), 0..groups-1: the fixed mean (a criterion, an aspect) each row belongs to.
    groups : number of fixed means, also those without any row.
    weight : (rows,), > 0, relative precision (ageing, robustness); None: all 1.
    center, center_variance : the fixed means are N(center, center_variance) beforehand; inf: nothing is known, REML
        proper. A group without rows answers center with sd sqrt(center_variance).
    """

    y: Floats
    group: Indices
    groups: int
    weight: Floats | None = None
    center: float = 0.0
    center_variance: float = inf


@dataclass(frozen=True, slots=True)
class Fit:
    """Estimates, posterior means and posterior sds (variances held at their estimates, fixed means uncertain).

    fixed, fixed_sds : (groups,).
    effects, sds : one (size,) array for each factor, in the order given.
    variances, residual : as estimated or known.
    combined, combined_sds : (combinations,), value and posterior sd of each asked-for combination.
    deviance : the REML criterion at the variances; None where it was not computed exactly.
    exact : whether traces and sds are exact (elimination) or from probes (conjugate gradients).
    """

    fixed: Floats
    fixed_sds: Floats
    effects: tuple[Floats, ...]
    sds: tuple[Floats, ...]
    variances: tuple[float, ...]
    residual: float
    combined: Floats
    combined_sds: Floats
    deviance: float | None
    exact: bool


def columns(groups: int, factors: Sequence[Factor]) -> tuple[int, ...]:
    """First column of each block in a combination: fixed means at 0, then each factor; the last entry is the width.

    A combination is a row of a (combinations, width) csr_array: 1 at k, at start of receiver + j and at start of
    receiver×criterion + jk is "criterion k of person j"; its sd counts the covariances.
    """
    return tuple(int(c) for c in np.cumsum([0, groups, *(f.size for f in factors)]))


def fit_crossed(
    rows: Rows, factors: Sequence[Factor], residual: Variance = Variance(), combinations: csr_array | None = None
) -> Fit:
    """Fit the model; see the module's first lines. Same input, same bytes; row order changes nothing beyond 1e-9.

    Raises ValueError where shapes differ, a level or group is out of range, a number is not finite or a weight not > 0.
    """
    _check(rows, factors)
    center = _center(rows)
    eq = equations(_design(rows, factors), rows.y - center, _weights(rows))
    start = columns(rows.groups, factors)
    how = system(eq, _sorted(combinations, start[-1]))
    found = estimate(eq, _bounds(rows, (residual, *(f.variance for f in factors)), eq), how.factorize)
    return _report(rows, eq, found, center, how.wanted)


def _report(rows: Rows, eq: Equations, found: Estimate, center: float, wanted: csr_array) -> Fit:
    """Name the parts of the solution; a factor whose variance came out 0 has effects and sds of exactly 0."""
    diagonal, combined = found.solver.spread()
    none = nothing(found.variances)
    gone = none[eq.block]
    solution = np.where(gone, 0.0, found.solution)
    sds = np.where(gone, 0.0, np.sqrt(found.variances[0] * np.maximum(diagonal, 0)))
    sds[: rows.groups][unheard(eq, rows.center_variance)] = inf
    solution[: rows.groups] += center
    ends = np.cumsum(eq.sizes)[:-1]
    effects, errors = np.split(solution, ends), np.split(sds, ends)
    return Fit(
        fixed=effects[0],
        fixed_sds=errors[0],
        effects=tuple(effects[1:]),
        sds=tuple(errors[1:]),
        variances=tuple(float(v) for v in np.where(none, 0.0, found.variances)[1:]),
        residual=float(found.variances[0]),
        combined=wanted @ solution,
        combined_sds=np.sqrt(found.variances[0] * np.maximum(combined, 0)),
        deviance=found.deviance,
        exact=found.deviance is not None,
    )


def _design(rows: Rows, factors: Sequence[Factor]) -> list[csr_array]:
    """Build the parts of T: fixed means, then each factor."""
    parts = [one_hot(rows.group, rows.groups)]
    for factor in factors:
        levels = factor.size if factor.shares is None else factor.shares.shape[0]
        chosen = one_hot(factor.level, levels)
        parts.append(chosen if factor.shares is None else csr_array(chosen @ factor.shares))
    return parts


def _weights(rows: Rows) -> Floats:
    return np.ones(len(rows.y)) if rows.weight is None else np.asarray(rows.weight, np.float64)


def _center(rows: Rows) -> float:
    """Choose what is taken off y before solving: the known centre, or the mean of what was seen."""
    if isfinite(rows.center_variance) or not len(rows.y):
        return rows.center
    weight = _weights(rows)
    return float((weight * rows.y).sum() / weight.sum())


def _sorted(combinations: csr_array | None, width: int) -> csr_array:
    if combinations is None:
        return csr_array((0, width))
    if combinations.shape[1] != width:
        raise ValueError(f"combinations have {combinations.shape[1]} columns, the fit has {width}")
    wanted = csr_array(combinations, copy=True)
    wanted.sum_duplicates()
    return wanted


def _bounds(rows: Rows, variances: Sequence[Variance], eq: Equations) -> Bounds:
    """Where the steps start, and what holds them."""
    if variances[0].known is not None and variances[0].known <= 0:
        raise ValueError("a known residual must be > 0")
    guess = np.array([v.guess if v.guess is not None else 0.25 for v in variances])
    guess[0] = 1.0 if variances[0].guess is None else guess[0]
    floor = np.array([v.floor for v in variances])
    free = np.array([v.known is None for v in variances])
    freedom = eq.rows - int((eq.own[: rows.groups] > 0).sum())
    scale = eq.square / eq.weight.sum() if eq.rows else 0.0
    learns = freedom > 0 and scale > 1e-12 * float(guess[0])
    start = np.clip(moments(eq), 0.02 * scale, scale) if learns else guess
    weight = np.array([v.weight for v in variances])
    start = np.maximum(np.where(weight > 0, guess, start), floor)  # what is usual is nearer than moments of a few rows
    start = np.array([s if v.known is None else v.known for s, v in zip(start, variances, strict=True)])
    start[1:] = np.maximum(start[1:], NONE * start[0])
    floor[0] = max(floor[0], RESIDUAL_SHARE * scale)
    return Bounds(start, floor, guess, weight, free & learns, rows.center_variance)


def _check(rows: Rows, factors: Sequence[Factor]) -> None:
    count = len(rows.y)
    weight = _weights(rows)
    if rows.group.shape != (count,) or weight.shape != (count,):
        raise ValueError(f"y {rows.y.shape}, group {rows.group.shape} and weight {weight.shape} must be (rows,)")
    if not (np.isfinite(rows.y).all() and np.isfinite(weight).all() and (weight > 0).all()):
        raise ValueError("y and weight must be finite, weight > 0")
    if count and not 0 <= rows.group.min() <= rows.group.max() < rows.groups:
        raise ValueError(f"a group is outside 0..{rows.groups - 1}")
    for place, factor in enumerate(factors):
        levels = factor.size if factor.shares is None else factor.shares.shape[0]
        if factor.level.shape != (count,) or (factor.shares is not None and factor.shares.shape[1] != factor.size):
            raise ValueError(f"factor {place}: level must be (rows,), shares (levels, size)")
        if count and not -1 <= factor.level.min() <= factor.level.max() < levels:
            raise ValueError(f"factor {place}: a level is outside -1..{levels - 1}")


def contributions(rows: Rows, factors: Sequence[Factor], fit: Fit, index: int) -> csr_array:
    """How much each row gives to each effect of factor `index`, from that effect's own Henderson equation.

    Returns (rows, size), sparse: summing over the rows gives `fit.effects[index]` to 1e-9. For a factor without
    shares an entry is weight · (y − fixed − other effects) / (Σ weight + residual / variance).
    """
    blocks, weight = _design(rows, factors), _weights(rows)
    own, effects = blocks[index + 1], fit.effects[index]
    error = rows.y - fit.fixed[rows.group]
    for block, values in zip(blocks[1:], fit.effects, strict=True):
        error = error - block @ values
    given = own.copy()
    touching = np.repeat(np.arange(len(rows.y)), np.diff(own.indptr))
    if fit.variances[index] == 0:
        given.data = np.zeros(len(given.data))
        return given
    square = weight[touching] * own.data**2
    total = np.bincount(own.indices, square, own.shape[1]) + fit.residual / fit.variances[index]
    pushed = weight[touching] * own.data * error[touching] + square * effects[own.indices]
    given.data = pushed / total[own.indices]
    return given
