"""Right-hand sides of a lean fit, carried through its elimination to the core and back from there.

What `lean_solve.eliminate` does to y, once for as many columns as are wanted. Source: as there, block elimination.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.model.lean_layout import Layout
from scoring.model.lean_solve import Schur
from scoring.model.patterns import added, summed, tall

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rights:
    """Columns of right-hand sides: `nest` (N, k), `local` (locals, width, k), `unit` (units, k), `middle` (middles, k).

    `core` (members + globals, k); what `unit` has is its members' too, by their shares.
    """

    nest: Floats
    local: Floats
    unit: Floats
    middle: Floats
    core: Floats


@dataclass(frozen=True, slots=True)
class Through:
    """What is left of each at its own stage, its solution there were nothing outside of it, and what the core is left.

    `pulled` (N, k); `local`, `by_local` (locals, width, k); `middle`, `by_middle` (middles, k); `core` (g, k).
    """

    pulled: Floats
    local: Floats
    by_local: Floats
    middle: Floats
    by_middle: Floats
    core: Floats


def inward(lay: Layout, schur: Schur, right: Rights) -> Through:
    """Eliminate nests, locals and middles from right-hand sides."""
    nests, cells = lay.nests, lay.cells
    members = lay.shares.shape[1]
    pulled = schur.pull[:, None] * right.nest
    heavy = nests.weight[:, None] * pulled
    local = right.local - summed(lay.into_locals, nests.columns[:, :, None] * pulled[:, None, :])
    by_local = np.einsum("lij,ljk->lik", schur.inverse, local)
    flat = local.reshape(-1, local.shape[2])
    fixed = right.core[members:] - tall(nests.fixed[:, :-1], pulled)
    fixed = fixed - tall(schur.by_fixed[:, :, :-1].reshape(len(flat), -1), flat)
    unit = right.unit - lay.into_units @ heavy - np.einsum("ub,ubk->uk", schur.unit, by_local[cells.local_of])
    middle = right.middle - lay.into_middles @ heavy
    middle = middle - lay.of_middles @ np.einsum("eb,ebk->ek", schur.entry, by_local[cells.entry_local])
    by_middle = schur.groups @ middle
    member = right.core[:members] + lay.patterns.turned @ unit - schur.by_member @ middle
    core = np.concatenate([member, fixed - tall(schur.by_middle[:, :-1], middle)])
    return Through(pulled, local, by_local, middle, by_middle, core)


def outward(lay: Layout, schur: Schur, come: Through, core: Floats) -> tuple[Floats, Floats, Floats]:
    """Carry the core's solution (g, k) outwards: solutions of nests (N, k), locals (locals, width, k) and middles."""
    nests, cells = lay.nests, lay.cells
    member, fixed = core[: lay.shares.shape[1]], core[lay.shares.shape[1] :]
    unit = lay.shares @ member
    middle = come.by_middle - schur.by_member.T @ member - schur.by_middle[:, :-1] @ fixed
    local = come.by_local - np.einsum("lig,gk->lik", schur.by_fixed[:, :, :-1], fixed)
    for owner, by, what in (
        (cells.entry_local, schur.by_entry, middle[cells.entry_middle]),
        (cells.local_of, schur.by_unit, unit),
    ):
        local = local - summed(added(owner, len(local)), by[:, :, None] * what[:, None])
    level = unit[cells.unit]
    for kind in cells.middle:
        some = np.flatnonzero(kind >= 0)
        level[some] += middle[kind[some]]
    told = np.einsum("nb,nbk->nk", nests.columns, local[cells.local]) + nests.weight[:, None] * level
    told = told + np.einsum("ng,gk->nk", nests.fixed[:, :-1], fixed)
    return come.pulled - schur.pull[:, None] * told, local, middle
