"""Large independent computations side by side: NumPy and SciPy let another thread work while they do.

Each result is computed by one thread from the same numbers in the same order, so that it does not depend on how many
threads there are.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

MANY = 50_000  # rows from which on a second thread is worth its start


def at_once(works: Iterable[Callable[[], T]], rows: int) -> list[T]:
    """Do each of `works` and return what they gave, in order; with two threads where there are `rows` enough."""
    if rows <= MANY:
        return [work() for work in works]
    with ThreadPoolExecutor(2) as pool:
        return [done.result() for done in [pool.submit(work) for work in works]]


def both(first: Callable[[], T], second: Callable[[], U], rows: int) -> tuple[T, U]:
    """Do two works of different kinds, as `at_once`."""
    if rows <= MANY:
        return first(), second()
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(second)
        return first(), beside.result()
