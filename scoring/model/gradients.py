"""Conjugate gradients, by NumPy's own sums, which do not depend on threads."""

from collections.abc import Callable

from scoring.model.evidence import Number

TOLERANCE = 1e-12  # of the right-hand side, where a search stops
MOST_STEPS = 1_000


def conjugate_gradients(
    times: Callable[[Number], Number], right: Number, diagonal: Number, how: tuple[Number | None, float]
) -> tuple[Number, int]:
    """Solve with the diagonal as preconditioner; `how`: where to begin, and the tolerance.

    Sums are NumPy's own, which do not depend on threads.
    """
    begin, tolerance = how
    found = right / diagonal if begin is None else begin
    left = right - times(found)
    ahead = left / diagonal
    direction, size = ahead.copy(), float((left * ahead).sum())
    enough = tolerance**2 * float((right * right / diagonal).sum())
    steps = 0
    while size > enough and steps < MOST_STEPS:
        steps += 1
        moved = times(direction)
        stride = size / float((direction * moved).sum())
        found = found + stride * direction
        left = left - stride * moved
        ahead = left / diagonal
        before, size = size, float((left * ahead).sum())
        direction = ahead + (size / before) * direction
    return found, steps
