"""Recognition: how much more than usual a person is thanked by distinct colleagues."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import digamma, polygamma

from scoring.model.block import SOURCES, Block, Parts, merged, no_parts
from scoring.model.choices import ConsentSource
from scoring.model.evidence import DAY, Evidence, Index, Mask, Number, Time
from scoring.model.opportunity import Opportunity, opportunity
from scoring.model.scores import Source
from scoring.model.select import consented
from scoring.model.sorting import by_columns
from scoring.policy import Policy

# What the first mutual thank keeps of one from outside, and what any number may reach: scoring.md, invariant 11, asks
# for 0.9 and 1; the rest is room for givers' habits, which shift what is expected.
FIRST_MUTUAL, MOST_MUTUAL = 0.92, 0.94
PERSISTENCE = 0.4  # what e times as many days of thanks add to one; bench_recognition shows 0.2 to 0.4 alike
MOST_LASTING = 0.9  # of it, so that two colleagues' thanks are more than any number of one's
ELASTICITY = 0.1  # twice the opportunity brings 2**0.1 as many thanks: attention is scarce
USUAL_CHANCES = 20.0  # opportunities after which a giver's own habit weighs as much as everybody's
USUAL_SHAPE = 2.0  # of the gamma prior, where little is known: relative rates differ by about 1/sqrt(2)
SHAPE_EVIDENCE = 200.0  # squared voices that the usual shape is worth
SHAPE_RANGE = (0.5, 20.0)


@dataclass(frozen=True, slots=True)
class Thanks:
    """Kudos and badges that a person gave, (rows,): `source` as in `SOURCES`, `project` -1 where none."""

    giver: Index
    receiver: Index
    source: Index
    project: Index
    at: Time


@dataclass(frozen=True, slots=True)
class Pairs:
    """Ordered pairs of giver and receiver, sorted; `pair` (rows,) and `share` (rows,) say it of each thank.

    A thank is fresh by 2^(-age/half-life). `newest` is the largest freshness in a pair, `volume` the sum over the days
    on which there was one, each day once; `mutual` where both thanked; `share` a thank's part of its pair, sums to 1.
    """

    giver: Index
    receiver: Index
    volume: Number
    newest: Number
    mutual: Mask
    pair: Index
    share: Number


def recognition(
    evidence: Evidence, policy: Policy, as_of: int, chances: Opportunity | None = None, *, why: bool = True
) -> Block:
    """Say how much more than usual each person is thanked, given who had the opportunity: one dimension, in sd.

    Voices y_j = Σ_i v_ij over distinct givers, with v of `voice`. They are taken as Poisson with mean E_j · λ_j, with
    E_j ∝ (Σ_i habit_i · opportunity_ij)^ELASTICITY scaled to what the others have, and λ_j ~ Gamma(a, a), a by moments.
    Posterior: log λ_j has mean ψ(a + y_j) - log(a + E_j) and variance ψ'(a + y_j); both are told in standard
    deviations √ψ'(a) of the prior, from the prior's mean. The elasticity stands between what one board needs (who is
    recognised by many: 0) and what a chance needs (recognised per opportunity: 1), because the first rewards being
    seen and the second is noisy. 1/10, PERSISTENCE 0.4 and a half-life of 270 days were chosen among a few plain values
    by the top 20 of later recognition on one real history (`tests/benchmarks/bench_recognition.py`), whose other years
    agree. Over everybody who was ever active plain counts order as well: those who are active now are thanked later.
    Those without opportunity or consent get exactly the prior: 0 with sd 1. Giving earns nothing.

    `evidence` is selected (`select`); `as_of` in microseconds; `chances` what `opportunities` gives, where that is
    known already; parts are told only where somebody may ask `why`. Source: gamma-Poisson empirical Bayes, Robbins
    (1956); Clayton & Kaldor (1987), Biometrics 43 (relative rates with expected counts).
    """
    people = len(evidence.people.ids)
    thanks = _thanks(evidence)
    pairs = _pairs(thanks, _fresh(as_of - thanks.at, policy.kudos_half_life_days), people)
    heard = voice(pairs.volume, pairs.newest, pairs.mutual, policy.mutual_weight)
    voices = np.bincount(pairs.receiver, heard, people).astype(np.float64)
    listening = consented(evidence, as_of)[:, ConsentSource.KUDOS]
    chances = chances or opportunities(evidence, policy, as_of)
    starts = np.searchsorted(pairs.giver, np.arange(people + 1))
    expected = _expected(chances, csr_array((heard, pairs.receiver, starts), shape=(people, people)), listening)
    shape = _shape(voices, expected)
    unit = float(np.sqrt(polygamma(1, shape)))
    start = -np.log1p(expected / shape) / unit
    gain = (digamma(shape + voices) - digamma(shape)) / unit
    gained = heard * (gain / np.maximum(voices, 1e-300))[pairs.receiver]
    parts = _parts(thanks, pairs, start, gained) if why else no_parts()
    distinct = np.bincount(pairs.receiver, np.minimum(heard, 1.0), people).astype(np.float64)
    sd = np.sqrt(polygamma(1, shape + voices)) / unit
    told = ((start + gain)[:, None], sd[:, None], distinct[:, None], np.zeros(1), np.ones(1), parts)
    return Block(("recognition",), *told, origin=np.zeros(1), unit=np.full(1, unit))


def opportunities(evidence: Evidence, policy: Policy, as_of: int) -> Opportunity:
    """Say who could have thanked whom before `as_of`; nothing of it hangs on when thanks were given."""
    return opportunity(evidence, as_of, policy.kudos_half_life_days)


def voice(volume: Number, newest: Number, mutual: Mask, mutual_weight: float) -> Number:
    """Say what one giver's thanks are worth to one receiver: (pairs,), in fresh thanks of distinct colleagues, 0-2.

    One-sided: n · (1 + min(MOST_LASTING, PERSISTENCE · ln(V / n))), with n = `newest` and V = `volume`: a fresh thank
    is 1, a burst on one day too, and thanks on many days are less than those of two colleagues.
    Mutual: n kept at FIRST_MUTUAL and rising with volume by at most 2 (MOST_MUTUAL - FIRST_MUTUAL) · `mutual_weight`:
    with weights up to 1/2 less than one thank from outside then.
    """
    rise = 2 * (MOST_MUTUAL - FIRST_MUTUAL) * mutual_weight
    exchanged = FIRST_MUTUAL + rise * (1 - newest / volume)
    lasting = 1 + np.minimum(PERSISTENCE * np.log(volume / newest), MOST_LASTING)
    return np.asarray(newest * np.where(mutual, exchanged, lasting))


def _fresh(age: Time, half_life_days: float) -> Number:
    """Freshness of thanks `age` microseconds old: (rows,), above 0, so that parts of a pair can be taken."""
    return np.asarray(np.exp2(-np.minimum(age / (half_life_days * DAY), 900.0)))


def _thanks(evidence: Evidence) -> Thanks:
    kudos, badges = evidence.kudos, evidence.badges
    by_people = badges.giver >= 0
    rows = (len(kudos.giver), int(by_people.sum()))
    return Thanks(
        np.concatenate([kudos.giver, badges.giver[by_people]]),
        np.concatenate([kudos.receiver, badges.receiver[by_people]]),
        np.repeat(np.array([SOURCES.index(Source.KUDOS), SOURCES.index(Source.BADGES)], np.int32), rows),
        np.concatenate([kudos.project, badges.project[by_people]]),
        np.concatenate([kudos.at, badges.at[by_people]]),
    )


def _pairs(thanks: Thanks, fresh: Number, people: int) -> Pairs:
    key = thanks.giver.astype(np.int64) * people + thanks.receiver
    order = by_columns(key, thanks.at)
    sorted_key, day = key[order], thanks.at[order] // DAY
    last = np.append(sorted_key[1:] != sorted_key[:-1], True)[: len(key)]
    of_day = last | np.append(day[1:] != day[:-1], True)[: len(key)]
    place = np.cumsum(last) - last
    pair = np.empty(len(key), np.int32)
    pair[order] = place
    found, aged = sorted_key[last], fresh[order]
    volume = np.bincount(place[of_day], aged[of_day], len(found)).astype(np.float64)
    share = fresh / np.bincount(place, aged, len(found))[pair]
    giver, receiver = np.divmod(found, max(people, 1))
    back = receiver * people + giver
    mutual = np.append(found, -1)[np.searchsorted(found, back)] == back
    return Pairs(giver.astype(np.int32), receiver.astype(np.int32), volume, aged[last], mutual, pair, share)


def _expected(chances: Opportunity, heard: csr_array, listening: Mask) -> Number:
    """Return the voices each would have if recognition went by opportunity and givers' habits alone: (people,).

    `heard` is (giver, receiver). A giver's habit is their thanks per opportunity, pulled to what is usual. The measure
    for each, usual and all, is what the others give one another: nobody's own giving, nor what they got, changes what
    they are expected to get, so that giving neither earns nor costs.
    """
    everyone, open_to = np.ones(heard.shape[0]), listening.astype(np.float64)
    given, received = heard @ everyone, np.bincount(heard.indices, heard.data, len(everyone))
    total = float(heard.data.sum())
    near, far = chances.met(open_to, everyone)
    near_thanks = float(chances.near.multiply(heard).data.sum())
    distance = _distance((near_thanks, total - near_thanks), (float(near[:, 1].sum()), float(far[:, 1].sum())))
    to_give, to_get = (near + distance * far).T
    to_get = to_get * open_to
    rest = total - given - received
    between_others = np.where(rest > 1e-9 * total, rest, 0.0)  # what rounding leaves of nothing is nothing
    others_chances = to_give.sum() - to_give - to_get
    usual = between_others / np.where(others_chances > 1e-9, others_chances, np.inf)
    habit_given, habit_usual = given / (to_give + USUAL_CHANCES), USUAL_CHANCES / (to_give + USUAL_CHANCES)
    near, far = chances.met(habit_given, habit_usual)
    by_given, by_usual = (near + distance * far).T
    relative = by_given / np.where(usual > 0, usual, np.inf) + by_usual
    others = (to_get**ELASTICITY).sum() - to_get**ELASTICITY
    return np.asarray(between_others / np.where(others > 1e-9, others, np.inf) * (relative * open_to) ** ELASTICITY)


def _distance(thanks: tuple[float, float], chance: tuple[float, float]) -> float:
    """Say how likely thanks are between those who share no group, against those who do: 0-1, and 1 where nobody does.

    Both are (near, far). One thank and one chance each way are added, so that it is never decided by nothing.
    """
    if not chance[0]:
        return 1.0
    return min(1.0, (thanks[1] + 1) / (chance[1] + 1) * (chance[0] + 1) / (thanks[0] + 1))


def _shape(voices: Number, expected: Number) -> float:
    """Estimate the gamma shape from moments, E(y - E)² = E + E²/a, pulled to the usual one where little is known."""
    excess = max(float(((voices - expected) ** 2 - expected)[expected > 0].sum()), 0.0)
    shape = (float((expected**2).sum()) + SHAPE_EVIDENCE) / (excess + SHAPE_EVIDENCE / USUAL_SHAPE)
    return float(np.clip(shape, *SHAPE_RANGE))


def _parts(thanks: Thanks, pairs: Pairs, start: Number, gained: Number) -> Parts:
    """Split each pair's gain over its thanks by their freshness, and add up by receiver, source and project."""
    amount = gained[pairs.pair] * pairs.share
    people, rows = len(start), len(amount)
    prior = np.full(people, SOURCES.index(Source.PRIOR), np.int32)
    each = Parts(
        np.concatenate([np.arange(people, dtype=np.int32), thanks.receiver]),
        np.zeros(people + rows, np.int32),
        np.concatenate([prior, thanks.source]),
        np.concatenate([np.full(people, -1, np.int32), thanks.project]),
        np.concatenate([start, amount]),
    )
    return merged(each, (people, 1))
