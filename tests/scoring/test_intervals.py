"""Intervals: by hand, then on a drawn truth; the best and the weakest are held too, and all together as before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.intervals import ends

Z = 1.2815515655446004  # of 80 %
MANY = 400_000


def drawn(reliability):
    """Draw truths of variance 1 and what is found of them with this reliability: truth, estimate and sd."""
    rng = np.random.default_rng(7)
    truth = rng.normal(0, 1, MANY)
    heard = truth + rng.normal(0, np.sqrt((1 - reliability) / reliability), MANY)
    return truth, reliability * heard, np.full(MANY, np.sqrt(1 - reliability))


def held(truth, low, high):
    return (low <= truth) & (truth <= high)


def test_worked_example():
    # By hand: sd 0.8 of spread 1 is r = 0.36, so p = min(0.75 · (1/0.6 - 1), 0.36) = 0.36; the middle of 1 is 1.36,
    # and the interval is √(1 + 0.36² · 0.36 / 0.64) = 1.035809 times as long.
    low, high = ends(np.array([1.0]), np.array([0.8]), (0.0, 1.0), Z)
    half = Z * 0.8 * 1.035809
    assert (low[0], high[0]) == pytest.approx((1.36 - half, 1.36 + half), abs=1e-5)
    # r = 0.75 is beyond the fading: p = 0.75 · (1/√0.75 - 1) = 0.116025, around a centre of 3.
    low, high = ends(np.array([5.0]), np.array([1.0]), (3.0, 2.0), Z)
    half = Z * np.sqrt(1 + 0.1160254**2 * 3)
    assert (low[0], high[0]) == pytest.approx((5.232051 - half, 5.232051 + half), abs=1e-5)


@pytest.mark.parametrize("reliability", [0.1, 0.3, 0.4, 0.5, 0.7, 0.8, 0.95])
def test_the_best_are_held_and_all_together_as_often_as_is_said(reliability):
    truth, estimate, sd = drawn(reliability)
    now = held(truth, *ends(estimate, sd, (0.0, 1.0), Z))
    before = held(truth, estimate - Z * sd, estimate + Z * sd)
    best = truth > np.quantile(truth, 0.9)
    assert 0.797 < now.mean() < 0.808  # a little over 0.8 where middles would go too far
    assert now[best].mean() > before[best].mean() + 0.01
    if reliability >= 0.7:
        assert now[best].mean() > 0.72


@pytest.mark.parametrize("reliability", [0.3, 0.5, 0.7, 0.9])
def test_those_found_to_be_the_very_best_are_held_too(reliability):
    truth, estimate, sd = drawn(reliability)
    found = estimate > np.quantile(estimate, 0.99)
    assert held(truth, *ends(estimate, sd, (0.0, 1.0), Z))[found].mean() > 0.75


def test_the_middle_never_leaves_the_estimate_by_more_than_a_third_of_the_half():
    # r = 0.75 and p = 0.1160 as above would move an estimate of 9 by 1.04; 0.35 of the half is 0.2287.
    low, high = ends(np.array([9.0]), np.array([0.5]), (0.0, 1.0), Z)
    half = Z * 0.5 * np.sqrt(1 + 0.1160254**2 * 3)
    assert (low[0], high[0]) == pytest.approx((9 - 0.65 * half, 9 + 1.35 * half), abs=1e-5)


@given(st.floats(-6, 6), st.floats(0, 2), st.floats(-2, 2))
def test_an_estimate_lies_inside_and_an_interval_is_never_much_longer(estimate, sd, centre):
    low, high = (one[0] for one in ends(np.array([estimate]), np.array([sd]), (centre, 1.0), Z))
    assert low <= estimate <= high
    assert high - low <= 2 * Z * sd * 1.06 + 1e-12


@pytest.mark.parametrize("sd", [1.0, 1.5])
def test_without_evidence_nothing_is_moved(sd):
    low, high = ends(np.array([0.3]), np.array([sd]), (0.0, 1.0), Z)
    assert (low[0], high[0]) == pytest.approx((0.3 - Z * sd, 0.3 + Z * sd))


def test_what_is_known_for_certain_is_a_point():
    low, high = ends(np.array([0.7]), np.array([0.0]), (0.0, 1.0), Z)
    assert (low[0], high[0]) == (0.7, 0.7)
