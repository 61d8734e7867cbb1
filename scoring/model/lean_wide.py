"""The core of a lean fit with so many members that its inverse cannot be written down.

The core has A of members with themselves, sparse, and a border B of the few globals with corner D. With X = A⁻¹B and
S = D − BᵀX, both exact by conjugate gradients, what is wanted of the inverse Z of it all is

    z Z zᵀ = z_m A⁻¹ z_mᵀ + (z_f − z_m X) S⁻¹ (z_f − z_m X)ᵀ

and A⁻¹ is taken from each member's neighbourhood: A among a member and the `NEAR` to whom they are most bound, where
everybody else is as sure as their own evidence makes them. It is what peers' variances are beyond 5,000 effects
(`peers_solution.py`; Weiss & Freeman 2001, Neural Comput. 13).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.gradients import conjugate_gradients
from scoring.model.lean_solve import Schur
from scoring.model.patterns import row_of

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

NEAR = 20  # members of a neighbourhood; with more, sds hardly come nearer
DOUBT = 0.1  # by which who is outside may change a variance; beyond, a row of the inverse is solved for
MOST_DOUBTED = 500  # rows solved for, so that the cost stays in proportion
TOGETHER = 256  # neighbourhoods solved at once
TOLERANCE = 1e-13  # of the right-hand side, where conjugate gradients stop


@dataclass(frozen=True, slots=True)
class Bordered:
    """`core` (members, members); `reach` X (members, globals); `fixed` S⁻¹ (globals, globals)."""

    core: csr_array
    reach: Floats
    fixed: Floats

    def solve(self, right: Floats, tolerance: float = TOLERANCE) -> Floats:
        """Compute Z right, (members + globals, columns)."""
        members = self.core.shape[0]
        alone = _solved(self.core, right[:members], tolerance)
        # Sums by einsum: a threaded BLAS would round differently on another number of threads.
        left = right[members:] - np.einsum("mi,mj->ij", self.reach, right[:members])
        fixed = np.einsum("ij,jk->ik", self.fixed, left)
        return np.concatenate([alone - np.einsum("mi,ij->mj", self.reach, fixed), fixed])


@dataclass(frozen=True, slots=True)
class Wide:
    """What is known of the inverse. `members` (members, members), about A⁻¹."""

    members: csr_array
    reach: Floats
    fixed: Floats

    def variances(self) -> Floats:
        """Posterior variances of members, (members,), in units of the residual."""
        return np.asarray(self.members.diagonal() + np.einsum("mi,ij,mj->m", self.reach, self.fixed, self.reach))

    def quadratics(self, member: csr_array, fixed: Floats) -> Floats:
        """Compute z Z zᵀ of combinations z: weights of members (rows, members) and of globals (rows, globals)."""
        own = np.asarray(member.multiply(member @ self.members).sum(axis=1)).ravel()
        left = fixed - member @ self.reach
        return np.asarray(own + np.einsum("ri,ij,rj->r", left, self.fixed, left), np.float64)


def bordered(schur: Schur, tolerance: float = TOLERANCE) -> tuple[Floats, Bordered]:
    """Solve a lean fit's core for y, (members + globals,), and make it ready for other right-hand sides."""
    core, border, corner = csr_array(schur.core), schur.border, schur.corner
    through = _solved(core, border, tolerance)
    reach, own = through[:, :-1], through[:, -1]
    left = corner[:-1] - np.einsum("mi,mj->ij", border[:, :-1], through)
    fixed = np.linalg.inv((left[:, :-1] + left[:, :-1].T) / 2)
    found = fixed @ left[:, -1]
    return np.concatenate([own - np.einsum("mi,i->m", reach, found), found]), Bordered(core, reach, fixed)


def solve_wide(schur: Schur) -> tuple[Floats, Wide]:
    """Solve the core, (members + globals,), and say what is known of its inverse."""
    found, ready = bordered(schur)
    return found, Wide(_nearly_inverse(ready.core), ready.reach, ready.fixed)


