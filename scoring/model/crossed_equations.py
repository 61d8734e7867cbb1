"""Henderson's mixed-model equations of one fit: from rows and factors to a sparse matrix, once, whatever the variances.

Everything REML needs is a product with TᵀWT or TᵀWy, T = [fixed | factor 1 | factor 2 …]: rows are read only here.
Source: Henderson (1975), Biometrics 31(2).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Equations:
    """The parts of (TᵀWT + Λ) x = TᵀWy.

    design : (rows, columns), T. y : (rows,), as centred. weight : (rows,). matrix : TᵀWT, csr; own : its diagonal.
    right : TᵀWy.
    square : yᵀWy. block : (columns,), 0 for fixed means, f + 1 for factor f. sizes : columns of each block.
    logweight : Σ log weight.
    """

    design: csr_array
    y: Floats
    weight: Floats
    matrix: csr_array
    own: Floats
    right: Floats
    square: float
    block: NDArray[np.int32]
    sizes: NDArray[np.int64]
    logweight: float

    @property
    def rows(self) -> int:
        """How many rows were observed."""
        return len(self.weight)

    def sums(self, amount: Floats) -> Floats:
        """(columns,) amounts summed over each block."""
        return np.bincount(self.block, amount, len(self.sizes)).astype(np.float64, copy=False)


def moments(eq: Equations) -> Floats:
    """Guess variances, residual first, (1 + factors,), by setting sums of squares between levels to what they expect.

    Only a place to start from. Henderson (1953), Biometrics 9(2), method 1; fixed means are taken out first.
    """
    own = np.maximum(eq.own, 1e-300)
    fixed = np.where(eq.block == 0, eq.right / own, 0.0)
    left = eq.right - eq.matrix @ fixed
    row = np.repeat(np.arange(len(own)), np.diff(eq.matrix.indptr))
    blocks = len(eq.sizes)
    pair = eq.block[row] * blocks + eq.block[eq.matrix.indices]
    shared = np.bincount(pair, eq.matrix.data**2 / own[row], blocks * blocks)
    expected = shared.astype(np.float64).reshape(blocks, blocks)
    total = float(eq.weight.sum())
    expected[1:] -= eq.sums(own**2) / total
    expected[:, 0] = eq.sums((own > 1e-300).astype(np.float64)) - 1
    seen = eq.sums(left**2 / own)
    # The first equation is the whole: every row about its fixed mean.
    expected[0] = total - eq.sums(own**2) / total
    expected[0, 0] = eq.rows - 1
    seen[0] = eq.square - float((eq.right * fixed).sum())
    return np.asarray(np.linalg.lstsq(expected, seen)[0], np.float64)


def one_hot(level: NDArray[np.signedinteger[Any]], size: int) -> csr_array:
    """(rows, size), 1 at each row's level; nothing where it is -1."""
    touched = level >= 0
    start = np.concatenate(([0], np.cumsum(touched)))
    chosen = level[touched]
    return csr_array((np.ones(len(chosen)), chosen, start), shape=(len(level), size))


def equations(blocks: list[csr_array], y: Floats, weight: Floats) -> Equations:
    """Assemble; blocks are the parts of T, fixed means first, y is centred by the caller."""
    sizes = np.array([b.shape[1] for b in blocks], np.int64)
    design = csr_array(hstack(blocks, format="csr"))
    weighted = design.copy()
    weighted.data *= np.repeat(weight, np.diff(design.indptr))
    matrix = csr_array(weighted.T @ design)
    matrix.sum_duplicates()
    block = np.repeat(np.arange(len(blocks), dtype=np.int32), sizes)
    square = float((weight * y * y).sum())
    return Equations(
        design, y, weight, matrix, matrix.diagonal(), weighted.T @ y, square, block, sizes, float(np.log(weight).sum())
    )
