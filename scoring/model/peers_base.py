"""What a full fit of the peers leaves for the nights after it: ratings by pair, sums by people, and what is held."""

from dataclasses import dataclass, replace

import numpy as np

from scoring.model.evidence import Evidence, Feedback, Index, Number
from scoring.model.peers import Fit
from scoring.model.peers_equations import Sums, Voices, sums
from scoring.model.peers_rows import AGES, Heard, Places, teams_of
from scoring.model.peers_solution import Glance


@dataclass(frozen=True, slots=True)
class Base:
    """What the last full fit leaves for nights. `known`: the selected evidence it was made of, `as_of` its moment.

    `sums`: everything added up by people, who are givers and receivers under their own numbers. `row` (rows,): places
    of ratings by pair; `first` (pairs + 1,): where each pair's begin. `key` (pairs,): receiver · people + giver,
    sorted. `voices` by pair. `circle` (people,): the closed circle everybody is in, -1 outside of any. `classes`: which
    of the classes that `AGES` part there are. `found`: the solution; `unknown` (people,), how unsure it is of what all
    criteria have in common, squared points.
    """

    known: Evidence
    as_of: int
    sums: Sums
    row: Places
    first: Places
    key: Places
    voices: Voices
    circle: Index
    classes: Places
    found: Glance
    unknown: Number


def lay_down(known: Evidence, as_of: int, fit: Fit) -> Base:
    """Lay down the base from a full fit of `known`, which is selected at `as_of`."""
    told, people = fit.told, len(known.people.ids)
    team = _team(known, told)
    whole = replace(
        told,
        receiver=told.receivers[told.receiver],
        giver=told.givers[told.giver],
        receivers=np.arange(people, dtype=np.int32),
        givers=np.arange(people, dtype=np.int32),
        team=team,
        receiver_team=team,
    )
    summed = sums(whole, fit.aged, fit.held)
    classes = np.unique(np.searchsorted(AGES, told.days / fit.held.half_life, side="right"))
    unknown = np.full(people, fit.held.quality.mean())
    freer = np.zeros(people)
    freer[told.givers] = 0 if fit.voices.freer is None else fit.voices.freer
    unknown[told.receivers] = np.linalg.inv(fit.state_equations)[:, : told.criteria, : told.criteria].mean(axis=(1, 2))
    return Base(
        known=known,
        as_of=as_of,
        sums=replace(summed, told=_without_rows(whole), aged=replace(fit.aged, of=fit.aged.of[:0])),
        row=told.row,
        first=np.searchsorted(told.row_pair, np.arange(len(told.receiver) + 1)),
        key=whole.receiver.astype(np.int64) * people + whole.giver,
        voices=replace(fit.voices, freer=freer),
        circle=_circles(whole, fit.voices),
        classes=classes if len(classes) else np.zeros(1, np.int64),
        found=_found(fit, people),
        unknown=unknown,
    )


def _circles(told: Heard, voices: Voices) -> Index:
    """Tell of everybody which closed circle they are in: (people,), numbered as in `voices`, -1 outside of any."""
    found = np.full(len(told.givers), -1, np.int32)
    closed = voices.circle >= told.teams
    found[told.giver[closed]] = voices.circle[closed]
    return found


def _team(known: Evidence, told: Heard) -> Index:
    """Return everybody's team, (people,), in the numbers that the fit gave to teams; -1 for one no giver was of."""
    raw = teams_of(known)
    of_givers = raw[told.givers]
    number = np.full(int(raw.max(initial=-1)) + 2, -1, np.int32)  # the last place is that of -1
    number[of_givers[of_givers >= 0]] = told.team[of_givers >= 0]
    return number[raw]


def _found(fit: Fit, people: int) -> Glance:
    """Tell the fit's solution by people."""
    told, solution = fit.told, fit.solution
    state = np.zeros((people, solution.state.shape[1]))
    state[told.receivers] = solution.state
    giver, variance, group = np.zeros(people), np.full(people, fit.held.leniency), len(told.givers)
    giver[told.givers] = solution.shared[:group]
    variance[told.givers] = solution.shared_variance[:group]
    shared = np.concatenate([giver, solution.shared[group:]])
    return Glance(state, shared, solution.mean, variance, solution.shared_variance[group:])


def _without_rows(told: Heard) -> Heard:
    """Keep the pairs only."""
    none, nothing = np.zeros(0, np.int32), np.zeros(0)
    return replace(told, row=told.row[:0], y=nothing, criterion=none, occasion=none, pair=none, days=nothing)


def taken(feedback: Feedback, places: Places) -> Feedback:
    """Take some rows, in the order of `places`."""
    return Feedback(*(getattr(feedback, name)[places] for name in Feedback.__slots__))


def joined(first: Feedback, second: Feedback) -> Feedback:
    """Put rows one after the other."""
    return Feedback(*(np.concatenate([getattr(first, n), getattr(second, n)]) for n in Feedback.__slots__))
