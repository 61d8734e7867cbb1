"""Ratings as rows of the peers' model: numbered receivers, givers, pairs, occasions and ages, in one order.

Rows are sorted by receiver, giver, answer and criterion, so that all that belongs together lies together: sums over
occasions, pairs and receivers are sums over runs, and cost one pass.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.model.evidence import DAY, FOREVER, Evidence, Index, Mask, Number
from scoring.model.ratings import told_of
from scoring.model.select import newest as newest_rows
from scoring.model.select import starts, with_all
from scoring.model.sorting import by_columns, numbered

AGES = np.array([0.05, 0.15, 0.35, 0.7, 1.2, 2.0])  # half-lives at which a new age class begins
PART = 65_536  # rows: what is added up of so many stays in the processor's cache
MOST_TOLD = 500  # ratings of one pair on one criterion: more say nothing more, as the pair's own effect bounds them all
CHANGED = 0.002  # of the variance of quality: what has changed by less has not changed
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that was rated.

    (rows,): `row`, the place in the evidence; `y`, told points (ratings.py); `criterion`; `occasion`.
    (occasions,): `pair`, `days` of age. An occasion is what one giver said of one receiver in one answer.
    (pairs,): `receiver`, `giver`, numbers among `receivers` and `givers` (people, sorted); `faith`, the part of their
    weight that a pair's words keep, 0-1.
    (givers,): `team`, -1 without one, and `teams`, how many there are. (receivers,): `receiver_team`, in the same
    numbers, -1 where no giver is of it. `criteria`: how many.
    """

    row: Places
    y: Number
    criterion: Index
    occasion: Index
    pair: Index
    days: Number
    receiver: Index
    giver: Index
    faith: Number
    receivers: Index
    givers: Index
    team: Index
    receiver_team: Index
    teams: int
    criteria: int

    @property
    def row_pair(self) -> Index:
        """(rows,) the pair of each row."""
        found: Index = self.pair[self.occasion]
        return found


def heard(evidence: Evidence, as_of: int) -> Heard:
    """Put the ratings of `evidence`, which is selected, in order; `as_of` in microseconds."""
    feedback = evidence.feedback
    order = by_columns(feedback.receiver, feedback.giver, feedback.answer, feedback.criterion)
    giver, receiver, answer = (column[order] for column in (feedback.giver, feedback.receiver, feedback.answer))
    pair_starts = starts(giver, receiver)
    occasion_starts = starts(giver, receiver, answer)
    pair_of_row = np.cumsum(pair_starts) - 1
    receivers, of_receiver = (found.astype(np.int32) for found in numbered(receiver[pair_starts]))
    givers, of_giver = (found.astype(np.int32) for found in numbered(giver[pair_starts]))
    team, of_receivers, teams = _numbered_teams(teams_of(evidence), givers, receivers)
    every = Heard(
        row=order,
        y=told_of(feedback.rating[order]),
        criterion=feedback.criterion[order],
        occasion=(np.cumsum(occasion_starts) - 1).astype(np.int32),
        pair=pair_of_row[occasion_starts].astype(np.int32),
        days=(as_of - _latest(feedback.at[order], occasion_starts)) / DAY,
        receiver=of_receiver,
        giver=of_giver,
        faith=np.ones(len(of_giver)),
        receivers=receivers,
        givers=givers,
        team=team,
        receiver_team=of_receivers,
        teams=teams,
        criteria=len(evidence.criteria),
    )
    return newest(every, MOST_TOLD)


def _latest(at: NDArray[np.int64], starts: Mask) -> NDArray[np.int64]:
    """Return when the last word of each occasion was said, in whatever order its rows stand."""
    return np.maximum.reduceat(at, np.flatnonzero(starts)) if len(at) else at


def only(told: Heard, kept: Mask) -> Heard:
    """Keep some pairs, (pairs,); receivers and givers keep their numbers."""
    if kept.all():
        return told
    left = _rows_of(told, kept[told.row_pair])
    number = (np.cumsum(kept) - 1).astype(np.int32)
    of_pairs = {name: getattr(told, name)[kept] for name in ("receiver", "giver", "faith")}
    return replace(left, pair=number[left.pair], **of_pairs)


def newest(told: Heard, most: int) -> Heard:
    """Keep the newest `most` ratings of each pair on each criterion; receivers, givers and pairs keep their numbers.

    What was said at one moment with one figure stays or goes together, or is one (`select.newest`).
    """
    cell = told.row_pair.astype(np.int64) * told.criteria + told.criterion
    if not (np.bincount(cell) > most).any():
        return told
    return _rows_of(told, newest_rows(cell, -told.days[told.occasion], told.y, most, with_all(told.occasion, told.y)))


