"""Boards: ranks and bands against a comparison of everybody with everybody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from scoring.model import boards, boards_many
from scoring.model.boards import surely_around
from scoring.policy import Policy
from tests.slow_twins.boards import bands, places, surely

GAP = norm.ppf(0.9)
subjects = st.lists(
    st.tuples(st.integers(-30, 30).map(lambda n: n / 10), st.integers(1, 20).map(lambda n: n / 10)), max_size=60
)


def column(rows, at):
    return np.array([row[at] for row in rows], np.float64)


def test_worked_example():
    # By hand: equal sds 0.1 tell two apart from 1.2816 · √0.02 = 0.181 on; the last has too few voices.
    found = places(np.array([1.0, 0.9, 0.75, 2.0]), np.full(4, 0.1), np.array([3, 3, 3, 1.0]), Policy())
    assert found.order.tolist() == [0, 1, 2, 3]
    assert found.band.tolist() == [1, 1, 2, 0]
    assert found.rank_low.tolist() == [1, 1, 2, 0]
    assert found.rank_high.tolist() == [2, 3, 3, 0]
    assert found.provisional.tolist() == [False, False, False, True]


def slow_twin(mean, sd, certainty):
    with np.errstate(invalid="ignore"):
        better = norm.cdf((mean[None, :] - mean[:, None]) / np.hypot(sd[:, None], sd[None, :]))
    return better > certainty


@given(subjects)
def test_ranks_count_everybody_who_is_surely_better_or_worse(rows):
    mean, sd = column(rows, 0), column(rows, 1)
    better = slow_twin(mean, sd, 0.9)
    found = places(mean, sd, np.full(len(rows), 9.0), Policy())
    back = np.argsort(found.order)
    assert found.rank_low[back].tolist() == (1 + better.sum(axis=1)).tolist()
    assert found.rank_high[back].tolist() == (len(rows) - better.sum(axis=0)).tolist()
    assert (found.rank_low <= found.rank_high).all()


@given(subjects)
def test_a_band_starts_where_its_first_is_surely_better(rows):
    mean, sd = column(rows, 0), column(rows, 1)
    order = np.lexsort((sd, -mean))
    mean, sd, want, first = mean[order], sd[order], [], 0
    for at in range(len(rows)):
        if norm.cdf((mean[first] - mean[at]) / np.hypot(sd[first], sd[at])) > 0.9:
            first = at
        want.append(first)
    assert bands(mean, sd, GAP).tolist() == [sorted(set(want)).index(first) + 1 for first in want]


@pytest.mark.parametrize("split", [0.01, 0.36, 3.0, 9.0])
@pytest.mark.parametrize("kind", ["few figures", "any", "two kinds of sds", "equals", "sure of some"])
def test_the_short_cut_counts_exactly(split, kind, monkeypatch):
    monkeypatch.setattr(boards, "SPLIT", split)
    monkeypatch.setattr(boards, "PAIRS", 100)
    rng = np.random.default_rng(3)
    mean, sd = rng.normal(size=300), rng.uniform(0.01, 1, 300)
    mean = mean.round(1) if kind == "few figures" else np.zeros(300) if kind == "equals" else mean
    sd = np.where(rng.random(300) < 0.5, 0.001, 50.0) if kind == "two kinds of sds" else sd
    sd = np.where(rng.random(300) < 0.5, 0.0, sd) if kind == "sure of some" else sd
    better = surely(mean, sd, GAP)
    above, below = surely_around(mean, sd, GAP)
    assert above.tolist() == better.sum(axis=1).tolist()
    assert below.tolist() == better.sum(axis=0).tolist()


def test_who_lies_just_at_the_threshold_is_counted_as_one_by_one():
    # A grid of halves and quarters of the gap: many pairs differ by the threshold but for rounding.
    steps = np.repeat(np.arange(40), 12)
    sd = np.tile(np.array([3.0, 4.0, 5.0, 12.0]), 120) / 10
    mean = GAP * (np.hypot(0.3, 0.4) * steps / 2 + np.where(np.arange(480) % 2, 1e-16, 0))
    better = surely(mean, sd, GAP)
    above, below = surely_around(mean, sd, GAP)
    assert above.tolist() == better.sum(axis=1).tolist()
    assert below.tolist() == better.sum(axis=0).tolist()


def test_a_board_of_nobody_is_empty():
    found = places(np.empty(0), np.empty(0), np.empty(0), Policy())
    assert found.order.size == found.band.size == 0


def test_too_few_voices_never_count_in_others_ranks():
    alone = places(np.array([1.0]), np.array([0.1]), np.array([5.0]), Policy())
    beside = places(np.array([1.0, 9.0]), np.array([0.1, 0.1]), np.array([5.0, 2.9]), Policy())
    assert beside.rank_low[0] == alone.rank_low[0] == 1


@given(st.lists(subjects, max_size=5), st.lists(st.integers(1, 5), min_size=60, max_size=60), st.booleans())
def test_many_boards_at_once_are_the_same_as_one_by_one(tables, voices, searched):
    told = [(column(rows, 0), column(rows, 1), np.array(voices[: len(rows)], np.float64)) for rows in tables if rows]
    figure = tuple(np.concatenate([np.empty(0), *(each[at] for each in told)]) for at in range(3))
    board = np.repeat(np.arange(len(told), dtype=np.int32), [len(each[0]) for each in told])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boards_many, "SMALL", 10 if searched else 1000)
        found = boards_many.places_of_many(figure, board, Policy())
    at = 0
    for each in told:
        alone = places(*each, Policy())
        own = slice(at, at + len(each[0]))
        assert (found.order[own] - at).tolist() == alone.order.tolist()
        for name in ("band", "rank_low", "rank_high", "provisional"):
            assert getattr(found, name)[own].tolist() == getattr(alone, name).tolist()
        at += len(each[0])
