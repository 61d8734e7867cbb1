"""Findings over seeds: weighted means with 95 % intervals, for each scenario and over all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from scoring.validate.findings import Finding

ALL = "all"  # every scenario together
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Summary:
    """`mean` ± `half` holds the true mean in 95 % of runs; `half` is infinite with one seed. `seeds`: how many."""

    scenario: str
    measure: str
    method: str
    mean: float
    half: float
    seeds: int


def summaries(findings: Iterable[Finding]) -> list[Summary]:
    """Mean over seeds of each scenario, measure and method; of intervals also over all scenarios. Sorted."""
    grouped: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.scenario, finding.measure, finding.method].append(finding)
        if finding.measure.startswith("held "):
            grouped[ALL, finding.measure, finding.method].append(finding)
    return [_summary(key, rows) for key, rows in sorted(grouped.items())]


def _summary(key: tuple[str, str, str], rows: Sequence[Finding]) -> Summary:
    """Weighted mean, with the standard error of a ratio between seeds.

    A seed is the unit that is drawn anew, so all that was found in it counts as one.
    Source: Cochran (1977), Sampling Techniques, 3rd ed., section 6.3 (ratio estimator), with n − 1 degrees of freedom.
    """
    names, place = np.unique([row.seed for row in rows], return_inverse=True)
    weight = np.array([row.weight for row in rows])
    value = np.array([row.value for row in rows])
    mean = float((weight * value).sum() / weight.sum())
    seeds = len(names)
    if seeds < 2:
        return Summary(*key, mean, float("inf"), seeds)
    off = np.bincount(place, weight * (value - mean))
    error = np.sqrt(seeds / (seeds - 1) * (off**2).sum()) / weight.sum()
    return Summary(*key, mean, float(student.ppf((1 + CONFIDENCE) / 2, seeds - 1) * error), seeds)
