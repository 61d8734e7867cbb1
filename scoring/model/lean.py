"""The lean fit of customers, care and results: the crossed model of crossed.py for evidence that is mostly nested.

    y = nest + local[column] + Σ middles + Σ_j w_uj · member_j + globals + ε,  every effect N(0, its variance)

Variances by fixed-point steps on their penalised restricted likelihood: θ ← (Σ u² + w·guess) / (ν + w), where ν, the
effect's degrees of freedom, is its levels less their posterior variance over θ. Where the steps rest, the slope of the
criterion is 0. Beyond `EXACT` members they are taken on a part of the evidence, whose members lie together, and
posterior variances come from neighbourhoods (`lean_wide.py`). Source: MacKay (1992), Neural Computation 4(3); Harville
(1977), J. Am. Stat. Assoc. 72(358).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from scoring.model.crossed import Variance
from scoring.model.lean_layout import Design, Layout, layout
from scoring.model.lean_solve import Schur, Variances, eliminate
from scoring.model.lean_spread import Effects, covariances, effects, invert, nest_variances, quadratics
from scoring.model.lean_wide import Wide, solve_wide

Floats = NDArray[np.float64]

EXACT = 5_000  # members up to whom their covariance is written down, as one dense matrix of 0.2 GB
PART = 2_000  # members at most of the part that variances are learnt from where there are more
STEPS = 6
SETTLED = 0.03  # relative change of every variance at which steps end: far under what evidence can tell


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


@dataclass(frozen=True, slots=True)
class Lean:
    """A fit. `variances` (priors.every,), as held or estimated; `effects` by the layout's numbers.

    `core` (g, g): posterior covariance of members and globals over the residual, or what is known of it.
    """

    layout: Layout
    schur: Schur
    variances: Floats
    at: Variances
    effects: Effects
    core: Floats | Wide

    @property
    def members(self) -> int:
        """How many members are in the layout."""
        return int(self.layout.shares.shape[1])

    @property
    def fixed(self) -> Floats:
        """Globals, (globals,)."""
        return self.effects.core[self.members :]

    @property
    def member_sds(self) -> Floats:
        """Posterior sds of the layout's members, (members,)."""
        variance = self.core.variances() if isinstance(self.core, Wide) else np.diagonal(self.core)[: self.members]
        return np.sqrt(self.at.residual * variance)

    @property
    def fixed_sds(self) -> Floats:
        """Posterior sds of globals, (globals,)."""
        fixed = self.core.fixed if isinstance(self.core, Wide) else self.core[self.members :, self.members :]
        return np.sqrt(self.at.residual * np.diagonal(fixed))

    @property
    def forces(self) -> Floats:
        """What the rows of each unit say beyond what is expected of them: their sum in V⁻¹(y - Xb), (units,)."""
        return self.effects.force / self.at.residual

    def variances_of(self, local: csr_array, middle: csr_array, core: csr_array) -> Floats:
        """Posterior variances of combinations of heard effects, (combinations,); arguments as `quadratics`."""
        return self.at.residual * quadratics(self.schur, self.layout, self.core, (local, middle, core))


def fit_lean(design: Design, priors: Priors, exact: int = EXACT) -> Lean:
    """Fit, with exact posterior variances for up to `exact` members; a design without rows is a ValueError."""
    if not len(design.y):
        raise ValueError("a lean fit needs at least one row")
    lay = layout(design)
    many = lay.shares.shape[1] > exact
    every = priors.every
    theta = np.array([_start(variance) for variance in every])
    free = np.array([variance.known is None for variance in every])
    if free.any():
        theta = _settled(layout(_part(lay, min(PART, exact))) if many else lay, priors, theta, free)
    at = spelt(lay, priors, theta)
    schur = eliminate(lay, at)
    core, inverse = solve_wide(csr_array(schur.core), schur.border, schur.corner) if many else invert(schur)
    return Lean(lay, schur, theta, at, effects(lay, schur, core), inverse)


