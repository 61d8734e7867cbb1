"""Peers: what colleagues' ratings say of each person and criterion, with lenient, harsh and repeated voices told apart.

The model stands in `peers_equations.py`, its variances in `peers_variances.py`, what makes voices suspect in
`peers_voices.py`. A person's estimate is μ_k + quality_jk: what an average giver would say today.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scoring.model.block import SOURCES, Block, Parts, joined, merged
from scoring.model.evidence import Evidence, Index, Number
from scoring.model.peers_equations import Sums, Voices, equations, sums
from scoring.model.peers_occasions import USUAL_RATING, occasions, summed
from scoring.model.peers_rows import Ages, Heard, ages, heard, only
from scoring.model.peers_solution import Glance, Solution, means, solve
from scoring.model.peers_variances import Variances, variances
from scoring.model.peers_voices import doubtful, heard_out, talk, trust_in
from scoring.model.scores import RaterTable, Source
from scoring.model.sorting import numbered
from scoring.model.threads import both
from scoring.policy import Policy

Learn = Callable[[Heard, float], Variances]


@dataclass(frozen=True, slots=True)
class ProjectPeers:
    """What peers said in each project: `mean` (projects,) rating points above what those givers usually say, `voices`.

    `voices` counts distinct givers; `mean` is NaN where there is none.
    """

    mean: Number
    voices: Number


@dataclass(frozen=True, slots=True)
class PeerBlocks:
    """`people`: one dimension for each criterion, on the rating scale; `raters`; `projects`.

    `group` (people,): numbers of the groups that ratings connect; nothing but the means is known between two of them,
    which is why each figure carries its group's own uncertainty. -1 where nobody rated.
    """

    people: Block
    raters: RaterTable
    projects: ProjectPeers
    group: Index


@dataclass(frozen=True, slots=True)
class Fit:
    """Everything that one fit is made of and came to."""

    told: Heard
    held: Variances
    aged: Ages
    voices: Voices
    solution: Solution
    group: Index  # (receivers,) connected groups of givers and receivers
    state_equations: Number  # (receivers, width, width) of `Equations.state`


def peers(evidence: Evidence, policy: Policy, as_of: int, learn: Learn = variances) -> PeerBlocks:
    """Fit everybody's ratings at once; `evidence` is selected. People without a rating stay at the criteria's means.

    `learn` tells how much people, givers and answers differ, from ratings and the expected half-life in days.
    """
    told = heard(evidence, as_of)
    fit = fit_heard(told, policy.peer_half_life_days, learn)
    group = np.full(len(evidence.people.ids), -1, np.int32)
    group[told.receivers] = fit.group
    left = _left(told, fit.solution, fit.voices)
    people, projects = both(partial(_people, evidence, fit), partial(_projects, evidence, told, left), len(told.y))
    return PeerBlocks(people, _raters(fit), projects, group)


def fit_heard(told: Heard, half_life_days: float, learn: Learn = variances) -> Fit:
    """Fit: first as if nobody were suspect, then with what that shows of circles and of stories.

    What is suspect tells nothing of how much people differ: variances are learnt without the pairs at the low end at
    first, and in the end without those, and only those, that were found to be stories or in a circle.
    """
    said = _understood(told, half_life_days, learn)
    told, eq = said.base.told, equations(said.base, said.voices)
    group = _groups(told)
    solution = solve(eq, len(told.givers), said.near, group=group)
    return Fit(told, said.base.held, said.base.aged, said.voices, solution, group, eq.state)


def peer_means(evidence: Evidence, policy: Policy, as_of: int, learn: Learn = variances) -> tuple[Number, ProjectPeers]:
    """Return the estimates of `peers`, (people, criteria), and what it says of projects, without how sure they are."""
    told = heard(evidence, as_of)
    said = _understood(told, policy.peer_half_life_days, learn)
    found = means(equations(said.base, said.voices), len(told.givers), said.near)
    estimate = np.tile(USUAL_RATING + found.mean, (len(evidence.people.ids), 1))
    estimate[told.receivers] += found.state[:, : told.criteria]
    return estimate, _projects(evidence, told, _left(told, found, said.voices))


@dataclass(frozen=True, slots=True)
class _Understood:
    """What there is to solve: sums, voices of which some are suspect, and a solution near to it."""

    base: Sums
    voices: Voices
    near: Glance


def _understood(told: Heard, half_life_days: float, learn: Learn) -> _Understood:
    said = talk(told)
    held = learn(only(told, ~said.lowest), half_life_days)
    told, voices, near = heard_out(told, said, held)
    apart = doubtful(told, voices)
    if (apart != said.lowest).any():
        held = learn(only(told, ~apart), half_life_days)
    # All that a pair's words vary by grows as its faith falls, so that of its weight just so much is left.
    voices = replace(voices, pair_variance=held.pair / told.faith)
    return _Understood(sums(told, ages(told.days, held.half_life), held), voices, near)


def _groups(told: Heard) -> Index:
    """Give the groups of receivers that givers connect numbers: (receivers,)."""
    receivers, givers = len(told.receivers), len(told.givers)
    links = (np.ones(len(told.receiver)), (told.receiver, receivers + told.giver))
    graph = coo_array(links, shape=(receivers + givers,) * 2)
    label = connected_components(graph.tocsr(), directed=False)[1][:receivers]
    return numbered(label)[1].astype(np.int32)


def _people(evidence: Evidence, fit: Fit) -> Block:
    people, criteria = len(evidence.people.ids), fit.told.criteria
    mean = USUAL_RATING + fit.solution.mean
    spread = np.sqrt(np.diagonal(fit.held.quality))
    covariance = np.tile(fit.held.quality + fit.solution.mean_covariance, (people, 1, 1))
    covariance[fit.told.receivers] = fit.solution.covariance
    estimate = np.tile(mean, (people, 1))
    estimate[fit.told.receivers] += fit.solution.state[:, :criteria]
    voices, ever = _voices(people, fit)
    return Block(
        dimensions=evidence.criteria,
        estimate=estimate,
        sd=np.sqrt(np.einsum("jkk->jk", covariance)),
        voices=voices,
        centre=mean,
        spread=spread,
        parts=_parts(evidence, fit, mean),
        correlation=fit.held.quality / np.outer(spread, spread),
        covariance=covariance,
        common=fit.solution.common,
        noise=_noise(fit, _left_of_leniency(fit)),
        saying=np.sqrt(np.diagonal(_noise(fit, fit.held.leniency)) + fit.held.team),
        ever=ever,
    )


def _noise(fit: Fit, leniency: float) -> Number:
    """Covariance of one more colleague's words on all criteria at once, around the truth; `leniency`: its variance."""
    held, criteria = fit.held, fit.told.criteria
    apart = held.residual * np.eye(criteria)
    return apart + held.occasion + held.pair + leniency


