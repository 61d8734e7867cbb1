"""Variances of a lean fit: steps on its penalised restricted likelihood, by average information.

At rest (Σ u² + w·guess) / (ν + w) is θ itself, where ν, the effect's degrees of freedom, is its levels less their
posterior variance over θ; it is MacKay's fixed point, and the slope of the criterion is 0 there. Steps are taken in
log θ: m, the logarithm of that quotient over θ, is what each variance would move by alone, and H⁻¹ (ν + w) m what they
move by together. H is the average information, q_kᵀ P q_l θ_k θ_l with q_k = V_k P y, and w·guess/θ on its diagonal.
Rows and columns are scaled by e^(−m/2), so that one variance alone is found in one step, from wherever it starts.
Source: MacKay (1992), Neural Computation 4(3); Gilmour, Thompson & Cullis (1995), Biometrics 51(4).
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from scoring.model.lean_layout import Layout
from scoring.model.lean_levels import squares, variances, working
from scoring.model.lean_priors import Priors, spelt
from scoring.model.lean_probes import ROUGH, Probes
from scoring.model.lean_right import Rights, inward
from scoring.model.lean_solve import Schur, eliminate
from scoring.model.lean_spread import covariances, effects, invert, nest_variances
from scoring.model.lean_wide import bordered
from scoring.model.patterns import tall

Floats = NDArray[np.float64]

STEPS = 8
STRIDE = 1.0  # no step multiplies or divides a variance by more than e
SETTLED = 1.0  # standard errors of all variances together, under which a step is the last: the next would be a tenth
SMALL = 0.2  # of a logarithm, which it also has to be under
LEAST = 1e-12


def settled(lay: Layout, priors: Priors, *, wide: bool = False) -> Floats:
    """Take steps from what is usual until they are small; what is known stays. `wide`: traces come from probes."""
    theta, every = priors.start(), priors.every
    if priors.known:
        return theta
    free = np.array([variance.known is None for variance in every])
    weight = np.array([variance.weight for variance in every])
    floor = np.maximum([variance.floor for variance in every], LEAST)
    pulled = weight * theta
    probes = Probes(lay, priors) if wide else None
    for _ in range(STEPS):
        square, freedom, information = sums((lay, priors, probes), theta, np.flatnonzero(free))
        worth = freedom + weight
        wanted = np.maximum(square + pulled, LEAST) / np.maximum(worth, LEAST)
        moved = np.log(np.where(free, wanted, 1.0) / np.where(free, theta, 1.0))
        bend = information + np.diag(pulled[free] / theta[free])
        bend *= np.exp(-np.add.outer(moved[free], moved[free]) / 2)
        step = np.zeros(len(theta))
        moving = ((theta > floor) | (moved > 0))[free]  # who is at the bottom and would go lower stays there
        step[np.flatnonzero(free)[moving]] = _solved(bend[np.ix_(moving, moving)], (worth * moved)[free][moving])
        size = float(np.sqrt(np.einsum("i,ij,j->", step[free], bend, step[free]) / 2))
        theta = np.where(free, np.maximum(theta * np.exp(step), floor), theta)
        if size < SETTLED and np.abs(step).max() < SMALL:
            break
    return theta


def _solved(bend: Floats, slope: Floats) -> Floats:
    """Return the step, no longer than `STRIDE`; a little is added to the diagonal of what tells nothing."""
    ridge = 1e-10 * max(float(np.trace(bend)), LEAST)
    return np.clip(np.linalg.solve(bend + ridge * np.eye(len(bend)), slope), -STRIDE, STRIDE)


def sums(
    of: tuple[Layout, Priors, Probes | None], theta: Floats, free: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats]:
    """Sum squares and degrees of freedom of every variance, in the order of `priors.every`; information of the free."""
    lay, priors, probes = of
    at = spelt(lay, priors, theta)
    schur = eliminate(lay, at)
    if probes is None:
        core, inverse = invert(schur)
        cov = covariances(lay, schur, inverse)
        found, solve = effects(lay, schur, core), partial(tall, inverse)  # the inverse is its own transpose
        spread = variances(lay, priors, at, (cov, nest_variances(lay, schur, cov)))
    else:
        core, ready = bordered(schur, ROUGH)
        found, solve = effects(lay, schur, core), partial(ready.solve, tolerance=ROUGH)
        spread = probes.variances(at, schur, found, ready)
    square, size = squares(lay, priors, at, found)
    freedom = size - theta[0] / np.maximum(theta[1:], 1e-300) * spread
    freedom = np.where(theta[1:] > 0, freedom, 0.0)
    told = working(lay, priors, at, found)[:, free]
    information = _information(lay, schur, solve, told) / theta[0]
    return np.append(found.error, square), np.append(lay.nests.rows - freedom.sum(), freedom), information


def _information(lay: Layout, schur: Schur, solve: Callable[[Floats], Floats], told: Floats) -> Floats:
    """Compute told' W (I − T C⁻¹ T'W) told, (columns, columns), by eliminating `told` (rows, columns) as y was."""
    nests, width = lay.nests, lay.design.width
    heavy = lay.rows.weight[:, None] * told
    nest = nests.of_nests @ heavy
    local = (nests.of_rows @ heavy).reshape(-1, width, told.shape[1])
    core = np.concatenate([np.zeros((lay.shares.shape[1], told.shape[1])), lay.rows.fixed.T @ heavy])
    come = inward(lay, schur, Rights(nest, local, lay.into_units @ nest, lay.into_middles @ nest, core))
    whole = tall(told, heavy) - tall(nest, come.pulled) - tall(come.middle, come.by_middle)
    flat = come.local.reshape(-1, told.shape[1])
    whole -= tall(flat, come.by_local.reshape(flat.shape))
    return np.asarray(whole - tall(come.core, solve(come.core)), np.float64)
