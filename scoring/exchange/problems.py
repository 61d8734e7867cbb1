"""What is wrong with a folder, each as `file:line: column: what is wrong, expected what`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.exchange.words import Phrase, Problem

MOST_LISTED = 100

Rows = NDArray[np.int64]


class BadFolder(Exception):
    """A folder that cannot be read; `found` holds what is wrong, `total` how many things those are."""

    def __init__(self, found: Sequence[Problem], total: int | None = None) -> None:
        self.found = tuple(found[:MOST_LISTED])
        self.total = len(found) if total is None else total
        super().__init__(str(self))

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, a line for each, as a terminal says it."""
        return tuple(map(str, self.found))

    def __str__(self) -> str:
        more = self.total - len(self.found)
        return "\n".join([*self.problems, *([f"and {more} more"] if more else [])])


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one file that are bad for one reason."""

    rows: Rows  # (found,), places in the file's table
    column: str
    wrong: Callable[[int], Phrase]  # what is wrong with the row at this place
    expected: Phrase


@dataclass(slots=True)
class Report:
    """The problems of all files so far: counted all, told up to `MOST_LISTED`."""

    problems: list[Problem] = field(default_factory=list)
    total: int = 0

    def say(self, problem: Problem) -> None:
        """Note one problem of a whole file."""
        self.total += 1
        if len(self.problems) < MOST_LISTED:
            self.problems.append(problem)

    def tell(self, name: str, findings: Sequence[Finding], lines: Callable[[Rows], Rows]) -> None:
        """Note the findings in one file's rows, in the order of its lines."""
        if not findings:
            return
        rows = np.concatenate([finding.rows for finding in findings])
        which = np.repeat(np.arange(len(findings)), [finding.rows.size for finding in findings])
        order = np.lexsort((which, rows))[: MOST_LISTED - len(self.problems)]
        self.total += rows.size
        for row, line, place in zip(rows[order].tolist(), lines(rows[order]).tolist(), which[order], strict=True):
            found = findings[place]
            self.problems.append(Problem(found.wrong(row), found.expected, name, line, found.column))

    def end(self) -> None:
        """Raise where anything was noted.

        Raises
        ------
        BadFolder : with every problem.
        """
        if self.total:
            raise BadFolder(self.problems, self.total)
