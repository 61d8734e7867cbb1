"""Cholesky factor and inverse of a dense symmetric matrix, in tiles so small that BLAS never shares them over threads.

A threaded BLAS rounds differently on another number of threads; the engine promises the same bytes on any. OpenBLAS
multiplies tiles of up to 64³ on the calling thread, and NumPy's stacked matmul visits them in a fixed order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dtrtri

TILE = 64  # rows of a tile at most; 64³ is OpenBLAS's limit for staying on one thread


@dataclass(frozen=True, slots=True)
class Cholesky:
    """Tiles of the unit-block factor: matrix = U diag(pivot) Uᵀ with U_kk = 1.

    size : rows of the matrix. inverses : (tiles, edge, edge), inverses of the pivot blocks; edge ≤ TILE, as small as
    that many tiles allow. below : of each tile k but the last, blocks ik of U, (tiles - k - 1, edge, edge), i > k.
    logdet : log determinant.
    """

    size: int
    inverses: NDArray[np.float64]
    below: tuple[NDArray[np.float64], ...]
    logdet: float

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Matrix⁻¹ right; right is (size, columns)."""
        tiles, edge = self.inverses.shape[:2]
        padded = np.zeros((tiles * edge, right.shape[1]))
        padded[: self.size] = right
        x: NDArray[np.float64] = padded.reshape(tiles, edge, right.shape[1])
        for k, u in enumerate(self.below):
            x[k + 1 :] -= u @ x[k]
        x = self.inverses @ x
        for k in reversed(range(tiles - 1)):
            x[k] -= (self.below[k].swapaxes(1, 2) @ x[k + 1 :]).sum(axis=0)
        flat: NDArray[np.float64] = x.reshape(padded.shape)[: self.size]
        return flat

    def inverse(self) -> NDArray[np.float64]:
        """Give the whole inverse, (size, size), by block recursion from the last pivot (Takahashi 1973)."""
        tiles, edge = self.inverses.shape[:2]
        if tiles == 1:
            whole: NDArray[np.float64] = self.inverses[0].copy()
            return whole
        z = np.empty((tiles, tiles, edge, edge))
        z[-1:, -1:] = self.inverses[-1:]
        for k in reversed(range(tiles - 1)):
            u = self.below[k]
            column = z[k + 1 :, k + 1] @ u[0]
            for j in range(1, len(u)):
                column += z[k + 1 :, k + 1 + j] @ u[j]
            z[k + 1 :, k] = np.negative(column, out=column)
            z[k, k + 1 :] = column.swapaxes(1, 2)
            z[k, k] = self.inverses[k] - (u.swapaxes(1, 2) @ column).sum(axis=0)
        flat = z.swapaxes(1, 2).reshape(tiles * edge, tiles * edge)
        return flat[: self.size, : self.size]


def cholesky(matrix: NDArray[np.float64]) -> Cholesky:
    """Factor a positive definite (size, size) matrix; LinAlgError if it is not."""
    size = len(matrix)
    tiles = -(-size // TILE)
    if tiles == 1:
        inverse, logdet = _inverted(matrix)
        return Cholesky(size, inverse[None], (), logdet)
    edge = -(-size // max(tiles, 1))
    padded = np.eye(tiles * edge)
    padded[:size, :size] = matrix
    tiled = padded.reshape(tiles, edge, tiles, edge)
    left = [tiled[k:, :, k].copy() for k in range(tiles)]  # what is left of each column, from its pivot down
    below = []
    inverses = np.empty((tiles, edge, edge))
    logdet = 0.0
    for k, (pivot, *_) in enumerate(left):
        inverses[k], own = _inverted(pivot)
        logdet += own
        panel = left[k][1:]
        u = panel @ inverses[k]
        for j in range(len(panel)):
            left[k + 1 + j] -= u[j:] @ panel[j].T
        below.append(u)
    return Cholesky(size, inverses, tuple(below[:-1]), logdet)


def _inverted(tile: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Invert one tile, and give its log determinant.

    By LAPACK's factor and inverse of a triangle, which stay on one thread; its DPOTRI, which does both, does not.
    """
    root, wrong = dpotrf(tile, lower=1)
    if wrong:
        raise np.linalg.LinAlgError("a tile is not positive definite")
    half = dtrtri(root, lower=1)[0]
    own = 2.0 * float(np.log(np.diagonal(root)).sum())
    return half.T @ half.copy(), own  # the copy keeps NumPy from calling the threaded SYRK
