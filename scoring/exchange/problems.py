"""What is wrong with a folder, each as `file:line: column: what is wrong, expected what`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST_LISTED = 100
LONGEST_QUOTE = 60  # characters of a bad value that a message repeats

Rows = NDArray[np.int64]


class BadFolder(Exception):
    """A folder that cannot be read; `problems` holds one line for each thing wrong, `total` how many there are."""

    def __init__(self, problems: Sequence[str], total: int | None = None) -> None:
        self.problems = tuple(problems[:MOST_LISTED])
        self.total = len(problems) if total is None else total
        super().__init__(str(self))

    def __str__(self) -> str:
        more = self.total - len(self.problems)
        return "\n".join([*self.problems, *([f"and {more} more"] if more else [])])


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one file that are bad for one reason."""

    rows: Rows  # (found,), places in the file's table
    column: str
    wrong: Callable[[int], str]  # what is wrong with the row at this place
    expected: str


@dataclass(slots=True)
class Report:
    """The problems of all files so far: counted all, put into words up to `MOST_LISTED`."""

    problems: list[str] = field(default_factory=list)
    total: int = 0

    def say(self, problem: str) -> None:
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
            self.problems.append(f"{name}:{line}: {found.column}: {found.wrong(row)}, expected {found.expected}")

    def end(self) -> None:
        """Raise where anything was noted.

        Raises
        ------
        BadFolder : with every problem.
        """
        if self.total:
            raise BadFolder(self.problems, self.total)


def quoted(value: object) -> str:
    """Repeat a bad value so that it is safe and short on a terminal."""
    text = str(value)
    return repr(text) if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]!r}… ({len(text)} characters)"
