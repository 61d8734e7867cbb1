"""Which voices may not be what they seem: closed circles of praise, and stories that stand against all others.

Nobody loses weight for being harsh, lenient or alone with an honest opinion. Two things are looked for:

*Circles.* A team, or people who praise one another wherever they are: both ways, with next to nothing but the best
rating, above what the giver usually says and what others say of the receiver, and so densely that every such pair has
common friends (a truss, Cohen 2008). Answers inside a group share one effect. It is small unless the group's own praise
stands out of what its members say and hear outside by more than chance allows; then it is wide: what they say about
each other's level is explained by it, what they say about each other's differences stays. So an honest group that
simply praises itself loses nothing but certainty.

*Stories.* What two people say may be no opinion but a story: low words that are far under what is known of giver
and receiver, or praise that is returned and, both ways together, far above it. Stories come in company: some people are
run down, or praised for praise, and then by several; so one harsh voice among many must be stranger than each of two.
Words are a mixture of opinions and stories (Box & Tiao 1968, Biometrika 55(1)), and a pair keeps as much of its weight
as it is likely to be an opinion: level and differences. Before others are heard, such words are doubted, as two who say
the same would hide each other.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from scoring.model.evidence import Index, Mask, Number
from scoring.model.peers_circles import friends
from scoring.model.peers_equations import Equations, Voices, equations, sums
from scoring.model.peers_flawless import flawless
from scoring.model.peers_rows import Heard, ages
from scoring.model.peers_solution import Glance, glance
from scoring.model.peers_variances import Variances
from scoring.model.ratings import told_of

USUAL_FAVOUR = 0.002  # squared rating points, of how a team speaks of itself
WIDE = 4.0  # squared rating points, of a circle's own praise
SURE = 2.5  # standard deviations beyond which a group's praise of itself is no chance
SUSPECT = 0.15  # chance beforehand that somebody is told stories of
TELLERS = 2.0  # how many tell them then, of all who speak of that person
LOW, MILD = 2.0, 3.0  # ratings: a mean from which down all words may be a story, and from which on none, by degrees
KIND, OPEN = 4.6, 4.5  # the same of words that are returned, of the lower mean of both ways, told points
DOUBT = 1.0  # squared told points, of pairs that may be stories before others are heard
LEAST = 0.01  # of its weight that a pair keeps at least
LEARN = 0.2  # of its weight under which nothing is learnt of variances from a pair
CHANCE = 2.0  # sds up to which words are an opinion, whatever they are
MOST = 100.0  # of a logarithm of odds: more is as sure


@dataclass(frozen=True, slots=True)
class Talk:
    """Pairs told by their ratings, (pairs,): their `mean`, told points; `count`; `back`: the other way's pair, or -1.

    `inside`: the team that giver and receiver share, -1 where none. `voices`: how many rated the receiver.
    """

    mean: Number
    count: Number
    back: Index
    inside: Index
    voices: Number

    @property
    def lowest(self) -> Mask:
        """(pairs,) whether a pair stands at the low end of the scale, with more than one word."""
        found: Mask = (self.mean <= told_of(np.asarray(LOW)) + 1e-9) & (self.count > 1)
        return found

    @property
    def low(self) -> Number:
        """(pairs,) whether a pair's words are low enough for a story, by degrees, 0-1."""
        low, mild = told_of(np.array([LOW, MILD]))
        return np.asarray(np.clip((mild - self.mean) / (mild - low), 0, 1), np.float64)

    @property
    def returned(self) -> Number:
        """(pairs,) whether two who speak of each other praise enough for a story, by degrees, 0-1."""
        both = np.clip((np.minimum(self.mean, self.mean[self.back]) - OPEN) / (KIND - OPEN), 0, 1)
        return np.where(self.back >= 0, both, 0.0)


def talk(told: Heard) -> Talk:
    """Sum up what every pair said."""
    pairs = len(told.receiver)
    pair = told.row_pair
    count = np.bincount(pair, minlength=pairs).astype(np.float64)
    mean = np.bincount(pair, told.y, pairs) / np.maximum(count, 1)
    team = told.team[told.giver]
    inside = np.where((team >= 0) & (team == told.receiver_team[told.receiver]), team, -1)
    voices = np.bincount(told.receiver, minlength=len(told.receivers))[told.receiver].astype(np.float64)
    return Talk(mean, count, _back(told), inside.astype(np.int32), voices)


