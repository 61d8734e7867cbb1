"""What is left of the peers' equations once one side is eliminated block by block: the states, or the givers.

    [ E  C ] [x_e]   [r_e]
    [ Cᵀ D ] [x_d] = [r_d]    →    (D − Cᵀ E⁻¹ C) x_d = r_d − Cᵀ E⁻¹ r_e,    x_e = E⁻¹ (r_e − C x_d)

E has small blocks: one of a receiver's state, or the 1 × 1 of a giver. The side that leaves less is taken.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_array, csr_array, diags_array, hstack, vstack

from scoring.model.crossed_blocks import Cholesky, cholesky
from scoring.model.evidence import Number
from scoring.model.patterns import blocks
from scoring.model.peers_equations import Equations

TABLE = 4_000_000  # numbers, 32 MB


@dataclass(frozen=True, slots=True)
class Reduced:
    """The equations in the two sides.

    `states`: whether states are eliminated (else givers). `inverse` (blocks, width, width), E⁻¹; `across` C and
    `through` E⁻¹C (blocks · width, left); `own` D (left, left); `gone` r_e; `right` (left,), of the left.
    What is left: teams, circles and means after the givers, or after the states.
    """

    states: bool
    inverse: Number
    across: csr_array
    through: csr_array
    own: csr_array
    gone: Number
    right: Number

    @property
    def size(self) -> int:
        """How many unknowns are left."""
        return int(self.own.shape[0])

    def matrix(self) -> csr_array:
        """D − Cᵀ E⁻¹ C."""
        return csr_array(self.own - csr_array(self.across.T @ self.through))

    def factor(self) -> Cholesky:
        """Cholesky factor of what is left."""
        dense = self._table()
        return cholesky((dense + dense.T) / 2)

    def _table(self) -> Number:
        """Spell out `matrix`: the same sums in the same order, quicker where E⁻¹C fits into a table of its own."""
        if self.through.shape[0] * self.size > TABLE:
            return np.asarray(self.matrix().toarray())
        return np.asarray(self.own.toarray() - csr_array(self.across.T) @ self.through.toarray())

    def diagonal(self) -> Number:
        """Diagonal of what is left."""
        taken = np.asarray(self.across.multiply(self.through).sum(axis=0)).ravel()
        return np.asarray(self.own.diagonal() - taken, np.float64)

    def back(self, found: Number) -> Number:
        """Return x_e: (blocks, width)."""
        blocks, width = self.inverse.shape[:2]
        left = (self.gone - self.across @ found).reshape(blocks, width, 1)
        return np.asarray((self.inverse @ left)[..., 0], np.float64)


def reduce_states(eq: Equations) -> Reduced:
    """Eliminate the states: givers, teams, circles and means are left."""
    inverse = np.linalg.inv(eq.state)
    inverse = (inverse + inverse.swapaxes(1, 2)) / 2
    across = csr_array(hstack([_linked(eq), _means(eq)]))
    right = np.concatenate([eq.given.T @ eq.right_pair, eq.right_mean])
    return _reduced(inverse, across, _own(eq), (eq.right_state.ravel(), right), states=True)


def reduce_givers(eq: Equations, givers: int) -> Reduced:
    """Eliminate the first so many shared columns, the givers': states, teams, circles and means are left."""
    own, linked = _own(eq), _linked(eq)
    inverse = (1 / own.diagonal()[:givers])[:, None, None]
    across = csr_array(hstack([linked[:, :givers].T, own[:givers, givers:]]))
    with_states = csr_array(hstack([linked[:, givers:], _means(eq)]))
    rest = vstack([hstack([blocks(eq.state), with_states]), hstack([csr_array(with_states.T), own[givers:, givers:]])])
    shared = eq.given.T @ eq.right_pair
    right = np.concatenate([eq.right_state.ravel(), shared[givers:], eq.right_mean])
    return _reduced(inverse, across, csr_array(rest), (shared[:givers], right), states=False)


def _reduced(
    inverse: Number, across: csr_array, own: csr_array, sides: tuple[Number, Number], *, states: bool
) -> Reduced:
    through = csr_array(blocks(inverse) @ across)
    gone, right = sides
    return Reduced(states, inverse, across, through, own, gone, right - through.T @ gone)


def _linked(eq: Equations) -> csr_array:
    """Say what each shared column does to each receiver's state: (receivers · width, Z)."""
    links = eq.links().tocsr()
    links.eliminate_zeros()
    return csr_array(links @ eq.given)


def _means(eq: Equations) -> csr_array:
    receivers, width, criteria = eq.state_mean.shape
    return csr_array(eq.state_mean.reshape(receivers * width, criteria))


def _own(eq: Equations) -> csr_array:
    """Build the equations of shared columns and means among themselves."""
    every = eq.given
    weighed = csr_array((np.repeat(eq.pair, np.diff(every.indptr)), every.indices, every.indptr), shape=every.shape)
    shifts = csr_array(every.T @ weighed) + diags_array(eq.shift)
    crossing = every.T @ eq.pair_mean
    return csr_array(block_array([[shifts, csr_array(crossing)], [csr_array(crossing.T), csr_array(eq.mean)]]))