def _rows_of(told: Heard, kept: Mask) -> Heard:
    """Keep some rows, and the occasions of which one is kept."""
    occasions = np.bincount(told.occasion[kept], minlength=len(told.pair)) > 0
    place = (np.cumsum(occasions) - 1).astype(np.int32)
    return replace(
        told,
        row=told.row[kept],
        y=told.y[kept],
        criterion=told.criterion[kept],
        occasion=place[told.occasion[kept]],
        pair=told.pair[occasions],
        days=told.days[occasions],
    )


def parts(told: Heard) -> list[Heard]:
    """Cut between receivers, into parts of about `PART` rows or one receiver; givers and teams keep their numbers.

    Receivers, pairs and occasions count from 0 in each part; `row` stays the place in the evidence.
    """
    if len(told.y) <= PART:
        return [told]
    pair = np.searchsorted(told.receiver, np.arange(len(told.receivers) + 1))
    occasion = np.searchsorted(told.pair, pair)
    row = np.searchsorted(told.occasion, occasion)
    wanted = np.linspace(0, len(told.y), -(-len(told.y) // PART) + 1)  # of like sizes, so that threads end together
    cuts = np.unique(np.searchsorted(row, wanted))
    places = zip(cuts, pair[cuts], occasion[cuts], row[cuts], strict=True)
    return [_between(told, *bounds) for bounds in pairwise(places)]


def _between(told: Heard, first: tuple[int, ...], last: tuple[int, ...]) -> Heard:
    """Keep what lies from `first` to `last`: places among receivers, pairs, occasions and rows."""
    receivers, pairs, occasions, rows = (slice(a, b) for a, b in zip(first, last, strict=True))
    return replace(
        told,
        row=told.row[rows],
        y=told.y[rows],
        criterion=told.criterion[rows],
        occasion=told.occasion[rows] - np.int32(first[2]),
        pair=told.pair[occasions] - np.int32(first[1]),
        days=told.days[occasions],
        receiver=told.receiver[pairs] - np.int32(first[0]),
        giver=told.giver[pairs],
        faith=told.faith[pairs],
        receivers=told.receivers[receivers],
        receiver_team=told.receiver_team[receivers],
    )


@dataclass(frozen=True, slots=True)
class Ages:
    """Occasions by age: `of` (occasions,) the class of each; `correlation` (classes,) of quality then with quality now.

    `between` (classes, classes): correlation of quality in two classes. A class stands at its occasions' mean age.
    `drift` (classes,): numbers of those in which quality may have been another than today's, -1 for the others.
    """

    of: Index
    correlation: Number
    between: Number
    drift: Index

    @property
    def drifts(self) -> int:
        """How many classes there are in which quality may have been another."""
        return int(self.drift.max(initial=-1)) + 1


def ages(days: Number, half_life_days: float) -> Ages:
    """Sort occasions into classes of like age, in half-lives: correlation 2^(-age / half-life)."""
    age = days / half_life_days
    by_age = sum((age >= begins for begins in AGES), np.zeros(len(age), np.intp))  # faster than to search so few
    there = np.bincount(by_age, minlength=len(AGES) + 1) > 0
    of, classes = (np.cumsum(there) - 1)[by_age], max(int(there.sum()), 1)
    mean = np.bincount(of, days, classes) / np.maximum(np.bincount(of, minlength=classes), 1)
    between = np.exp2(-np.abs(mean[:, None] - mean) / half_life_days)
    correlation = np.exp2(-np.maximum(mean, 0) / half_life_days)
    changed = 1 - correlation**2 >= CHANGED
    correlation[~changed] = 1
    drift = np.where(changed, np.cumsum(changed) - 1, -1).astype(np.int32)
    return Ages(of.astype(np.int32), correlation, between, drift)


def _numbered_teams(team: Index, givers: Index, receivers: Index) -> tuple[Index, Index, int]:
    """Give the teams of givers numbers from 0: those of givers, of receivers, and how many; -1 for none of these."""
    known = np.flatnonzero(np.bincount(team[givers][team[givers] >= 0]))
    number = np.full(int(team.max(initial=-1)) + 2, -1, np.int32)  # the last place is that of -1
    number[known] = np.arange(len(known))
    return number[team[givers]], number[team[receivers]], len(known)


def teams_of(evidence: Evidence) -> Index:
    """Return everybody's team: (people,), the one they came to last among those they are still in, else the last."""
    members = evidence.team_members
    order = np.lexsort((members.team, members.start, members.end == FOREVER))
    team = np.full(len(evidence.people.ids), -1, np.int32)
    # Where a place is named twice, the last value stays.
    team[members.person[order]] = members.team[order]
    return team
