"""Solves the peers' equations for posterior means and variances.

Exactly, by a dense factor of what `peers_reduction.py` leaves, up to `EXACT` effects (an organization of eight
hundred); above, by conjugate gradients, and posterior precisions from each person's neighbourhood: for the state of j

    P_j = M_j − Σ_i u_ij u_ijᵀ / d_i(j),   d_i(j) = d_i + u_ijᵀ M_j⁻¹ u_ij,   d_i = diagonal of what is left for giver i

which is exact where ratings form a tree and near it where they form a large sparse graph (Gaussian belief propagation,
Weiss & Freeman 2001, Neural Comput. 13). Source: Henderson (1975), Biometrics 31(2).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from scoring.model.evidence import Index, Number
from scoring.model.gradients import TOLERANCE, conjugate_gradients
from scoring.model.peers_equations import Equations
from scoring.model.peers_groups import ROUGHLY, ends_told, group_variances, nearby, precisions
from scoring.model.peers_packed import Packed, pack
from scoring.model.peers_reduction import Reduced, reduce_givers, reduce_states
from scoring.model.peers_rows import Places

EXACT = 5_000  # effects up to which posterior variances are exact


@dataclass(frozen=True, slots=True)
class Glance:
    """Posterior means, rating points, and the variances of what tells suspects, squared.

    `state` (receivers, width); `shared` (Z,) leniencies, teams, circles; `mean` (criteria,) above what is usual.
    `group_variance` (teams + circles - those are the last of `shared`,): of many effects as `peers_groups.py` tells.
    `giver_variance` (givers,): nearly.
    """

    state: Number
    shared: Number
    mean: Number
    giver_variance: Number
    group_variance: Number


@dataclass(frozen=True, slots=True)
class Solution:
    """Posterior; variances in squared rating points.

    `state` (receivers, width), `shared` (Z,), `mean` (criteria,) as in `Glance`; `shared_variance` (Z,).
    `covariance` (receivers, criteria, criteria): of μ_k + quality_jk. `mean_covariance` (criteria, criteria).
    `common` (criteria, criteria): what of `covariance` all have alike (`_covariance_of_two`).
    `steps`: of conjugate gradients, 0 if exact.
    """

    state: Number
    shared: Number
    mean: Number
    shared_variance: Number
    covariance: Number
    mean_covariance: Number
    common: Number
    steps: int


def glance(eq: Equations, givers: int, effects: int = EXACT) -> Glance:
    """Solve for posterior means, and for the variances that suspicion asks for."""
    reduced = _reduce(eq, givers, effects)
    diagonal = reduced.diagonal()
    if isinstance(reduced, Packed) or number_of(eq) <= effects:
        factor = reduced.factor()
        found = factor.solve(reduced.right[:, None])[:, 0]
        last = np.arange(reduced.size - (len(eq.shift) - givers) - eq.criteria, reduced.size - eq.criteria)
        units = np.zeros((reduced.size, len(last)))
        units[last, np.arange(len(last))] = 1
        variance = factor.solve(units)[last, np.arange(len(last))]
    else:
        found = _searched(reduced, diagonal, (None, ROUGHLY))[0]
        variance = group_variances(eq, givers, nearby(eq, ends_told(eq, reduced.inverse), diagonal))
    state, shared, mean = _sides(eq, reduced, found, givers)
    return Glance(state, shared, mean, _giver_variance(reduced, diagonal, givers), variance)


def means(eq: Equations, givers: int, near: Glance, effects: int = EXACT) -> Glance:
    """Solve for posterior means alone, as surely as `solve` does; variances stay those of what is `near`."""
    reduced = _reduce(eq, givers, effects)
    if isinstance(reduced, Packed) or number_of(eq) <= effects:
        found = reduced.factor().solve(reduced.right[:, None])[:, 0]
    else:
        found = _searched(reduced, reduced.diagonal(), (start(eq, near), TOLERANCE))[0]
    state, shared, mean = _sides(eq, reduced, found, givers)
    return replace(near, state=state, shared=shared, mean=mean)


def solve(
    eq: Equations, givers: int, near: Glance | None = None, effects: int = EXACT, group: Index | None = None
) -> Solution:
    """Solve for posterior means and variances.

    Exact up to so many `effects`: qualities, leniencies, teams, circles and means; beyond, the search begins at what is
    `near`. The first `givers` of the shared columns are leniencies. `group` (receivers,): numbers of those that ratings
    connect, where there are several.
    """
    reduced = _reduce(eq, givers, effects)
    if isinstance(reduced, Reduced) and number_of(eq) > effects:
        return _iteratively(eq, reduced, near, givers)
    apart = (np.arange(len(eq.state)) if group is None or not group.any() else group).astype(np.int64)
    if isinstance(reduced, Reduced) and not reduced.states:
        return _by_givers(eq, reduced, givers, apart)
    return _by_states(eq, reduced, givers, apart)


def number_of(eq: Equations) -> int:
    """Count the effects: qualities, leniencies, teams, circles and means."""
    return len(eq.shift) + (len(eq.state) + 1) * eq.criteria


def _reduce(eq: Equations, givers: int, effects: int) -> Reduced | Packed:
    """Eliminate what leaves less; the iterative way always asks for what is shared."""
    if number_of(eq) > effects:
        return reduce_states(eq)
    if len(eq.state) * eq.width < givers:
        return reduce_givers(eq, givers)
    return pack(eq) or reduce_states(eq)


def _giver_variance(reduced: Reduced | Packed, diagonal: Number, givers: int) -> Number:
    """Say how unsure a giver's leniency is while all others are sure: (givers,)."""
    return 1 / diagonal[:givers] if reduced.states else reduced.inverse[:, 0, 0]


