"""Who meets whom, when and in what: people choose whom to rate and thank among those they work with."""

from dataclasses import dataclass

import numpy as np

from scoring.simulate.calendar import NEVER, Moments
from scoring.simulate.people import Index, Number, People, Span
from scoring.simulate.work import Seats

OVERSAMPLED = 6  # meetings drawn for each that is wanted


@dataclass(frozen=True, slots=True)
class Circles:
    """Seats in projects and in teams, sorted by circle, cut to the history; `project` -1 in a team."""

    circle: Index
    person: Index
    project: Index
    start: Moments
    end: Moments
    first: Index  # (circles,)
    count: Index  # (circles,)


@dataclass(frozen=True, slots=True)
class Meetings:
    """Two people who work together on a day, and until when they do."""

    giver: Index
    receiver: Index
    project: Index
    day: Moments
    until: Moments

    def __getitem__(self, rows: Index) -> "Meetings":
        """Return some of them."""
        return Meetings(self.giver[rows], self.receiver[rows], self.project[rows], self.day[rows], self.until[rows])


def circles(seated: Seats, staff: People, span: Span, projects: int) -> Circles:
    """Everybody's circles within the history."""
    every = np.arange(staff.size)
    movers = np.flatnonzero(staff.moved < NEVER)
    circle = np.concatenate([seated.project, projects + staff.team, projects + staff.former_team[movers]])
    person = np.concatenate([seated.person, every, movers])
    here = np.where(staff.moved < NEVER, staff.moved, staff.joined)
    start = np.concatenate([seated.start, here, staff.joined[movers]])
    end = np.concatenate([seated.end, staff.left, staff.moved[movers]])
    start, end = np.maximum(start, span.begin), np.minimum(end, span.end)
    rows = np.flatnonzero(end > start)
    rows = rows[np.argsort(circle[rows], kind="stable")]
    count = np.bincount(circle[rows], minlength=projects + staff.teams)
    project = np.where(circle < projects, circle, -1)
    return Circles(
        circle[rows], person[rows], project[rows], start[rows], end[rows], np.cumsum(count) - count, count
    )  # fmt: skip


def meet(rng: np.random.Generator, found: Circles, rows: Index, day: Moments, staff: People) -> Meetings:
    """Somebody of the circle for each of these rows, where another one is there and at work on that day."""
    circle = found.circle[rows]
    other = found.first[circle] + (rng.random(rows.size) * found.count[circle]).astype(np.int64)
    giver, receiver = found.person[rows], found.person[other]
    there = (found.start[other] <= day) & (day < found.end[other]) & (giver != receiver)
    there &= staff.at_work(giver, day) & staff.at_work(receiver, day)
    until = np.minimum(found.end[rows], found.end[other])
    return Meetings(giver, receiver, found.project[rows], day, until)[np.flatnonzero(there)]


@dataclass(frozen=True, slots=True)
class Wish:
    """How many meetings in all, and how likely each giver and receiver is in them (relative)."""

    total: int
    giver: Number  # (people,)
    receiver: Number  # (people,) log odds


def chosen(rng: np.random.Generator, found: Circles, staff: People, wish: Wish) -> Meetings:
    """Meetings on any day of the history, in time proportional to working together, at most `wish.total`."""
    length = (found.end - found.start) * wish.giver[found.person]
    ends = np.cumsum(length)
    if not ends.size or ends[-1] <= 0:
        return meet(rng, found, np.zeros(0, np.int64), np.zeros(0, np.int64), staff)
    rows = np.searchsorted(ends, rng.random(wish.total * OVERSAMPLED) * ends[-1], side="right")
    rows = np.minimum(rows, ends.size - 1)
    span = found.end[rows] - found.start[rows]
    day = found.start[rows] + np.floor(rng.random(rows.size) * span).astype(np.int64)
    met = meet(rng, found, rows, day, staff)
    odds = wish.receiver[met.receiver]
    taken = np.flatnonzero(rng.random(odds.size) < np.exp(np.minimum(odds - 1.6, 0.0)))
    return met[np.sort(rng.permutation(taken)[: wish.total])]
