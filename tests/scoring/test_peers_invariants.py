"""Peers: the invariants of scoring.md section 4, and what repeating oneself is worth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.model.block import sums
from scoring.model.peers_rows import heard, newest
from scoring.model.peers_variances import variances
from scoring.model.ratings import rating_of
from tests.scoring.raters import (
    CRITERIA,
    HELD,
    NAMES,
    NOW,
    POLICY,
    evidence,
    held_fit,
    quality_of,
    rating,
    ratings,
    scored,
)


@settings(max_examples=40, deadline=None)
@given(ratings)
def test_parts_add_up_to_the_estimate(rows):
    block = scored(rows).people
    assert sums(block.parts, block.estimate.shape) == pytest.approx(block.estimate, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(ratings, st.integers(0, 29))
def test_raising_one_rating_never_lowers_what_that_occasion_rated(rows, which):
    found = evidence(rows)
    assume(len(rows) > 0)
    feedback = found.feedback
    row = which % len(feedback.rating)
    raised = feedback.rating.copy()
    raised[row] += 1
    name = NAMES[feedback.receiver[row]]
    same = (feedback.answer == feedback.answer[row]) & (feedback.receiver == feedback.receiver[row])
    asked = np.unique(feedback.criterion[same])
    before = quality_of(found, name)[0][asked].mean()
    after = quality_of(replace(found, feedback=replace(feedback, rating=raised)), name)[0][asked].mean()
    assert after >= before - 1e-12


@settings(max_examples=30, deadline=None)
@given(ratings, st.floats(-2, 2))
def test_a_constant_on_all_of_one_givers_ratings_moves_others_by_no_more_than_its_share(rows, constant):
    """Invariant 5, with λ = (σ² + σ_o² + σ_p²) / σ_leniency²; n counts whom the giver rated."""
    found = evidence(rows)
    feedback = found.feedback
    assume(len(rows) > 0 and constant != 0)
    giver = feedback.giver[0]
    own = feedback.giver == giver
    shifted = replace(found, feedback=replace(feedback, rating=feedback.rating + constant * own))
    told, before = held_fit(found)
    after = held_fit(shifted)[1]
    moved = np.abs((after.mean + after.state[:, :2]) - (before.mean + before.state[:, :2])).max()
    assert moved <= abs(constant) + 1e-9
    rated = len(np.unique(feedback.receiver[own]))
    ratio = (HELD.residual + HELD.occasion + HELD.pair) / HELD.leniency
    others = [p for p in told.receivers if p not in feedback.receiver[own]]
    if others:
        places = np.searchsorted(told.receivers, others)
        free = np.abs((after.state - before.state)[places][:, :2]).max()
        assert free <= abs(constant) * ratio / (rated + ratio) + 1e-9


@settings(max_examples=30, deadline=None)
@given(ratings, st.integers(1, 60))
def test_copies_of_one_opinion_move_by_less_than_a_bound_that_does_not_grow(rows, copies):
    """All copies together are one observation with a variance of σ_p² or more, whatever their number.

    It moves q by (y − prediction) · cov(q, q + leniency) / (v + σ_p²), v the variance of q + leniency; with
    cov ≤ sd(q) · √v and √v / (v + σ_p²) ≤ 1 / (2 σ_p) that is at most |y − prediction| · sd(q) / (2 σ_p).
    """
    others = [row for row in rows if (row["giver"], row["receiver"]) != ("ada", "fia")]
    base = [*others, rating("ada", "ben", 3), rating("cleo", "fia", 4)]
    told, before = held_fit(evidence(base))
    place, giver = told.receivers.tolist().index(5), told.givers.tolist().index(0)
    was = before.mean[0] + before.state[place, 0]
    surprise = abs(1 - was - before.shared[giver])  # five is told as one above what is usual
    found = evidence([*base, *[rating("ada", "fia", 5, at=29) for _ in range(copies)]])
    now = quality_of(found, "fia")[0][0]
    assert abs(now - was) <= surprise * np.sqrt(before.covariance[place, 0, 0]) / (2 * np.sqrt(HELD.pair)) + 1e-6


def test_a_thousand_copies_weigh_hardly_more_than_ten():
    others = [rating(g, "fia", 3) for g in ("ben", "cleo", "dora")]
    ten, thousand = (
        quality_of(evidence([*others, *[rating("ada", "fia", 5, at=n % 29) for n in range(copies)]]), "fia")[0][0]
        for copies in (10, 1000)
    )
    assert thousand - ten < 0.1


def test_a_giver_who_repeats_an_answer_does_not_become_what_everybody_differs_by():
    """Sums of products grow with the square of a pair's ratings: learnt variances must not."""
    rows = [rating(g, r, 2 + (n + m) % 4, answer=f"{g}{r}") for n, g in enumerate(NAMES) for m, r in enumerate(NAMES)]
    rows = [row for row in rows if row["giver"] != row["receiver"]]

    def learnt(copies):
        found = evidence([*rows, *[rating("ada", "fia", 5, at=29 - n / 200, answer=f"n{n}") for n in range(copies)]])
        return variances(heard(found, NOW), POLICY.peer_half_life_days)

    few, many = learnt(15), learnt(5000)
    assert replace(many, quality=few.quality) == few
    assert (many.quality == few.quality).all()


