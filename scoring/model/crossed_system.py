"""Chooses how a fit's equations are solved: exact elimination while it is affordable, conjugate gradients above."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.crossed_border import Bordering, bordering
from scoring.model.crossed_elimination import Elimination, Plan, eliminate, pattern_of, plan
from scoring.model.crossed_equations import Equations
from scoring.model.crossed_split import families

Floats = NDArray[np.float64]

EXACT_EFFECTS = 5_000  # columns up to which everything is exact, whatever its shape
_EXACT_CORE = 2_000  # columns outside the largest family up to which larger systems are exact too
_MOST_PAIRS = 15_000_000  # products in one elimination


@dataclass(frozen=True, slots=True)
class Exact:
    """The plan for exact elimination. wanted : the combinations whose variance is asked for. own, above : TᵀWT."""

    wanted: csr_array
    plan: Plan
    own: Floats
    above: Floats

    def factorize(self, penalty: Floats) -> Elimination:
        """Eliminate for one Λ."""
        return eliminate(self.plan, self.own + penalty, self.above)


System = Exact | Bordering


def system(eq: Equations, wanted: csr_array) -> System:
    """Plan the solution of (TᵀWT + Λ) x = TᵀWy for any Λ."""
    size = len(eq.block)
    outside = size - max((int(eq.sizes[f].sum()) for f in families(eq)), default=0) if size > EXACT_EFFECTS else 0
    if outside <= _EXACT_CORE:
        pattern, above = pattern_of(eq.matrix, wanted)
        planned = plan(pattern, wanted, _MOST_PAIRS)
        if planned.core.size <= max(_EXACT_CORE, EXACT_EFFECTS):
            return Exact(wanted, planned, eq.matrix.diagonal(), above)
    return bordering(eq, wanted)
