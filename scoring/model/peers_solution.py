"""Solves the peers' equations: states are eliminated block by block, what the many share is solved for.

Exactly, by a dense factor of what is left, up to `EXACT` effects (an organization of eight hundred); above, by
conjugate gradients, and posterior variances from each person's neighbourhood: for the state of j

    P_j = M_j − Σ_i u_ij u_ijᵀ / d_i(j),   d_i(j) = d_i + u_ijᵀ M_j⁻¹ u_ij,   d_i = diagonal of what is left for giver i

which is exact where ratings form a tree and near it where they form a large sparse graph (Gaussian belief propagation,
Weiss & Freeman 2001, Neural Comput. 13). Source: Henderson (1975), Biometrics 31(2).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import bsr_array, csr_array, diags_array, hstack, vstack

from scoring.model.crossed_blocks import Cholesky, cholesky
from scoring.model.evidence import Index, Number
from scoring.model.peers_equations import Equations

EXACT = 5_000  # effects up to which posterior variances are exact
TOLERANCE = 1e-12  # of the right-hand side, where conjugate gradients stop
ROUGHLY = 1e-5  # the same, where only what is suspect is asked for
MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Solution:
    """Posterior; variances in squared rating points.

    `state` (receivers, width); `state_inverse` (receivers, width, width), M⁻¹: what it owes to each amount of evidence.
    `shared` (Z,) leniencies, teams, circles, `mean` (criteria,) above what is usual.
    `covariance` (receivers, criteria, criteria): of μ_k + quality_jk. `mean_covariance` (criteria, criteria).
    `shared_variance` (Z,), a giver's with the team's. `common` (receivers, criteria): variance of the error of
    μ_k + quality_jk that all receivers of one connected group have alike. `steps`: of conjugate gradients, 0 if exact.
    """

    state: Number
    state_inverse: Number
    shared: Number
    mean: Number
    covariance: Number
    mean_covariance: Number
    shared_variance: Number
    common: Number
    steps: int


@dataclass(frozen=True, slots=True)
class Glance:
    """Posterior means, and variances of what is shared, as in `Solution`."""

    state: Number
    shared: Number
    mean: Number
    shared_variance: Number


@dataclass(frozen=True, slots=True)
class _Reduced:
    """What is left without the states: (A − Cᵀ M⁻¹ C) x = right, with A over shared columns and means.

    `inverse` (receivers, width, width) is M⁻¹; `across` C (receivers · width, shared + criteria); `through` M⁻¹ C.
    """

    inverse: Number
    across: csr_array
    through: csr_array
    own: csr_array
    right: Number


def solve(eq: Equations, group: Index, near: Glance | None = None, effects: int = EXACT) -> Solution:
    """Solve for posterior means and variances. `group` (receivers,) numbers connected groups from 0.

    Exact up to so many `effects`: qualities, leniencies, teams, circles and means; beyond, the search begins at what is
    `near`.
    """
    reduced = _reduce(eq)
    if reduced.own.shape[0] + len(eq.state) * eq.criteria <= effects:
        return _exactly(eq, reduced, group)
    return _iteratively(eq, reduced, group, near)


def glance(eq: Equations, effects: int = EXACT) -> Glance:
    """Solve for posterior means, and for the variances of what is shared alone."""
    reduced = _reduce(eq)
    if reduced.own.shape[0] + len(eq.state) * eq.criteria <= effects:
        factor = _factor(reduced)
        found, variance = factor.solve(reduced.right[:, None])[:, 0], np.diagonal(factor.inverse())
    else:
        diagonal = _diagonal(reduced)
        found, variance = _conjugate_gradients(reduced, diagonal, None, ROUGHLY)[0], 1 / diagonal
    shared = len(eq.shift)
    return Glance(_states(eq, reduced, found), found[:shared], found[shared:], variance[:shared])


def _reduce(eq: Equations) -> _Reduced:
    receivers, width, criteria = len(eq.state), eq.width, eq.criteria
    inverse = np.linalg.inv(eq.state)
    inverse = (inverse + inverse.swapaxes(1, 2)) / 2
    means = csr_array(eq.state_mean.reshape(receivers * width, criteria))
    across = csr_array(hstack([eq.links @ eq.given, means]))
    through = csr_array(_blocks(inverse) @ across)
    weighed = eq.given.multiply(eq.pair[:, None])
    shifts = csr_array(eq.given.T @ csr_array(weighed)) + diags_array(eq.shift)
    crossing = csr_array(eq.given.T @ csr_array(eq.pair_mean))
    own = vstack([hstack([shifts, crossing]), hstack([crossing.T, csr_array(eq.mean)])])
    right = np.concatenate([eq.given.T @ eq.right_pair, eq.right_mean]) - through.T @ eq.right_state.ravel()
    return _Reduced(inverse, across, through, csr_array(own), right)


def _blocks(blocks: Number) -> bsr_array:
    count, width = blocks.shape[:2]
    shape = (count * width, count * width)
    return bsr_array((blocks, np.arange(count), np.arange(count + 1)), shape=shape)


def _exactly(eq: Equations, reduced: _Reduced, group: Index) -> Solution:
    factor = _factor(reduced)
    found = factor.solve(reduced.right[:, None])[:, 0]
    inverse = factor.inverse()
    shared = len(eq.shift)
    reach = _reach(eq, reduced)
    spread = np.asarray(csr_array(reach) @ inverse).reshape(len(eq.state), eq.criteria, len(inverse))
    reach = reach.reshape(spread.shape)
    covariance = reduced.inverse[:, : eq.criteria, : eq.criteria] + np.einsum("jkz,jlz->jkl", spread, reach)
    return Solution(
        state=_states(eq, reduced, found),
        state_inverse=reduced.inverse,
        shared=found[:shared],
        mean=found[shared:],
        covariance=covariance,
        mean_covariance=inverse[shared:, shared:],
        shared_variance=np.diagonal(inverse)[:shared].copy(),
        common=_alike(reach, spread, group),
        steps=0,
    )


def _factor(reduced: _Reduced) -> Cholesky:
    matrix = (reduced.own - csr_array(reduced.across.T @ reduced.through)).toarray()
    return cholesky((matrix + matrix.T) / 2)


def _diagonal(reduced: _Reduced) -> Number:
    """Diagonal of what is left without the states."""
    taken = np.asarray(reduced.across.multiply(reduced.through).sum(axis=0)).ravel()
    return np.asarray(reduced.own.diagonal() - taken, np.float64)


def _states(eq: Equations, reduced: _Reduced, found: Number) -> Number:
    left = eq.right_state.ravel() - reduced.across @ found
    return np.asarray((reduced.inverse @ left.reshape(len(eq.state), eq.width, 1))[..., 0], np.float64)


def _reach(eq: Equations, reduced: _Reduced) -> Number:
    """Say what μ_k + quality_jk owes to each shared column and mean: (receivers · criteria, shared + criteria)."""
    rows = (np.arange(len(eq.state))[:, None] * eq.width + np.arange(eq.criteria)).ravel()
    reach = -reduced.through[rows].toarray()
    place = np.arange(len(rows))
    reach[place, len(eq.shift) + place % eq.criteria] += 1
    return reach


def _alike(reach: Number, spread: Number, group: Index) -> Number:
    """Mean covariance of the errors within each group, through what is shared: (receivers, criteria)."""
    groups = int(group.max(initial=-1)) + 1
    count = np.maximum(np.bincount(group, minlength=groups), 1)
    mean = csr_array((1 / count[group], (group, np.arange(len(group)))), shape=(groups, len(group)))
    wide = reach.shape[1] * reach.shape[2]
    shape = (groups, *reach.shape[1:])
    together, spreads = (np.asarray(mean @ each.reshape(len(group), wide)).reshape(shape) for each in (reach, spread))
    shared = np.einsum("gkz,gkz->gk", together, spreads)
    return np.asarray(np.maximum(shared, 0)[group], np.float64)


def _iteratively(eq: Equations, reduced: _Reduced, group: Index, near: Glance | None) -> Solution:
    shared, criteria = len(eq.shift), eq.criteria
    diagonal = _diagonal(reduced)
    start = _start(eq, near)
    found, steps = _conjugate_gradients(reduced, diagonal, start, TOLERANCE)
    links, inverse = eq.links, reduced.inverse
    told = np.asarray(links.multiply(_blocks(inverse) @ links).sum(axis=0)).ravel()  # u M⁻¹ u of each pair
    giver = eq.given.indices[eq.given.indptr[:-1]]  # the first shared column of a pair is its giver's
    free = 1 / (diagonal[giver] + told)
    covariance = np.linalg.inv(eq.state - _outer(eq, links, free))[:, :criteria, :criteria]
    means = slice(shared, shared + criteria)
    block = reduced.own[means, means] - csr_array(reduced.across[:, means].T @ reduced.through[:, means])
    mean_covariance = np.linalg.inv(block.toarray())
    left = (
        np.eye(criteria) - reduced.through[:, means].toarray().reshape(len(eq.state), eq.width, criteria)[:, :criteria]
    )
    covariance += left @ mean_covariance @ left.swapaxes(1, 2)
    return Solution(
        state=_states(eq, reduced, found),
        state_inverse=reduced.inverse,
        shared=found[:shared],
        mean=found[shared:],
        covariance=np.asarray(covariance, np.float64),
        mean_covariance=mean_covariance,
        shared_variance=1 / diagonal[:shared],
        common=np.zeros((len(group), criteria)),
        steps=steps,
    )


def _outer(eq: Equations, links: csr_array, weight: Number) -> Number:
    """Σ over a receiver's pairs of weight · u uᵀ: (receivers, width, width)."""
    receivers, width = len(eq.state), eq.width
    found = np.zeros((receivers, width, width))
    columns = [csr_array(links[column::width]) for column in range(width)]
    for one in range(width):
        weighed = csr_array(columns[one].multiply(weight))
        for other in range(one, width):
            found[:, one, other] = found[:, other, one] = np.asarray(
                weighed.multiply(columns[other]).sum(axis=1)
            ).ravel()
    return found


