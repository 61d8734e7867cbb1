"""Over-service: effort delivered beyond what was agreed, found where both are written down in one unit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.model.choices import MoneyKind
from scoring.model.evidence import MISSING_TIME, Evidence, Number
from scoring.model.scores import FINDINGS, Finding, FindingTable

TOLERANCE = 0.1  # log of delivered over agreed effort that is nobody's intention: about a tenth
# What a log of over-service buys, in standardised points of satisfaction (signals.py): twice the effort about half a
# point. A prior, wide enough to be told otherwise and not to forbid that it buys nothing.
USUAL_SLOPE, SLOPE_SD = 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Excess:
    """`ratio` (projects,): log of delivered over agreed effort, NaN where not known."""

    ratio: Number

    @property
    def over(self) -> Number:
        """Over-service beyond the tolerance, (projects,), 0 where there is none or nothing is known.

        Under-service is 0 too: were it a negative excess, taking it off would lift whoever gave less than agreed.
        """
        return np.nan_to_num(np.maximum(self.ratio - TOLERANCE, 0.0))


def excess(evidence: Evidence) -> Excess:
    """Compare the latest known efforts of each project: agreed and delivered in one unit, both above 0.

    Where there are several units, the one in which the delivery was told last counts.
    """
    money, projects = evidence.money, len(evidence.projects.ids)
    units = max(len(money.units), 1)
    cell = money.project.astype(np.int64) * units + money.unit
    told = [_latest(evidence, cell, kind) for kind in (MoneyKind.AGREED_EFFORT, MoneyKind.DELIVERED_EFFORT)]
    _, agreed, delivered = np.intersect1d(cell[told[0]], cell[told[1]], return_indices=True)
    agreed, delivered = told[0][agreed], told[1][delivered]
    order = np.argsort(money.known[delivered], kind="stable")
    ratio = np.full(projects, np.nan)
    # Where a place is named twice, the last value stays: the unit told last.
    ratio[money.project[delivered[order]]] = np.log(money.amount[delivered] / money.amount[agreed])[order]
    return Excess(ratio)


def _latest(evidence: Evidence, cell: NDArray[np.int64], kind: MoneyKind) -> NDArray[np.intp]:
    """Find the latest row of a kind, above 0, in each cell (project and unit)."""
    money = evidence.money
    rows = np.flatnonzero((money.kind == kind) & (money.amount > 0) & (money.unit >= 0))
    rows = rows[np.argsort(money.known[rows], kind="stable")][::-1]
    return np.asarray(rows[np.unique(cell[rows], return_index=True)[1]], np.intp)


def findings(evidence: Evidence, found: Excess) -> FindingTable:
    """Report what lies outside the tolerance; too little only of what has ended, as the rest may still come."""
    over = np.flatnonzero(found.ratio > TOLERANCE)
    under = np.flatnonzero((found.ratio < -TOLERANCE) & (evidence.projects.ended != MISSING_TIME))
    project = np.concatenate([over, under]).astype(np.int32)
    kind = np.repeat(np.array([Finding.OVER_SERVICE, Finding.UNDER_SERVICE], np.int32), (len(over), len(under)))
    order = np.lexsort((kind, project))
    return FindingTable(project[order], kind[order], FINDINGS, found.ratio[project[order]])
