"""Recognition: distinct colleagues count, volume little, exchange hardly, giving not at all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import digamma, polygamma

from scoring.model.block import SOURCES, sums
from scoring.model.kudos import opportunities, recognition, voice
from scoring.model.scores import Source
from scoring.model.select import select
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW_DAY = 100
NOW = micros(NOW_DAY)
POLICY = Policy()
NAMES = "abcdefgh"
PEOPLE = [{"person": name} for name in NAMES]

thanks = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(-400, 120)).filter(lambda t: t[0] != t[1]),
    max_size=20,
)


def rows(given_thanks):
    return [{"giver": giver, "receiver": receiver, "message": "m", "at": at} for giver, receiver, at in given_thanks]


def score(given_thanks, policy=POLICY, **more):
    return recognition(select(small(people=PEOPLE, kudos=rows(given_thanks), **more), NOW), policy, NOW)


def of(given_thanks, name="a", **more):
    return float(score(given_thanks, **more).estimate[NAMES.index(name), 0])


def test_worked_example():
    # Four people, no groups; b and c thank a a moment ago: 2 voices for a. Everybody can thank the 3 others.
    # Given by others to others: a 0, b and c 1, d 2, of 6 chances: usual 0, 1/6, 1/6, 1/3. Habits of b and c
    # (1 + 20 u) / 23, of a and d 20 u / 23. Met, in units of u: b, c 6/23 + 60/23, d 2·3/23 + 60/23: all 66/23.
    # Expected (66/23)^0.1 / (3 · 3^0.1) = (22/23)^0.1 / 3 for each thank: a 0, b and c 0.331855, d 0.663710.
    people = [{"person": name} for name in "abcd"]
    evidence = small(people=people, kudos=rows([("b", "a", 99.9999999), ("c", "a", 99.9999999)]))
    block = recognition(select(evidence, NOW), POLICY, NOW)
    expected = np.array([0, 1, 1, 2]) * (22 / 23) ** 0.1 / 3
    # Shape: Σ over expected > 0 of (0 - E)² - E = 2·(0.11013 - 0.33186) + (0.44051 - 0.66371) < 0, so no excess:
    # (Σ E² + 200) / (0 + 200/2) = 200.66077 / 100.
    shape = 2.0066077
    voices = np.array([2.0, 0, 0, 0])
    unit = np.sqrt(polygamma(1, shape))
    by_hand = (digamma(shape + voices) - np.log(shape + expected) - digamma(shape) + np.log(shape)) / unit
    assert block.estimate[:, 0] == pytest.approx(by_hand, abs=1e-5)
    assert block.sd[:, 0] == pytest.approx(np.sqrt(polygamma(1, shape + voices)) / unit, abs=1e-5)
    assert block.voices[:, 0] == pytest.approx(voices, abs=1e-5)


def test_voices_of_seven_thanks_by_hand():
    # Fresh thanks, one half-life old ones and two half-lives old ones are worth 1, 1/2 and 1/4.
    now, one, two = (NOW_DAY - 0.0000001 - times * POLICY.kudos_half_life_days for times in (0, 1, 2))
    given_thanks = [
        ("b", "a", now), ("b", "a", one), ("b", "a", two),  # n = 1, V = 1.75 days: 1 + 0.4 ln 1.75 = 1.223846
        ("c", "a", one), ("c", "a", one - 0.0000001),  # one burst: n = V = 1/2
        ("d", "a", two), ("a", "d", now),  # mutual: 0.92 / 4 for a, 0.92 for d
    ]  # fmt: skip
    voices = score(given_thanks).voices[:, 0]
    # `voices` counts each giver once at most.
    assert voices[:4] == pytest.approx([1 + 0.5 + 0.23, 0, 0, 0.92], abs=1e-6)
    heard = voice(np.array([1.75]), np.array([1.0]), np.array([False]), POLICY.mutual_weight)
    assert heard == pytest.approx(1.223846, abs=1e-6)


def test_thanks_on_many_days_tell_more_than_a_burst_on_one():
    spread, burst = of([("b", "a", day) for day in range(90, 100)]), of([("b", "a", 99)] * 10)
    assert spread > burst + 0.1
    assert burst == pytest.approx(of([("b", "a", 99)]), abs=1e-9)


def test_thanks_of_many_tell_more_than_many_thanks_of_one():
    of_many, of_one = of([("b", "a", 98), ("c", "a", 99)]), of([("b", "a", day) for day in range(60, 100)])
    assert of_many > of_one


def test_very_old_thanks_are_nothing_and_break_nothing():
    block = score([("b", "a", -30_000), ("a", "c", -40_000), ("c", "a", -30_000)], Policy(kudos_half_life_days=30))
    assert np.isfinite(block.estimate).all()
    assert block.voices[0, 0] < 1e-200


def test_a_thank_fades_by_its_half_life():
    young, old = (float(score([("b", "a", at)]).voices[0, 0]) for at in (99.999999, 100 - POLICY.kudos_half_life_days))
    assert young == pytest.approx(1, abs=1e-6)
    assert old == pytest.approx(0.5)


@given(st.floats(1e-3, 1), st.floats(1, 500), st.floats(0, 0.5))
def test_however_many_thanks_two_exchange_each_gains_at_most_one_from_outside(newest, times, mutual_weight):
    one, mutual = np.array([newest]), np.array([True])
    outside = voice(one, one, ~mutual, mutual_weight)
    exchanged = voice(one * times, one, mutual, mutual_weight)
    assert exchanged <= outside
    assert exchanged >= 0.9 * outside


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), thanks.map(lambda t: [x for x in t if {x[0], x[1]} != {"a", "b"}]))
def test_an_exchange_lifts_the_estimate_by_at_most_one_thank_from_outside(there, back, others):
    before, outside = of(others), of([*others, ("b", "a", 99)])
    exchanged = of([*others, *[("b", "a", 99)] * there, *[("a", "b", 99)] * back])
    assert exchanged - before <= (outside - before) * 1.001 + 1e-9


def test_the_first_mutual_thank_keeps_nine_tenths():
    outside, exchanged = of([("b", "a", 99)]), of([("b", "a", 99), ("a", "b", 99)])
    assert exchanged >= 0.9 * outside


@settings(max_examples=30, deadline=None)
@given(thanks, st.integers(1, 50))
def test_copies_of_one_thank_move_no_more_than_twice_the_first(others, copies):
    one_sided = [x for x in others if x[0] != "a" and {x[0], x[1]} != {"a", "b"}]
    block = score([*one_sided, *[("b", "a", 99)] * copies])
    without = score(one_sided)
    assert block.voices[0, 0] - without.voices[0, 0] <= 1 + 1e-9
    first = of([*one_sided, ("b", "a", 99)]) - without.estimate[0, 0]
    assert block.estimate[0, 0] - without.estimate[0, 0] <= 2 * first * 1.01 + 1e-9


@settings(max_examples=30, deadline=None)
@given(thanks)
def test_parts_add_up_and_say_where_thanks_came_from(given_thanks):
    block = score(given_thanks)
    assert np.abs(sums(block.parts, block.estimate.shape) - block.estimate).max() < 1e-9
    assert np.isfinite(block.estimate).all()
    assert (block.sd > 0).all()
    assert (block.sd <= 1 + 1e-12).all()


def test_badges_that_people_gave_are_thanks_and_those_of_rules_are_not():
    badges = [
        {"badge": "star", "receiver": "a", "giver": "b", "at": 99, "project": "p"},
        {"badge": "star", "receiver": "c", "at": 99},
    ]
    block = score([("d", "a", 99)], badges=badges)
    assert block.estimate[0, 0] == pytest.approx(of([("d", "a", 99), ("b", "a", 99)]), abs=1e-9)
    assert block.voices[2, 0] == 0
    assert SOURCES.index(Source.BADGES) in block.parts.source


@settings(max_examples=30, deadline=None)
@given(thanks)
def test_what_comes_at_or_after_the_moment_changes_nothing(given_thanks):
    before = [row for row in given_thanks if row[2] < 100]
    assert score(given_thanks).estimate == pytest.approx(score(before).estimate, abs=1e-12)


@settings(max_examples=30, deadline=None)
@example([("a", "d", -105), ("d", "a", -392), ("e", "d", 1)], list("abcedfgh"))  # all of them of one person
@given(thanks, st.permutations(NAMES))
def test_other_names_give_the_same_scores(given_thanks, names):
    called = dict(zip(NAMES, names, strict=True))
    renamed = score([(called[giver], called[receiver], at) for giver, receiver, at in given_thanks])
    place = [NAMES.index(called[name]) for name in NAMES]
    assert renamed.estimate[place] == pytest.approx(score(given_thanks).estimate, abs=1e-9)


def test_the_same_evidence_gives_the_same_bytes():
    given_thanks = [("b", "a", 1), ("a", "b", 2), ("c", "d", 50), ("e", "a", 60)]
    assert score(given_thanks).estimate.tobytes() == score(given_thanks).estimate.tobytes()


def test_giving_earns_nothing():
    others = [("b", "c", 90), ("c", "d", 95), ("e", "f", 80)]
    assert of([*others, *[("a", name, 99) for name in "bcdefgh"]]) <= of(others) + 0.01


def test_who_has_not_consented_is_at_the_prior():
    consents = [{"person": name, "source": "kudos", "given": 1, "at": -500} for name in NAMES[1:]]
    block = score([("b", "a", 99), ("a", "c", 99), ("d", "c", 99)], consents=consents)
    assert (block.estimate[0, 0], block.sd[0, 0], block.voices[0, 0]) == (0, 1, 0)


def test_a_newcomer_without_thanks_is_near_the_prior_and_an_old_hand_below():
    people = [{"person": name, "joined": 99 if name == "a" else -2000} for name in NAMES]
    given_thanks = [(g, r, 90) for g in "cdef" for r in "cdef" if g < r]
    block = recognition(select(small(people=people, kudos=rows(given_thanks)), NOW), POLICY, NOW)
    newcomer, old_hand = block.estimate[0, 0], block.estimate[1, 0]
    assert old_hand < newcomer <= 0
    assert old_hand > -1.5


def test_thanks_in_spite_of_little_opportunity_say_more():
    # a shares a project with one colleague, c with all the others; each is thanked by one.
    members = [{"project": "small", "person": name} for name in "ab"]
    members += [{"project": "big", "person": name} for name in "cdefgh"]
    given_thanks = [("b", "a", 99), ("d", "c", 99), ("e", "f", 99)]
    assert of(given_thanks, members=members) > of(given_thanks, "c", members=members)


def test_thanks_of_somebody_who_thanks_everyone_say_less():
    lavish = [("b", name, 99) for name in "aefgh"]
    sparing = [("d", "c", 99)]
    members = [{"project": "one", "person": name} for name in "abefgh"]
    members += [{"project": "two", "person": name} for name in "cdpqrs"]
    people = [*PEOPLE, *({"person": name} for name in "pqrs")]
    evidence = small(people=people, members=members, kudos=rows(lavish + sparing))
    estimate = recognition(select(evidence, NOW), POLICY, NOW).estimate[:, 0]
    assert estimate[evidence.people.ids.index("c")] > estimate[evidence.people.ids.index("a")]


def test_nobody_and_nothing_work():
    assert recognition(small(), POLICY, NOW).estimate.shape == (0, 1)
    block = recognition(select(small(people=PEOPLE), NOW), POLICY, NOW)
    assert block.estimate[:, 0].tolist() == [0] * 8
    assert block.sd[:, 0] == pytest.approx(np.ones(8))
    assert replace(block).parts.source.tolist() == [SOURCES.index(Source.PRIOR)] * 8


@given(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from(NAMES)), max_size=15), st.integers(0, 5))
def test_whom_everybody_met_is_the_product_of_groups_and_symmetric(memberships, seed):
    members = [{"project": project, "person": person} for project, person in memberships]
    chances = opportunities(select(small(people=PEOPLE, members=members), NOW), POLICY, NOW)
    habit = np.random.default_rng(seed).random((2, len(NAMES)))
    near, far = chances.met(*habit)
    dense, everyone = chances.near.toarray(), np.outer(chances.presence, chances.presence)
    together = {(a, b) for p, a in memberships for q, b in memberships if p == q and a != b}
    assert {(NAMES[a], NAMES[b]) for a, b in np.argwhere(dense)} == together
    assert (dense == dense.T).all()
    assert chances.near.has_sorted_indices
    assert near == pytest.approx(dense @ habit.T)
    assert far == pytest.approx(np.maximum((everyone - np.diag(np.diag(everyone)) - dense) @ habit.T, 0), abs=1e-12)
