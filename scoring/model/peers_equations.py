"""The peers' mixed-model equations: every pair and occasion integrated out, what is left is a matrix of people.

    y = μ_k + leniency_i + team_t + circle_c + a·quality_jk + drift_je + pair_ij + occasion + ε

of giver i (of team t), receiver j, criterion k, in age class e; a = 2^(-age/half-life) is the class's correlation with
today. drift_je is what has changed since then, alike in all criteria: with the general variance g it has covariance
g · (between_ef − a_e · a_f) and so makes quality of like ages alike; what changed in single criteria is further noise.

The rows of one pair have the covariance W⁻¹ = σ²I + σ_o² (same occasion) + σ_p² (all). W is known in closed form
(Sherman & Morrison twice), and so is everything a pair says about its giver and its receiver: W is never formed.
Unknowns: a state (today's quality by criterion, drift by class) for each receiver; for each giver the leniency; and the
few columns that many share, μ, teams and circles. Source: Henderson (1975), Biometrics 31(2); Bates et al. (2015).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bsr_array, csr_array

from scoring.model.evidence import Index, Number
from scoring.model.peers_occasions import Occasions, occasions, summed
from scoring.model.peers_rows import Ages, Heard, Places, parts
from scoring.model.peers_variances import Variances
from scoring.model.threads import at_once

MEAN_VARIANCE = 1.0  # squared rating points, of a criterion's mean around what is usual


@dataclass(frozen=True, slots=True)
class Voices:
    """What makes some pairs' words special.

    `circle` (pairs,): 0..circles-1 where giver and receiver are of one circle, else -1; `circle_variance` (circles,).
    `pair_variance` (pairs,): of each pair's own effect, squared rating points. `freer` (givers,): how much more than
    usual their leniency may vary; nothing where it is not given.
    """

    circle: Index
    circle_variance: Number
    pair_variance: Number
    freer: Number | None = None


@dataclass(frozen=True, slots=True)
class Equations:
    """Blocks of (XᵀWX + prior) x = XᵀW(y − usual), with S the states, Z leniencies, teams, circles, and M the means.

    state : (receivers, width, width), with their prior. state_mean : (receivers, width, criteria).
    ends : (pairs, width), what a pair's unit shift does to the state of its `receiver`, (pairs,), sorted.
    given : (pairs, Z), 1 for the giver, the team and the circle of a pair.
    pair : (pairs,), what a pair says of a shift of all its rows. pair_mean : (pairs, criteria).
    mean : (criteria, criteria), with its prior. shift : (Z,), prior precisions. circles : how many, the last of Z.
    right_state (receivers, width), right_pair (pairs,), right_mean (criteria,): right-hand sides.
    """

    state: Number
    state_mean: Number
    ends: Number
    receiver: Index
    given: csr_array
    pair: Number
    pair_mean: Number
    mean: Number
    shift: Number
    right_state: Number
    right_pair: Number
    right_mean: Number
    circles: int

    def links(self, amount: Number | None = None) -> bsr_array:
        """Lay `ends`, or so many times them, (pairs,), out as (receivers · width, pairs)."""
        ends = self.ends if amount is None else self.ends * amount[:, None]
        return _blocks_of(ends, self.receiver, len(self.state))

    def along(self, states: Number) -> Number:
        """Multiply each pair's ends with something of its receiver, (receivers, width, n): (pairs, n)."""
        pairs, width = self.ends.shape
        starts, shape = np.arange(pairs + 1), (pairs, len(self.state) * width)
        of_pairs = bsr_array((self.ends[:, None, :], self.receiver, starts), shape=shape)
        flat = states.reshape(shape[1], int(np.prod(states.shape[2:])))
        return np.asarray(of_pairs @ flat, np.float64)

    @property
    def width(self) -> int:
        """Numbers in a receiver's state."""
        return int(self.state.shape[1])

    @property
    def criteria(self) -> int:
        """How many means there are."""
        return int(self.mean.shape[0])


@dataclass(frozen=True, slots=True)
class Sums:
    """What does not depend on whose voices are special: everything added up as if every pair's effect were as usual.

    `whole` (receivers, all, all): XᵀWX over state and means; `right` (receivers, all): XᵀWy. Of pairs, before their own
    effect is integrated out, `said` (pairs, all): XᵀW1; `weight` 1ᵀW1; `pull` 1ᵀWy.
    """

    told: Heard
    aged: Ages
    held: Variances
    whole: Number
    right: Number
    said: Number
    weight: Number
    pull: Number