def _left_of_leniency(fit: Fit) -> float:
    """Return how unsure we are of the leniency of who speaks next: between a newcomer's and a giver's in the middle.

    Measured on simulated organizations against adding the answer: with the newcomer's alone the change was told 10 to
    14 % too small, with the giver's alone 9 to 14 % too large.
    """
    known = fit.solution.shared_variance[: len(fit.told.givers)]
    middle = float(np.median(known)) if known.size else float(fit.held.leniency)
    return (middle + float(fit.held.leniency)) / 2


def _raters(fit: Fit) -> RaterTable:
    """Tell givers' leniency, with that of their team, and what weight their words keep."""
    told, shared = fit.told, fit.solution.shared
    givers = len(told.givers)
    of_team = np.append(shared[givers : givers + told.teams], 0.0)[told.team]
    variance = fit.solution.shared_variance
    # As if the two were independent, which says a little too much: what is not the team's is the giver's.
    sd = np.sqrt(variance[:givers] + np.append(variance[givers : givers + told.teams], 0.0)[told.team])
    return RaterTable(told.givers, shared[:givers] + of_team, sd, trust_in(told, fit.voices))


def _voices(people: int, fit: Fit) -> tuple[Number, Number]:
    """Count givers by person and criterion, (people, criteria): each as fresh as their newest word, and all of them.

    A giver counts whole until that word is a half-life old: three who have spoken are three voices, not 2.9999.
    """
    told, criteria = fit.told, fit.told.criteria
    fresh = np.minimum(2 * np.exp2(-np.maximum(told.days, 0) / fit.held.half_life), 1.0)[told.occasion]
    voice, place = numbered(told.row_pair.astype(np.int64) * criteria + told.criterion)
    newest = np.zeros(len(voice))
    np.maximum.at(newest, place, fresh)
    receiver = told.receivers[told.receiver][voice // criteria].astype(np.int64)
    cell = receiver * criteria + voice % criteria
    aged, ever = (np.bincount(cell, each, people * criteria) for each in (newest, np.ones(len(voice))))
    return aged.reshape(people, criteria).astype(np.float64), ever.reshape(people, criteria).astype(np.float64)


def weighed(fit: Fit) -> Number:
    """Return W(y − μ − shifts) of each rating: (rows,), what it says of its receiver's state, 1/points.

    With e the rating less μ and what its giver usually adds, and ω an occasion's weight:
    (e − σ_o² ω Σ_occasion e) / σ² − ω · σ_p² / (1 + σ_p² Σ ω n) · Σ_pair ω Σ_occasion e.
    """
    told, voices = fit.told, fit.voices
    said = occasions(told, fit.aged, fit.held)
    e = _left(told, fit.solution, voices)
    together = np.bincount(told.occasion, e, len(told.pair))
    by_pair = summed(told.pair, len(told.receiver))
    weight = by_pair @ (said.weight * said.count.sum(axis=1))
    whole = by_pair @ (said.weight * together)
    pull = voices.pair_variance / (1 + voices.pair_variance * weight) * whole
    of = told.occasion
    alone = (e - (said.common * said.weight * together)[of]) / said.residual[of]
    return np.asarray(alone - said.weight[of] * pull[told.row_pair], np.float64)


def _left(told: Heard, found: Solution | Glance, voices: Voices) -> Number:
    """Take from each rating its criterion's mean and what giver, team and circle add to a pair's ratings: (rows,)."""
    shared, givers = found.shared, len(told.givers)
    team = np.append(shared[givers : givers + told.teams], 0.0)[told.team[told.giver]]
    circle = np.append(shared[givers + told.teams :], 0.0)[voices.circle]
    shift = shared[told.giver] + team + circle
    return np.asarray(told.y - USUAL_RATING - found.mean[told.criterion] - shift[told.row_pair], np.float64)


def _parts(evidence: Evidence, fit: Fit, mean: Number) -> Parts:
    """Each rating's pull on its receiver, in every criterion, by project."""
    told, criteria, people = fit.told, fit.told.criteria, len(evidence.people.ids)
    receiver = told.receiver[told.row_pair].astype(np.int64)
    projects = len(evidence.projects.ids) + 1
    cell, place = numbered(receiver * projects + evidence.feedback.project[told.row] + 1)
    amount = weighed(fit)
    age = fit.aged.of[told.occasion]
    width = criteria + fit.aged.drifts
    gain = np.linalg.inv(fit.state_equations)[:, :criteria]
    state = np.bincount(place * width + told.criterion, amount * fit.aged.correlation[age], len(cell) * width)
    drift = fit.aged.drift[age]
    moved = drift >= 0
    state += np.bincount((place * width + criteria + drift)[moved], amount[moved], len(cell) * width)
    who = cell // projects
    pull = np.einsum("ckw,cw->ck", gain[who], state.reshape(-1, width))
    subject = np.repeat(told.receivers[who], criteria)
    source = np.full(subject.shape, SOURCES.index(Source.PEERS), np.int32)
    project = np.repeat(cell % projects - 1, criteria).astype(np.int32)
    own = Parts(subject, np.tile(np.arange(criteria, dtype=np.int32), len(cell)), source, project, pull.ravel())
    return merged(joined([_prior(mean, people), own]), (people, criteria))


def _prior(means: Number, people: int) -> Parts:
    """Everybody starts at the criteria's means."""
    criteria = len(means)
    everyone = np.repeat(np.arange(people, dtype=np.int32), criteria)
    every = np.tile(np.arange(criteria, dtype=np.int32), people)
    source = np.full_like(every, SOURCES.index(Source.PRIOR))
    return Parts(everyone, every, source, np.full_like(every, -1), np.tile(means, people))


def _projects(evidence: Evidence, told: Heard, e: Number) -> ProjectPeers:
    """Average `e`, what `_left` left of each rating, over the pairs of giver and receiver in each project."""
    projects = len(evidence.projects.ids)
    of = evidence.feedback.project[told.row]
    inside = of >= 0
    where, pairs = of[inside].astype(np.int64), max(len(told.receiver), 1)
    opinion, place = numbered(where * pairs + told.row_pair[inside])
    said = np.bincount(place, e[inside], len(opinion)) / np.maximum(np.bincount(place, minlength=len(opinion)), 1)
    project = opinion // pairs
    count = np.bincount(project, minlength=projects)
    total = np.bincount(project, said, projects)
    mean = np.divide(total, count, out=np.full(projects, np.nan), where=count > 0)
    givers = max(len(told.givers), 1)
    voice = numbered(where * givers + told.giver[told.row_pair[inside]])[0] // givers
    return ProjectPeers(mean, np.bincount(voice, minlength=projects).astype(np.float64))
