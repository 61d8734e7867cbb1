"""Whose work a customer speaks of: members' parts in a project as they had come to be on that day."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.evidence import DAY, FOREVER, MISSING_TIME, Evidence, Index, Number, Time
from scoring.model.select import distinct, parts

SETTLED = (7.0, 30.0)  # days after which words are told apart from those of the days before
SETTLING_DAYS = 30.0  # after which whoever joined answers for their whole share


def tenures(evidence: Evidence, project: Index, at: Time) -> tuple[NDArray[np.int64], csr_array]:
    """Say in which state of its project each row, (rows,), was spoken: its number, and (states, people) shares.

    A state lasts until somebody joins, settles (after a week and a month) or leaves: what was said on the day of taking
    over is not averaged with what is said a year later. In it a member's part is share · days there so far, from 1 to
    SETTLING_DAYS, over the sum of all: whoever takes over an account starts from its state that day, which is those
    people's who made it, and answers for their own share within a month. Who comes later has no part
    in what was said before. Where nobody had begun, all members' parts count. Each row of the shares sums to 1, or to 0
    where a project has no members.
    """
    members = evidence.members
    shape = (0, len(evidence.people.ids))
    if not len(project):
        return np.empty(0, np.int64), csr_array(shape)
    changes = _changes(evidence, project, at)
    where, _, state = distinct(project, changes)
    first = int(at.min())
    # Days, not microseconds: their sums stay exact enough for any number of rows.
    moment = np.bincount(state, (at - first) / DAY) / np.bincount(state)
    order = np.argsort(members.project, kind="stable")
    bounds = np.searchsorted(members.project[order], np.arange(len(evidence.projects.ids) + 1))
    count = np.diff(bounds)[where]
    row = np.repeat(np.arange(len(where)), count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    member = order[bounds[where][row] + offset]
    worked = _days(evidence, member, moment[row], first)
    part = parts(evidence)[member]
    weight = part * worked
    total = np.bincount(row, weight, len(where))
    weight = np.where(total[row] > 0, weight, part)
    weight = weight / np.where(total > 0, total, np.bincount(row, part, len(where)))[row]
    found = csr_array((weight, (row, members.person[member])), shape=(len(where), shape[1]))
    found.sum_duplicates()
    found.eliminate_zeros()
    return state.astype(np.int64), found


def _changes(evidence: Evidence, project: Index, at: Time) -> NDArray[np.int64]:
    """Count who had joined, settled or left a project by then, (rows,)."""
    members = evidence.members
    begun = np.maximum(members.start, evidence.projects.started[members.project])
    settled = [np.where(begun == MISSING_TIME, FOREVER, begun + round(days * DAY)) for days in SETTLED]
    turns = [members.start, members.end, *settled]
    where = np.concatenate([*[members.project] * len(turns), project])
    when = np.concatenate([*turns, at])
    asks = np.arange(len(where)) >= len(turns) * len(members.project)
    order = np.lexsort((asks, when, where))
    counted = np.empty(len(where), np.int64)
    counted[order] = np.cumsum(~asks[order])
    before = np.bincount(members.project, minlength=len(evidence.projects.ids))
    return np.asarray(counted[asks] - len(turns) * (np.cumsum(before) - before)[project])


def _days(evidence: Evidence, member: NDArray[np.intp], moment: Number, first: int) -> Number:
    """Count the days that memberships had lasted at moments (days since `first`): 0 before, SETTLING_DAYS at most."""
    members = evidence.members
    begun = np.maximum(members.start, evidence.projects.started[members.project])[member]
    known = begun != MISSING_TIME
    start = np.where(known, (np.where(known, begun, first) - first) / DAY, moment)
    end = (members.end[member] - float(first)) / DAY
    there = members.start[member] <= first + moment * DAY
    return np.where(there, np.clip(np.minimum(moment, end) - start + 1.0, 1.0, SETTLING_DAYS), 0.0)
