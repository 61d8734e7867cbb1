"""Nights between two full fits of the peers: only pairs that new evidence touches are added up anew.

A full fit lays down a `Base`: its ratings in order, variances, ages, suspects, and what every pair said, summed. A
night changes ratings: told since, or counting no longer (a correction is one of each). Whatever was changed since the
base, in however many nights, the pairs concerned are taken out of the sums as the base has them and put in as they are
now, so that nothing accumulates and the path does not matter; then the same equations are solved, from last night's
solution.

Held until the next full fit: variances, the moment that ages are counted from, teams, circles. So a night equals a full
fit with the same held (scoring.md, section 4, invariant 10). What was told since the base counts as told at its moment.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.evidence import DAY, Evidence, Feedback, Index, Number
from scoring.model.peers import Fit
from scoring.model.peers_base import Base, joined, lay_down, taken
from scoring.model.peers_equations import Sums, Voices, equations, sums
from scoring.model.peers_overlay import Net, net, solve_over
from scoring.model.peers_rows import AGES, Ages, Heard, Places, heard
from scoring.model.peers_solution import EXACT, Glance, Solution, number_of, solve
from scoring.model.peers_voices import faith_in, praised, talk

FULL_DAYS = 7  # nights after which variances, ages and suspects are looked at anew
FULL_SHARE = 0.02  # of the base's ratings changed, after which the same is due
NOBODY = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Change:
    """What a night brings: ratings `told`, and the numbers of those that count no longer, `gone`.

    A rating's number is its place in the evidence of the base, or, from the end of that on, in the order in which
    nights told it. People, criteria, projects and answers of `told` are numbered as in the base; what is new gets the
    numbers after.
    """

    told: Feedback
    gone: Places


@dataclass(frozen=True, slots=True)
class State:
    """What a night starts from: the base, what was told and taken back since, and `near`, where the search begins.

    `net`: the equations that a large base leaves (`peers_overlay.py`).
    """

    base: Base
    told: Feedback
    gone: Places
    near: Glance
    net: Net | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What peers say after a night, by people: `solution`, and the pairs and voices that it is made of."""

    pairs: Heard
    voices: Voices
    solution: Solution


def begin(known: Evidence, as_of: int, fit: Fit, effects: int = EXACT) -> State:
    """Lay down the base from a full fit of `known`, which is selected at `as_of`: nothing has changed since."""
    base = lay_down(known, as_of, fit)
    none = np.zeros(0, np.int64)
    eq = equations(base.sums, base.voices)
    laid = net(eq) if number_of(eq) > effects else None
    return State(base, taken(known.feedback, none), none, base.found, laid)


