"""Peers: what colleagues' ratings say of each person and criterion, with lenient, harsh and repeated voices told apart.

    rating = μ_k + leniency_i + quality_j + deviation_jk + pair_ij + occasion_a + ε

of giver i, receiver j, criterion k, answer a. A person's estimate is μ_k + quality_j + deviation_jk: what an average
giver would say. Criteria are correlated through quality_j. A pair's own effect bounds one giver's pull whatever the
count, an occasion's the halo of ratings given together. Variances by REML with weak priors.
Source: Bates et al. (2015), J. Stat. Softw. 67(1); Henderson (1975), Biometrics 31.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from scoring.model.block import SOURCES, Block, Parts, joined, merged
from scoring.model.crossed import Factor, Fit, Rows, Variance, columns, contributions, fit_crossed
from scoring.model.evidence import DAY, Evidence, Feedback, Index, Number
from scoring.model.scores import RaterTable, Source
from scoring.policy import Policy

USUAL_RATING, USUAL_RATING_VARIANCE = 4.0, 1.0  # where a criterion's mean is before anyone rated, rating points
# Variances before anything was seen, squared rating points, each worth `WORTH` levels seen: quality and leniency of
# people differ by about 0.4 points, single ratings by 0.6 around what a giver thinks on the day.
QUALITY, DEVIATION, LENIENCY, PAIR, OCCASION, RESIDUAL = 0.15, 0.05, 0.15, 0.10, 0.10, 0.35
WORTH = 4.0
PAIR_FLOOR = 0.02  # squared points: N ratings of one pair never count as N voices
_RECEIVER, _DEVIATION, _GIVER = 0, 1, 2  # places of the factors


@dataclass(frozen=True, slots=True)
class ProjectPeers:
    """What peers said in each project: `mean` (projects,) rating points above what those givers usually say, `voices`.

    `voices` counts distinct givers; `mean` is NaN where there is none.
    """

    mean: Number
    voices: Number


@dataclass(frozen=True, slots=True)
class PeerBlocks:
    """`people`: one dimension for each criterion, on the rating scale; `raters`; `projects`."""

    people: Block
    raters: RaterTable
    projects: ProjectPeers


@dataclass(frozen=True, slots=True)
class _Heard:
    """Ratings with receivers, givers, pairs and answers numbered among those that occur."""

    rows: Rows
    receivers: Index  # people, sorted
    receiver: Index  # (rows,) into receivers
    givers: Index
    giver: Index
    pair: Index
    pairs: int
    occasion: Index
    occasions: int


def peers(evidence: Evidence, policy: Policy, as_of: int) -> PeerBlocks:
    """Fit everybody's ratings at once; `evidence` is selected. People without a rating stay at the criteria's means."""
    heard = _heard(evidence, policy, as_of)
    factors = _factors(heard)
    fit = fit_crossed(heard.rows, factors, Variance(guess=RESIDUAL, weight=WORTH), _combinations(heard.rows, factors))
    raters = RaterTable(heard.givers, fit.effects[_GIVER], fit.sds[_GIVER], np.ones(len(heard.givers)))
    return PeerBlocks(_people(evidence, heard, factors, fit), raters, _projects(evidence, heard, fit))


def _heard(evidence: Evidence, policy: Policy, as_of: int) -> _Heard:
    """Give numbers to what occurs; a rating's weight halves with every half-life of its age."""
    feedback, people = evidence.feedback, len(evidence.people.ids)
    receivers, receiver = _numbered(feedback.receiver)
    givers, giver = _numbered(feedback.giver)
    pairs, pair = _numbered(feedback.giver.astype(np.int64) * people + feedback.receiver)
    occasions, occasion = _numbered(feedback.answer)
    rows = Rows(
        y=feedback.rating,
        group=feedback.criterion,
        groups=len(evidence.criteria),
        weight=freshness(feedback, policy, as_of),
        center=USUAL_RATING,
        center_variance=USUAL_RATING_VARIANCE,
    )
    return _Heard(
        rows, receivers.astype(np.int32), receiver, givers.astype(np.int32), giver, pair, len(pairs), occasion,
        len(occasions),
    )  # fmt: skip


def freshness(feedback: Feedback, policy: Policy, as_of: int) -> Number:
    """Return 2^(-age/half-life) of each rating: (rows,), in (0, 1]."""
    age = (as_of - feedback.at) / (DAY * policy.peer_half_life_days)
    return np.asarray(np.maximum(np.exp2(-age), 1e-6), np.float64)


def _numbered(values: NDArray[np.integer]) -> tuple[NDArray[np.int64], Index]:
    found, place = np.unique(values.astype(np.int64), return_inverse=True)
    return found, place.astype(np.int32)


def _factors(heard: _Heard) -> tuple[Factor, ...]:
    """Receiver, receiver × criterion, giver, pair, occasion: in the order of `_RECEIVER`, `_DEVIATION`, `_GIVER`."""
    criteria, people = heard.rows.groups, len(heard.receivers)
    own = heard.receiver * np.int32(criteria) + heard.rows.group
    return (
        Factor(heard.receiver, people, _weak(QUALITY)),
        Factor(own.astype(np.int32), people * criteria, _weak(DEVIATION)),
        Factor(heard.giver, len(heard.givers), _weak(LENIENCY)),
        Factor(heard.pair, heard.pairs, _weak(PAIR, PAIR_FLOOR)),
        Factor(heard.occasion, heard.occasions, _weak(OCCASION)),
    )


