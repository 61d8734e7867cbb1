"""Who did the work that customers speak of: in the whole, and as it was when they spoke."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.evidence import Evidence, Mask, Number
from scoring.model.select import shares
from scoring.model.signals import Answers
from scoring.model.tenure import tenures


@dataclass(frozen=True)
class Work:
    """Parts of the people, and after them of somebody unknown for each project without members.

    `unit` (rows,), `project` (units,) and `shares` (units, people and unknown): whose work each row of what was said
    speaks of. `over` (projects,): over-service beyond the tolerance.
    """

    evidence: Evidence
    unit: NDArray[np.int64]
    project: NDArray[np.int64]
    shares: csr_array
    over: Number

    def only(self, kept: Mask) -> "Work":
        """Keep some rows; units keep their numbers."""
        return replace(self, unit=self.unit[kept])

    @cached_property
    def staff(self) -> csr_array:
        """Parts in the whole: (projects, people and unknown)."""
        return _beside(shares(self.evidence), *_unknown(self.evidence))


def staffing(evidence: Evidence, heard: Answers, over: Number) -> Work:
    """Find who did the work that each answer speaks of."""
    unit, then = tenures(evidence, heard.project, heard.at)
    project = np.zeros(then.shape[0], np.int64)
    project[unit] = heard.project
    number, extra = _unknown(evidence)
    return Work(evidence, unit, project, _beside(then, number[project], extra), over)


def person_voices(heard: Answers, work: Work) -> Number:
    """Count independent voices about each of `work`'s people: Σ_p w_pj · voices_p, each voice once in a project.

    A voice counts with its strongest row, at most 1, in the parts of when that was said.
    """
    whose = heard.project.astype(np.int64) * (int(heard.voice.max(initial=0)) + 1) + heard.voice
    order = np.lexsort((heard.at, -heard.weight, whose))
    first = order[np.append(True, np.diff(whose[order]) != 0)[: len(order)]]
    strength = np.bincount(work.unit[first], np.minimum(heard.weight[first], 1.0), work.shares.shape[0])
    return np.asarray(work.shares.T @ strength, np.float64)


def _unknown(evidence: Evidence) -> tuple[NDArray[np.intp], int]:
    """Give the projects without members numbers, (projects,), -1 for others; and say how many there are."""
    alone = np.bincount(evidence.members.project, minlength=len(evidence.projects.ids)) == 0
    return np.where(alone, np.cumsum(alone) - 1, -1), int(alone.sum())


def _beside(known: csr_array, number: NDArray[np.intp], extra: int) -> csr_array:
    """Put the columns of unknown people beside the known; `number` (rows,), -1 where members are known."""
    if not extra:
        return known
    rows, width = known.shape
    row = np.flatnonzero(number >= 0)
    place = known.indptr[row]  # nobody else has a part in such a row
    start = known.indptr + np.append(0, np.cumsum(number >= 0))
    columns = np.insert(known.indices, place, width + number[row])
    return csr_array((np.insert(known.data, place, 1.0), columns, start), shape=(rows, width + extra))
