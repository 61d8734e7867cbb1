"""Blocks of a few columns (fixed means, departments), solved for exactly around the conjugate gradients.

What everybody shares is what iterations and probes find hardest, and there is little of it: with the few columns F in a
border, C = [[C_FF, B], [Bᵀ, M]], the large M is solved for B once, and the rest is a small dense matrix.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.crossed_blocks import Cholesky, cholesky
from scoring.model.crossed_equations import Equations
from scoring.model.crossed_split import Split, Splitting, split

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_FEW = 16  # columns of a block up to which it belongs to the border


@dataclass(frozen=True, slots=True)
class Bordering:
    """What does not depend on the variances. few, many : columns of the border, and the others."""

    eq: Equations
    wanted: csr_array
    few: Places
    many: Places
    inner: Splitting

    def factorize(self, penalty: Floats) -> "Bordered":
        """Solve the large part for the border, for one Λ."""
        inner = self.inner.factorize(penalty[self.many])
        border = self.eq.matrix[self.few]
        arrow = inner.solve(border[:, self.many].toarray().T)
        corner = border[:, self.few].toarray() + np.diag(penalty[self.few])
        return Bordered(self, inner, arrow, cholesky(corner - border[:, self.many] @ arrow))


@dataclass(frozen=True, slots=True)
class Bordered:
    """One Λ, ready to solve. arrow : M⁻¹Bᵀ, (many, few). corner : the border's Schur complement."""

    bordering: Bordering
    inner: Split
    arrow: Floats
    corner: Cholesky

    @property
    def logdet(self) -> None:
        """Not known here."""
        return

    def solve(self, right: Floats) -> Floats:
        """C⁻¹ right, (columns, k)."""
        few, many = self.bordering.few, self.bordering.many
        large = self.inner.solve(right[many])
        x = np.empty_like(right)
        x[few] = self.corner.solve(right[few] - self.bordering.eq.matrix[few][:, many] @ large)
        x[many] = large - _product(self.arrow, x[few])
        return x

    def diagonal(self) -> Floats:
        """Diagonal of C⁻¹ from few probes: right in the sum over a block, rough for one effect."""
        return self._around(self.inner.rough())[0]

    def spread(self) -> tuple[Floats, Floats]:
        """Diagonal of C⁻¹, (columns,), and c C⁻¹ cᵀ for each wanted combination."""
        return self._around(self.inner.spread())

    def _around(self, found: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Add what the border's own uncertainty gives to the large part's."""
        few, many, wanted = self.bordering.few, self.bordering.many, self.bordering.wanted
        inverse = self.corner.inverse()
        diagonal = np.empty(len(few) + len(many))
        diagonal[few] = np.diagonal(inverse)
        diagonal[many] = found[0] + (_product(self.arrow, inverse) * self.arrow).sum(axis=1)
        reach = wanted[:, few].toarray() - wanted[:, many] @ self.arrow
        return diagonal, found[1] + (_product(reach, inverse) * reach).sum(axis=1)


def bordering(eq: Equations, wanted: csr_array) -> Bordering:
    """Put the blocks of few columns in the border and split the rest into families."""
    small = eq.sizes[eq.block] <= _FEW
    small |= eq.block == 0
    few, many = np.flatnonzero(small), np.flatnonzero(~small)
    sizes = np.bincount(eq.block[many], minlength=len(eq.sizes)).astype(np.int64)
    large = replace(
        eq,
        design=csr_array(eq.design[:, many]),
        matrix=csr_array(eq.matrix[many][:, many]),
        own=eq.own[many],
        right=eq.right[many],
        block=eq.block[many],
        sizes=sizes,
    )
    return Bordering(eq, wanted, few, many, split(large, csr_array(wanted[:, many])))


def _product(tall: Floats, small: Floats) -> Floats:
    """Multiply a tall matrix by a small one, column by column: BLAS would share the rows over its threads."""
    total = np.zeros((tall.shape[0], small.shape[1]))
    for k in range(small.shape[0]):
        total += tall[:, k, None] * small[k]
    return total