def heard_out(told: Heard, said: Talk, held: Variances) -> tuple[Heard, Voices, Glance]:
    """Hear the others first: return what is told with how far each pair is believed, voices, and a fit near the last.

    Two who say the same would hide each other, so what may be a story is doubted: returned praise while praise is
    looked at, low words while these are. Both at once would leave too little that is known; but what is said against
    the many is no measure of them. So a few low words are doubted while praise is looked at; and when low words are,
    praise that was found to be a story, or a circle's, is not what they have to agree with.
    """
    base, givers = sums(told, ages(told.days, held.half_life), held), len(told.givers)
    harsh, kind = said.low, said.returned
    few = harsh * _outnumbered(told, said, 1 - 2 * harsh)
    low, high = (doubted(told, said, held, of) for of in (harsh, np.maximum(kind, few)))
    eq = equations(base, high)
    found = glance(eq, givers)
    known = residuals(eq, found), unsure(told, eq, found)
    up, perfect = distances(eq, held, high, known), flawless(told, said.mean, held, known)
    voices = circles(told, said, low, known[0])
    if len(voices.circle_variance) > told.teams:  # only circles need to be looked at again before they are judged
        found = glance(equations(base, voices), givers)
    believed = judged(told, found, voices)
    praise = praised(told, said, up, perfect)
    alone = np.maximum(wide(believed), praise * _outnumbered(told, said, harsh - kind))
    eq = equations(base, replace(believed, pair_variance=low.pair_variance + WIDE * alone))
    last = glance(eq, givers)
    down = distances(eq, held, low, (residuals(eq, last), unsure(told, eq, last)))
    return replace(told, faith=faith_in(told, said, down, praise)), believed, found


def doubted(told: Heard, said: Talk, held: Variances, degree: Number) -> Voices:
    """Suspect nobody, but doubt some pairs to a `degree`, (pairs,), 0-1; teams speak of themselves nearly as others."""
    return Voices(said.inside, np.full(told.teams, USUAL_FAVOUR), held.pair + DOUBT * degree)


def circles(told: Heard, said: Talk, low: Voices, left: Number) -> Voices:
    """Choose circles by what a first fit left of every pair, (pairs,); who runs members down is doubted as in `low`."""
    circle = friends(told, said, left)
    ids = np.where(circle >= 0, told.teams + circle, said.inside).astype(np.int32)
    variance = np.full(told.teams + int(circle.max(initial=-1)) + 1, USUAL_FAVOUR)
    variance[told.teams :] = WIDE
    return Voices(ids, variance, low.pair_variance)


def judged(told: Heard, solution: Glance, voices: Voices) -> Voices:
    """Widen the effect of groups whose praise of themselves is no chance, and let the others be as usual."""
    first = len(told.givers) + told.teams
    effect, variance = solution.shared[first:], solution.group_variance[told.teams :]
    # Without its prior the effect would be effect / learnt, with variance variance / learnt.
    learnt = np.maximum(1 - variance / voices.circle_variance, 1e-9)
    sure = effect / np.sqrt(variance * learnt)
    wide = np.where(sure > SURE, WIDE, USUAL_FAVOUR)
    return Voices(voices.circle, wide, voices.pair_variance, _freer(told, voices.circle, wide))


def _freer(told: Heard, circle: Index, variance: Number) -> Number:
    """Say how much more than usual leniencies may vary: (givers,), of members of a circle as much as its praise.

    Whose praise is not believed may speak of everybody else as they like, too; no mean of all is to hang on that.
    """
    found = np.zeros(len(told.givers))
    closed = circle >= told.teams
    np.maximum.at(found, told.giver[closed], variance[circle[closed]])
    return found


def doubtful(told: Heard, voices: Voices) -> Mask:
    """Say of which pairs nothing is learnt: (pairs,), those that are surely stories, and those in a wide circle."""
    # Honest people under suspicion belong to what people differ by: without them intervals would be too narrow.
    found: Mask = wide(voices) | (told.faith < LEARN)
    return found


def wide(voices: Voices) -> Mask:
    """(pairs,) whether a pair is inside a circle whose praise is not believed."""
    found: Mask = np.append(voices.circle_variance >= WIDE, False)[voices.circle]
    return found


def residuals(eq: Equations, found: Glance) -> Number:
    """Mean of what is left of each pair's ratings when everything but the pair's own effect is taken off: (pairs,)."""
    explained = eq.along(found.state)[:, 0] + eq.pair * (eq.given @ found.shared) + eq.pair_mean @ found.mean
    return np.asarray((eq.right_pair - explained) / eq.pair, np.float64)


