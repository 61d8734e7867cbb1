"""Composition: by hand, and what must hold whatever the blocks."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.block import sums
from scoring.model.choices import PersonRole
from scoring.model.composite import QUALITY, STANDING, compose, margin
from scoring.model.scores import Source
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
    # By hand: weights 3 and 4 become 0.6 and 0.8. z = (4.5 - 4) / 0.5 = 1 and -0.5.
    # quality = 0.6 · 1 - 0.8 · 0.5 = 0.2; variance = 0.36 · (0.25 / 0.5)² + 0.64 · 0.6² = 0.09 + 0.2304.
    found = compose([peers([[4.5]], 0.25), customers([[-0.5]], 0.6)], results([[0.0]]), ROLE, EVEN)
    assert found.estimate[0, QUALITY] == pytest.approx(0.2)
    assert found.sd[0, QUALITY] == pytest.approx(sqrt(0.3204))
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
    both = compose([peers([[4.5]], 0.25), customers([[1.0]], 0.5)], results([[0.0]]), ROLE, EVEN)
    unseen = compose([peers([[4.5]], 0.25), customers([[0.0]], 1.0)], results([[0.0]]), ROLE, EVEN)
    assert unseen.estimate[0, QUALITY] == pytest.approx(0.6)
    assert unseen.sd[0, QUALITY] > both.sd[0, QUALITY]


def test_a_dimension_that_does_not_apply_to_the_role_is_dropped():
    policy = Policy(weights={"other": {"collaboration": 1.0, "customer_trust": 1.0}, "lead": {"collaboration": 1.0}})
    role = np.array([PersonRole.LEAD, -1], np.int8)
    blocks = [peers([[4.5], [4.5]], 0.25), customers([[2.0], [2.0]], 0.1)]
    found = compose(blocks, results([[0.0], [0.0]]), role, policy)
    assert found.estimate[:, QUALITY] == pytest.approx([1.0, 3 / sqrt(2)])


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
    low = found.estimate[:, QUALITY] - Z80 * found.sd[:, QUALITY]
    high = found.estimate[:, QUALITY] + Z80 * found.sd[:, QUALITY]
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