def _start(eq: Equations, near: Glance | None) -> Number | None:
    """Begin at a like fit's solution: where there are more circles now, at none of theirs."""
    if near is None:
        return None
    return np.concatenate([np.resize(np.append(near.shared, np.zeros(len(eq.shift))), len(eq.shift)), near.mean])


def _conjugate_gradients(
    reduced: _Reduced, diagonal: Number, start: Number | None, tolerance: float
) -> tuple[Number, int]:
    """Solve with the diagonal as preconditioner. Sums are NumPy's own, which do not depend on threads."""
    right = reduced.right
    count, width = reduced.inverse.shape[:2]
    back = csr_array(reduced.across.T)

    def times(x: Number) -> Number:
        through = (reduced.inverse @ (reduced.across @ x).reshape(count, width, 1)).ravel()
        return np.asarray(reduced.own @ x - back @ through, np.float64)

    found = right / diagonal if start is None else start
    left = right - times(found)
    ahead = left / diagonal
    direction, size = ahead.copy(), float((left * ahead).sum())
    enough = tolerance**2 * float((right * right / diagonal).sum())
    steps = 0
    while size > enough and steps < MOST_STEPS:
        steps += 1
        moved = times(direction)
        stride = size / float((direction * moved).sum())
        found = found + stride * direction
        left = left - stride * moved
        ahead = left / diagonal
        before, size = size, float((left * ahead).sum())
        direction = ahead + (size / before) * direction
    return found, steps
