"""Ratings and told points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model import figures
from scoring.model.ratings import heavy_reach, local_sd, rating_of, told_of
from scoring.validate import cell
from scoring.validate.judgement import ours
from scoring.validate.scenarios import BY_NAME


def test_worked_example():
    """By hand, 0.6 a step under 4: 1 is told as 4 − 3 · 0.6 = 2.2."""
    assert told_of(np.arange(1.0, 6.0)) == pytest.approx([2.2, 2.8, 3.4, 4, 5])


def test_a_mean_of_scattered_words_is_the_mean_of_their_ratings():
    told = 3.7 + 0.6 * np.random.default_rng(1).standard_normal(200_000)
    assert rating_of(np.array(3.7), 0.6) == pytest.approx(rating_of(told).mean(), abs=0.005)


@given(st.lists(st.floats(-5, 10), min_size=2))
def test_it_can_be_told_back_and_keeps_the_order(values):
    rating = np.sort(np.array(values))
    assert rating_of(told_of(rating)) == pytest.approx(rating)
    assert (np.diff(told_of(rating)) >= 0).all()


def test_near_the_end_of_the_scale_sds_are_smaller_by_hand():
    """V(4) = 1.8 · 1 and V(4.6) = 2.4 · 0.4 = 0.96; r = 1 − 0.2²/0.4² = 0.75 takes 0.12 off V(4): 1.68."""
    centre, spread = np.array([4.0]), np.array([0.4])
    found = local_sd(np.array([[4.6], [4.0], [3.6]]), np.full((3, 1), 0.2), (centre, spread))
    assert found[:, 0] == pytest.approx(0.2 * np.array([0.96, 1.8, 1.4 * 1.4]) ** 0.25 / 1.68**0.25)


def test_who_is_not_known_keeps_the_prior_and_beyond_the_end_a_quarter_is_left():
    centre, spread = np.array([4.0]), np.array([0.4])
    assert local_sd(np.array([[4.0]]), np.array([[0.4]]), (centre, spread))[0, 0] == pytest.approx(0.4)
    assert local_sd(np.array([[5.4]]), np.array([[0.2]]), (centre, spread))[0, 0] == pytest.approx(0.2 * 0.25**0.25)


def test_criteria_reach_as_far_as_heavy_tails_of_unit_variance():
    """Of t with 15 degrees of freedom the 90 % quantile is 1.3406, the sd √(15/13)."""
    assert heavy_reach(0.8) == pytest.approx(1.3406 / np.sqrt(15 / 13), abs=1e-4)
    assert heavy_reach(0.98) > 2.33  # further out they reach further than the normal's


def test_errors_at_either_end_of_the_scale_are_nearer_to_what_is_told_than_with_one_sd_for_all(monkeypatch):
    local = lopsided()
    monkeypatch.setattr(figures, "local_sd", lambda _estimate, sd, _of: sd)
    assert local < 0.9 * lopsided()


def lopsided():
    """How much larger errors of the lowest fifth are than the highest's, both beside what is told of them."""
    estimate, sd, true = (np.concatenate(each) for each in zip(*(judged(seed) for seed in range(6)), strict=True))
    edges = np.quantile(estimate, [0.2, 0.8])
    low, high = (
        np.sqrt(((estimate - true)[some] ** 2).mean() / (sd[some] ** 2).mean())
        for some in (estimate <= edges[0], estimate >= edges[1])
    )
    return low / high


def judged(seed):
    of = cell.world(BY_NAME["base"].settings(120), seed)
    found, honest = ours(of.evidence), cell.honest_people(of)
    told = [(found.estimate[name], found.sd[name], true) for name, true in of.spoken.items()]
    return [np.concatenate([each[at][honest] for each in told]) for at in range(3)]
