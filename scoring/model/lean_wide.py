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
from scipy.sparse import csr_array, diags_array

from scoring.model.gradients import conjugate_gradients

Floats = NDArray[np.float64]

NEAR = 32  # members of a neighbourhood
TOLERANCE = 1e-13  # of the right-hand side, where conjugate gradients stop


@dataclass(frozen=True, slots=True)
class Wide:
    """`members` (members, members), about A⁻¹; `reach` X (members, globals); `fixed` S⁻¹ (globals, globals)."""

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


def solve_wide(core: csr_array, border: Floats, corner: Floats) -> tuple[Floats, Wide]:
    """Solve, (members + globals,), and say what is known of the inverse; the last of border and corner belongs to y."""
    diagonal, start = core.diagonal(), (np.zeros(core.shape[0]), TOLERANCE)
    through = np.column_stack([conjugate_gradients(core.__matmul__, one, diagonal, start)[0] for one in border.T])
    reach, own = through[:, :-1], through[:, -1]
    # Sums by einsum: a threaded BLAS would round differently on another number of threads.
    left = corner[:-1] - np.einsum("mi,mj->ij", border[:, :-1], through)
    fixed = np.linalg.inv((left[:, :-1] + left[:, :-1].T) / 2)
    found = fixed @ left[:, -1]
    return np.concatenate([own - reach @ found, found]), Wide(_nearly_inverse(core), reach, fixed)


def _nearly_inverse(core: csr_array) -> csr_array:
    """Invert each member's neighbourhood and keep their own row of it; made symmetric."""
    matrix = csr_array(core)
    matrix.sort_indices()
    size = matrix.shape[0]
    diagonal = matrix.diagonal()
    squares = csr_array(matrix.multiply(matrix) @ diags_array(1 / diagonal))  # what i is surer for, were l known
    taken = np.asarray(squares.sum(axis=1)).ravel()
    rows, columns, values = [], [], []
    for member in range(size):
        near, place = _near(matrix, diagonal, member)
        own = matrix[near][:, near].toarray()
        inside = (own * own / diagonal[near]).sum(axis=1)
        own[np.arange(len(near)), np.arange(len(near))] -= taken[near] - inside
        values.append(np.linalg.inv(own)[place])
        columns.append(near)
        rows.append(np.full(len(near), member))
    where = (np.concatenate(rows), np.concatenate(columns))
    found = csr_array((np.concatenate(values), where), shape=(size, size))
    return csr_array((found + found.T) / 2)


def _near(matrix: csr_array, diagonal: Floats, member: int) -> tuple[NDArray[np.intp], int]:
    """Return those to whom a member is most bound, sorted, with the member's own place among them."""
    here = slice(matrix.indptr[member], matrix.indptr[member + 1])
    others, bond = matrix.indices[here], matrix.data[here] ** 2 / diagonal[matrix.indices[here]]
    if len(others) > NEAR:
        others = np.sort(others[np.argsort(-bond, kind="stable")[:NEAR]])
    return others.astype(np.intp), int(np.searchsorted(others, member))