def _solved(core: csr_array, right: Floats, tolerance: float) -> Floats:
    return conjugate_gradients(core.__matmul__, right, core.diagonal()[:, None], (np.zeros(right.shape), tolerance))[0]


def _nearly_inverse(core: csr_array) -> csr_array:
    """Invert each member's neighbourhood and keep their own row of it; made symmetric."""
    matrix = csr_array(core)
    matrix.sort_indices()
    size, diagonal = matrix.shape[0], matrix.diagonal()
    taken = matrix.multiply(matrix) @ (1 / diagonal)  # what each is surer for, were all others known
    near, place = _nearest(matrix, diagonal)
    found, doubt = np.empty(near.shape), np.empty(size)
    for first in range(0, size, TOGETHER):
        some = slice(first, first + TOGETHER)
        found[some], doubt[some] = _own_rows((matrix, diagonal, taken), near[some], place[some])
    doubted = np.argsort(-doubt, kind="stable")[: min(int((doubt > DOUBT).sum()), MOST_DOUBTED)]
    for first in range(0, len(doubted), TOGETHER):
        members = doubted[first : first + TOGETHER]
        found[members] = _solved_rows(matrix, near[members], members)
    member, at = np.nonzero(near >= 0)
    inverse = csr_array((found[member, at], (member, near[member, at])), shape=(size, size))
    return csr_array((inverse + inverse.T) / 2)


def _nearest(matrix: csr_array, diagonal: Floats) -> tuple[Places, Places]:
    """Find to whom each member is most bound: (members, NEAR), sorted, -1 beyond the last; and their own places."""
    row, size = row_of(matrix), matrix.shape[0]
    bond = matrix.data**2 / diagonal[matrix.indices]
    order = np.lexsort((matrix.indices, -bond, row))
    kept = np.sort(order[np.arange(len(order)) - matrix.indptr[row] < NEAR])  # entries lie by row and column
    start = np.searchsorted(row[kept], np.arange(size))
    near = np.full((size, NEAR), -1, np.intp)
    near[row[kept], np.arange(len(kept)) - start[row[kept]]] = matrix.indices[kept]
    return near, np.argmax(near == np.arange(size)[:, None], axis=1)


def _own_rows(told: tuple[csr_array, Floats, Floats], near: Places, place: Places) -> tuple[Floats, Floats]:
    """Solve the neighbourhoods of some members for their own row of the inverse: (members, NEAR).

    Outside of it everybody is as sure as their own evidence makes them. What share of a variance that is, (members,),
    tells how far the row is to be trusted: where very much was said of the work of many together, a neighbourhood is
    nearly singular, and what is taken off its diagonal may be all there is.
    """
    matrix, diagonal, taken = told
    there, each, rows = near >= 0, np.arange(NEAR), np.arange(len(near))
    one, other = np.triu_indices(NEAR, 1)
    both = there[:, one] & there[:, other]
    between = np.zeros(both.shape)
    between[both] = matrix[near[:, one][both], near[:, other][both]]
    block = np.zeros((len(near), NEAR, NEAR))
    block[:, one, other] = block[:, other, one] = between
    inside = ((block**2) / diagonal[near][:, None]).sum(axis=2) + diagonal[near]
    itself = np.zeros((len(near), NEAR, 1))
    itself[rows, place] = 1
    outside = np.where(there, taken[near] - inside, 0.0)
    block[:, each, each] = np.where(there, diagonal[near] - outside, 1.0)
    found = np.asarray(np.linalg.solve(block, itself)[:, :, 0], np.float64)
    own, owed = found[rows, place], np.abs((outside * found**2).sum(axis=1))
    return found, np.divide(owed, own, out=np.full(len(own), np.inf), where=own > 0)


def _solved_rows(matrix: csr_array, near: Places, members: Places) -> Floats:
    """Solve for some members' rows of the inverse, where their neighbours stand: (members, NEAR)."""
    column = np.arange(len(members))
    itself = np.zeros((matrix.shape[0], len(members)))
    itself[members, column] = 1
    solved = _solved(matrix, itself, TOLERANCE)
    return np.where(near >= 0, solved[near, column[:, None]], 0.0)