def _part(lay: Layout, most: int) -> Design:
    """Keep the rows of locals all of whose members are among `most` who lie together, as who share work do."""
    shares = lay.shares
    pattern = csr_array((np.ones(len(shares.data)), shares.indices, shares.indptr), shape=shares.shape)
    order = reverse_cuthill_mckee(csr_array(pattern.T @ pattern), symmetric_mode=True)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    # The last member of a unit stands at the highest place; a unit without any, before all.
    last = np.full(len(lay.units), -1, np.int64)
    np.maximum.at(last, np.repeat(np.arange(len(last)), np.diff(shares.indptr)), place[shares.indices])
    near = np.maximum.reduceat(last, lay.cells.first_unit) < most
    rows = np.sort(lay.nests.order[near[lay.cells.local[lay.nests.row]]])
    design = lay.design
    columns = {name: getattr(design, name)[rows] for name in ("y", "weight", "nest", "local", "column", "unit")}
    middles = tuple(middle[rows] for middle in design.middles)
    return replace(design, **columns, middles=middles, fixed=csr_array(design.fixed[rows]))


def spelt(lay: Layout, priors: Priors, theta: Floats) -> Variances:
    """Give every effect of a layout its variance."""
    ends = np.cumsum([2, len(priors.local), len(priors.middle), len(priors.member)])
    _, local, middle, member, fixed = np.split(theta, ends)
    return Variances(
        float(theta[0]), float(theta[1]), tuple(float(v) for v in local), tuple(float(v) for v in middle),
        member[priors.member_kind[lay.members]], fixed[priors.fixed_kind],
    )  # fmt: skip


def _start(variance: Variance) -> float:
    if variance.known is not None:
        return variance.known
    return max(0.25 if variance.guess is None else variance.guess, variance.floor)


def _settled(lay: Layout, priors: Priors, theta: Floats, free: NDArray[np.bool_]) -> Floats:
    """Take steps; every second one from the third goes on as far as the two before it were shrinking (Aitken)."""
    every = priors.every
    guess = np.array([_start(variance) for variance in every])
    worth = np.array([variance.weight for variance in every])
    floor = np.array([variance.floor for variance in every])
    before = np.zeros(len(theta))
    for step in range(STEPS):
        squares, freedom = _sums(lay, priors, theta)
        wanted = np.maximum((squares + worth * guess) / np.maximum(freedom + worth, 1e-12), np.maximum(floor, 1e-12))
        moved = np.log(np.where(free, wanted, 1.0) / np.where(free, theta, 1.0))
        if np.abs(moved).max() < SETTLED:
            return np.where(free, wanted, theta)
        if step and step % 2 == 0:
            pace = np.clip(np.divide(moved, before, out=np.zeros(len(moved)), where=np.abs(before) > 1e-9), -0.5, 0.6)
            theta = np.where(free, np.maximum(theta * np.exp(moved / (1 - pace)), np.maximum(floor, 1e-12)), theta)
        else:
            theta = np.where(free, wanted, theta)
        before = moved
    return theta


def _sums(lay: Layout, priors: Priors, theta: Floats) -> tuple[Floats, Floats]:
    """Sum squares and degrees of freedom of every variance, in the order of `priors.every`."""
    at = spelt(lay, priors, theta)
    schur = eliminate(lay, at)
    core, inverse = invert(schur)
    found, cov = effects(lay, schur, core), covariances(lay, schur, inverse)
    width = lay.design.width
    members = lay.shares.shape[1]
    along = found.local.sum(axis=1) ** 2 / width
    whole = cov.local.sum(axis=(1, 2)) / width
    trace = np.trace(cov.local, axis1=1, axis2=2)
    each = np.arange(len(lay.kind))
    spread = cov.pairs[lay.groups.address(each, each)] if len(each) else np.empty(0)
    levels = [
        (found.nest**2, nest_variances(lay, schur, cov)),
        (along, whole),
        *([((found.local**2).sum(axis=1) - along, trace - whole)] if width > 1 else []),
        *((found.middle[lay.kind == kind] ** 2, spread[lay.kind == kind]) for kind in range(len(priors.middle))),
    ]
    diagonal = np.diagonal(inverse)
    member_kind = priors.member_kind[lay.members]
    for kinds, count, where in (
        (member_kind, len(priors.member), slice(0, members)),
        (priors.fixed_kind, len(priors.fixed), slice(members, None)),
    ):
        levels += [(core[where][kinds == kind] ** 2, diagonal[where][kinds == kind]) for kind in range(count)]
    size = np.array([len(square) for square, _ in levels], np.float64)
    if width > 1:
        size[2] *= width - 1
    squares = np.array([square.sum() for square, _ in levels])
    freedom = size - theta[0] / np.maximum(theta[1:], 1e-300) * np.array([variance.sum() for _, variance in levels])
    freedom = np.where(theta[1:] > 0, freedom, 0.0)
    return np.append(found.error, squares), np.append(lay.nests.rows - freedom.sum(), freedom)
