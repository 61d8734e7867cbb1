"""The measures of scoring.md, section 5, on arrays; each tested on cases worked by hand."""

import numpy as np
from scipy.stats import rankdata, spearmanr

from scoring.simulate.people import Index, Mask, Number

FIFTH = 0.2


def spearman(found: Number, truth: Number, among: Mask) -> float:
    """Rank correlation among these people; NaN where either is the same for all."""
    if np.ptp(found[among]) == 0 or np.ptp(truth[among]) == 0:
        return float("nan")
    return float(spearmanr(found[among], truth[among]).statistic)


def percentiles(values: Number) -> Number:
    """Rank percentile of each, 0-100: 100 · (rank − ½) / n, equal values sharing their mean rank."""
    return np.asarray(100 * (rankdata(values) - 0.5) / len(values), np.float64)


def gain(found: Number, without: Number, who: Index) -> float:
    """Mean change of rank percentile, among all people, of `who`, against `without`: the counterfactual of the seed.

    Both are estimates of the same people with the same luck: once with what the scenario lets `who` (or their bullies)
    do, once with everybody behaving honestly (`Settings.acted` False). NaN where there is nobody.
    """
    if not who.size:
        return float("nan")
    return float((percentiles(found) - percentiles(without))[who].mean())


def visibility_gap(found: Number, truth: Number, visibility: Number) -> float:
    """Percentiles by which the most visible fifth stands above the least visible fifth, at equal true quality.

    Least squares of the rank percentile of `found` on that of `truth`, its square, and an indicator of either fifth;
    the gap is the difference of the two indicators' coefficients.
    """
    true = percentiles(truth) / 100 - 0.5
    seen = percentiles(visibility) / 100
    top, bottom = seen > 1 - FIFTH, seen < FIFTH
    columns = np.column_stack([np.ones_like(true), true, true**2, top, bottom])
    fitted = np.linalg.lstsq(columns, percentiles(found), rcond=None)[0]
    return float(fitted[3] - fitted[4])


def group_gap(found: Number, truth: Number, group: Mask) -> float:
    """Percentiles by which `group` stands above the others at equal truth, by the same kind of regression."""
    if not group.any() or group.all():
        return float("nan")
    true = percentiles(truth) / 100 - 0.5
    columns = np.column_stack([np.ones_like(true), true, true**2, group])
    return float(np.linalg.lstsq(columns, percentiles(found), rcond=None)[0][3])


def held(low: Number, high: Number, truth: Number, among: Mask) -> tuple[float, int]:
    """Share of intervals of these that hold the truth, and how many there are; NaN where none."""
    inside = (low <= truth) & (truth <= high)
    count = int(among.sum())
    return (float(inside[among].mean()) if count else float("nan")), count