def sums(told: Heard, aged: Ages, held: Variances) -> Sums:
    """Add up what every occasion and pair says; linear in the ratings. Criteria that nobody rated cost nothing."""
    rated = np.flatnonzero(np.bincount(told.criterion, minlength=told.criteria))
    if len(rated) in {0, told.criteria}:
        return Sums(told, aged, held, *_added(told, aged, held))
    place = np.zeros(told.criteria, np.int32)
    place[rated] = np.arange(len(rated))
    found = _added(replace(told, criterion=place[told.criterion], criteria=len(rated)), aged, held)
    width = told.criteria + aged.drifts
    columns = np.concatenate([rated, np.arange(told.criteria, width), width + rated])
    return Sums(told, aged, held, *_laid_out(found, columns, width + told.criteria))


def _laid_out(found: Sequence[Number], columns: NDArray[np.intp], every: int) -> Iterator[Number]:
    """Give the columns of criteria that were not rated their place, with nothing in it."""
    whole, right, said, weight, pull = found
    wide = np.zeros((len(whole), every, every))
    wide[:, columns[:, None], columns] = whole
    yield wide
    for narrow in (right, said):
        wide = np.zeros((len(narrow), every))
        wide[:, columns] = narrow
        yield wide
    yield weight
    yield pull


def _added(told: Heard, aged: Ages, held: Variances) -> list[Number]:
    pieces = parts(told)
    ends = np.cumsum([len(part.pair) for part in pieces])[:-1]
    works = [
        partial(_summed, part, replace(aged, of=of), held)
        for part, of in zip(pieces, np.split(aged.of, ends), strict=True)
    ]
    found = zip(*at_once(works, len(told.y)), strict=True)
    return [np.concatenate(column) for column in found]


def _summed(told: Heard, aged: Ages, held: Variances) -> tuple[Number, Number, Number, Number, Number]:
    """Return `whole`, `right`, `said`, `weight` and `pull` of some receivers."""
    occasion = occasions(told, aged, held)
    said, weight, pull = _pairs(told, aged, occasion)
    whole, right = _receivers(told, aged, occasion)
    own = held.pair / (1 + held.pair * weight)
    _take(whole, right, told.receiver, (said, pull, own, np.arange(len(told.receiver))))
    return whole, right, said, weight, pull


def equations(base: Sums, voices: Voices) -> Equations:
    """Assemble for some voices; what is special costs in proportion to itself."""
    told, aged, held = base.told, base.aged, base.held
    damping = 1 / (1 + voices.pair_variance * base.weight)
    special = np.flatnonzero(voices.pair_variance != held.pair)
    whole, right = base.whole.copy(), base.right.copy()
    more = (voices.pair_variance * damping - held.pair / (1 + held.pair * base.weight))[special]
    _take(whole, right, told.receiver, (base.said, base.pull, more, special))
    width = told.criteria + aged.drifts
    prior = np.linalg.inv(_state_variance(held, aged))
    return Equations(
        state=whole[:, :width, :width] + prior,
        state_mean=whole[:, :width, width:],
        ends=base.said[:, :width] * damping[:, None],
        receiver=told.receiver,
        given=_given(told, voices),
        pair=base.weight * damping,
        pair_mean=base.said[:, width:] * damping[:, None],
        mean=whole[:, width:, width:].sum(axis=0) + np.eye(told.criteria) / MEAN_VARIANCE,
        shift=_shift(told, held, voices),
        right_state=right[:, :width],
        right_pair=base.pull * damping,
        right_mean=right[:, width:].sum(axis=0),
        circles=len(voices.circle_variance),
    )


def _pairs(told: Heard, aged: Ages, said: Occasions) -> tuple[Number, Number, Number]:
    by_pair = summed(told.pair, len(told.receiver))
    weighed = said.count * said.weight[:, None]
    drift = np.zeros((len(weighed), aged.drifts + 1))  # the last column is that of what has not changed
    every = said.weight * said.rated
    drift[np.arange(len(weighed)), aged.drift[aged.of]] = every
    columns = np.hstack([weighed * aged.correlation[aged.of][:, None], drift[:, :-1], weighed])
    return by_pair @ columns, by_pair @ every, by_pair @ (said.weight * said.whole)


