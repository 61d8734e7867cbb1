"""Changes: what would change a person's quality, and by how much, from the person's own posterior without a new fit.

Each is one more observation y of something with prediction p, posterior variance v and noise n, all variances held:
the posterior moves by v / (v + n) · (y − p) (Kalman 1960; Robinson 1991, Statistical Science 6(1)).

answer_usual         a colleague who has not spoken yet answers about the person what is usual of everybody
answer_better        the same, one rating point higher
satisfaction_better  a project's customers had been satisfied by one point more
care_done            an overdue care call is done, late

What a typical answer tells is learnt from what answers have told: n = voices / (1/v − 1/prior), the median over
people, or is the peers' own `noise` where their block has it. Who is known better by colleagues leans less on what
customers and care say, so an answer is composed anew (`together.moved`).
A person's evidence from projects is split over them by w² · reliability, from calls evenly. An approximation, within a
fifth of a new fit on simulated organizations; it says nothing of what others would gain or lose by the same evidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.model.block import Block
from scoring.model.care import LATE, SPREAD_CALL, UNDONE
from scoring.model.care import PERSON as CARER
from scoring.model.choices import Aspect, ConsentSource
from scoring.model.composite import Weights
from scoring.model.evidence import MISSING_TIME, Evidence, Index, Mask, Number
from scoring.model.ratings import rating_of, told_of
from scoring.model.scores import ChangeTable
from scoring.model.select import distinct, shares
from scoring.model.signals import SPREAD
from scoring.model.sorting import by_columns
from scoring.model.together import Said, moved
from scoring.model.trust import PERSON_VARIANCE

USUAL, BETTER, SATISFACTION, CARE = range(4)
WHATS = ("answer_usual", "answer_better", "satisfaction_better", "care_done")
HIGHEST = 5.0  # of a rating
USUAL_NOISE = 2.5  # of a typical answer, in variances of true quality, where nobody has been heard
LEAST = 1e-9  # of the prior's variance: less information is rounding


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of people: the blocks that were composed, with their weights; and projects' customer trust."""

    rated: Block
    trusted: Block
    cared: Block
    projects: Block
    weighing: Weights


@dataclass(frozen=True, slots=True)
class _Change:
    """Rows of one kind, (rows,) each."""

    what: int
    person: Index
    project: Index
    amount: Number


def changes(evidence: Evidence, known: Known, allowed: Mask) -> ChangeTable:
    """Return what would change people's quality, in its unit. `evidence` is what `select` left; `allowed` (people, 3).

    Only what a person consented to: nobody is told what an answer that cannot count would change.
    """
    found = [*_answers(known, allowed), _satisfaction(evidence, known, allowed), _calls(evidence, known)]
    whats = np.concatenate([np.full(len(each.person), each.what, np.int32) for each in found])
    person = np.concatenate([each.person for each in found]).astype(np.int32)
    project = np.concatenate([each.project for each in found]).astype(np.int32)
    amount = np.concatenate([each.amount for each in found])
    order = by_columns(person, whats, project + 1)
    return ChangeTable(person[order], whats[order], WHATS, project[order], amount[order])


def _answers(known: Known, allowed: Mask) -> Iterator[_Change]:
    rated, weight = known.rated, _weights(known, 0, known.weighing.plain)
    prior = _variance(rated, weight, rated.spread)
    heard = np.where(weight > 0, rated.voices, 0.0).max(axis=1, initial=0.0)
    variance = np.minimum(_variance(rated, weight, rated.sd), prior)
    noise = _noise(variance, prior, heard) * prior
    person = np.flatnonzero(allowed[:, ConsentSource.PEERS] & (prior > 0)).astype(np.int32)
    gain = variance[person] / (variance + noise)[person]
    pull = gain[:, None] * weight[person]
    if rated.noise is not None and rated.covariance is not None:
        # An answer about one tells nothing of what is common to all, but surprises by that too.
        whole = rated.covariance[person]
        apart = whole - (np.zeros_like(rated.noise) if rated.common is None else rated.common)
        reach = np.einsum("jkl,jl->jk", apart, weight[person])
        own = (reach * weight[person]).sum(axis=1)
        pull = np.linalg.solve(whole + rated.noise, reach[:, :, None])[:, :, 0]  # exact: wᵀV(V + N)⁻¹, both symmetric
        gain = (pull * reach).sum(axis=1) / np.maximum(own, LEAST)  # the share of the variance that the answer takes
    said = _of_people(known.weighing.said, person)
    left = said.variance[:, 0] * (1 - gain)
    better = told_of(np.minimum(rating_of(rated.centre) + 1, HIGHEST))
    surprise = [(pull * (rating - rated.estimate[person])).sum(axis=1) for rating in (rated.centre, better)]
    nowhere = np.full(len(person), -1, np.int32)
    for what, amount in zip((USUAL, BETTER), moved(said, 0, np.column_stack(surprise), left).T, strict=True):
        yield _Change(what, person, nowhere, amount)


