"""How much people, givers, pairs, occasions and single ratings differ: variances by moments, in one pass.

Ratings that share something are alike by the variance of what they share. With e the rating less its criterion's mean,
the mean product of e over pairs of ratings is

    same receiver, other teams' givers     Σ_kl · 2^(-lag / half-life)
    same giver, other receiver             leniency + team leniency
    same team of givers, other both        team leniency
    same giver and receiver, other answer  Σ_kl · 2^(-lag / half-life) + leniency + team leniency + pair
    same answer                            ... + occasion,      the same rating   ... + residual

each less that of unrelated ratings, which the estimated means make a little negative. Every estimate is pulled towards
what is usual by a weight of as many receivers (givers, pairs ...) as `WORTH` says.
Source: Henderson (1953), Biometrics 9(2); Gao & Owen (2017), Electron. J. Stat. 11 (moments in linear time).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.crossed_blocks import TILE
from scoring.model.evidence import Index, Number
from scoring.model.peers_rows import Heard, ages, parts
from scoring.model.threads import at_once

# What is usual before anything was seen, squared rating points, and how many levels that is worth.
GENERAL, SPECIAL, LENIENCY, TEAM, PAIR, OCCASION, RESIDUAL = 0.15, 0.05, 0.15, 0.02, 0.10, 0.08, 0.35
WORTH = 12.0
WORTH_SHAPE = 150.0  # receivers, of Σ having one variance and one covariance
PAIR_FLOOR, OCCASION_FLOOR, RESIDUAL_FLOOR = 0.02, 0.01, 0.02  # N ratings of one pair never count as N voices
LEAST_SHARE = 0.1  # of the usual variance that an estimate is never under
HALF_LIVES = 365.25 * np.array([0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0])  # days
HALF_LIFE_SPREAD = 0.8  # sd of the logarithm of half-lives between organizations
HALF_LIFE_NOISE = 0.4  # misfit of one perfectly known receiver where nothing is wrong
VAGUE = 3.0  # variance of what one giver says of a receiver, over that of quality
CLASS_DAYS = 2 * 365.25  # what classes of age are cut by before the half-life is known


@dataclass(frozen=True, slots=True)
class Variances:
    """Squared rating points. quality : (criteria, criteria), Σ. half_life : days."""

    quality: Number
    leniency: float
    team: float
    pair: float
    occasion: float
    residual: float
    half_life: float

    @property
    def general(self) -> float:
        """What all criteria have in common: the mean covariance of two of them (the variance where there is one)."""
        count = len(self.quality)
        if count < 2:
            return float(self.quality.sum())
        return max(float((self.quality.sum() - np.trace(self.quality)) / (count * (count - 1))), 0.0)

    @property
    def special(self) -> float:
        """What is a criterion's own."""
        return max(float(np.trace(self.quality)) / max(len(self.quality), 1) - self.general, 0.0)


def usual(criteria: int, half_life_days: float) -> Variances:
    """Return what is expected before anything was seen."""
    quality = np.full((criteria, criteria), GENERAL) + np.eye(criteria) * SPECIAL
    return Variances(quality, LENIENCY, TEAM, PAIR, OCCASION, RESIDUAL, half_life_days)


@dataclass(frozen=True, slots=True)
class _Products:
    """Products of two ratings that share something, summed: `of` them and their `count`, (cells, cells) or ()."""

    of: Number
    count: Number

    def __sub__(self, other: "_Products") -> "_Products":
        return _Products(self.of - other.of, self.count - other.count)

    def __add__(self, other: "_Products") -> "_Products":
        return _Products(self.of + other.of, self.count + other.count)

    @property
    def mean(self) -> float:
        """Mean over all pairs of ratings; 0 where there is none."""
        count = float(self.count.sum())
        return float(self.of.sum()) / count if count > 0.5 else 0.0

    def total(self) -> "_Products":
        """All cells as one."""
        return _Products(np.asarray(self.of.sum()), np.asarray(self.count.sum()))


@dataclass(frozen=True, slots=True)
class _Alike:
    """Products of errors of ratings that share a receiver, team of givers and receiver, pair, occasion, row: by cell.

    A cell is a criterion in a class of age; (cells, cells). `giver`, `team`: as one. `unrelated`: their mean product.
    """

    receiver: _Products
    nearby: _Products
    pair: _Products
    occasion: _Products
    row: _Products
    giver: _Products
    team: _Products
    unrelated: float


