"""Which voices may not be what they seem: closed circles of praise, and extreme words that stand against all others.

Nobody loses weight for being harsh, lenient or alone with an honest opinion. Two things are looked for:

*Circles.* A team, or people who praise one another wherever they are: both ways, with next to nothing but the best
rating, above what the giver usually says and what others say of the receiver, and so densely that every such pair has
common friends (a truss, Cohen 2008). Answers inside a group share one effect. It is small unless the group's own praise
stands out of what its members say and hear outside by more than chance allows; then it is wide: what they say about
each other's level is explained by it, what they say about each other's differences stays. So an honest group that
simply praises itself loses nothing but certainty.

*Extremes.* A pair of low words, far under what the giver and the receiver are otherwise like, is a story of those two:
its own effect becomes wide (a redescending influence, Huber & Ronchetti 2009, section 4.8), and others are believed.
The milder the words and the less others say of the receiver, the stranger they must be. Two who answer each other with
praise across teams are not believed either before others are heard, lest they make an honest critic look strange.
Praise from outside a circle is bounded by the pair's effect as it is.
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
SURE = 2.5  # standard deviations beyond which a group's praise of itself is no chance
DOUBT = 1.0  # squared told points, of pairs at the low end before others are heard
DOUBT_OF_PRAISE = 4.0  # the same, of two of different teams who praise each other
STORY = 30.0  # squared rating points, of a pair whose story is its own
HALF = 0.1  # of a story's variance, from which on a pair tells nothing of variances
STRANGE, STRANGER = 2.5, 3.5  # standard deviations between which a pair at the low end loses its influence
LOW = 2.0  # no rating above this, and more than one: a pair at the low end of the scale
MILD = 3.0  # mean rating from which on words are an opinion: no doubt, and no loss of influence
OTHERS = 8  # who rated a receiver besides, from whom on milder words are not believed before they are heard
MIXED = 0.4  # standard deviations asked besides where not all words, or only one, are at the low end
MILDER = 0.5  # standard deviations asked besides for each told point between the two
FEW, KNOWN = 8.0, 0.15  # the same, for each part of a quality's variance that others leave open beyond `KNOWN`
BEST = 4.55  # mean of told points from which on a pair of a circle praises: 5, 5, 5, 4, 4
KIND = 4.6  # the same, of two of different teams who are not believed before others are heard
MOST_FRIENDS = 8  # common friends that each pair of a circle is asked to have, at most
DENSE = 0.5  # of all pairs of a circle praise one another


@dataclass(frozen=True, slots=True)
class Talk:
    """Pairs told by their ratings, (pairs,): `mean`, `low` and `high` of them, `count`; `back`: the other way's pair.

    `inside`: the team that giver and receiver share, -1 where none. `back` is -1 where there was no answer back.
    `others`: how many else rated the receiver.
    """

    mean: Number
    low: Number
    high: Number
    count: Number
    back: Index
    inside: Index
    others: Number

    @property
    def lowest(self) -> Mask:
        """(pairs,) whether a pair stands at the low end of the scale, with all that it says."""
        found: Mask = (self.high <= told_of(np.asarray(LOW))) & (self.count > 1)
        return found

    @property
    def doubt(self) -> Number:
        """(pairs,) squared told points: `DOUBT` at the low end; where others can be heard, less for milder words."""
        low, mild = told_of(np.array([LOW, MILD]))
        by_degrees = np.where(self.others >= OTHERS, np.clip((mild - self.mean) / (mild - low), 0, 1), 0.0)
        return np.asarray(DOUBT * np.where(self.lowest, 1.0, by_degrees), np.float64)

    @property
    def kind(self) -> Mask:
        """(pairs,) whether two who are not of one team praise each other."""
        praise = (self.mean >= KIND) & (self.back >= 0) & (self.inside < 0) & (self.others >= OTHERS)
        found: Mask = praise & praise[self.back]
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
    others = np.bincount(told.receiver, minlength=len(told.receivers))[told.receiver].astype(np.float64) - 1
    return Talk(mean, low, high, count, _back(told), inside.astype(np.int32), others)


def usual_voices(told: Heard, said: Talk, held: Variances) -> Voices:
    """Suspect nobody: teams speak of themselves nearly as of others."""
    # Two who say the same would hide each other; so what stands at the low end is not believed before others are heard,
    # and praise that is answered with praise does not make who disagrees look strange.
    variance = held.pair + said.doubt + np.where(said.kind, DOUBT_OF_PRAISE, 0.0)
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
    """Say of which pairs nothing is learnt: (pairs,), those whose story is their own, and those in a wide circle."""
    wide = np.append(voices.circle_variance >= WIDE, False)[voices.circle]
    # Honest people at the edge of suspicion belong to what people differ by: only a story's greater half is left out.
    found: Mask = wide | (voices.pair_variance > held.pair + STORY * HALF)
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


def strange(said: Talk, distance: Number, unknown: Number) -> Number:
    """Say how far each pair's words are a story of those two: (pairs,), 0-1.

    `distance`: standard deviations under what is known; `unknown`: what others leave open of the receiver, as a part
    of the variance of quality. Where every rating is at the low end `STRANGE` is asked; else, in told points,
    STRANGE + MIXED + MILDER · max(mean − LOW, 0) + FEW · max(unknown − KNOWN, 0).
    """
    low, mild = told_of(np.array([LOW, MILD]))
    more = MIXED + MILDER * np.maximum(said.mean - low, 0) + FEW * np.maximum(unknown - KNOWN, 0)
    asked = STRANGE + np.where(said.lowest, 0.0, more)
    found = np.clip((distance - asked) / (STRANGER - STRANGE), 0, 1)
    return np.where(said.mean <= mild + 1e-9, found, 0.0)


def _extreme(told: Heard, said: Talk, held: Variances, found: tuple[Equations, Glance, Voices]) -> Number:
    """Return each pair's variance: wide where it is low and strangely far under what is known.

    What is known of the receiver and the giver is uncertain itself; where it is little, nothing is strange.
    """
    eq, solution, before = found
    doubt = before.pair_variance - held.pair
    inverse = np.linalg.inv(eq.state)[:, : eq.criteria, : eq.criteria].mean(axis=(1, 2))[told.receiver]
    unknown = inverse + solution.giver_variance[told.giver]
    distance = -residuals(eq, solution) / np.sqrt(1 / eq.pair - doubt + unknown)
    return held.pair + STORY * strange(said, distance, inverse / held.quality.mean())


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
