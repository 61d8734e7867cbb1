"""Ratings and told points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.ratings import rating_of, told_of


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
