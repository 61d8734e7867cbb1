"""The lean fit of customers, care and results: the crossed model of crossed.py for evidence that is mostly nested.

    y = nest + local[column] + Σ middles + Σ_j w_uj · member_j + globals + ε,  every effect N(0, its variance)

Variances by steps on their penalised restricted likelihood (`lean_steps.py`). Beyond `EXACT` members they are taken on
a part of the evidence, whose members lie together, and posterior variances come from neighbourhoods (`lean_wide.py`).
Source: Harville (1977), J. Am. Stat. Assoc. 72(358).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from scoring.model.lean_layout import Design, Layout, layout
from scoring.model.lean_solve import Schur, Variances, eliminate
from scoring.model.lean_spread import Effects, effects, invert, quadratics
from scoring.model.lean_steps import Priors, settled, spelt
from scoring.model.lean_wide import Wide, solve_wide

Floats = NDArray[np.float64]

EXACT = 5_000  # members up to whom their covariance is written down, as one dense matrix of 0.2 GB
PART = 2_000  # members at most of the part that variances are learnt from where there are more


@dataclass(frozen=True, slots=True)
class Shared:
    """What a fit says of a design's members: `heard` (heard,), who was heard of, and their posterior `sds`.

    Of units that were heard of: members' `shares` (units, members), the `local` (units,), and `forces` (units,), what
    its rows say beyond what is expected of them: their sum in V⁻¹(y - Xb).
    """

    shares: csr_array
    local: NDArray[np.int64]
    forces: Floats
    heard: NDArray[np.int64]
    sds: Floats


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
    def shared(self) -> "Shared":
        """What it says of members, by the numbers of the design."""
        lay = self.layout
        shape = (len(lay.units), lay.design.shares.shape[1])
        shares = csr_array((lay.shares.data, lay.members[lay.shares.indices], lay.shares.indptr), shape=shape)
        return Shared(shares, lay.locals_[lay.cells.local_of], self.forces, lay.members, self.member_sds)

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
        """What the rows of each unit say beyond what is expected of them, (units,), as in `Shared`."""
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
    theta = settled(layout(_part(lay, min(PART, exact))) if many and not priors.known else lay, priors)
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
