"""Strangers: how far to believe contacts whom nobody knew, when customers are easily invented."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.evidence import Number
from scoring.model.signals import RESIDUAL, RESPONSE, VOICE, Answers

HONEST = 0.5  # chance beforehand that strangers speak as customers do
INVENTED = 4.0  # sd of how far invented ones lie off, in sd of what may be expected of honest ones
MOST_WORDS = 0.03  # of strangers about one person's work, by share and weight: more of them weigh no more
LEAST = 1e-3  # weight that is left, so that a word is never nothing


def faith(heard: Answers, work: tuple[NDArray[np.int64], csr_array], expected: tuple[Number, Number, float]) -> Number:
    """Return what is left of the weight of strangers' words, by project: (projects,), in (0, 1].

    For each person, the strangers' words of all their projects are taken together, in the person's shares, and held
    against what known voices let expect of these projects: D = Σ ω d / Σ ω with d the mean difference there and
    ω = w / (its variance). With z = D / sd(D), where errors of expectation are counted as if they all went together
    but for what is a project's and a customer's own,
    the chance that these strangers speak as honest customers do is P(honest | z) from N(0, 1) against
    N(0, 1 + INVENTED²). Beyond MOST_WORDS of them the weight is shared, so that a person's strangers never weigh more
    than that, however many weeks, projects and companies they are spread over. A project's strangers keep the least
    that this leaves for any member. Nobody known to compare with: what is usual is.

    `work`: which state of a project each row speaks of, (rows,), and (states, people) shares.
    `expected`: (rows,) what known voices let expect, and the variance of that; of it, a project's and customer's own.
    Source: mixture of a sharp and a wide error, Box & Tiao (1968), Biometrika 55(1).
    """
    place, shares = work
    projects = int(heard.project.max(initial=-1)) + 1
    rows = np.flatnonzero(heard.strange)
    level, doubt, alone = expected
    project = heard.project[rows]
    weight = np.bincount(project, heard.weight[rows], projects)
    some = weight > 0
    spread = 1 / np.where(some, weight, 1)
    difference = np.bincount(project, heard.weight[rows] * (heard.y - level)[rows], projects) * spread
    guess = [variance.guess or 0.0 for variance in (VOICE, RESPONSE, RESIDUAL)]
    noise = guess[0] + guess[1] + guess[2] * np.maximum(spread, 1)
    unsure = np.bincount(project, heard.weight[rows] * doubt[rows], projects) * spread
    state = np.zeros(projects, np.intp)
    state[project] = place[rows]
    felt = csr_array(shares[state[some]])
    pulls = felt.multiply((1 / (noise + unsure)[some])[:, None])
    total = np.asarray(pulls.sum(axis=0)).ravel()
    total = np.where(total > 0, total, 1.0)
    apart = np.asarray(pulls.T @ difference[some]).ravel() / total
    apart_too = np.minimum(unsure, alone)
    common = np.asarray(pulls.T @ np.sqrt(unsure - apart_too)[some]).ravel() / total
    own = np.asarray(pulls.multiply(pulls).T @ (noise + apart_too)[some]).ravel() / total**2
    said = np.asarray(felt.T @ weight[some]).ravel()
    left = _honest(apart**2 / np.maximum(common**2 + own, 1e-12)) / np.maximum(said / MOST_WORDS, 1.0)
    found = np.ones(projects)
    least = np.ones(felt.shape[0])
    np.minimum.at(least, np.repeat(np.arange(felt.shape[0]), np.diff(felt.indptr)), left[felt.indices])
    found[some] = np.maximum(least, LEAST)
    return found


def _honest(square: Number) -> Number:
    """P(honest | z²), over what it is at z = 0."""
    wide = 1 + INVENTED**2
    odds = (1 - HONEST) / HONEST / np.sqrt(wide)
    return np.asarray((1 + odds) / (1 + odds * np.exp(np.minimum(square * (1 - 1 / wide) / 2, 700.0))))