def _of_people(said: Said, person: Index) -> Said:
    return Said(said.prior[person], said.mean[person], said.variance[person])


def _noise(variance: Number, prior: Number, heard: Number) -> float:
    """Return what one voice leaves open, in variances of true quality."""
    told = (heard > 0) & (prior > 0) & (variance < prior * (1 - LEAST))
    if not told.any():
        return USUAL_NOISE
    return float(np.median(heard[told] / (prior[told] / variance[told] - 1)))


def _variance(block: Block, weight: Number, sd: Number) -> Number:
    """Return the variance of the weighed sum of a block's dimensions: (people,); of the prior where `sd` is."""
    if block.covariance is not None and sd is block.sd:
        return np.asarray(np.einsum("jk,jkl,jl->j", weight, block.covariance, weight), np.float64)
    deviation = weight * np.minimum(sd, block.spread)
    return np.asarray(np.einsum("jk,kl,jl->j", deviation, block.correlated(), deviation), np.float64)


def _satisfaction(evidence: Evidence, known: Known, allowed: Mask) -> _Change:
    """Raise the part of each project's signals that is satisfaction by one point; members feel it by their share."""
    trust = known.projects.dimensions.index("customer_trust")
    sure = np.clip(1 - (known.projects.sd[:, trust] / known.projects.spread[trust]) ** 2, 0, 1)
    sure = np.where(known.projects.voices[:, trust] > 0, sure, 0.0)
    signals, projects = evidence.signals, len(sure)
    valued = np.isfinite(signals.value)
    asked = np.bincount(signals.project[valued & (signals.aspect == Aspect.SATISFACTION)], minlength=projects)
    part = asked / np.maximum(np.bincount(signals.project[valued], minlength=projects), 1)
    work = shares(evidence).tocoo()
    project, person = work.coords
    kept = (part * sure)[project] * allowed[person, ConsentSource.CUSTOMERS] > 0
    project, person, share = project[kept], person[kept], work.data[kept]
    whole = np.bincount(person, share**2 * sure[project], len(allowed))
    told = np.divide(_information(known.trusted), whole, out=np.zeros(len(whole)), where=whole > 0)
    point = 1 / (SPREAD[Aspect.SATISFACTION] * _unit(known.trusted, PERSON_VARIANCE.guess))
    amount = (_weights(known, 1, known.weighing.amount)[:, 0] * told)[person] * share * (part * sure)[project] * point
    return _Change(SATISFACTION, person, project, amount)


def _calls(evidence: Evidence, known: Known) -> _Change:
    """Do one overdue call of each owner and project."""
    care = evidence.care
    open_ = (care.done == MISSING_TIME) & (care.moved != 1)
    person, project = (of.astype(np.int32) for of in distinct(care.owner[open_], care.project[open_])[:2])
    told = _information(known.cared) / np.maximum(known.cared.voices[:, 0], 1)
    step = (LATE - UNDONE) / (SPREAD_CALL * _unit(known.cared, CARER.guess))
    return _Change(CARE, person, project, (_weights(known, 2, known.weighing.amount)[:, 0] * told)[person] * step)


def _information(block: Block) -> Number:
    """Return v · (1/v − 1): how much of the whole gain a person's evidence has, (people,)."""
    return np.asarray(np.clip(1 - (block.sd[:, 0] / block.spread[0]) ** 2, 0, 1), np.float64)


def _unit(block: Block, usual: float | None) -> float:
    """Return the sd of true quality in raw units."""
    return float(block.unit[0]) if block.unit is not None else float(np.sqrt(usual or 1.0))


def _weights(known: Known, place: int, amount: Number) -> Number:
    """Return the weights in `amount` of one block's dimensions, on estimates: (people, dimensions)."""
    blocks = (known.rated, known.trusted, known.cared)
    start = sum(len(block.dimensions) for block in blocks[:place])
    of = slice(start, start + len(blocks[place].dimensions))
    return np.asarray(amount[:, of] / known.weighing.scale.sd[of], np.float64)
