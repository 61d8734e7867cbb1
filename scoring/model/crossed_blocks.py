"""Cholesky factor and inverse of a dense symmetric matrix, in tiles so small that BLAS never shares them over threads.

A threaded BLAS rounds differently on another number of threads; the engine promises the same bytes on any. OpenBLAS
multiplies tiles of up to 64³ on the calling thread, and NumPy's stacked matmul visits them in a fixed order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILE = 64  # rows of a tile; 64³ is OpenBLAS's limit for staying on one thread


@dataclass(frozen=True, slots=True)
class Cholesky:
    """Tiles of the unit-block factor: matrix = U diag(pivot) Uᵀ with U_kk = 1.

    size : rows of the matrix. inverses : (tiles, TILE, TILE), inverses of the pivot blocks.
    below : (tiles, tiles, TILE, TILE), block ik (i > k) of U. logdet : log determinant.
    """

    size: int
    inverses: NDArray[np.float64]
    below: NDArray[np.float64]
    logdet: float

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Matrix⁻¹ right; right is (size, columns)."""
        tiles = len(self.inverses)
        padded = np.zeros((tiles * TILE, right.shape[1]))
        padded[: self.size] = right
        x: NDArray[np.float64] = padded.reshape(tiles, TILE, right.shape[1])
        for k in range(tiles):
            x[k + 1 :] -= self.below[k + 1 :, k] @ x[k]
        x = self.inverses @ x
        for k in reversed(range(tiles)):
            x[k] -= (self.below[k + 1 :, k].swapaxes(1, 2) @ x[k + 1 :]).sum(axis=0)
        flat: NDArray[np.float64] = x.reshape(padded.shape)[: self.size]
        return flat

    def inverse(self) -> NDArray[np.float64]:
        """Give the whole inverse, (size, size), by block recursion from the last pivot (Takahashi 1973)."""
        tiles = len(self.inverses)
        z = np.zeros((tiles, tiles, TILE, TILE))
        for k in reversed(range(tiles)):
            u = np.ascontiguousarray(self.below[k + 1 :, k])
            column = np.zeros_like(u)
            for j in range(len(u)):
                column -= z[k + 1 :, k + 1 + j] @ u[j]
            z[k + 1 :, k] = column
            z[k, k + 1 :] = column.swapaxes(1, 2)
            z[k, k] = self.inverses[k] - (u.swapaxes(1, 2) @ column).sum(axis=0)
        flat = z.swapaxes(1, 2).reshape(tiles * TILE, tiles * TILE)
        return flat[: self.size, : self.size]


def cholesky(matrix: NDArray[np.float64]) -> Cholesky:
    """Factor a positive definite (size, size) matrix; LinAlgError if it is not."""
    size = len(matrix)
    tiles = -(-size // TILE)
    padded = np.eye(tiles * TILE)
    padded[:size, :size] = matrix
    work = np.ascontiguousarray(padded.reshape(tiles, TILE, tiles, TILE).swapaxes(1, 2))
    below = np.zeros_like(work)
    inverses = np.zeros((tiles, TILE, TILE))
    logdet = 0.0
    for k in range(tiles):
        root = np.linalg.cholesky(work[k, k])
        logdet += 2.0 * float(np.log(np.diagonal(root)).sum())
        half = _inverse_of_lower(root)
        inverses[k] = half.T @ half.copy()  # the copy keeps NumPy from calling the threaded SYRK
        panel = work[k + 1 :, k].copy()
        below[k + 1 :, k] = panel @ inverses[k]
        for j in range(len(panel)):
            work[k + 1 + j :, k + 1 + j] -= below[k + 1 + j :, k] @ panel[j].T
    return Cholesky(size, inverses, below, logdet)


def _inverse_of_lower(root: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invert a lower triangular (TILE, TILE) matrix by doubling: [[A, 0], [C, B]] → [[A⁻¹, 0], [−B⁻¹CA⁻¹, B⁻¹]]."""
    inverse = np.diag(1.0 / np.diagonal(root))
    half = 1
    while half < TILE:
        parts = TILE // (2 * half)
        diagonal = np.arange(parts)
        whole = inverse.reshape(parts, 2, half, parts, 2, half)
        below = root.reshape(parts, 2, half, parts, 2, half)[diagonal, 1, :, diagonal, 0]
        upper, lower = whole[diagonal, 0, :, diagonal, 0], whole[diagonal, 1, :, diagonal, 1]
        whole[diagonal, 1, :, diagonal, 0] = -(lower @ below @ upper)
        half *= 2
    return inverse
