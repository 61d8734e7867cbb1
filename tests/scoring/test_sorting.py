"""Sorting whole numbers gives NumPy's stable order, whatever their range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.sorting import FEW, by_columns, in_order, numbered

ROWS = st.sampled_from([0, 1, 2, 50, FEW, FEW + 1, 3_000])
SPANS = st.sampled_from([1, 2, 700, 10**6, 2**40, 2**62])
LOWS = st.sampled_from([0, -5, 10**6, -(2**61)])


def _drawn(rows: int, span: int, low: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, low + span, rows)


@given(ROWS, SPANS, LOWS)
def test_equal_ones_stay_as_they_lie(rows: int, span: int, low: int) -> None:
    keys = _drawn(rows, span, low)
    assert np.array_equal(in_order(keys), np.argsort(keys, kind="stable"))


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.intp, np.uint16])
def test_any_kind_of_whole_number(kind: type) -> None:
    keys = _drawn(3_000, 100, 0).astype(kind)
    assert np.array_equal(in_order(keys), np.argsort(keys, kind="stable"))


@given(ROWS, st.lists(st.tuples(SPANS, LOWS), min_size=1, max_size=4))
def test_the_first_column_goes_before_the_second(rows: int, columns: list[tuple[int, int]]) -> None:
    drawn = [_drawn(rows, span, low, seed) for seed, (span, low) in enumerate(columns)]
    assert np.array_equal(by_columns(*drawn), np.lexsort(drawn[::-1]))


@given(ROWS, SPANS, LOWS)
def test_numbers_are_those_of_the_sorted_distinct_ones(rows: int, span: int, low: int) -> None:
    keys = _drawn(rows, span, low)
    found, place = numbered(keys)
    expected, places = np.unique(keys, return_inverse=True)
    assert np.array_equal(found, expected)
    assert np.array_equal(place, places)