def night(state: State, change: Change, effects: int = EXACT) -> tuple[Standing, State]:
    """Solve with what changed. Costs in proportion to the pairs touched since the base, and to people.

    Means and variances are those that a full fit with the same held would give, everybody's. `effects` as for `begin`.

    Raises
    ------
    ValueError : a number in `gone` is no rating's, or was gone before.
    """
    after = _changed(state, change)
    base = after.base
    pairs, old, now = _touched(after)
    if state.net is None:
        summed, voices = _replaced(base, pairs, old, now)
        solution = solve(equations(summed, voices), len(summed.told.givers), state.near, effects)
        standing = Standing(summed.told, voices, solution)
    else:
        part = _part(base, np.unique(pairs // len(base.known.people.ids)).astype(np.int32))
        summed, voices = _replaced(part, pairs, old, now)
        before, since = equations(part.sums, part.voices), equations(summed, voices)
        solution = solve_over(state.net, before, since, part.sums.told.receivers, state.near)
        standing = Standing(*_whole(base, part, summed.told, voices), solution)
    near = replace(state.near, state=solution.state, shared=solution.shared, mean=solution.mean)
    return standing, replace(after, near=near)


def due(state: State, as_of: int) -> bool:
    """Say whether a full fit is due: the base is old, or much has changed since."""
    changed = len(state.told.rating) + len(state.gone)
    return as_of - state.base.as_of >= FULL_DAYS * DAY or changed > FULL_SHARE * len(state.base.row)


def _changed(state: State, change: Change) -> State:
    """Add what the night brings to what was changed before."""
    rows = len(state.base.row) + len(state.told.rating) + len(change.told.rating)
    gone = np.concatenate([state.gone, change.gone])
    if len(gone) and (gone.min() < 0 or gone.max() >= rows or len(np.unique(gone)) < len(gone)):
        raise ValueError("a rating can be taken back once, and by its number")
    return replace(state, told=joined(state.told, change.told), gone=gone)


def _touched(state: State) -> tuple[Places, Feedback, Feedback]:
    """Return the pairs that were changed since the base, as keys, and their ratings in the base, and now."""
    base, known, people = state.base, state.base.known.feedback, len(state.base.known.people.ids)
    rows = len(base.row)
    back = state.gone[state.gone < rows]
    pairs = np.unique(np.concatenate([_keys(state.told, people), _keys(taken(known, back), people)]))
    place = _places(base.key, pairs)
    there = place[place >= 0]
    old = base.row[_runs(base.first[there], base.first[there + 1])]
    left = old[~np.isin(old, back)]
    more = np.setdiff1d(np.arange(len(state.told.rating)), state.gone[state.gone >= rows] - rows)
    return pairs, taken(known, old), joined(taken(known, left), taken(state.told, more))


def _part(base: Base, receivers: Index) -> Base:
    """Keep what a base says of some receivers."""
    people, summed = len(base.known.people.ids), base.sums
    first = receivers.astype(np.int64) * people
    pair = _runs(np.searchsorted(base.key, first), np.searchsorted(base.key, first + people))
    told = replace(
        summed.told,
        receiver=np.searchsorted(receivers, summed.told.receiver[pair]).astype(np.int32),
        giver=summed.told.giver[pair],
        faith=summed.told.faith[pair],
        receivers=receivers,
        receiver_team=summed.told.team[receivers],
    )
    of_pairs = {name: getattr(summed, name)[pair] for name in ("said", "weight", "pull")}
    voices = replace(base.voices, circle=base.voices.circle[pair], pair_variance=base.voices.pair_variance[pair])
    kept = replace(summed, told=told, whole=summed.whole[receivers], right=summed.right[receivers], **of_pairs)
    return replace(base, sums=kept, key=base.key[pair], voices=voices)


def _whole(base: Base, part: Base, told: Heard, voices: Voices) -> tuple[Heard, Voices]:
    """Put some receivers' pairs in the place of what the base has of them."""
    told_before, key = base.sums.told, told.receivers[told.receiver].astype(np.int64) * len(told.givers) + told.giver
    put = _putting(base.key, part.key, key)
    pairs = replace(
        told_before, receiver=put(told_before.receiver, told.receivers[told.receiver]),
        giver=put(told_before.giver, told.giver), faith=put(told_before.faith, told.faith),
    )  # fmt: skip
    circle = put(base.voices.circle, voices.circle)
    return pairs, replace(voices, circle=circle, pair_variance=put(base.voices.pair_variance, voices.pair_variance))


def _putting(key: Places, gone: Places, come: Places) -> Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]:
    """Return what puts, in columns sorted by `key`, the rows of `come` in the place of those of `gone`."""
    kept = np.ones(len(key), np.bool_)
    place = _places(key, gone)
    kept[place[place >= 0]] = False
    at = np.searchsorted(key[kept], come)

    def put(column: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        return np.insert(column[kept], at, new, axis=0)

    return put


def _replaced(base: Base, pairs: Places, old: Feedback, now: Feedback) -> tuple[Sums, Voices]:
    """Take the touched pairs out of the base's sums, and put them in as they are now."""
    gone, come = _told(base, old), _told(base, now)
    circle = _circle(base, come)
    before, after = _summed(base, _believed(base, gone)), _summed(base, _judged(base, come, circle))
    whole, right, receivers = base.sums.whole.copy(), base.sums.right.copy(), base.sums.told.receivers
    for some, sign in ((before, -1.0), (after, 1.0)):
        of = np.searchsorted(receivers, some.told.receivers)
        whole[of] += sign * some.whole
        right[of] += sign * some.right
    receiver, key = after.told.receivers[after.told.receiver], _keys_of(base, after.told)
    put, pair = _putting(base.key, pairs, key), base.sums.told
    told = replace(
        pair,
        receiver=put(pair.receiver, np.searchsorted(receivers, receiver)),
        giver=put(pair.giver, after.told.giver),
        faith=put(pair.faith, after.told.faith),
    )
    said, weight, pull = (put(getattr(base.sums, name), getattr(after, name)) for name in ("said", "weight", "pull"))
    summed = replace(base.sums, told=told, whole=whole, right=right, said=said, weight=weight, pull=pull)
    variance = base.sums.held.pair / after.told.faith
    inside = put(base.voices.circle, circle).astype(np.int32, copy=False)
    return summed, replace(base.voices, circle=inside, pair_variance=put(base.voices.pair_variance, variance))


def _told(base: Base, feedback: Feedback) -> Heard:
    """Put some pairs' ratings in order: givers by people, receivers only those concerned."""
    told = heard(replace(base.known, feedback=feedback), base.as_of)
    return replace(
        told,
        giver=told.givers[told.giver],
        givers=base.sums.told.givers,
        team=base.sums.told.team,
        receiver_team=base.sums.told.team[told.receivers],
        teams=base.sums.told.teams,
    )


def _summed(base: Base, told: Heard) -> Sums:
    """Add up some pairs' ratings with what is held."""
    return sums(told, _aged(base, told.days), base.sums.held)


def _aged(base: Base, days: Number) -> Ages:
    """Sort occasions into the base's classes of age; where one was empty then, into the nearest."""
    of = np.searchsorted(AGES, days / base.sums.held.half_life, side="right")
    nearest = np.abs(of[:, None] - base.classes).argmin(axis=1)
    return replace(base.sums.aged, of=nearest.astype(np.int32))


def _circle(base: Base, told: Heard) -> Index:
    """Return the circle of touched pairs, (pairs,): a new pair is of the circle or team that both are in."""
    place = _places(base.key, _keys_of(base, told))
    team, circle = base.sums.told.team, base.circle
    giver, receiver = told.giver, told.receivers[told.receiver]
    inside = np.where((team[giver] == team[receiver]) & (team[giver] >= 0), team[giver], -1)
    closed = np.where((circle[giver] == circle[receiver]) & (circle[giver] >= 0), circle[giver], inside)
    return np.where(place >= 0, np.append(base.voices.circle, -1)[place], closed).astype(np.int32)


def _believed(base: Base, told: Heard) -> Heard:
    """Believe touched pairs as far as the base does; who is new to it is believed."""
    place = _places(base.key, _keys_of(base, told))
    return replace(told, faith=np.append(base.sums.told.faith, 1.0)[place])


def _judged(base: Base, told: Heard, circle: Index) -> Heard:
    """Hold touched pairs against what the base knows of the two, by the rule of `peers_voices.py`.

    So who is run down does not wait for the next full fit. Whom the base does not believe waits for it, since company
    that was not touched is not looked at.
    """
    distance = _distance(base, _summed(base, told), circle)
    said = talk(told)
    found = faith_in(told, said, distance, praised(told, said, distance, np.zeros(len(distance))))
    return replace(told, faith=np.minimum(found, _believed(base, told).faith))


def _distance(base: Base, now: Sums, circle: Index) -> Number:
    """Say how far over what the base knows of giver and receiver each pair's words are, in sds: (pairs,)."""
    found, told = base.found, now.told
    giver, receiver = told.giver, told.receivers[told.receiver]
    groups = np.append(found.shared[len(told.givers) :], 0.0)  # teams, circles, and nothing for -1
    group = np.where(circle < 0, -1, told.teams + circle)
    shift = found.shared[giver] + groups[np.where(told.team[giver] < 0, -1, told.team[giver])] + groups[group]
    known = np.hstack([found.state[receiver], np.tile(found.mean, (len(giver), 1))])
    left = (now.pull - (now.said * known).sum(axis=1)) / now.weight - shift
    unsure = 1 / now.weight + now.held.pair + base.unknown[receiver] + found.giver_variance[giver]
    return np.asarray(left / np.sqrt(unsure), np.float64)


def _keys(feedback: Feedback, people: int) -> Places:
    return feedback.receiver.astype(np.int64) * people + feedback.giver


def _keys_of(base: Base, told: Heard) -> Places:
    return told.receivers[told.receiver].astype(np.int64) * len(base.known.people.ids) + told.giver


def _places(key: Places, wanted: Places) -> Places:
    """Find each of `wanted` in a sorted `key`; -1 where it is not there."""
    place = np.searchsorted(key, wanted)
    there = np.append(key, NOBODY)[place] == wanted
    return np.where(there, place, -1)


def _runs(start: Places, end: Places) -> Places:
    """Put the ranges from each start to its end one after the other."""
    length = end - start
    before = np.cumsum(length) - length
    return np.asarray(np.arange(length.sum()) - np.repeat(before - start, length), np.int64)
