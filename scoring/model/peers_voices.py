"""Which voices may not be what they seem: closed circles of praise, and extreme words that stand against all others.

Nobody loses weight for being harsh, lenient or alone with an honest opinion. Two things are looked for:

*Circles.* A team, or people who praise one another wherever they are: both ways, with next to nothing but the best
rating, above what the giver usually says and what others say of the receiver, and so densely that every such pair has
common friends (a truss, Cohen 2008). Answers inside a group share one effect. It is small unless the group's own praise
stands out of what its members say and hear outside by more than chance allows; then it is wide: what they say about
each other's level is explained by it, what they say about each other's differences stays. So an honest group that
simply praises itself loses nothing but certainty.

*Extremes.* A pair whose every rating is at the low end of the scale, far under what the giver and the receiver are
otherwise like, is a story of those two: its own effect becomes wide (a redescending influence, Huber & Ronchetti 2009,
section 4.8), and others are believed. Praise from outside a circle is bounded by the pair's effect as it is.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components

from scoring.model.evidence import Index, Mask, Number
from scoring.model.peers_equations import Equations, Voices
from scoring.model.peers_rows import Heard
from scoring.model.peers_solution import Glance
from scoring.model.peers_variances import Variances
from scoring.model.ratings import told_of

USUAL_FAVOUR = 0.002  # squared rating points, of how a team speaks of itself
WIDE = 4.0  # squared rating points, of a circle's own praise
SURE = 3.0  # standard deviations beyond which a group's praise of itself is no chance
DOUBT = 1.0  # squared rating points, of pairs at the low end before others are heard
STORY = 30.0  # squared rating points, of a pair whose story is its own
STRANGE, STRANGER = 2.5, 3.5  # standard deviations between which a pair at the low end loses its influence
LOW = 2.0  # no rating above this, and more than one: a pair at the low end of the scale
BEST = 4.8  # mean rating from which on a pair praises
MOST_FRIENDS = 8  # common friends that each pair of a circle is asked to have, at most
DENSE = 0.5  # of all pairs of a circle praise one another


@dataclass(frozen=True, slots=True)
class Talk:
    """Pairs told by their ratings, (pairs,): `mean`, `low` and `high` of them, `count`; `back`: the other way's pair.

    `inside`: the team that giver and receiver share, -1 where none. `back` is -1 where there was no answer back.
    """

    mean: Number
    low: Number
    high: Number
    count: Number
    back: Index
    inside: Index

    @property
    def lowest(self) -> Mask:
        """(pairs,) whether a pair stands at the low end of the scale."""
        found: Mask = (self.high <= told_of(np.asarray(LOW))) & (self.count > 1)
        return found


def talk(told: Heard) -> Talk:
    """Sum up what every pair said."""
    pairs = len(told.receiver)
    pair = told.row_pair
    count = np.bincount(pair, minlength=pairs).astype(np.float64)
    starts = np.searchsorted(pair, np.arange(pairs))
    low = np.minimum.reduceat(told.y, starts) if pairs else np.zeros(0)
    high = np.maximum.reduceat(told.y, starts) if pairs else np.zeros(0)
    mean = np.bincount(pair, told.y, pairs) / np.maximum(count, 1)
    team = told.team[told.giver]
    inside = np.where((team >= 0) & (team == told.receiver_team[told.receiver]), team, -1)
    return Talk(mean, low, high, count, _back(told), inside.astype(np.int32))


def usual_voices(told: Heard, said: Talk, held: Variances) -> Voices:
    """Suspect nobody: teams speak of themselves nearly as of others."""
    # Two who say the same would hide each other; so what stands at the low end is not believed before others are heard.
    variance = held.pair + np.where(said.lowest, DOUBT, 0.0)
    return Voices(said.inside, np.full(told.teams, USUAL_FAVOUR), variance)


def suspected(told: Heard, said: Talk, held: Variances, found: tuple[Equations, Glance, Voices]) -> Voices:
    """Choose circles and extreme pairs from a first fit in which nobody was suspected."""
    eq, solution, before = found
    left = residuals(eq, solution)
    circle = _friends(told, said, left)
    closed = circle >= 0
    ids = np.where(closed, told.teams + circle, said.inside)
    pair_variance = _extreme(told, said, held, found)
    if not closed.any() and (pair_variance == before.pair_variance).all():
        return before
    variance = np.concatenate([before.circle_variance, np.full(int(circle.max(initial=-1)) + 1, WIDE)])
    return Voices(ids.astype(np.int32), variance, pair_variance)


def judged(told: Heard, solution: Glance, voices: Voices) -> Voices:
    """Widen the effect of groups whose praise of themselves is no chance, and let the others be as usual."""
    first = len(told.givers) + told.teams
    effect, variance = solution.shared[first:], solution.group_variance[told.teams :]
    # Without its prior the effect would be effect / learnt, with variance variance / learnt.
    learnt = np.maximum(1 - variance / voices.circle_variance, 1e-9)
    sure = effect / np.sqrt(variance * learnt)
    wide = np.where(sure > SURE, WIDE, USUAL_FAVOUR)
    if (wide == voices.circle_variance).all():
        return voices
    return Voices(voices.circle, wide, voices.pair_variance)


def doubtful(voices: Voices, held: Variances) -> Mask:
    """Say which pairs are suspect: (pairs,), those whose story is their own, and those inside a wide circle."""
    wide = np.append(voices.circle_variance >= WIDE, False)[voices.circle]
    found: Mask = wide | (voices.pair_variance > held.pair * (1 + 1e-9))
    return found


def residuals(eq: Equations, found: Glance) -> Number:
    """Mean of what is left of each pair's ratings when everything but the pair's own effect is taken off: (pairs,)."""
    explained = eq.along(found.state)[:, 0] + eq.pair * (eq.given @ found.shared) + eq.pair_mean @ found.mean
    return np.asarray((eq.right_pair - explained) / eq.pair, np.float64)


def trust_in(told: Heard, voices: Voices, held: Variances) -> Number:
    """Say how much weight each giver's words keep: (givers,), 0-1, the mean over whom they spoke of.

    A pair keeps the part of its weight that its own variance leaves it; inside a wide circle it speaks of differences
    only, which is half of what it could say.
    """
    noise = held.residual / 2 + held.occasion + held.pair
    kept = noise / (noise + voices.pair_variance - held.pair)
    wide = np.append(voices.circle_variance >= WIDE, False)[voices.circle]
    kept = np.where(wide, kept / 2, kept)
    count = np.maximum(np.bincount(told.giver, minlength=len(told.givers)), 1)
    return np.minimum(np.bincount(told.giver, kept, len(told.givers)) / count, 1.0)


def _back(told: Heard) -> Index:
    """Find for each pair the one in the other direction."""
    receiver, giver = told.receivers[told.receiver].astype(np.int64), told.givers[told.giver].astype(np.int64)
    size = int(max(receiver.max(initial=0), giver.max(initial=0))) + 1
    key, mirrored = receiver * size + giver, giver * size + receiver
    if not len(key):
        return np.zeros(0, np.int32)
    place = np.minimum(np.searchsorted(key, mirrored), len(key) - 1)
    return np.where(key[place] == mirrored, place, -1).astype(np.int32)


def _extreme(told: Heard, said: Talk, held: Variances, found: tuple[Equations, Glance, Voices]) -> Number:
    """Return each pair's variance: wide where all its ratings are at the low end and strangely far under what is known.

    What is known of the receiver and the giver is uncertain itself; where it is little, nothing is strange.
    """
    eq, solution, _ = found
    doubt = np.where(said.lowest, DOUBT, 0.0)
    inverse = np.linalg.inv(eq.state)[:, : eq.criteria, : eq.criteria].mean(axis=(1, 2))
    unknown = inverse[told.receiver] + solution.giver_variance[told.giver]
    distance = -residuals(eq, solution) / np.sqrt(1 / eq.pair - doubt + unknown)
    strange = np.clip((distance - STRANGE) / (STRANGER - STRANGE), 0, 1)
    return held.pair + np.where(said.lowest, strange * STORY, 0.0)


def _friends(told: Heard, said: Talk, left: Number) -> Index:
    """Give circles of dense mutual praise numbers: (pairs,), -1 outside of any.

    First what hangs together by pairs with one common friend; where that is no dense group, what does by two, and on.
    """
    praise = (said.mean >= BEST) & (said.back >= 0)
    mutual = praise & praise[said.back] & (left + left[said.back] > 0)
    people = int(max(told.receivers.max(initial=-1), told.givers.max(initial=-1))) + 1
    giver, receiver = told.givers[told.giver], told.receivers[told.receiver]
    chosen = (np.ones(int(mutual.sum())), (giver[mutual], receiver[mutual]))
    rest = csr_array(coo_array(chosen, shape=(people, people)))
    label, number = np.full(people, -1, np.int32), 0
    for friends in range(1, MOST_FRIENDS + 1):
        rest = _truss(rest, friends)
        if not rest.nnz:
            break
        found = _dense_groups(rest)
        label = np.where(found >= 0, found + number, label)
        number = int(label.max()) + 1
        rest = _without(rest, found)
    same = (label[giver] >= 0) & (label[giver] == label[receiver])
    return np.where(same, label[giver], -1).astype(np.int32)


def _dense_groups(friends: csr_array) -> Index:
    """Give connected groups in which at least half of all pairs are friends numbers from 0; others -1: (people,)."""
    count, label = connected_components(friends, directed=False)
    size = np.bincount(label, minlength=count)
    pairs = np.bincount(label, np.diff(friends.indptr), count)
    dense = (size > 2) & (pairs >= DENSE * size * (size - 1))
    number = np.where(dense, np.cumsum(dense) - 1, -1).astype(np.int32)
    return np.asarray(number[label], np.int32)


def _without(friends: csr_array, found: Index) -> csr_array:
    """Leave out those who are in a group."""
    free = csr_array(diags_array((found < 0).astype(np.float64)))
    left = csr_array(free @ friends)
    left.eliminate_zeros()
    return left


def _truss(friends: csr_array, least: int) -> csr_array:
    """Keep the pairs with at least so many common friends, again until all that are left have them."""
    while friends.nnz:
        shared = csr_array((friends @ friends).multiply(friends))
        shared.data[shared.data < least] = 0
        shared.eliminate_zeros()
        shared.data[:] = 1
        if shared.nnz == friends.nnz:
            break
        friends = shared
    return friends
