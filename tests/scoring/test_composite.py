"""Composition: by hand, and what must hold whatever the blocks."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.block import sums
from scoring.model.choices import PersonRole
from scoring.model.composite import QUALITY, STANDING, Loading, compose, margin
from scoring.model.figures import bare
from scoring.model.reference import freeze
from scoring.model.scores import Source, SubjectKind
from scoring.policy import Policy
from tests.scoring.blocks import block, results

EVEN = Policy(weights={"other": {"collaboration": 3.0, "customer_trust": 4.0}})
Z80 = 1.2815515655446004
ROLE = np.array([PersonRole.OTHER], np.int8)

numbers = st.floats(-4, 4)
errors = st.floats(0.05, 1)


def peers(estimate, sd, **rest):
    return block("collaboration", estimate=estimate, sd=sd, centre=4.0, spread=0.5, **rest)


def customers(estimate, sd, **rest):
    return block("customer_trust", estimate=estimate, sd=sd, source=Source.CUSTOMERS, **rest)


def test_worked_example():
    # By hand: weights 3 and 4 become 0.6 and 0.8. z = (4.5 - 4) / 0.5 = 1 and -0.5: parts m 0.6 and -0.4.
    # Reliabilities 0.75 and 0.64: kinship (-0.5 + 24 · 0.6) / (0.48 + 24) = 0.56781; the sum has s² = 1.545098.
    # In units of s²: P = [[.36, .272549], [.272549, .64]], v = (.09, .2304), h = 1/v - 1/P = (8.3333, 2.7778);
    # V = (P⁻¹ + h)⁻¹ = [[.084507, .029021], [.029021, .206671]], k = V1/v = (1.261420, 1.022969).
    # quality = (1.261420 · 0.6 - 1.022969 · 0.4) / s; variance = 1ᵀV1 / s² = 0.349220 / 1.545098.
    found = compose([peers([[4.5]], 0.25), customers([[-0.5]], 0.6)], results([[0.0]]), ROLE, EVEN)
    assert found.estimate[0, QUALITY] == pytest.approx(0.279693, abs=2e-6)
    assert found.sd[0, QUALITY] == pytest.approx(sqrt(0.226018), abs=2e-6)
    assert found.voices[0, QUALITY] == pytest.approx(10)  # five colleagues and five customers


def test_the_interval_holds_eighty_percent():
    assert margin(Policy()) == pytest.approx(Z80, abs=1e-15)


def test_without_evidence_quality_is_the_prior():
    found = compose([peers([[4.0]], 0.5), customers([[0.0]], 1.0)], results([[0.0]], sd=1.0), ROLE, EVEN)
    assert found.estimate[0].tolist() == [0, 0]
    assert found.sd[0].tolist() == pytest.approx([1, 1])


def test_an_uncertain_mean_of_all_makes_nobody_less_known_than_the_prior():
    found = compose([peers([[4.0]], 1.1), customers([[0.0]], 1.0)], results([[0.0]]), ROLE, EVEN)
    assert found.sd[0, QUALITY] == pytest.approx(1)


def test_an_unseen_dimension_pulls_to_the_middle_and_widens():
    # By hand: nothing is known of both, so they go together by 0.6: s² = 1.576, P = [[.36, .288], [.288, .64]]. The
    # peers' word 0.8 has variance .36 + .12; quality = (.36 + .288) / .48 · 0.8 / s, variance 1 - .648² / .48 / s².
    both = compose([peers([[4.5]], 0.25), customers([[1.0]], 0.5)], results([[0.0]]), ROLE, EVEN)
    unseen = compose([peers([[4.5]], 0.25), customers([[0.0]], 1.0)], results([[0.0]]), ROLE, EVEN)
    assert unseen.estimate[0, QUALITY] == pytest.approx(1.08 / sqrt(1.576))
    assert unseen.sd[0, QUALITY] == pytest.approx(sqrt(1 - 0.8748 / 1.576))
    assert unseen.sd[0, QUALITY] > both.sd[0, QUALITY]


def test_a_dimension_that_does_not_apply_to_the_role_is_dropped():
    policy = Policy(weights={"other": {"collaboration": 1.0, "customer_trust": 1.0}, "lead": {"collaboration": 1.0}})
    role = np.array([PersonRole.LEAD, -1], np.int8)
    blocks = [peers([[4.5], [4.5]], 0.25), customers([[2.0], [2.0]], 0.1)]
    # By hand: kinship (2 · 1 · 2 + 24 · 0.6) / (2 · 0.75 · 0.99 + 24) = 0.721993; P = [[1, .721993], [.721993, 1]] and
    # v = (.25, .01): V1 = (.200324, .012881), quality = (.200324 / .25 · 1 + .012881 / .01 · 2) / √(2 + 2 · 0.721993).
    found = compose(blocks, results([[0.0], [0.0]]), role, policy)
    assert found.estimate[:, QUALITY] == pytest.approx([1.0, 1.81996], abs=2e-5)


def test_correlated_criteria_do_not_make_quality_wider_than_its_unit():
    # By hand: two criteria with equal weight and correlation 0.6: variance of the sum is 2 + 1.2.
    policy = Policy(weights={"other": {"a": 1.0, "b": 1.0}})
    criteria = block("a", "b", estimate=[[1.0, 1.0]], sd=1.0, correlation=np.array([[1, 0.6], [0.6, 1]]))
    found = compose([criteria], results([[0.0]]), ROLE, policy)
    assert found.estimate[0, QUALITY] == pytest.approx(2 / sqrt(3.2))
    assert found.sd[0, QUALITY] == pytest.approx(1)


def test_no_weighted_dimension_leaves_the_prior():
    found = compose([block("juggling", estimate=[[3.0]], sd=0.1)], results([[0.0]]), ROLE, EVEN)
    assert (found.estimate[0, QUALITY], found.sd[0, QUALITY], found.voices[0, QUALITY]) == (0, 1, 0)


def test_results_worked_example():
    # By hand: sd 0.6 gives reliability 0.64; √(0.15 / 0.85 · 0.64) = 0.336; results 1 add 0.336 to quality 1.
    policy = Policy(weights={"other": {"customer_trust": 1.0}})
    found = compose([customers([[1.0]], 0.6)], results([[1.0]]), ROLE, policy)
    assert found.estimate[0, STANDING] == pytest.approx(1 + sqrt(0.15 / 0.85 * 0.64))


def test_results_hold_at_most_their_cap_of_the_variance_of_standing():
    rng = np.random.default_rng(1)
    truth, money = rng.normal(size=(2, 20_000))
    sd = rng.uniform(0.2, 0.95, truth.size)
    estimate = (1 - sd**2) * truth + sd * np.sqrt(1 - sd**2) * rng.normal(size=truth.size)
    policy = Policy(weights={"other": {"customer_trust": 1.0}}, results_cap=0.3)
    role = np.full(truth.size, -1, np.int8)
    found = compose([customers(estimate[:, None], sd[:, None])], results(money[:, None]), role, policy)
    added = found.estimate[:, STANDING] - found.estimate[:, QUALITY]
    assert 0.1 < added.var() / found.estimate[:, STANDING].var() <= 0.3


@given(st.lists(st.tuples(numbers, errors, st.floats(-1e6, 1e6)), min_size=2, max_size=8))
def test_no_money_lifts_anyone_over_whose_quality_lies_wholly_above(people):
    estimate, sd, money = (np.array(column)[:, None] for column in zip(*people, strict=True))
    policy = Policy(weights={"other": {"customer_trust": 1.0}}, results_cap=0.3)
    found = compose([customers(estimate, sd)], results(money), np.full(len(people), -1, np.int8), policy)
    told = bare(SubjectKind.PERSON, found, policy)
    low, high = told.low[:, QUALITY], told.high[:, QUALITY]
    wholly_above = low[:, None] > high[None, :]
    ahead = found.estimate[:, None, STANDING] >= found.estimate[None, :, STANDING] - 1e-12
    assert ahead[wholly_above].all()


@given(st.lists(st.tuples(numbers, numbers, errors, st.floats(-50, 50)), min_size=1, max_size=8))
def test_parts_add_up(people):
    rating, trust, sd, money = (np.array(column)[:, None] for column in zip(*people, strict=True))
    blocks = [peers(4 + rating / 4, sd / 2), customers(trust, sd)]
    found = compose(blocks, results(money), np.full(len(people), 4, np.int8), EVEN)
    assert np.abs(sums(found.parts, found.estimate.shape) - found.estimate).max() < 1e-9


def test_composing_again_gives_the_same():
    blocks = [peers([[4.5]], 0.25), customers([[1.0]], 0.5)]
    first, again = (compose(blocks, results([[0.3]]), ROLE, EVEN) for _ in range(2))
    assert first.estimate.tobytes() == again.estimate.tobytes()
    assert first.parts.amount.tobytes() == again.parts.amount.tobytes()


def test_a_posterior_covariance_is_used_where_there_is_one():
    # By hand: two criteria with weights 1/√3.2 each; variances 0.25, covariance 0.1: (0.25 + 0.25 + 0.2) / 3.2.
    policy = Policy(weights={"other": {"a": 1.0, "b": 1.0}})
    criteria = block("a", "b", estimate=[[1.0, 1.0]], sd=0.5, correlation=np.array([[1, 0.6], [0.6, 1]]))
    known = replace(criteria, covariance=np.array([[[0.25, 0.1], [0.1, 0.25]]]))
    found = compose([known], results([[0.0]]), ROLE, policy)
    assert found.sd[0, QUALITY] == pytest.approx(sqrt(0.7 / 3.2))
    assert compose([criteria], results([[0.0]]), ROLE, policy).sd[0, QUALITY] == pytest.approx(0.5)


def test_a_posterior_covariance_wider_than_the_prior_is_the_prior():
    wide = replace(peers([[4.5]], 0.6), covariance=np.array([[[0.36]]]))
    policy = Policy(weights={"other": {"collaboration": 1.0}})
    assert compose([wide], results([[0.0]]), ROLE, policy).sd[0, QUALITY] == pytest.approx(1)


def recognition(estimate, sd):
    return block("recognition", estimate=estimate, sd=sd, source=Source.KUDOS)


def slow_twin(quality, sd, thanked, thanked_sd, loading):
    """Quality and recognition as a joint normal, told recognition by one noisy look. Shares no code with the model."""
    noise = 1 / (1 / thanked_sd**2 - 1)
    looked = thanked * (1 + noise)
    both = np.array([[sd**2, loading * sd**2], [loading * sd**2, loading**2 * sd**2 + 1 - loading**2 + noise]])
    gain = both[0, 1] / both[1, 1]
    return quality + gain * (looked - loading * quality), sqrt(both[0, 0] - gain * both[0, 1])


@given(numbers, st.floats(0.05, 0.99), numbers, st.floats(0.1, 0.98), st.floats(0, 1))
def test_recognition_speaks_of_quality_by_its_loading(quality, sd, thanked, thanked_sd, loading):
    policy = Policy(weights={"other": {"customer_trust": 1.0}})
    told = Loading(recognition([[thanked]], thanked_sd), loading)
    found = compose([customers([[quality]], sd)], results([[0.0]]), ROLE, policy, told)
    expected = slow_twin(quality, sd, thanked, thanked_sd, loading)
    assert (found.estimate[0, QUALITY], found.sd[0, QUALITY]) == pytest.approx(expected, abs=1e-9)
    assert sums(found.parts, (1, 2)) == pytest.approx(found.estimate, abs=1e-9)


def test_thanks_that_nobody_gave_change_nothing():
    policy = Policy(weights={"other": {"customer_trust": 1.0}})
    for told in (None, Loading(recognition([[0.0]], 1.0), 0.5), Loading(recognition([[3.0]], 0.3), 0.0)):
        found = compose([customers([[0.7]], 0.5)], results([[0.0]]), ROLE, policy, told)
        assert (found.estimate[0, QUALITY], found.sd[0, QUALITY]) == pytest.approx((0.7, 0.5))


roles = st.sampled_from([-1, *(int(role) for role in PersonRole)])


@given(st.lists(st.tuples(numbers, errors, st.floats(-1e6, 1e6), roles), min_size=2, max_size=8), st.floats(0.3, 3))
def test_money_keeps_its_place_whatever_the_roles_and_the_reference(people, then):
    """Invariant 8 with a frozen scale, on which quality differs more or less than it did."""
    estimate, sd, money, role = (np.array(column)[:, None] for column in zip(*people, strict=True))
    policy = freeze(
        Policy(results_cap=0.3), [block("customer_trust", estimate=[[0.0]], sd=1.0, centre=0.3, spread=then)]
    )
    found = compose(
        [customers(estimate, sd), peers(4 + estimate / 4, sd / 2)], results(money), role[:, 0].astype(np.int8), policy
    )
    told = bare(SubjectKind.PERSON, found, policy)
    low, high = told.low[:, QUALITY], told.high[:, QUALITY]
    ahead = found.estimate[:, None, STANDING] >= found.estimate[None, :, STANDING] - 1e-9
    assert ahead[low[:, None] > high[None, :]].all()
    assert (found.estimate[:, STANDING] >= low - 1e-9).all()
    assert (found.estimate[:, STANDING] <= high + 1e-9).all()
    assert sums(found.parts, (len(people), 2)) == pytest.approx(found.estimate, abs=1e-9)