def trust_in(told: Heard, voices: Voices) -> Number:
    """Say how much weight each giver's words keep: (givers,), 0-1, the mean over whom they spoke of.

    A pair keeps its faith; inside a wide circle it speaks of differences only, which is half of what it could say.
    """
    kept = np.where(wide(voices), told.faith / 2, told.faith)
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


def faith_in(told: Heard, said: Talk, down: Number, praise: Number) -> Number:
    """Say how likely each pair's words are an opinion: (pairs,), LEAST-1.

    `down`: in sds over what is known, where low words were doubted; `praise`: how likely they are returned praise that
    is a story; each (pairs,). A story is L = d · (exp(z²/2) − exp(CHANCE²/2)) times as likely as an opinion, 0 where
    z < CHANCE; d is the degree to which words are low, z = −`down`.
    """
    low = _stories(told, said, said.low * _odds(-down))
    return np.asarray(np.maximum((1 - low) * (1 - praise), LEAST), np.float64)


def praised(told: Heard, said: Talk, up: Number, perfect: Number) -> Number:
    """Say how likely returned praise is a story: (pairs,), 0-1, the mean of both ways.

    As low words: d is the degree to which both praise, z the sum over √2 of both ways' `up`, sds over what is known.
    Where both tell nothing but the best, it is 1/P times as likely as opinions, of both ways' chances, e^`perfect`.
    """
    both = np.where((perfect < 0) & (perfect[said.back] < 0), -perfect - perfect[said.back], 0.0)
    likely = np.maximum(said.returned * _odds((up + up[said.back]) / np.sqrt(2)), np.expm1(both))
    high = _stories(told, said, likely)
    return np.where(said.back >= 0, (high + high[said.back]) / 2, 0.0)


def _outnumbered(told: Heard, said: Talk, more: Number) -> Number:
    """Say how much others outnumber: (pairs,), 0-1, where Σ `more` of a receiver's pairs is how many they are more.

    If each voice tells a story with chance s, TELLERS / voices and at most 1/2, then that the fewer are stories is
    ((1 − s) / s)^Σ times as likely as that the more are; 0 where it is as likely.
    """
    share = np.minimum(TELLERS / said.voices, 0.5)
    ahead = np.bincount(told.receiver, more, len(told.receivers))[told.receiver]
    return np.maximum(2 * expit(ahead * np.log((1 - share) / share)) - 1, 0.0)


def _odds(z: Number) -> Number:
    likely = np.exp(np.minimum(np.maximum(z, CHANCE) ** 2 / 2, MOST))
    return np.asarray(likely - np.exp(CHANCE**2 / 2), np.float64)


def _stories(told: Heard, said: Talk, likely: Number) -> Number:
    """Say how likely each pair is a story, where stories of one receiver come together: (pairs,), 0-1.

    Of somebody told stories of, each voice tells one with chance s = TELLERS / voices, at most 1/2. With `likely` L:
    P(told of) / P(not) = SUSPECT / (1 − SUSPECT) · Π (1 − s + s L), P(story | told of) = s L / (1 − s + s L).
    """
    share = np.minimum(TELLERS / said.voices, 0.5)
    odds = 1 - share + share * likely
    together = np.bincount(told.receiver, np.log(odds), len(told.receivers)) + np.log(SUSPECT / (1 - SUSPECT))
    return np.asarray(expit(together)[told.receiver] * share * likely / odds, np.float64)


def distances(eq: Equations, held: Variances, voices: Voices, known: tuple[Number, Number]) -> Number:
    """Say how far over what is known of giver and receiver each pair's words are, in sds: (pairs,).

    What is known is uncertain itself; where it is little, nothing is strange. `known`: what `residuals` and `unsure`
    say of a first fit; what its `voices` doubt is not a pair's own variance.
    """
    left, vague = known
    doubt = voices.pair_variance - held.pair
    return np.asarray(left / np.sqrt(1 / eq.pair - doubt + vague), np.float64)


def unsure(told: Heard, eq: Equations, found: Glance) -> Number:
    """Say how unsure what is known of receiver and giver is: (pairs,), squared told points."""
    quality = np.linalg.inv(eq.state)[:, : eq.criteria, : eq.criteria].mean(axis=(1, 2))
    return np.asarray(quality[told.receiver] + found.giver_variance[told.giver], np.float64)
