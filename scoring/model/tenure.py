"""Whose work a customer speaks of: members' parts in a project as they had come to be on that day."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.evidence import DAY, FOREVER, MISSING_TIME, Evidence, Index, Number, Time
from scoring.model.patterns import products
from scoring.model.select import distinct, parts
from scoring.model.sorting import in_order

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
    people = len(evidence.people.ids)
    if not len(project):
        return np.empty(0, np.int64), csr_array((0, people))
    heard = np.zeros(len(evidence.projects.ids), np.bool_)
    heard[project] = True
    order = np.flatnonzero(heard[evidence.members.project])
    order = order[in_order(evidence.members.project[order])]
    where, _, state = distinct(project, _changes(evidence, order, project, at))
    first = int(at.min())
    # Days, not microseconds: their sums stay exact enough for any number of rows.
    moment = np.bincount(state, (at - first) / DAY) / np.bincount(state)
    bounds = np.searchsorted(evidence.members.project[order], np.arange(len(heard) + 1))
    row, place = products(np.arange(len(where)), where, bounds)
    member = order[place]
    worked = _days(evidence, member, moment[row], first)
    part = parts(evidence)[member]
    weight = part * worked
    total = np.bincount(row, weight, len(where))
    weight = np.where(total[row] > 0, weight, part)
    weight = weight / np.where(total > 0, total, np.bincount(row, part, len(where)))[row]
    starts = np.searchsorted(row, np.arange(len(where) + 1))
    found = csr_array((weight, evidence.members.person[member], starts), shape=(len(where), people))
    found.sum_duplicates()
    found.eliminate_zeros()
    return state.astype(np.int64), found


def _changes(evidence: Evidence, member: NDArray[np.intp], project: Index, at: Time) -> NDArray[np.int64]:
    """Count which of some memberships had begun, settled or ended in a project by then, (rows,)."""
    members = evidence.members
    of, start = members.project[member], members.start[member]
    begun = np.maximum(start, evidence.projects.started[of])
    settled = [np.where(begun == MISSING_TIME, FOREVER, begun + round(days * DAY)) for days in SETTLED]
    when = np.concatenate([start, members.end[member], *settled])
    order = in_order(when)
    room = len(when) + 1
    # A turn is its project and its place in time: whatever came before a moment lies below that moment's place.
    turns = np.sort(np.tile(of.astype(np.int64), 2 + len(settled))[order] * room + np.arange(len(when)))
    first = project.astype(np.int64) * room
    return np.searchsorted(turns, first + np.searchsorted(when[order], at, "right")) - np.searchsorted(turns, first)


def _days(evidence: Evidence, member: NDArray[np.intp], moment: Number, first: int) -> Number:
    """Count the days that memberships had lasted at moments (days since `first`): 0 before, SETTLING_DAYS at most."""
    members = evidence.members
    begun = np.maximum(members.start, evidence.projects.started[members.project])[member]
    known = begun != MISSING_TIME
    start = np.where(known, (np.where(known, begun, first) - first) / DAY, moment)
    end = (members.end[member] - float(first)) / DAY
    there = members.start[member] <= first + moment * DAY
    return np.where(there, np.clip(np.minimum(moment, end) - start + 1.0, 1.0, SETTLING_DAYS), 0.0)