def _sides(eq: Equations, reduced: Reduced | Packed, found: Number, givers: int) -> tuple[Number, Number, Number]:
    """Return states, shared columns and means."""
    gone = reduced.back(found)
    shared = len(eq.shift)
    if reduced.states:
        return gone, found[:shared], found[shared:]
    states = eq.state.shape[0] * eq.width
    state = found[:states].reshape(-1, eq.width)
    return state, np.concatenate([gone[:, 0], found[states : states + shared - givers]]), found[-eq.criteria :]


def _by_states(eq: Equations, reduced: Reduced | Packed, givers: int, apart: Places) -> Solution:
    factor = reduced.factor()
    state, shared, mean = _sides(eq, reduced, factor.solve(reduced.right[:, None])[:, 0], givers)
    inverse = factor.inverse()
    spread = reduced.spread(inverse, eq.criteria) if isinstance(reduced, Packed) else _spread(eq, reduced, inverse)
    reach, along = spread
    covariance = reduced.inverse[:, : eq.criteria, : eq.criteria] + along
    columns = len(eq.shift)
    return Solution(
        state=state,
        shared=shared,
        mean=mean,
        shared_variance=np.diagonal(inverse)[:columns].copy(),
        covariance=covariance,
        mean_covariance=inverse[columns:, columns:],
        common=_covariance_of_two(reach, inverse, apart, along),
        steps=0,
    )


def _covariance_of_two(reach: Number, inverse: Number, apart: Places, along: Number | None = None) -> Number:
    """Return the mean covariance of two people's μ_k + quality_jk: (criteria, criteria).

    Of two whose `apart` (receivers,) differs: any two, or two whom no ratings connect. `reach` (receivers, criteria,
    left): what each owes to unknowns of which `inverse` is the covariance; `along` (receivers, criteria, criteria):
    what that makes each one's own variance, where it is known already.
    """
    receivers, criteria, left = reach.shape
    size = np.bincount(apart)
    pairs = float(receivers) ** 2 - float((size**2.0).sum())
    if pairs < 1:
        return np.zeros((criteria, criteria))
    total = reach.sum(axis=0)
    if along is not None and size.max() == 1:
        alone = along.sum(axis=0)
    else:
        belongs = csr_array((np.ones(receivers), (apart, np.arange(receivers))), shape=(len(size), receivers))
        own = np.asarray(belongs @ reach.reshape(receivers, -1)).reshape(-1, criteria, left)
        alone = np.einsum("gkz,glz->kl", (own.reshape(-1, left) @ inverse).reshape(own.shape), own)
    return np.asarray((total @ inverse @ total.T - alone) / pairs, np.float64)


def _spread(eq: Equations, reduced: Reduced, inverse: Number) -> tuple[Number, Number]:
    """Say what μ_k + quality_jk owe to what is left, and the variance that makes, as `Packed.spread`."""
    rows = (np.arange(len(eq.state))[:, None] * eq.width + np.arange(eq.criteria)).ravel()
    owed = -csr_array(reduced.through[rows])
    reach = owed.toarray()
    place = np.arange(len(rows))
    reach[place, len(eq.shift) + place % eq.criteria] += 1
    spread = np.asarray(owed @ inverse).reshape(len(eq.state), eq.criteria, len(inverse))
    spread += inverse[len(eq.shift) :]
    reach = reach.reshape(spread.shape)
    return reach, np.asarray(np.einsum("jkz,jlz->jkl", spread, reach), np.float64)


