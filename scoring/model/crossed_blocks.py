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
    that many tiles allow. below : (tiles, tiles, edge, edge), block ik (i > k) of U. logdet : log determinant.
    """

    size: int
    inverses: NDArray[np.float64]
    below: NDArray[np.float64]
    logdet: float

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Matrix⁻¹ right; right is (size, columns)."""
        tiles, edge = self.inverses.shape[:2]
        padded = np.zeros((tiles * edge, right.shape[1]))
        padded[: self.size] = right
        x: NDArray[np.float64] = padded.reshape(tiles, edge, right.shape[1])
        for k in range(tiles - 1):
            x[k + 1 :] -= self.below[k + 1 :, k] @ x[k]
        x = self.inverses @ x
        for k in reversed(range(tiles - 1)):
            x[k] -= (self.below[k + 1 :, k].swapaxes(1, 2) @ x[k + 1 :]).sum(axis=0)
        flat: NDArray[np.float64] = x.reshape(padded.shape)[: self.size]
        return flat

    def inverse(self) -> NDArray[np.float64]:
        """Give the whole inverse, (size, size), by block recursion from the last pivot (Takahashi 1973)."""
        tiles, edge = self.inverses.shape[:2]
        if tiles == 1:
            whole: NDArray[np.float64] = self.inverses[0].copy()
            return whole
        z = np.zeros((tiles, tiles, edge, edge))
        for k in reversed(range(tiles)):
            u = np.ascontiguousarray(self.below[k + 1 :, k])
            column = np.zeros_like(u)
            for j in range(len(u)):
                column -= z[k + 1 :, k + 1 + j] @ u[j]
            z[k + 1 :, k] = column
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
        return Cholesky(size, inverse[None], np.empty((1, 1, 0, 0)), logdet)
    edge = -(-size // max(tiles, 1))
    padded = np.eye(tiles * edge)
    padded[:size, :size] = matrix
    work = np.ascontiguousarray(padded.reshape(tiles, edge, tiles, edge).swapaxes(1, 2))
    below = np.zeros_like(work)
    inverses = np.zeros((tiles, edge, edge))
    logdet = 0.0
    for k in range(tiles):
        inverses[k], own = _inverted(work[k, k])
        logdet += own
        panel = work[k + 1 :, k].copy()
        below[k + 1 :, k] = panel @ inverses[k]
        for j in range(len(panel)):
            work[k + 1 + j :, k + 1 + j] -= below[k + 1 + j :, k] @ panel[j].T
    return Cholesky(size, inverses, below, logdet)


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
