"""Nights of large organizations: what a base leaves of its equations is written down, and changed where words changed.

Once states are eliminated, the equations of givers, teams, circles and means are a sum over receivers,

    S = prior + Σ_j S_j,   S_j = D_j − C_jᵀ M_j⁻¹ C_j      (peers_reduction.py; M_j the equations of j's state)

so tonight's are S − Σ_T S_j as the base has them + Σ_T S_j as they are now, T being whose ratings were touched since.
Nothing of the base is copied or added up again; a step of conjugate gradients costs one product with S instead of one
with every pair and criterion. States and posterior variances are told anew of everybody, as a habit that is better
known speaks of all whom that giver rated: one pass over pairs.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from scoring.model.evidence import Index, Number
from scoring.model.gradients import TOLERANCE, conjugate_gradients
from scoring.model.peers_equations import Equations
from scoring.model.peers_groups import ends_told
from scoring.model.peers_reduction import reduce_states
from scoring.model.peers_solution import (
    Glance,
    Solution,
    covariances,
    left_of_means,
    of_all,
    start,
)

MOST = 64  # entries of S for each pair, at most: where a few are rated by very many, S is not written down


@dataclass(frozen=True, slots=True)
class Net:
    """What a base leaves for nights: its equations `eq`, and what is left of them.

    `inverse` (receivers, width, width) M⁻¹; `told` (pairs,) u M⁻¹ u of each pair; `matrix` S (left, left) and `right`.
    """

    eq: Equations
    inverse: Number
    told: Number
    matrix: csr_array
    right: Number


def net(eq: Equations) -> Net | None:
    """Write S down, unless it would have many more entries than there are pairs."""
    heard = np.bincount(eq.receiver, minlength=len(eq.state)).astype(np.float64)
    if (heard**2).sum() > MOST * len(eq.receiver):
        return None
    reduced = reduce_states(eq)
    return Net(eq, reduced.inverse, ends_told(eq, reduced.inverse), reduced.matrix(), reduced.right)


def solve_over(base: Net, before: Equations, after: Equations, receivers: Index, near: Glance) -> Solution:
    """Solve with the equations of some `receivers` as they are `after` in place of `before`, beginning at what is near.

    As `solve` of all equations beyond `EXACT` effects, in another order of sums.
    """
    eq, gone, come = base.eq, reduce_states(before), reduce_states(after)
    matrix = csr_array(base.matrix + (come.matrix() - gone.matrix()))
    right = base.right + (come.right - gone.right)
    diagonal = matrix.diagonal()

    def times(x: Number) -> Number:
        return np.asarray(matrix @ x, np.float64)

    found, steps = conjugate_gradients(times, right, diagonal, (start(eq, near), TOLERANCE))
    columns = len(eq.shift)
    shared, mean = found[:columns], found[columns:]
    state = _states(eq, base.inverse, shared, mean)
    state[receivers] = come.back(found)
    of_mean = np.linalg.inv(matrix[columns:, columns:].toarray())
    covariance = covariances(eq, base.inverse, (base.told, diagonal), of_mean)
    covariance[receivers] = covariances(after, come.inverse, (ends_told(after, come.inverse), diagonal), of_mean)
    left = left_of_means(eq, base.inverse)
    left[receivers] = left_of_means(after, come.inverse)
    return Solution(state, shared, mean, 1 / diagonal[:columns], covariance, of_mean, of_all(left, of_mean), steps)


def _states(eq: Equations, inverse: Number, shared: Number, mean: Number) -> Number:
    """Return the states that go with shared columns and means: (receivers, width)."""
    felt = (eq.links() @ (eq.given @ shared)).reshape(eq.right_state.shape)
    left = eq.right_state - felt - eq.state_mean @ mean
    return np.asarray((inverse @ left[:, :, None])[..., 0], np.float64)
