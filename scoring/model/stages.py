"""Stages: a finished project is one for each of its members, with three stars that its people earn together.

colleagues   what colleagues said of the members' work there lies above the reference, and enough of them were heard
customer     P(project trust above the reference) ≥ `heard_probability`, and a customer was heard
left_behind  another project used a document of this one, or whoever took it over rated that ≥ `good_handover`; and the
             first care call, where one was due, was done

A star is 1, 0 or -1 (not known). Stars are the project's, not a person's: that is how work in a project is, and a few
words about one person in one project would not stay confidential. To somebody who has not opened a source (peers,
customers) its star stays unknown.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from scoring.model.block import Block
from scoring.model.choices import CareKind, ConsentSource, Outcome
from scoring.model.evidence import MISSING_TIME, Evidence, Flag, Index, Mask
from scoring.model.peers import ProjectPeers
from scoring.model.reference import scale
from scoring.model.scores import StageTable
from scoring.model.select import distinct
from scoring.policy import Policy

UNKNOWN, NO, YES = np.int8(-1), np.int8(0), np.int8(1)


@dataclass(frozen=True, slots=True)
class _Star:
    """`value` (projects,) and why, in tokens."""

    value: Flag
    reason: tuple[str, ...]


def stages(evidence: Evidence, colleagues: ProjectPeers, projects: Block, allowed: Mask, policy: Policy) -> StageTable:
    """Return one row for each member of each finished project, by person and project.

    `evidence` is what `select` left, `projects` the customers' block of projects, `allowed` who opened which source
    (people, 3).
    """
    stars = (_colleagues(colleagues, policy), _customer(projects, policy), _left_behind(evidence, policy))
    person, project = _finished(evidence)
    value = [star.value[project] for star in stars]
    for star, source in ((0, ConsentSource.PEERS), (1, ConsentSource.CUSTOMERS)):
        value[star] = np.where(allowed[person, source], value[star], UNKNOWN)
    known = np.column_stack(value) != UNKNOWN
    return StageTable(person, project, value[0], value[1], value[2], _reasons(stars, project, known))


def _reasons(stars: tuple[_Star, ...], project: Index, known: Mask) -> tuple[str, ...]:
    """Join the reasons of the stars that are known: (rows,); members who see the same ones share a text."""
    place = project.astype(np.int64) * 2 ** len(stars) + known @ (2 ** np.arange(len(stars)))
    found, of = np.unique(place, return_inverse=True)
    texts = [
        ";".join(star.reason[at] for bit, star in enumerate(stars) if seen >> bit & 1 and star.reason[at])
        for at, seen in zip((found >> len(stars)).tolist(), (found % 2 ** len(stars)).tolist(), strict=True)
    ]
    return tuple(texts[at] for at in of.tolist())


def anchored(word: ProjectPeers, rated: Block, evidence: Evidence, policy: Policy) -> ProjectPeers:
    """Count what peers said in projects from the policy's reference instead of from this evidence's means.

    `rated` is the peers' block of people. A project's ratings move by the mean over what they were about.
    """
    moved = (rated.centre - scale(rated, policy).mean)[evidence.feedback.criterion]
    inside, projects = evidence.feedback.project >= 0, len(evidence.projects.ids)
    total = np.bincount(evidence.feedback.project[inside], moved[inside], projects)
    count = np.bincount(evidence.feedback.project[inside], minlength=projects)
    return replace(word, mean=word.mean + total / np.maximum(count, 1))


def cleared(table: StageTable, policy: Policy) -> Mask:
    """Say which stages count toward a level: (rows,), those with enough stars."""
    stars = np.column_stack([table.colleagues, table.customer, table.left_behind])
    return np.asarray((stars == YES).sum(axis=1) >= policy.stars_to_clear)


def _finished(evidence: Evidence) -> tuple[Index, Index]:
    """Return the distinct pairs of person and finished project, while that ran."""
    ended, outcome = evidence.projects.ended, evidence.projects.outcome
    good = (ended != MISSING_TIME) & ((outcome == Outcome.DONE) | (outcome == Outcome.WON))
    members = evidence.members
    took_part = good[members.project] & (members.start < ended[members.project])
    person, project, _ = distinct(members.person[took_part], members.project[took_part])
    return person.astype(np.int32), project.astype(np.int32)


def _colleagues(word: ProjectPeers, policy: Policy) -> _Star:
    heard = (word.voices >= policy.minimum_stage_voices) & ~np.isnan(word.mean)
    value = np.where(heard, np.where(word.mean > 0, YES, NO), UNKNOWN)
    known, of = np.unique(word.voices, return_inverse=True)
    texts = [f"colleagues:voices:{voices:.0f}" for voices in known.tolist()]
    return _Star(value, tuple(texts[at] for at in of.tolist()))


def _customer(projects: Block, policy: Policy) -> _Star:
    trust = projects.dimensions.index("customer_trust")
    above = (projects.estimate[:, trust] - scale(projects, policy).mean[trust]) / projects.sd[:, trust]
    probability, voices = ndtr(above), projects.voices[:, trust]
    value = np.where(voices > 0, np.where(probability >= policy.heard_probability, YES, NO), UNKNOWN)
    reason = [f"customer:heard:{n:.0f};customer:p={p:.2f}" for n, p in zip(voices, probability, strict=True)]
    return _Star(value, tuple(reason))


def _left_behind(evidence: Evidence, policy: Policy) -> _Star:
    documents, handovers = evidence.documents, evidence.handovers
    rated = ~np.isnan(handovers.rating)
    used = _any(evidence, documents.project, (documents.used_by >= 0) & (documents.used_by != documents.project))
    good = _any(evidence, handovers.project, rated & (handovers.rating >= policy.good_handover))
    care = evidence.care
    undone = care.done == MISSING_TIME
    # A call that the customer moved says nothing until it is made, as in care.py.
    first = (care.kind == CareKind.THREE_MONTHS) & ~(undone & (care.moved == 1))
    due, missed = _any(evidence, care.project, first), _any(evidence, care.project, first & undone)
    known = _any(evidence, documents.project, documents.project >= 0) | _any(evidence, handovers.project, rated) | due
    value = np.where(known, np.where((used | good) & ~missed, YES, NO), UNKNOWN)
    words = {"document_used": used, "handover_good": good, "care_done": due & ~missed, "care_missed": missed}
    words["nothing"] = known & ~used & ~good
    texts = [
        ";".join(f"left_behind:{word}" for bit, word in enumerate(words) if holds >> bit & 1)
        for holds in range(2 ** len(words))
    ]
    of = np.column_stack(list(words.values())) @ 2 ** np.arange(len(words))
    return _Star(value, tuple(texts[holds] for holds in of.tolist()))


def _any(evidence: Evidence, project: Index, holds: Mask) -> Mask:
    """Say for which projects a row holds: (projects,)."""
    return np.asarray(np.bincount(project[holds], minlength=len(evidence.projects.ids)) > 0)
