"""What one giver said of one receiver in one answer, weighed: the rows of the peers' equations (peers_equations.py)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from scoring.model.evidence import Index, Number
from scoring.model.peers_rows import Ages, Heard
from scoring.model.peers_variances import Variances

USUAL_RATING = 4.0  # told points, where a criterion's mean is before anyone rated


@dataclass(frozen=True, slots=True)
class Occasions:
    """What an occasion says, once its ratings are weighed: (occasions, criteria) and (occasions,).

    `count`, `total`: ratings and their sum over what is usual, by criterion; `rated`, `whole`: over all criteria.
    `residual`, `common`: variances of single ratings and of the occasion, both with what has changed since, over the
    pair's faith. `weight`: 1 / (residual + rated · common).
    """

    count: Number
    total: Number
    rated: Number
    whole: Number
    residual: Number
    common: Number
    weight: Number


def occasions(told: Heard, aged: Ages, held: Variances) -> Occasions:
    """Sum ratings by occasion and criterion, and say how sure each occasion is."""
    size = len(told.pair)
    cell = told.occasion.astype(np.int64) * told.criteria + told.criterion
    shape = (size, told.criteria)
    count = np.bincount(cell, minlength=size * told.criteria).astype(np.float64).reshape(shape)
    over = told.y - USUAL_RATING
    total = np.bincount(cell, over, size * told.criteria).astype(np.float64).reshape(shape)
    rated = np.bincount(told.occasion, minlength=size).astype(np.float64)
    whole = np.bincount(told.occasion, over, size).astype(np.float64)
    changed = 1 - aged.correlation[aged.of] ** 2
    faith = told.faith[told.pair]
    residual, common = (held.residual + changed * held.special) / faith, held.occasion / faith
    return Occasions(count, total, rated, whole, residual, common, 1 / (residual + rated * common))


def summed(index: Index, size: int) -> csr_array:
    """Matrix that adds up rows by their sorted `index` 0..size-1: (size, rows)."""
    starts = np.searchsorted(index, np.arange(size + 1))
    return csr_array((np.ones(len(index)), np.arange(len(index)), starts), shape=(size, len(index)))
