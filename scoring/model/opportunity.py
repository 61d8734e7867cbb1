"""Who could have thanked whom: colleagues who shared a project or a team, and for how long."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from scoring.model.evidence import DAY, FOREVER, MISSING_TIME, Evidence, Number, Time
from scoring.model.patterns import row_of
from scoring.model.sorting import in_order

PAIRS = 20_000_000  # sum of squared group sizes that is worked out pair by pair; bigger groups are background


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Chances to thank, as parts of a full ageing window (0-1).

    near : (people, people), symmetric, no diagonal: what two people shared in projects and teams, at most 1.
    presence : (people,), square root of each one's own part; two people's product is what any two of the
        organization had of each other.
    """

    near: csr_array
    presence: Number

    def met(self, *habits: Number) -> tuple[Number, Number]:
        """Sum each of `habits`, (people,), over colleagues and over everybody else: (people, habits), never under 0."""
        habit = np.column_stack(habits)
        near = np.asarray(self.near @ habit)
        with_habit = self.presence[:, None] * habit
        everyone = self.presence[:, None] * (with_habit.sum(axis=0) - with_habit)
        return near, np.maximum(everyone - near, 0.0)


def opportunity(evidence: Evidence, as_of: int, half_life_days: float) -> Opportunity:
    """Work out who had how much chance to see whose work before `as_of` (microseconds).

    The chance of a membership [from, to) is the part of exponentially ageing time that it covers, so that a newcomer
    and somebody who left long ago have little; that of two members of one group is the geometric mean of theirs
    (exact where both came and went together), summed over shared groups and bounded by 1. Cost: the sum of squared
    group sizes, up to `PAIRS`; still bigger groups are left out here, where not everybody meets everybody anyway.
    """
    people, members, teams = evidence.people, evidence.members, evidence.team_members
    left = np.where(people.left == MISSING_TIME, FOREVER, people.left)
    presence = np.sqrt(_covered(people.joined, left, as_of, half_life_days))
    group = np.concatenate([members.project, teams.team + len(evidence.projects.ids)])
    person = np.concatenate([members.person, teams.person])
    start, end = np.concatenate([members.start, teams.start]), np.concatenate([members.end, teams.end])
    part = _covered(start, np.minimum(end, left[person]), as_of, half_life_days)
    groups = len(evidence.projects.ids) + len(evidence.teams.ids)
    inside = csr_array((part, (group, person)), shape=(groups, len(people.ids)))
    inside.sum_duplicates()
    inside.data = np.sqrt(np.minimum(inside.data, 1.0))
    return Opportunity(_shared(inside), presence)


def _covered(start: Time, end: Time, as_of: int, half_life_days: float) -> Number:
    """Part of all ageing time before `as_of` that lies in [start, end): (rows,), 0-1."""
    half_life = half_life_days * DAY
    since_start = np.where(start == MISSING_TIME, np.inf, as_of - start.astype(np.float64))
    since_end = np.where(end == FOREVER, 0.0, as_of - end.astype(np.float64))
    part: Number = np.exp2(-np.maximum(since_end, 0) / half_life) - np.exp2(-np.maximum(since_start, 0) / half_life)
    return np.maximum(part, 0.0)


def _shared(inside: csr_array) -> csr_array:
    """Multiply groups out into pairs, smallest groups first while `PAIRS` lasts."""
    size = np.diff(inside.indptr).astype(np.int64)
    chosen = inside
    if (size**2).sum() > PAIRS:
        order = in_order(size)
        chosen = inside[np.sort(order[np.cumsum(size[order] ** 2) <= PAIRS])]
    near = csr_array((csr_array(chosen.T) @ chosen).T)  # symmetric; turned over, its rows come out in order
    near.data = np.where(row_of(near) != near.indices, np.minimum(near.data, 1.0), 0.0)
    near.eliminate_zeros()
    return near
