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

from dataclasses import dataclass, replace

import numpy as np

from scoring.model.evidence import Number
from scoring.model.peers_products import Alike, Products, alike
from scoring.model.peers_rows import Heard, ages, newest

# What is usual before anything was seen, squared rating points, and how many levels that is worth.
GENERAL, SPECIAL, LENIENCY, TEAM, PAIR, OCCASION, RESIDUAL = 0.20, 0.06, 0.15, 0.02, 0.15, 0.05, 0.35
WORTH = 12.0
WORTH_SHAPE = 150.0  # receivers, of Σ having one variance and one covariance
PAIR_FLOOR, OCCASION_FLOOR, RESIDUAL_FLOOR = 0.02, 0.01, 0.02  # N ratings of one pair never count as N voices
MOST_OF_PAIR = 12  # ratings of one pair on one criterion from which is learnt: sums of products grow with their square
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


def usual(criteria: int, half_life_days: float, scale: float = 1.0) -> Variances:
    """Return what is expected before anything was seen, `scale` times what is usual."""
    quality = scale * (np.full((criteria, criteria), GENERAL) + np.eye(criteria) * SPECIAL)
    leniency, team, pair, occasion, residual = scale * np.array([LENIENCY, TEAM, PAIR, OCCASION, RESIDUAL])
    return Variances(quality, leniency, team, pair, occasion, residual, half_life_days)


def variances(told: Heard, half_life_days: float) -> Variances:
    """Estimate all variances, `half_life_days` being what is expected of the half-life. Linear in the ratings.

    Of a pair that rates again and again only the newest ratings are looked at (`MOST_OF_PAIR`), lest one giver who
    repeats one answer a thousand times be what everybody is held to differ by.
    """
    told = newest(told, MOST_OF_PAIR)
    if not len(told.y):
        return usual(told.criteria, half_life_days)
    classes = ages(told.days, CLASS_DAYS)
    found = alike(told, classes.of, len(classes.correlation))
    expected = usual(told.criteria, half_life_days, _scale(found.row.mean, len(told.pair)))
    givers = float((np.bincount(told.giver) > 1).sum())
    team = _pulled(
        (found.team - found.giver - (found.nearby - found.pair).total()).mean - found.unrelated,
        told.teams,
        expected.team,
    )
    giving = (found.giver - found.pair.total()).mean - found.unrelated
    leniency = _pulled(giving - team * _in_teams(told), givers, expected.leniency)
    quality, half_life, lagged = _quality(told, found, team, expected)
    above = found.unrelated + giving
    again = found.pair - found.occasion
    twice = float((np.bincount(told.pair) > 1).sum())
    pair = max(_pulled(again.mean - above - _average(lagged, again), twice / 20, expected.pair), PAIR_FLOOR)
    together = found.occasion - found.row
    several = float((np.bincount(told.occasion) > 1).sum())
    occasion = together.mean - above - pair - _average(lagged, together)
    occasion = max(_pulled(occasion, several / 4, expected.occasion), OCCASION_FLOOR)
    residual = found.row.mean - above - pair - occasion - _average(lagged, found.row)
    held = Variances(quality, leniency, team, pair, occasion, residual, half_life)
    return replace(held, residual=max(_residual(told, found.within, held, expected.residual), RESIDUAL_FLOOR))


def _scale(total: float, answers: int) -> float:
    """Say how much all ratings of a criterion vary, over what is usual; `answers` against `WORTH` usual ones.

    Where nearly all marks are alike, people, givers and single ratings are expected to differ by less, each in its
    usual share.
    """
    every = GENERAL + SPECIAL + LENIENCY + TEAM + PAIR + OCCASION + RESIDUAL
    return float(np.sqrt((answers * total + WORTH * every) / ((answers + WORTH) * every)))


def _residual(told: Heard, within: Products, held: Variances, expected: float) -> float:
    """Estimate the residual from what ratings differ by within an answer, which is free of its giver's level.

    It is the residual and what is a criterion's own of Σ. Where an answer is a single rating, what is left of all
    (`held`) has to tell it: there one giver far from all others, who rates everybody, would be in every difference.
    """
    alone = float((np.bincount(told.occasion) == 1).sum())
    free = float(within.count)
    known = free * (within.mean - held.special) + alone * held.residual
    return _pulled(known / max(free + alone, 1.0), (free + alone) / 4, expected)