def _weak(guess: float, floor: float = 0.0) -> Variance:
    return Variance(guess=guess, weight=WORTH, floor=floor)


def _combinations(rows: Rows, factors: tuple[Factor, ...]) -> csr_array:
    """Criterion k of receiver j: mean + quality + deviation, row j·criteria + k; then the criteria's means."""
    criteria, people = rows.groups, factors[_RECEIVER].size
    start = columns(criteria, factors)
    own = np.arange(people * criteria)
    entries = [own % criteria, start[1] + own // criteria, start[2] + own]
    column = np.concatenate(entries)
    shape = (len(own), start[-1])
    return csr_array(coo_array((np.ones(len(column)), (np.tile(own, 3), column)), shape=shape))


def _people(evidence: Evidence, heard: _Heard, factors: tuple[Factor, ...], fit: Fit) -> Block:
    people, criteria = len(evidence.people.ids), len(evidence.criteria)
    quality, deviation = fit.variances[_RECEIVER], fit.variances[_DEVIATION]
    spread = float(np.sqrt(max(quality + deviation, 1e-12)))
    estimate = np.tile(fit.fixed, (people, 1))
    sd = np.tile(np.hypot(fit.fixed_sds, spread), (people, 1))
    estimate[heard.receivers] = fit.combined.reshape(-1, criteria)
    sd[heard.receivers] = fit.combined_sds.reshape(-1, criteria)
    shared = quality / max(quality + deviation, 1e-12)
    return Block(
        dimensions=evidence.criteria,
        estimate=estimate,
        sd=sd,
        voices=_voices(evidence, heard),
        centre=fit.fixed,
        spread=np.full(criteria, spread),
        parts=_parts(evidence, heard, factors, fit),
        correlation=np.full((criteria, criteria), shared) + np.eye(criteria) * (1 - shared),
    )


def _voices(evidence: Evidence, heard: _Heard) -> Number:
    """Count distinct givers of each receiver and criterion, each as fresh as their newest rating."""
    criteria = heard.rows.groups
    fresh = heard.rows.weight if heard.rows.weight is not None else np.ones(len(heard.pair))
    voice, place = _numbered(heard.pair.astype(np.int64) * criteria + heard.rows.group)
    newest = np.zeros(len(voice))
    np.maximum.at(newest, place, fresh)
    receiver = np.zeros(heard.pairs, np.int64)
    receiver[heard.pair] = evidence.feedback.receiver
    flat = receiver[voice // criteria] * criteria + voice % criteria
    people = len(evidence.people.ids)
    return np.bincount(flat, newest, people * criteria).astype(np.float64).reshape(people, criteria)


def _parts(evidence: Evidence, heard: _Heard, factors: tuple[Factor, ...], fit: Fit) -> Parts:
    """Each rating's pull on its receiver, by project: on quality (all criteria alike) and on the one criterion."""
    people, criteria = len(evidence.people.ids), len(evidence.criteria)
    feedback = evidence.feedback
    whole, single = _pull(heard, factors, fit, _RECEIVER), _pull(heard, factors, fit, _DEVIATION)
    peers_source = np.full(len(feedback.ids), SOURCES.index(Source.PEERS), np.int32)
    own = Parts(feedback.receiver, feedback.criterion, peers_source, feedback.project, single)
    alike = merged(
        Parts(feedback.receiver, np.zeros_like(feedback.criterion), peers_source, feedback.project, whole),
        (people, criteria),
    )
    alikes = [replace(alike, dimension=np.full_like(alike.subject, k)) for k in range(criteria)]
    return merged(joined([_prior(fit.fixed, people), own, *alikes]), (people, criteria))


def _pull(heard: _Heard, factors: tuple[Factor, ...], fit: Fit, place: int) -> Number:
    """Return each rating's part in the one effect of the factor that it touches: (rows,)."""
    return np.asarray(contributions(heard.rows, factors, fit, place).sum(axis=1), np.float64).ravel()


def _prior(means: Number, people: int) -> Parts:
    """Everybody starts at the criteria's means."""
    criteria = len(means)
    everyone = np.repeat(np.arange(people, dtype=np.int32), criteria)
    every = np.tile(np.arange(criteria, dtype=np.int32), people)
    source = np.full_like(every, SOURCES.index(Source.PRIOR))
    return Parts(everyone, every, source, np.full_like(every, -1), np.tile(means, people))


def _projects(evidence: Evidence, heard: _Heard, fit: Fit) -> ProjectPeers:
    """Average what is left after criterion and leniency over the pairs of giver and receiver in each project."""
    feedback, projects = evidence.feedback, len(evidence.projects.ids)
    inside = feedback.project >= 0
    left = (heard.rows.y - fit.fixed[heard.rows.group] - fit.effects[_GIVER][heard.giver])[inside]
    where, pair = feedback.project[inside].astype(np.int64), heard.pair[inside]
    opinion, place = _numbered(where * max(heard.pairs, 1) + pair)
    told = np.bincount(place, left, len(opinion)) / np.maximum(np.bincount(place, minlength=len(opinion)), 1)
    project = opinion // max(heard.pairs, 1)
    count = np.bincount(project, minlength=projects)
    total = np.bincount(project, told, projects)
    mean = np.divide(total, count, out=np.full(projects, np.nan), where=count > 0)
    voice = np.unique(where * max(len(heard.givers), 1) + heard.giver[inside]) // max(len(heard.givers), 1)
    return ProjectPeers(mean, np.bincount(voice, minlength=projects).astype(np.float64))
