"""The peers' model by one dense covariance of all ratings, straight from the definition; and its moments pair by pair.

Shares no code with the model: what two ratings have in common is said here once more, in plain comparisons.
Source: conditioning a joint normal, Robinson (1991), Statistical Science 6(1).
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np


@dataclass
class Rating:
    """One rating and all that it may share with another. `circle` and `team` None where there is none."""

    giver: str
    receiver: str
    criterion: int
    value: float
    days: float
    answer: str
    team: str | None = None
    circle: str | None = None
    pair_variance: float = 0.1


@dataclass
class Held:
    """Variances in squared points, half-life in days; `quality` (criteria, criteria)."""

    quality: np.ndarray
    leniency: float
    team: float
    occasion: float
    residual: float
    half_life: float
    circle: float = 0.01
    mean: float = 1.0


def general(quality):
    """Mean covariance of two criteria."""
    count = len(quality)
    return (quality.sum() - np.trace(quality)) / (count * (count - 1)) if count > 1 else quality.sum()


def between(a, b, held):
    """Covariance of two ratings (of one with itself too, where `a is b`)."""
    found = held.mean * (a.criterion == b.criterion)
    found += held.leniency * (a.giver == b.giver)
    found += held.team * (a.team is not None and a.team == b.team)
    found += held.circle * (a.circle is not None and a.circle == b.circle)
    if a.receiver == b.receiver:
        here, there = (2 ** (-r.days / held.half_life) for r in (a, b))
        both = 2 ** (-abs(a.days - b.days) / held.half_life)
        found += here * there * held.quality[a.criterion, b.criterion] + general(held.quality) * (both - here * there)
        if a.giver == b.giver:
            found += a.pair_variance + held.occasion * (a.answer == b.answer)
    if a is b:
        special = np.trace(held.quality) / len(held.quality) - general(held.quality)
        found += held.residual + (1 - 4 ** (-a.days / held.half_life)) * special
    return found


def posterior(ratings, held, receiver):
    """Mean (criteria,) over what is usual and covariance (criteria, criteria) of one person's μ_k + quality_k today."""
    criteria = len(held.quality)
    whole = np.array([[between(a, b, held) for b in ratings] for a in ratings])
    reach = np.zeros((len(ratings), criteria))
    for row, r in enumerate(ratings):
        for k in range(criteria):
            reach[row, k] = held.mean * (r.criterion == k)
            if r.receiver == receiver:
                reach[row, k] += 2 ** (-r.days / held.half_life) * held.quality[r.criterion, k]
    gain = np.linalg.solve(whole, reach)
    prior = held.quality + held.mean * np.eye(criteria)
    return gain.T @ np.array([r.value - 4 for r in ratings]), prior - reach.T @ gain


def mean_product(ratings, errors, shares):
    """Mean of e_a · e_b over ordered pairs of ratings for which `shares(a, b)` holds."""
    found = [errors[i] * errors[j] for i, j in permutations(range(len(ratings)), 2) if shares(ratings[i], ratings[j])]
    return float(np.mean(found)) if found else 0.0
