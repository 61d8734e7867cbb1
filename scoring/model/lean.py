"""The lean fit of customers, care and results: the crossed model of crossed.py for evidence that is mostly nested.

    y = nest + local[column] + Σ middles + Σ_j w_uj · member_j + globals + ε,  every effect N(0, its variance)

Variances by steps on their penalised restricted likelihood (`lean_steps.py`). Where more than `EXACT` effects hang
together, the steps take traces from probes (`lean_probes.py`), posterior variances come from neighbourhoods
(`lean_wide.py`), and voices that many customers hear are eliminated last, with the members.
Source: Harville (1977), J. Am. Stat. Assoc. 72(358).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.lean_design import NOBODY, Design, nested
from scoring.model.lean_layout import Layout, layout
from scoring.model.lean_priors import Priors, spelt
from scoring.model.lean_roaming import knotted, roamers
from scoring.model.lean_solve import Schur, Variances, eliminate
from scoring.model.lean_spread import Effects, effects, invert, quadratics
from scoring.model.lean_steps import settled
from scoring.model.lean_wide import Wide, solve_wide

Floats = NDArray[np.float64]

EXACT = 1_000  # members and middles in one block up to whom covariances are written down; their cost grows by the cube


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
        """How many members are in the layout, without who roams."""
        return len(self.layout.members)

    @property
    def shared(self) -> "Shared":
        """What it says of members, by the numbers of the design."""
        lay = self.layout
        shape = (len(lay.units), lay.design.shares.shape[1])
        own = csr_array(lay.shares[:, : self.members]) if len(lay.roaming) else lay.shares
        shares = csr_array((own.data, lay.members[own.indices], own.indptr), shape=shape)
        return Shared(shares, lay.locals_[lay.cells.local_of], self.forces, lay.members, self.member_sds)

    @property
    def fixed(self) -> Floats:
        """Globals, (globals,)."""
        return self.effects.core[self.layout.shares.shape[1] :]

    @property
    def member_sds(self) -> Floats:
        """Posterior sds of the layout's members, (members,)."""
        variance = self.core.variances() if isinstance(self.core, Wide) else np.diagonal(self.core)
        return np.sqrt(self.at.residual * variance[: self.members])

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
    """Fit, with exact posterior variances for up to `exact` effects; a design without rows is a ValueError."""
    if not len(design.y):
        raise ValueError("a lean fit needs at least one row")
    told = nested(design)
    wide = knotted(told, exact)
    roaming = roamers(design) if wide else NOBODY
    lay = layout(nested(design, roaming) if len(roaming) else told)
    theta = settled(lay, priors, wide=wide)
    at = spelt(lay, priors, theta)
    schur = eliminate(lay, at)
    core, inverse = solve_wide(schur) if wide else invert(schur)
    return Lean(lay, schur, theta, at, effects(lay, schur, core), inverse)
