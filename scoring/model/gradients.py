"""Conjugate gradients, by NumPy's own sums, which do not depend on threads."""

from collections.abc import Callable

import numpy as np

from scoring.model.evidence import Number

TOLERANCE = 1e-12  # of the right-hand side, where a search stops
MOST_STEPS = 1_000
LEAST = 1e-300


def conjugate_gradients(
    times: Callable[[Number], Number], right: Number, diagonal: Number, how: tuple[Number | None, float]
) -> tuple[Number, int]:
    """Solve with the diagonal as preconditioner; `how`: where to begin, and the tolerance.

    `right` (size,), or (size, columns) of which each is a search of its own, and all stop when the last one may;
    `diagonal` has as many axes.
    """
    begin, tolerance = how
    found = right / diagonal if begin is None else begin
    left = right - times(found)
    ahead = left / diagonal
    direction, size = ahead.copy(), (left * ahead).sum(axis=0)
    enough = tolerance**2 * (right * right / diagonal).sum(axis=0)
    steps = 0
    while np.any(size > enough) and steps < MOST_STEPS:
        steps += 1
        moved = times(direction)
        stride = size / np.maximum((direction * moved).sum(axis=0), LEAST)
        found = found + stride * direction
        left = left - stride * moved
        ahead = left / diagonal
        before, size = size, (left * ahead).sum(axis=0)
        direction = ahead + (size / np.maximum(before, LEAST)) * direction
    return found, steps
