"""What products do: counting points, the mean rating, and the mean by criterion composed."""

from collections.abc import Mapping

import numpy as np

from scoring.exchange.columns import ASPECTS
from scoring.model.evidence import Evidence
from scoring.simulate.people import Index, Number
from scoring.validate.composition import blend
from scoring.validate.scale import standard


def points(evidence: Evidence) -> Number:
    """One point for each thanks and badge, and for each point of a rating or a customer's satisfaction; (people,)."""
    people = len(evidence.people.ids)
    said = evidence.feedback
    total = np.bincount(evidence.kudos.receiver, minlength=people) + np.bincount(said.receiver, said.rating, people)
    total = total + np.bincount(evidence.badges.receiver, minlength=people)
    project, value = _satisfaction(evidence)
    of_project = np.bincount(project, value, len(evidence.projects.ids))
    seats = np.unique(np.column_stack([evidence.members.project, evidence.members.person]), axis=0)
    return np.asarray(total + np.bincount(seats[:, 1], of_project[seats[:, 0]], people), np.float64)


def mean_rating(evidence: Evidence) -> Number:
    """Mean of all ratings received, (people,); everybody's mean where there is none."""
    return _mean(evidence.feedback.receiver.astype(np.int64), evidence.feedback.rating, len(evidence.people.ids))


def mean_satisfaction(evidence: Evidence) -> Number:
    """Mean satisfaction that customers tell of the projects somebody was in, (people,)."""
    project, value = _satisfaction(evidence)
    seats = np.unique(np.column_stack([evidence.members.project, evidence.members.person]), axis=0)
    count = np.bincount(project, minlength=len(evidence.projects.ids))
    total = np.bincount(project, value, len(evidence.projects.ids))
    heard = seats[count[seats[:, 0]] > 0]
    people = len(evidence.people.ids)
    weight = np.bincount(heard[:, 1], count[heard[:, 0]], people)
    usual = value.mean() if value.size else 0.0
    return np.where(
        weight > 0, np.bincount(heard[:, 1], total[heard[:, 0]], people) / np.maximum(weight, 1), usual
    )  # fmt: skip


def mean_by_criterion(evidence: Evidence, role: Index, truth: Mapping[str, Number]) -> Number:
    """Mean by criterion, and of satisfaction, each in its own sd, by the weights of the role; (people,)."""
    said, people = evidence.feedback, len(evidence.people.ids)
    z = {"customer_trust": standard(mean_satisfaction(evidence))}
    for place, name in enumerate(evidence.criteria):
        of = said.criterion == place
        z[name] = standard(_mean(said.receiver[of].astype(np.int64), said.rating[of], people))
    return blend(z, role, truth)


def _mean(receiver: Index, rating: Number, people: int) -> Number:
    count = np.bincount(receiver, minlength=people)
    usual = rating.mean() if rating.size else 0.0
    return np.where(count > 0, np.bincount(receiver, rating, people) / np.maximum(count, 1), usual)


def _satisfaction(evidence: Evidence) -> tuple[Index, Number]:
    said = evidence.signals
    rows = np.flatnonzero((said.aspect == ASPECTS.index("satisfaction")) & (said.project >= 0))
    return said.project[rows].astype(np.int64), said.value[rows]
