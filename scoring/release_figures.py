"""What is released of peers, and how a blurred figure becomes the one that is shown.

    x = estimate + b · Σ_r z_r / n          z_r ~ Laplace(1), one for each release r so far, n distinct givers
    shown = c + G (x − c),   G = A (A + N)⁻¹,   variance Σ − G A
    A = Σ − (Σ⁻¹ + D R⁻¹ D)⁻¹,   N = diag(2 b² r / n²),   D = diag(√n)

x is as if one of the n givers had answered with an error; draws of earlier releases stay in it, so that two releases
differ by what is new and a draw of its own. What is shown is the posterior mean of quality given x. Σ and R, of quality
and of what one giver says, are those that are usual (peers_variances.py) and c is the mean of what is released, so all
of this follows from blurred figures and numbers of givers alone.
Sources: Dwork, McSherry, Nissim & Smith (2006), TCC (the Laplace mechanism); Dinur & Nissim (2003), PODS (why exact or
finely rounded sums give every row away); Robinson (1991), Statistical Science 6(1).
"""

from dataclasses import dataclass, replace

import numpy as np

from scoring.model.evidence import MISSING_TIME, Evidence, Mask, Number, Time
from scoring.model.figures import criterion_names
from scoring.model.peers_occasions import USUAL_RATING
from scoring.model.peers_variances import Variances, usual
from scoring.policy import Policy

BLUR = 1.0  # told points: an attacker who knows all other answers finds 3 ratings likely (tests/scoring/attacker.py)
GRAIN = 2.0**-10  # told points, in which blurred figures are told
WORTH = 4.0  # people, of what is usual of a criterion's mean and spread
UNHEARD = 1e9  # squared told points: the blur of what is not released


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is released of some subjects, (subjects, dimensions) each.

    `until`: up to when what was recorded is in it, in microseconds; `MISSING_TIME`: never released. `mean`, told points
    as shown; `prior`, what of it is the prior's; `sd`. `givers`: distinct ones at the release. `noisy`: x of the module
    docstring. `blur`, the sum of its `draws` draws: a secret.
    """

    until: Time
    mean: Number
    prior: Number
    sd: Number
    givers: Number
    noisy: Number
    blur: Number
    draws: Number

    @property
    def known(self) -> Mask:
        """Say what was ever released."""
        found: Mask = self.until != MISSING_TIME
        return found


@dataclass(frozen=True, slots=True)
class State:
    """What is released of `people`, by criterion, and of what colleagues say of work in `projects`, one dimension."""

    people: Frozen
    projects: Frozen


def nothing(subjects: int, dimensions: int) -> Frozen:
    """Return that nothing was released yet."""
    shape = (subjects, dimensions)
    numbers = {name: np.zeros(shape) for name in ("mean", "prior", "sd", "givers", "noisy", "blur", "draws")}
    return Frozen(until=np.full(shape, MISSING_TIME), **numbers)


def nothing_yet(evidence: Evidence) -> State:
    """Return the state before the first night."""
    return State(nothing(len(evidence.people.ids), len(evidence.criteria)), nothing(len(evidence.projects.ids), 1))


def start_of(evidence: Evidence, policy: Policy) -> Number:
    """Return where means start, before anything is released: (criteria,), at the policy's reference if there is one."""
    names = criterion_names(evidence.criteria)
    known = (
        {} if policy.reference is None else dict(zip(policy.reference.dimensions, policy.reference.mean, strict=True))
    )
    return np.array([known.get(name, USUAL_RATING) for name in names], np.float64)


def centre_of(found: Frozen, start: Number) -> Number:
    """Return the mean of what is released, pulled to where it starts: (criteria,)."""
    total = np.where(found.known, found.noisy, 0.0).sum(axis=0)
    return np.asarray((WORTH * start + total) / (WORTH + found.known.sum(axis=0)), np.float64)


def spread_of(found: Frozen, start: Number) -> Number:
    """Return the sd of quality between people as what is released shows it: (criteria,)."""
    own = np.diagonal(expected(len(start)).quality)
    away = np.where(found.known, (found.mean - centre_of(found, start)) ** 2 + found.sd**2, 0.0)
    return np.asarray(np.sqrt((WORTH * own + away.sum(axis=0)) / (WORTH + found.known.sum(axis=0))), np.float64)


def shrunk(found: Frozen, due: Mask, start: Number) -> Frozen:
    """Return `found` with `mean`, `prior` and `sd` of what is due; the rest is as it was."""
    centre = np.broadcast_to(centre_of(found, start), found.mean.shape)
    gain, variance = _posterior(found)
    away = np.where(found.known, found.noisy - centre, 0.0)
    mean = centre + np.einsum("jkl,jl->jk", gain, away)
    sd = np.sqrt(np.einsum("jkk->jk", variance))
    return replace(
        found,
        mean=np.where(due, mean, found.mean),
        prior=np.where(due, centre, found.prior),
        sd=np.where(due, sd, found.sd),
    )


def correlations_of(found: Frozen) -> Number:
    """Return the correlation of errors of figures: (people, criteria, criteria), 0 with what is not released."""
    variance = _posterior(found)[1]
    sd = np.sqrt(np.einsum("jkk->jk", variance))
    both = found.known[:, :, None] & found.known[:, None, :] | np.eye(found.until.shape[1], dtype=np.bool_)
    return np.where(both, variance / (sd[:, :, None] * sd[:, None, :]), 0.0)


def expected(criteria: int) -> Variances:
    """Return what is usual; a half-life has no part in it."""
    return usual(criteria, 1.0)


def one_voice(held: Variances) -> Number:
    """Return the covariance of what one giver, whose habit is known, says around the truth: (criteria, criteria)."""
    return np.asarray(held.residual * np.eye(len(held.quality)) + held.occasion + held.pair, np.float64)


def _posterior(found: Frozen) -> tuple[Number, Number]:
    """Return G and the variance of the module docstring: (people, criteria, criteria) each."""
    held = expected(found.until.shape[1])
    root = np.sqrt(np.where(found.known, found.givers, 0.0))
    heard = np.linalg.inv(held.quality) + root[:, :, None] * np.linalg.inv(one_voice(held)) * root[:, None, :]
    told = held.quality - np.linalg.inv(heard)
    own = 2 * BLUR**2 * found.draws / np.maximum(found.givers, 1) ** 2
    blur = np.where(found.known, own, UNHEARD)[:, :, None] * np.eye(found.until.shape[1])
    gain = np.linalg.solve(told + blur, told).swapaxes(1, 2)  # both are symmetric
    return np.asarray(gain, np.float64), np.asarray(held.quality - gain @ told, np.float64)