@settings(max_examples=30, deadline=None)
@given(ratings, st.integers(1, 4), st.permutations(range(40)))
def test_what_is_kept_of_a_pair_hangs_on_no_order_of_ids(rows, most, order):
    """Of every pair's ratings on a criterion those stay that a plain count of newer and alike ones lets stay.

    Alike ones of one moment that alone are too many count as one, and one of them may stay.
    """
    rows = rows * 3
    named = [{**row, "id": f"f{order[n % 40]:02}{n}", "answer": f"a{n}"} for n, row in enumerate(rows)]
    cells = [(row["giver"], row["receiver"], row["criterion"], row["at"], row["rating"]) for row in rows]
    one_of_many = {cell: 1 if cells.count(cell) > most else cells.count(cell) for cell in cells}

    def counted(cell):
        newer = (o for o in one_of_many if o[:3] == cell[:3] and (-o[3], o[4]) <= (-cell[3], cell[4]))
        return sum(one_of_many[o] for o in newer)

    stay = sorted(cell for cell, times in one_of_many.items() if counted(cell) <= most for _ in range(times))
    told = newest(heard(evidence(named), NOW), most)
    pair = told.row_pair
    days = 30 - told.days[told.occasion]
    names = [NAMES[told.givers[g]] for g in told.giver], [NAMES[told.receivers[r]] for r in told.receiver]
    kept = sorted(
        (names[0][p], names[1][p], CRITERIA[c]["criterion"], round(d), round(float(y)))
        for p, c, d, y in zip(pair, told.criterion, days, rating_of(told.y), strict=True)
    )
    assert kept == stay


def test_a_word_repeated_at_one_moment_is_heard_as_one_and_does_not_silence_older_ones():
    others = [rating(giver, "ben", 4) for giver in NAMES if giver not in {"ada", "ben"}]
    at_once = [rating("ada", "ben", 1, at=20, answer=f"n{n}") for n in range(501)]
    older = rating("ada", "ben", 2, at=10, answer="old")
    told = heard(evidence([*others, *at_once, older]), NOW)
    said = sorted(rating_of(told.y[told.giver[told.row_pair] == list(told.givers).index(NAMES.index("ada"))]))
    assert said == pytest.approx([1, 2])
    once = heard(evidence([*others, at_once[0], older]), NOW)
    assert (told.y == once.y).all()


def test_of_alike_words_the_one_with_the_most_beside_it_stays_whatever_the_ids():
    def kept(first, last):
        full = [{**rating("ada", "ben", 1, at=20, answer=first), "criterion": c["criterion"]} for c in CRITERIA]
        bare = [rating("ada", "ben", 1, at=20, answer=f"m{n}") for n in range(501)]
        rows = [{**row, "id": f"{last}{n}"} for n, row in enumerate([*full, *bare])]
        return heard(evidence(rows), NOW)

    for told in (kept("a", "x"), kept("z", "b")):
        assert len(told.y) == len(CRITERIA)
        assert len(told.pair) == 1