def _receivers(told: Heard, aged: Ages, said: Occasions) -> tuple[Number, Number]:
    """Add up by receiver, as if pairs had no effect of their own."""
    gram, score = _by_class(told, aged, said)
    spread = _spread(told.criteria, aged)
    whole = np.zeros((len(told.receivers), spread.shape[2], spread.shape[2]))
    right = np.zeros(whole.shape[:2])
    for age in range(len(spread)):
        whole += spread[age].T @ gram[:, age] @ spread[age]
        right += (spread[age].T @ score[:, age, :, None])[..., 0]
    return whole, right


def _take(whole: Number, right: Number, receiver: Index, pairs: tuple[Number, Number, Number, Places]) -> None:
    """Take off, in place, what some pairs' own effects explain: `pairs` are said, pull, their amounts, and which."""
    said, pull, amount, which = pairs
    if not len(which):
        return
    of, words = receiver[which], said[which]
    across = _blocks_of(words * amount[:, None], of, len(whole))
    whole -= (across @ words).reshape(whole.shape)
    right -= (across @ pull[which]).reshape(right.shape)


def _by_class(told: Heard, aged: Ages, said: Occasions) -> tuple[Number, Number]:
    """Add up by receiver and class of age: (receivers, classes, criteria, criteria), and without the last axis."""
    criteria, classes = told.criteria, len(aged.correlation)
    cell = told.receiver[told.pair].astype(np.int64) * classes + aged.of
    size = len(told.receivers) * classes
    halo = said.common * said.weight / said.residual
    gram = np.empty((size, criteria, criteria))
    score = np.empty((size, criteria))
    count, total = (np.ascontiguousarray(each.T) for each in (said.count, said.total))  # a criterion lies together
    for k in range(criteria):
        pulled = halo * count[k]
        score[:, k] = np.bincount(cell, total[k] / said.residual - pulled * said.whole, size)
        for other in range(k, criteria):
            own = count[k] / said.residual if other == k else 0.0
            gram[:, k, other] = gram[:, other, k] = np.bincount(cell, own - pulled * count[other], size)
    shape = (len(told.receivers), classes)
    return gram.reshape(*shape, criteria, criteria), score.reshape(*shape, criteria)


def _spread(criteria: int, aged: Ages) -> Number:
    """Columns that a rating of a criterion touches, by class of age: (classes, criteria, all)."""
    width = criteria + aged.drifts
    found = np.zeros((len(aged.correlation), criteria, width + criteria))
    for age, drift in enumerate(aged.drift):
        found[age, :, :criteria] = aged.correlation[age] * np.eye(criteria)
        found[age, :, criteria + drift if drift >= 0 else slice(0)] = 1
        found[age, :, width:] = np.eye(criteria)
    return found


def _state_variance(held: Variances, aged: Ages) -> Number:
    """Prior covariance of a state: Σ, and what may have changed since each class of age."""
    criteria, moved = len(held.quality), aged.drift >= 0
    found = np.zeros((criteria + aged.drifts,) * 2)
    found[:criteria, :criteria] = held.quality
    changed = (aged.between - np.outer(aged.correlation, aged.correlation))[moved][:, moved]
    least = 1e-6 * np.eye(len(changed))  # two classes at the same age would leave no inverse
    found[criteria:, criteria:] = (held.general + 1e-9) * (changed + least)
    return found


def _blocks_of(words: Number, receiver: Index, receivers: int) -> bsr_array:
    """Lay the words of pairs, (pairs, n), out by their sorted receivers: (receivers · n, pairs)."""
    pairs, width = words.shape
    starts = np.searchsorted(receiver, np.arange(receivers + 1))
    return bsr_array((words[:, :, None], np.arange(pairs), starts), shape=(receivers * width, pairs))


def _given(told: Heard, voices: Voices) -> csr_array:
    """Say which shared columns shift a pair: its giver's, its giver's team's, its circle's."""
    column = np.column_stack([told.giver, told.team[told.giver], voices.circle])
    first = np.array([0, len(told.givers), len(told.givers) + told.teams], np.int32)
    shared = column >= 0
    start = np.concatenate([[0], np.cumsum(shared.sum(axis=1))])
    shape = (len(column), int(first[2]) + len(voices.circle_variance))
    return csr_array((np.ones(start[-1]), (column + first)[shared], start), shape=shape)


def _shift(told: Heard, held: Variances, voices: Voices) -> Number:
    """Prior precisions of leniencies, of givers, teams and circles."""
    leniency = held.leniency + (np.zeros(len(told.givers)) if voices.freer is None else voices.freer)
    return np.concatenate([1 / leniency, np.full(told.teams, 1 / held.team), 1 / voices.circle_variance])
