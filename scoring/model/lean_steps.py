"""Variances of a lean fit: steps on its penalised restricted likelihood, by average information.

At rest (Σ u² + w·guess) / (ν + w) is θ itself, where ν, the effect's degrees of freedom, is its levels less their
posterior variance over θ; it is MacKay's fixed point, and the slope of the criterion is 0 there. Steps are taken in
log θ: m, the logarithm of that quotient over θ, is what each variance would move by alone, and H⁻¹ (ν + w) m what they
move by together. H is the average information, q_kᵀ P q_l θ_k θ_l with q_k = V_k P y, and w·guess/θ on its diagonal.
Rows and columns are scaled by e^(−m/2), so that one variance alone is found in one step, from wherever it starts.
Source: MacKay (1992), Neural Computation 4(3); Gilmour, Thompson & Cullis (1995), Biometrics 51(4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.model.crossed import Variance
from scoring.model.lean_layout import Layout
from scoring.model.lean_solve import Schur, Variances, eliminate
from scoring.model.lean_spread import Covariances, Effects, covariances, effects, invert, nest_variances
from scoring.model.patterns import summed, tall

Floats = NDArray[np.float64]

STEPS = 8
STRIDE = 1.0  # no step multiplies or divides a variance by more than e
SETTLED = 1.0  # standard errors of all variances together, under which a step is the last: the next would be a tenth
SMALL = 0.2  # of a logarithm, which it also has to be under
LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Priors:
    """What is known beforehand of each variance; `member_kind` (members,), `fixed_kind` (globals,) into their lists."""

    residual: Variance
    nest: Variance
    local: tuple[Variance, ...]
    middle: tuple[Variance, ...]
    member: tuple[Variance, ...]
    fixed: tuple[Variance, ...]
    member_kind: NDArray[np.intp]
    fixed_kind: NDArray[np.intp]

    @property
    def every(self) -> tuple[Variance, ...]:
        """All of them, in one order."""
        return (self.residual, self.nest, *self.local, *self.middle, *self.member, *self.fixed)

    def holding(self, values: Floats) -> "Priors":
        """Hold every variance, in the order of `every`."""
        held = [Variance(known=float(value)) for value in values]
        ends = [int(end) for end in np.cumsum([2, len(self.local), len(self.middle), len(self.member)])]
        local, middle, member, fixed = (tuple(held[a:b]) for a, b in zip(ends, [*ends[1:], len(held)], strict=True))
        return Priors(held[0], held[1], local, middle, member, fixed, self.member_kind, self.fixed_kind)

    @property
    def known(self) -> bool:
        """Whether there is nothing to be learnt."""
        return all(variance.known is not None for variance in self.every)

    def start(self) -> Floats:
        """Return what is usual of every variance, or known."""
        return np.array([_usual(variance) for variance in self.every])


def spelt(lay: Layout, priors: Priors, theta: Floats) -> Variances:
    """Give every effect of a layout its variance."""
    ends = np.cumsum([2, len(priors.local), len(priors.middle), len(priors.member)])
    _, local, middle, member, fixed = np.split(theta, ends)
    return Variances(
        float(theta[0]), float(theta[1]), tuple(float(v) for v in local), tuple(float(v) for v in middle),
        member[priors.member_kind[lay.members]], fixed[priors.fixed_kind],
    )  # fmt: skip


def settled(lay: Layout, priors: Priors) -> Floats:
    """Take steps from what is usual until they are small; what is known stays."""
    theta, every = priors.start(), priors.every
    if priors.known:
        return theta
    free = np.array([variance.known is None for variance in every])
    weight = np.array([variance.weight for variance in every])
    floor = np.maximum([variance.floor for variance in every], LEAST)
    pulled = weight * theta
    for _ in range(STEPS):
        squares, freedom, information = _sums(lay, priors, theta, np.flatnonzero(free))
        worth = freedom + weight
        wanted = np.maximum(squares + pulled, LEAST) / np.maximum(worth, LEAST)
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


def _usual(variance: Variance) -> float:
    if variance.known is not None:
        return variance.known
    return max(0.25 if variance.guess is None else variance.guess, variance.floor)


def _solved(bend: Floats, slope: Floats) -> Floats:
    """Return the step, no longer than `STRIDE`; a little is added to the diagonal of what tells nothing."""
    ridge = 1e-10 * max(float(np.trace(bend)), LEAST)
    return np.clip(np.linalg.solve(bend + ridge * np.eye(len(bend)), slope), -STRIDE, STRIDE)


def _sums(lay: Layout, priors: Priors, theta: Floats, free: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """Sum squares and degrees of freedom of every variance, in the order of `priors.every`; information of the free."""
    schur = eliminate(lay, spelt(lay, priors, theta))
    core, inverse = invert(schur)
    found, cov = effects(lay, schur, core), covariances(lay, schur, inverse)
    levels = _levels(lay, priors, found, (cov, nest_variances(lay, schur, cov)))
    size = np.array([len(square) for square, _ in levels], np.float64)
    if lay.design.width > 1:
        size[2] *= lay.design.width - 1
    squares = np.array([square.sum() for square, _ in levels])
    freedom = size - theta[0] / np.maximum(theta[1:], 1e-300) * np.array([variance.sum() for _, variance in levels])
    freedom = np.where(theta[1:] > 0, freedom, 0.0)
    told = _working(lay, priors, found)[:, free]
    information = _information(lay, schur, inverse, told) / theta[0]
    return np.append(found.error, squares), np.append(lay.nests.rows - freedom.sum(), freedom), information


def _levels(lay: Layout, priors: Priors, found: Effects, of: tuple[Covariances, Floats]) -> list[tuple[Floats, Floats]]:
    """Squares and posterior variances over the residual of the levels of every variance but the residual."""
    cov, nests = of
    width, members, core = lay.design.width, lay.shares.shape[1], found.core
    along = found.local.sum(axis=1) ** 2 / width
    whole = cov.local.sum(axis=(1, 2)) / width
    spread = cov.pairs[lay.groups.own]
    levels = [
        (found.nest**2, nests),
        (along, whole),
        *([((found.local**2).sum(axis=1) - along, np.einsum("lbb->l", cov.local) - whole)] if width > 1 else []),
        *((found.middle[lay.kind == kind] ** 2, spread[lay.kind == kind]) for kind in range(len(priors.middle))),
    ]
    diagonal = np.diagonal(cov.core)
    member_kind = priors.member_kind[lay.members]
    for kinds, count, where in (
        (member_kind, len(priors.member), slice(0, members)),
        (priors.fixed_kind, len(priors.fixed), slice(members, None)),
    ):
        levels += [(core[where][kinds == kind] ** 2, diagonal[where][kinds == kind]) for kind in range(count)]
    return levels


def _working(lay: Layout, priors: Priors, found: Effects) -> Floats:
    """Return what each row feels of each kind of effect, θ_k q_k: (rows, priors.every)."""
    row, cells, members = lay.nests.row, lay.cells, lay.shares.shape[1]
    local, unit = cells.local[row], cells.unit[row]
    mean = found.local.mean(axis=1)
    columns = [found.left, found.nest[row], mean[local]]
    if lay.design.width > 1:
        columns.append((found.local - mean[:, None])[local, lay.rows.column])
    columns += [np.append(found.middle, 0.0)[middle][row] for middle in cells.middle]
    member, fixed = found.core[:members], found.core[members:]
    kinds = priors.member_kind[lay.members]
    columns += [(lay.shares @ np.where(kinds == kind, member, 0.0))[unit] for kind in range(len(priors.member))]
    kinds = priors.fixed_kind
    columns += [lay.rows.fixed @ np.where(kinds == kind, fixed, 0.0) for kind in range(len(priors.fixed))]
    return np.array(columns).T


def _information(lay: Layout, schur: Schur, inverse: Floats, told: Floats) -> Floats:
    """Compute told' W (I − T C⁻¹ T'W) told, (columns, columns), by eliminating `told` (rows, columns) as y was."""
    nests, cells = lay.nests, lay.cells
    shape = (*schur.inverse.shape[:2], told.shape[1])
    heavy = lay.rows.weight[:, None] * told
    nest = nests.of_nests @ heavy
    pulled = schur.pull[:, None] * nest
    taken = nests.columns[:, :, None] * pulled[:, None, :]
    local = (nests.of_rows @ heavy).reshape(shape) - summed(lay.into_locals, taken)
    whole = tall(told, heavy) - tall(nest, pulled)
    fixed = lay.rows.fixed.T @ heavy - tall(nests.fixed[:, :-1], pulled)
    kept = schur.keep[:, None] * nest
    unit, middle = lay.into_units @ kept, lay.into_middles @ kept
    by_local = np.einsum("lij,ljk->lik", schur.inverse, local)
    whole -= tall(local.reshape(-1, shape[2]), by_local.reshape(-1, shape[2]))
    fixed -= tall(schur.by_fixed[:, :, :-1].reshape(shape[0] * shape[1], -1), local.reshape(-1, shape[2]))
    unit -= np.einsum("ub,ubk->uk", schur.unit, by_local[cells.local_of])
    middle -= lay.of_middles @ np.einsum("eb,ebk->ek", schur.entry, by_local[cells.entry_local])
    whole -= tall(middle, np.asarray(schur.groups @ middle))
    fixed -= tall(schur.by_middle[:, :-1], middle)
    core = np.concatenate([lay.patterns.turned @ unit - schur.by_member @ middle, fixed])
    return np.asarray(whole - tall(core, tall(inverse, core)), np.float64)  # the inverse is its own transpose
