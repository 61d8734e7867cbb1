"""How much recognition says about quality beyond what it says about being seen: its loading, 0 unless proven.

    q̂_j = c + β · r̂_j + γ · v_j + e_j,   weights 1 / (s² + sd_j²)

over people with ratings and thanks both; q̂ the posterior mean of the peers' composite, r̂ that of recognition, v a
measure of being seen (for instance the logarithm of the chances of `opportunity`). β is the slope with being seen held
fixed. Both are posterior means: r̂ has had its noise shrunk away, so a slope on it is not attenuated (regression
calibration: Carroll, Ruppert, Stefanski & Crainiceanu 2006, Measurement Error in Nonlinear Models, ch. 4); q̂ is shrunk
by its reliability, so β is conservative.

Known weakness: being seen is a latent trait and `visible` a poor measure of it. What thanks and ratings have in common
through it is charged to quality, and whoever is seen is lifted: in simulated organizations each 0.01 of loading opens
the gap between the most and the least visible fifth by about 0.7 of the 3 percentiles allowed, and makes the order no
better (0.05: 3 to 4; 0.1: 6 to 8). Hence MOST. Must not be used to infer anything about one person.
"""

from dataclasses import dataclass

import numpy as np

from scoring.model.evidence import Mask, Number

PEOPLE = 30  # with both kinds of evidence, fewer justify nothing
CLEAR = 2.0  # standard errors above 0 that a slope must be
MOST = 0.01  # sd of quality for each sd of recognition; opens the gap of visibility by about 0.7 percentiles


@dataclass(frozen=True, slots=True)
class Loading:
    """`amount` is what quality may use, 0 to MOST; `slope` and its `error` what was found; `people` from how many."""

    amount: float
    slope: float
    error: float
    people: int


@dataclass(frozen=True, slots=True)
class Known:
    """Posterior of one dimension, (people,) each, in sd of quality; `heard` where there is evidence of it at all."""

    mean: Number
    sd: Number
    heard: Mask


def loading(quality: Known, recognition: Known, visible: Number) -> Loading:
    """Estimate the loading of recognition in quality.

    The slope is shrunk by its own reliability, β · max(0, 1 - (CLEAR · error / β)²), so that it sets in at 0 where it
    becomes clear and one person more or less makes no jump. Those without evidence of both kinds are left out.

    `visible` (people,): any measure of being seen, any unit; a constant where there is none.
    Nothing found is a slope of 0 with an infinite error.
    """
    both = quality.heard & recognition.heard
    count = int(both.sum())
    if count < PEOPLE:
        return Loading(0.0, 0.0, float("inf"), count)
    slope, error = _slope(quality.mean[both], quality.sd[both], np.column_stack([recognition.mean, visible])[both])
    if slope <= CLEAR * error:
        return Loading(0.0, slope, error, count)
    return Loading(min(slope * (1 - (CLEAR * error / slope) ** 2), MOST), slope, error, count)


def _slope(told: Number, sd: Number, causes: Number) -> tuple[float, float]:
    """Weighted least squares: slope of the first cause with the others held fixed, and its robust (HC1) error."""
    centred = causes - causes.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    varied = scale > 1e-9
    if not varied[0]:
        return 0.0, float("inf")
    design = np.column_stack([np.ones(len(told)), centred[:, varied] / scale[varied]])
    weight = 1 / (told.var() + sd**2)
    normal = np.einsum("ji,j,jk->ik", design, weight, design)
    inverse = np.linalg.pinv(normal, hermitian=True)
    found = inverse @ np.einsum("ji,j,j->i", design, weight, told)
    residual = told - np.einsum("ji,i->j", design, found)
    meat = np.einsum("ji,j,jk->ik", design, (weight * residual) ** 2, design)
    spare = len(told) / (len(told) - design.shape[1])
    variance = float((inverse @ meat @ inverse)[1, 1]) * spare
    return float(found[1] / scale[0]), float(np.sqrt(variance) / scale[0])