def _by_givers(eq: Equations, reduced: Reduced, givers: int, apart: Places) -> Solution:
    factor = reduced.factor()
    state, shared, mean = _sides(eq, reduced, factor.solve(reduced.right[:, None])[:, 0], givers)
    inverse = factor.inverse()
    receivers, width, criteria = len(eq.state), eq.width, eq.criteria
    own = (np.arange(receivers)[:, None] * width + np.arange(criteria))[:, :, None]
    across = own.swapaxes(1, 2)
    means = np.arange(reduced.size - criteria, reduced.size, dtype=np.int32)
    of_mean = inverse[means]
    with_mean = inverse[own, means]
    covariance = inverse[own, across] + with_mean + with_mean.swapaxes(1, 2) + of_mean[:, means]
    spread = np.asarray(reduced.through @ inverse)
    giver = reduced.inverse[:, 0, 0] + np.asarray(reduced.through.multiply(spread).sum(axis=1)).ravel()
    reach = np.zeros((receivers, criteria, reduced.size))
    np.put_along_axis(reach, own, 1.0, axis=2)
    reach[:, np.arange(criteria), means] = 1
    rest = np.diagonal(inverse)[receivers * width : reduced.size - criteria]
    return Solution(
        state=state,
        shared=shared,
        mean=mean,
        shared_variance=np.concatenate([giver, rest]),
        covariance=covariance,
        mean_covariance=of_mean[:, means],
        common=_covariance_of_two(reach, inverse, apart, covariance),
        steps=0,
    )


def _iteratively(eq: Equations, reduced: Reduced, near: Glance | None, givers: int) -> Solution:
    columns, means = len(eq.shift), slice(len(eq.shift), len(eq.shift) + eq.criteria)
    diagonal = reduced.diagonal()
    found, steps = _searched(reduced, diagonal, (None if near is None else start(eq, near), TOLERANCE))
    state, shared, mean = _sides(eq, reduced, found, givers)
    block = reduced.own[means, means] - csr_array(reduced.across[:, means].T @ reduced.through[:, means])
    mean_covariance = np.linalg.inv(block.toarray())
    return Solution(
        state=state,
        shared=shared,
        mean=mean,
        shared_variance=1 / diagonal[:columns],
        covariance=covariances(eq, reduced.inverse, (ends_told(eq, reduced.inverse), diagonal), mean_covariance),
        mean_covariance=mean_covariance,
        common=of_all(left_of_means(eq, reduced.inverse), mean_covariance),
        steps=steps,
    )


def covariances(eq: Equations, inverse: Number, of: tuple[Number, Number], mean_covariance: Number) -> Number:
    """Compute posterior covariances from neighbourhoods: (receivers, criteria, criteria).

    `inverse` M⁻¹; `of`: u M⁻¹ u by pair, and the diagonal of what is left of the equations.
    """
    some = slice(eq.criteria)
    own = np.linalg.inv(precisions(eq, *of)[1])[:, some, some]
    left = left_of_means(eq, inverse)
    return np.asarray(own + left @ mean_covariance @ left.swapaxes(1, 2), np.float64)


def left_of_means(eq: Equations, inverse: Number) -> Number:
    """Compute what μ_k + quality_jk still owes to the means: (receivers, criteria, criteria). `inverse`: M⁻¹."""
    return np.asarray(np.eye(eq.criteria) - (inverse @ eq.state_mean)[:, : eq.criteria], np.float64)


def of_all(left: Number, mean_covariance: Number) -> Number:
    """Compute what all people's μ_k + quality_jk are unsure of alike: (criteria, criteria). `left`: `left_of_means`."""
    usual = left.mean(axis=0)
    return np.asarray(usual @ mean_covariance @ usual.T, np.float64)


def start(eq: Equations, near: Glance) -> Number:
    """Begin at a like fit's solution: where there are more circles now, at none of theirs."""
    shared = np.zeros(len(eq.shift))
    shared[: len(near.shared)] = near.shared[: len(shared)]
    return np.concatenate([shared, near.mean])


def _searched(reduced: Reduced, diagonal: Number, how: tuple[Number | None, float]) -> tuple[Number, int]:
    """Solve what is left without writing it down."""
    count, width = reduced.inverse.shape[:2]
    back = csr_array(reduced.across.T)

    def times(x: Number) -> Number:
        through = (reduced.inverse @ (reduced.across @ x).reshape(count, width, 1)).ravel()
        return np.asarray(reduced.own @ x - back @ through, np.float64)

    return conjugate_gradients(times, reduced.right, diagonal, how)