def variances(told: Heard, half_life_days: float) -> Variances:
    """Estimate all variances, `half_life_days` being what is expected of the half-life. Linear in the ratings."""
    expected = usual(told.criteria, half_life_days)
    if not len(told.y):
        return expected
    classes = ages(told.days, CLASS_DAYS)
    alike = _alike(told, classes.of, len(classes.correlation))
    givers = float((np.bincount(told.giver) > 1).sum())
    team = _pulled(
        (alike.team - alike.giver - (alike.nearby - alike.pair).total()).mean - alike.unrelated, told.teams, TEAM
    )
    giving = (alike.giver - alike.pair.total()).mean - alike.unrelated
    leniency = _pulled(giving - team, givers, LENIENCY)
    quality, half_life, lagged = _quality(told, alike, team, expected)
    above = alike.unrelated + giving
    again = alike.pair - alike.occasion
    twice = float((np.bincount(told.pair) > 1).sum())
    pair = max(_pulled(again.mean - above - _average(lagged, again), twice / 20, PAIR), PAIR_FLOOR)
    together = alike.occasion - alike.row
    several = float((np.bincount(told.occasion) > 1).sum())
    occasion = together.mean - above - pair - _average(lagged, together)
    occasion = max(_pulled(occasion, several / 4, OCCASION), OCCASION_FLOOR)
    residual = alike.row.mean - above - pair - occasion - _average(lagged, alike.row)
    residual = max(_pulled(residual, len(told.y) / 4, RESIDUAL), RESIDUAL_FLOOR)
    return Variances(quality, leniency, team, pair, occasion, residual, half_life)


def _alike(told: Heard, age: Index, classes: int) -> _Alike:
    e, width = _errors(told), told.criteria * classes
    cell = told.criterion * classes + age[told.occasion]
    giver = told.giver[told.row_pair]
    alone = told.teams + np.arange(len(told.givers))
    team = np.where(told.team < 0, alone, told.team).astype(np.int32)
    ends = np.cumsum([len(part.y) for part in parts(told)])[:-1]
    pieces = zip(parts(told), np.split(cell, ends), np.split(e, ends), strict=True)
    works = [partial(_nested, part, team, (cells, errors, width)) for part, cells, errors in pieces]
    heard, nearby, pair, occasion = map(_total, zip(*at_once(works, len(e)), strict=True))
    giving, in_team = _whole(giver, e), _whole(team[giver], e)
    own = _Products(np.diag(np.bincount(cell, e * e, width)), np.diag(np.bincount(cell, minlength=width) * 1.0))
    related = heard.total() + in_team - nearby.total()
    free = float(len(e)) ** 2 - float(related.count)
    unrelated = -float(related.of) / free if free > 0.5 else -float(related.of) / max(len(e), 1) ** 2
    return _Alike(heard, nearby, pair, occasion, own, giving, in_team, unrelated)


def _nested(part: Heard, team: Index, what: tuple[Index, Number, int]) -> tuple[_Products, ...]:
    """Products of ratings that share a receiver, also the giver's team, the giver, the occasion; of some receivers."""
    receiver = part.receiver[part.row_pair]
    near = receiver.astype(np.int64) * (int(team.max(initial=0)) + 1) + team[part.giver][part.row_pair]
    nearby = np.unique(near, return_inverse=True)[1]
    return tuple(_products(group, *what) for group in (receiver, nearby, part.row_pair, part.occasion))


def _total(products: Sequence[_Products]) -> _Products:
    """Add up parts, in order."""
    return _Products(
        sum((each.of for each in products), np.zeros(())), sum((each.count for each in products), np.zeros(()))
    )


def _errors(told: Heard) -> Number:
    """Take each criterion's mean off its ratings: (rows,)."""
    count = np.maximum(np.bincount(told.criterion, minlength=told.criteria), 1)
    mean = np.bincount(told.criterion, told.y, told.criteria) / count
    return np.asarray(told.y - mean[told.criterion], np.float64)


def _products(group: NDArray[np.integer], cell: Index, e: Number, width: int) -> _Products:
    """Sum products over all pairs of rows of one group, by the cells of the two: (width, width)."""
    groups = int(group.max(initial=-1)) + 1
    key = group.astype(np.int64) * width + cell
    told = np.bincount(key, e, groups * width).astype(np.float64, copy=False)
    count = np.bincount(key, minlength=groups * width).astype(np.float64)
    return _Products(_squared(told.reshape(groups, width)), _squared(count.reshape(groups, width)))


def _squared(table: Number) -> Number:
    """Return tableᵀ table, in tiles so small that BLAS never shares them over threads (`crossed_blocks.py`)."""
    rows, width = table.shape
    full = rows // TILE * TILE
    tiles = table[:full].reshape(-1, TILE, width)
    rest = table[full:]
    return np.asarray((tiles.swapaxes(1, 2) @ tiles).sum(axis=0) + rest.T @ rest.copy(), np.float64)


def _whole(group: NDArray[np.integer], e: Number) -> _Products:
    return _Products(np.asarray((np.bincount(group, e) ** 2).sum()), np.asarray((np.bincount(group) ** 2.0).sum()))