def _in_teams(told: Heard) -> float:
    """Return the part of `giving` that is of givers with a team: nobody else shares a team's leniency, 0-1."""
    said = np.bincount(told.row_pair, minlength=len(told.receiver)).astype(np.float64)
    products = np.bincount(told.giver, said) ** 2 - np.bincount(told.giver, said**2)
    total = float(products.sum())
    return float(products[told.team[: len(products)] >= 0].sum()) / total if total > 0.5 else 1.0


def _quality(told: Heard, found: Alike, team: float, expected: Variances) -> tuple[Number, float, Number]:
    """Return Σ, the half-life, and Σ by cell with what age takes from it, (cells, cells)."""
    criteria = told.criteria
    apart, near = found.receiver - found.pair, found.nearby - found.pair
    level = found.unrelated + team * float(near.count.sum()) / max(float(apart.count.sum()), 1.0)
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
    quality = _pulled_quality(raw, seen, _both(told), expected)
    lagged = quality[:, None, :, None] * correlation[None, :, None, :]
    return quality, half_life, lagged.reshape(apart.of.shape)


def _half_life(of: Number, count: Number, days: Number, known: tuple[float, float]) -> float:
    """Choose the half-life under which classes of age are as alike as they are.

    `known`: how many perfectly known receivers all this is worth, and what is expected. Where several half-lives are
    likely, what was said and what is true now correlate by the mean of what they say, Σ p · 2^(-age/h); the one that
    says so at the usual age is chosen. It is shorter than their middle: who may change fast is known less surely.
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
    age = float((weight.sum(axis=1) * days).sum())
    correlation = float((likely * np.exp2(-age / HALF_LIVES)).sum() / likely.sum())
    return float(-age / np.log2(correlation))


def _certain(answers: Number | float) -> Number:
    """Say how near a moment of receivers with so many answers comes to that of perfectly known ones: 0-1."""
    return np.asarray(1 / (1 + VAGUE / np.maximum(answers, 1e-9)) ** 2, np.float64)


def _both(told: Heard) -> Number:
    """Count receivers who were rated on both of two criteria: (criteria, criteria)."""
    shape = (len(told.receivers), told.criteria)
    place = told.receiver[told.row_pair].astype(np.int64) * told.criteria + told.criterion
    rated = (np.bincount(place, minlength=shape[0] * shape[1]) > 0).reshape(shape).astype(np.float64)
    return np.asarray(np.einsum("rk,rl->kl", rated, rated), np.float64)


def _pulled_quality(raw: Number, seen: Number, receivers: Number, expected: Variances) -> Number:
    """Pull Σ to one variance and one covariance, those to what is usual, and keep it positive definite."""
    criteria = len(raw)
    known = receivers * _certain(np.sqrt(np.maximum(seen, 0) / np.maximum(receivers, 1)))
    same = np.eye(criteria, dtype=bool)
    total = _pulled(_weighed(raw[same], known[same]), float(known[same].max(initial=0)), expected.quality[0, 0])
    general = _pulled(_weighed(raw[~same], known[~same]), float(known[~same].max(initial=0)), expected.general)
    general = min(general, 0.98 * total) if criteria > 1 else total
    pooled = np.where(same, total, general)
    pulled = (known * raw + WORTH_SHAPE * pooled) / (known + WORTH_SHAPE)
    roots, axes = np.linalg.eigh((pulled + pulled.T) / 2)
    kept = np.maximum(roots, 0.05 * total)
    found: Number = np.einsum("ik,k,jk->ij", axes, kept, axes)
    return found


def _weighed(values: Number, weight: Number) -> float:
    return float((values * weight).sum() / weight.sum()) if weight.sum() > 0 else 0.0


def _average(lagged: Number, products: Products) -> float:
    """Mean of Σ over the cells of these products."""
    total = float(products.count.sum())
    return float((lagged * products.count).sum()) / total if total > 0.5 else 0.0


def _pulled(found: float, levels: float, guess: float) -> float:
    """Pull an estimate from so many levels towards what is usual; never under a tenth of that."""
    return max((levels * found + WORTH * guess) / (levels + WORTH), LEAST_SHARE * guess)