def _quality(told: Heard, alike: _Alike, team: float, expected: Variances) -> tuple[Number, float, Number]:
    """Return Σ, the half-life, and Σ by cell with what age takes from it, (cells, cells)."""
    criteria = told.criteria
    apart, near = alike.receiver - alike.pair, alike.nearby - alike.pair
    level = alike.unrelated + team * float(near.count.sum()) / max(float(apart.count.sum()), 1.0)
    shape = (criteria, len(apart.of) // criteria) * 2
    of, count = (apart.of - level * apart.count).reshape(shape), apart.count.reshape(shape)
    classes = ages(told.days, CLASS_DAYS)
    mean = np.bincount(classes.of, told.days) / np.maximum(np.bincount(classes.of), 1)
    answers = len(told.pair) / (len(told.receivers) * len(mean))
    sure = float(len(told.receivers) * _certain(answers))
    half_life = _half_life(of.sum(axis=(0, 2)), count.sum(axis=(0, 2)), mean, (sure, expected.half_life))
    correlation = np.exp2(-np.abs(mean[:, None] - mean) / half_life)
    seen = (count * correlation[None, :, None, :]).sum(axis=(1, 3))
    raw = np.divide(of.sum(axis=(1, 3)), seen, out=np.zeros((criteria, criteria)), where=seen > 0.5)
    quality = _pulled_quality(raw, seen, _both(told))
    lagged = quality[:, None, :, None] * correlation[None, :, None, :]
    return quality, half_life, lagged.reshape(apart.of.shape)


def _half_life(of: Number, count: Number, days: Number, known: tuple[float, float]) -> float:
    """Choose the half-life under which classes of age are as alike as they are.

    `known`: how many perfectly known receivers all this is worth, and what is expected.
    """
    receivers, expected = known
    if len(days) < 2 or of.sum() <= 0:
        return expected
    mean = np.divide(of, count, out=np.zeros_like(of), where=count > 0.5)
    weight = count / count.sum()
    losses = []
    for half_life in HALF_LIVES:
        correlation = np.exp2(-np.abs(days[:, None] - days) / half_life)
        general = float((weight * mean * correlation).sum() / (weight * correlation**2).sum())
        misfit = float((weight * (mean / max(general, 1e-6) - correlation) ** 2).sum())
        strange = np.log(half_life / expected) / HALF_LIFE_SPREAD
        losses.append(receivers * misfit / HALF_LIFE_NOISE + strange**2)
    likely = np.exp(-0.5 * (np.array(losses) - min(losses)))
    return float(np.exp((likely * np.log(HALF_LIVES)).sum() / likely.sum()))


def _certain(answers: Number | float) -> Number:
    """Say how near a moment of receivers with so many answers comes to that of perfectly known ones: 0-1."""
    return np.asarray(1 / (1 + VAGUE / np.maximum(answers, 1e-9)) ** 2, np.float64)


def _both(told: Heard) -> Number:
    """Count receivers who were rated on both of two criteria: (criteria, criteria)."""
    shape = (len(told.receivers), told.criteria)
    rated = csr_array((np.ones(len(told.y)), (told.receiver[told.row_pair], told.criterion)), shape=shape)
    rated.data = np.ones(len(rated.data))
    return np.asarray((rated.T @ rated).toarray(), np.float64)


def _pulled_quality(raw: Number, seen: Number, receivers: Number) -> Number:
    """Pull Σ to one variance and one covariance, those to what is usual, and keep it positive definite."""
    criteria = len(raw)
    known = receivers * _certain(np.sqrt(np.maximum(seen, 0) / np.maximum(receivers, 1)))
    same = np.eye(criteria, dtype=bool)
    total = _pulled(_weighed(raw[same], known[same]), float(known[same].max(initial=0)), GENERAL + SPECIAL)
    general = _pulled(_weighed(raw[~same], known[~same]), float(known[~same].max(initial=0)), GENERAL)
    general = min(general, 0.98 * total) if criteria > 1 else total
    pooled = np.where(same, total, general)
    pulled = (known * raw + WORTH_SHAPE * pooled) / (known + WORTH_SHAPE)
    roots, axes = np.linalg.eigh((pulled + pulled.T) / 2)
    kept = np.maximum(roots, 0.05 * total)
    found: Number = np.einsum("ik,k,jk->ij", axes, kept, axes)
    return found


def _weighed(values: Number, weight: Number) -> float:
    return float((values * weight).sum() / weight.sum()) if weight.sum() > 0 else 0.0


def _average(lagged: Number, products: _Products) -> float:
    """Mean of Σ over the cells of these products."""
    total = float(products.count.sum())
    return float((lagged * products.count).sum()) / total if total > 0.5 else 0.0


def _pulled(found: float, levels: float, guess: float) -> float:
    """Pull an estimate from so many levels towards what is usual; never under a tenth of that."""
    return max((levels * found + WORTH * guess) / (levels + WORTH), LEAST_SHARE * guess)
