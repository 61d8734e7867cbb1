"""The crossed fit: by hand, against a dense twin and published numbers, and what must hold for any evidence."""

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from scoring.model import crossed_system
from scoring.model.crossed import Factor, Rows, Variance, columns, contributions, fit_crossed
from tests.scoring.penicillin import CRITERION, DIAMETER, MEAN, PLATE_SD, RESIDUAL_SD, SAMPLE_SD, SAMPLES
from tests.slow_twins.reml import Twin

FREE = (Variance(),) * 4
HELD = (Variance(known=0.3), Variance(known=0.5), Variance(known=0.2), Variance(known=0.15))


def penicillin():
    plate, sample = (np.ravel(i).astype(np.int32) for i in np.indices(DIAMETER.shape))
    return Rows(DIAMETER.ravel(), np.zeros(144, np.int32), 1), [Factor(plate, 24), Factor(sample, 6)]


def crossing(seed, rows=90, variances=FREE):
    """Givers, receivers, receiver × criterion and pairs: unbalanced, with gaps and weights."""
    dice = np.random.default_rng(seed)
    giver, receiver, criterion = dice.integers(0, 9, rows), dice.integers(0, 7, rows), dice.integers(0, 3, rows)
    levels = [giver, receiver, receiver * 3 + criterion, giver * 7 + receiver]
    sizes = [9, 7, 21, 63]
    y = 3.0 + 0.3 * criterion + dice.normal(0, 0.7, rows)
    for level, size, sd in zip(levels, sizes, (0.6, 0.8, 0.4, 0.5), strict=True):
        y += dice.normal(0, sd, size)[level]
    levels = [np.where(dice.random(rows) < 0.1, -1, level).astype(np.int32) for level in levels]
    factors = [Factor(*part) for part in zip(levels, sizes, variances, strict=True)]
    return Rows(y, criterion.astype(np.int32), 3, dice.uniform(0.3, 1.5, rows)), factors


def larger(people=60, answers=700, seed=5):
    """Answers over four criteria by many: what one organization looks like."""
    dice = np.random.default_rng(seed)
    giver, shift = dice.integers(0, people, answers), 1 + (dice.random(answers) ** 2 * (people - 1)).astype(int)
    receiver = (giver + shift) % people
    g, j, a = (np.repeat(i, 4) for i in (giver, receiver, np.arange(answers)))
    k = np.tile(np.arange(4), answers)
    y = 4 + dice.normal(0, 0.4, people)[g] + dice.normal(0, 0.4, people)[j] + dice.normal(0, 0.3, 4 * people)[4 * j + k]
    y = y + dice.normal(0, 0.4, answers)[a] + dice.normal(0, 0.5, len(g))
    levels = [(g, people), (j, people), (4 * j + k, 4 * people), (a, answers)]
    return Rows(y, k.astype(np.int32), 4), [Factor(level.astype(np.int32), size) for level, size in levels]


def criterion_of_person(people, criteria, factors):
    """μ_k + receiver_j + receiver×criterion_jk, one row for each person and criterion."""
    start, place = columns(criteria, factors), np.arange(people * criteria)
    column = np.stack([place % criteria, start[2] + place // criteria, start[3] + place], axis=1)
    row = np.repeat(place, 3)
    return csr_array((np.ones(len(row)), (row, column.ravel())), shape=(len(place), start[-1]))


def dense(part, size):
    return np.where(part[:, None] == np.arange(size), 1.0, 0.0)


def twin_of(rows, factors):
    z = [dense(f.level, f.size) for f in factors]
    return Twin(rows.y, dense(rows.group, rows.groups), z, np.ones(len(rows.y)) if rows.weight is None else rows.weight)


@pytest.fixture
def iterative(monkeypatch):
    monkeypatch.setattr(crossed_system, "EXACT_EFFECTS", 0)
    monkeypatch.setattr(crossed_system, "_EXACT_CORE", -1)


def test_worked_example_of_six_ratings():
    # Two givers rate three people. Given variances: residual 2, giver 2, receiver 1.
    # By hand (balanced): receiver = 1 / (1 + 2/2) = 1/2 of the mean's deviation, giver = 2 / (2 + 2/3) = 3/4 of it.
    y = np.array([5.0, 4.0, 3.0, 3.0, 2.0, 1.0])  # means: givers 4 and 2, people 4, 3 and 2, all 3
    giver, receiver = np.array([0, 0, 0, 1, 1, 1], np.int32), np.array([0, 1, 2, 0, 1, 2], np.int32)
    factors = [Factor(giver, 2, Variance(known=2.0)), Factor(receiver, 3, Variance(known=1.0))]
    fit = fit_crossed(Rows(y, np.zeros(6, np.int32), 1), factors, Variance(known=2.0))
    assert fit.fixed == pytest.approx([3.0])
    assert fit.effects[0] == pytest.approx([0.75, -0.75])
    assert fit.effects[1] == pytest.approx([0.5, 0.0, -0.5])
    # The mean's variance: 2/2 from givers, 1/3 from people, 2/6 from noise.
    assert fit.fixed_sds == pytest.approx([np.sqrt(5 / 3)])


def test_penicillin_at_the_published_variances_gives_the_published_effects_and_criterion():
    rows, (plate, sample) = penicillin()
    factors = [
        replace(plate, variance=Variance(known=PLATE_SD**2)),
        replace(sample, variance=Variance(known=SAMPLE_SD**2)),
    ]
    fit = fit_crossed(rows, factors, Variance(known=RESIDUAL_SD**2))
    assert fit.deviance == pytest.approx(CRITERION, abs=1e-6)
    assert fit.fixed == pytest.approx([MEAN], abs=1e-7)
    assert fit.effects[1] == pytest.approx(SAMPLES, abs=2e-8)


def test_penicillin_estimated_from_nothing_is_at_least_as_good_as_published():
    rows, factors = penicillin()
    fit = fit_crossed(rows, factors)
    assert np.sqrt([fit.variances[0], fit.residual]) == pytest.approx([PLATE_SD, RESIDUAL_SD], abs=1e-5)
    assert fit.fixed == pytest.approx([MEAN], abs=1e-5)
    assert fit.effects[1] == pytest.approx(SAMPLES, abs=1e-5)
    assert fit.deviance == pytest.approx(CRITERION, abs=1e-6)
    # A balanced design has a closed form: the published search stopped 5.5e-5 before it, 8.5e-9 higher in deviance.
    row, column = DIAMETER.mean(axis=1) - DIAMETER.mean(), DIAMETER.mean(axis=0) - DIAMETER.mean()
    error = DIAMETER - DIAMETER.mean() - row[:, None] - column
    square = [(error**2).sum() / 115, 6 * (row**2).sum() / 23, 24 * (column**2).sum() / 5]
    closed = [(square[1] - square[0]) / 6, (square[2] - square[0]) / 24]
    assert fit.residual == pytest.approx(square[0], rel=1e-8)
    assert fit.variances == pytest.approx(closed, rel=1e-7)
    assert np.sqrt(fit.variances[1]) == pytest.approx(SAMPLE_SD, abs=6e-5)


@pytest.mark.parametrize("seed", range(4))
def test_effects_errors_and_deviance_equal_the_dense_twin(seed):
    rows, factors = crossing(seed, variances=HELD)
    wanted = criterion_of_person(7, 3, factors)
    fit = fit_crossed(rows, factors, Variance(known=0.4), wanted)
    twin = twin_of(rows, factors)
    solution, error = twin.predict([v.known for v in HELD], 0.4)
    assert np.concatenate([fit.fixed, *fit.effects]) == pytest.approx(solution, abs=1e-10)
    assert np.concatenate([fit.fixed_sds, *fit.sds]) == pytest.approx(np.sqrt(np.diag(error)), abs=1e-10)
    assert fit.combined == pytest.approx(wanted @ solution, abs=1e-10)
    assert fit.combined_sds**2 == pytest.approx(np.diag(wanted @ error @ wanted.T), abs=1e-10)
    # The deviance of weighted rows, all constants included.
    assert fit.deviance == pytest.approx(twin.deviance([v.known for v in HELD], 0.4), abs=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_variances_equal_the_dense_twin(seed):
    rows, factors = crossing(seed, rows=150)
    fit = fit_crossed(rows, factors)
    variances, residual = twin_of(rows, factors).best()
    assert fit.deviance == pytest.approx(twin_of(rows, factors).deviance(fit.variances, fit.residual), abs=1e-6)
    assert fit.deviance <= twin_of(rows, factors).deviance(variances, residual) + 1e-6
    assert [*fit.variances, fit.residual] == pytest.approx([*variances, residual], abs=2e-4)


def test_known_center_equals_the_dense_twin():
    rows, factors = crossing(1, variances=HELD)
    rows = replace(rows, groups=4, center=3.5, center_variance=0.6)
    fit = fit_crossed(rows, factors, Variance(known=0.4))
    v = 0.6 * dense(rows.group, 4) @ dense(rows.group, 4).T + twin_of(rows, factors).covariance(
        [h.known for h in HELD], 0.4
    )
    gain = 0.6 * dense(rows.group, 4).T @ np.linalg.inv(v)
    assert fit.fixed == pytest.approx(3.5 + gain @ (rows.y - 3.5), abs=1e-10)
    assert fit.fixed_sds**2 == pytest.approx(0.6 - 0.6 * np.diag(gain @ dense(rows.group, 4)), abs=1e-10)
    assert fit.fixed_sds[3] == pytest.approx(np.sqrt(0.6))


def test_shares_equal_the_dense_twin():
    dice = np.random.default_rng(3)
    project, shares = dice.integers(0, 8, 50), dice.dirichlet(np.ones(5), 8)
    rows = Rows(dice.normal(4, 1, 50), np.zeros(50, np.int32), 1)
    factor = Factor(project.astype(np.int32), 5, Variance(known=0.7), csr_array(shares))
    fit = fit_crossed(rows, [factor], Variance(known=0.5))
    solution, error = Twin(rows.y, np.ones((50, 1)), [shares[project]], np.ones(50)).predict([0.7], 0.5)
    assert np.concatenate([fit.fixed, *fit.effects]) == pytest.approx(solution, abs=1e-10)
    assert fit.sds[0] == pytest.approx(np.sqrt(np.diag(error)[1:]), abs=1e-10)
    assert contributions(rows, [factor], fit, 0).sum(axis=0) == pytest.approx(fit.effects[0], abs=1e-10)


@given(st.integers(0, 10_000), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_contributions_of_the_rows_add_up_to_each_effect(seed, count):
    rows, factors = crossing(seed, count)
    fit = fit_crossed(rows, factors)
    for index, effects in enumerate(fit.effects):
        given_by_rows = contributions(rows, factors, fit, index)
        assert np.abs(given_by_rows.sum(axis=0) - effects).max() < 1e-9


@given(st.integers(0, 10_000), st.integers(1, 80))
@settings(max_examples=25, deadline=None)
def test_order_of_rows_and_names_of_levels_change_nothing(seed, count):
    rows, factors = crossing(seed, count, HELD)
    fit = fit_crossed(rows, factors, Variance(known=0.4))
    dice = np.random.default_rng(seed + 1)
    order, names = dice.permutation(count), [dice.permutation(f.size) for f in factors]
    shuffled = Rows(rows.y[order], rows.group[order], 3, rows.weight[order])
    renamed = [
        replace(f, level=np.where(f.level < 0, -1, name[f.level]).astype(np.int32)[order])
        for f, name in zip(factors, names, strict=True)
    ]
    again = fit_crossed(shuffled, renamed, Variance(known=0.4))
    for part, name in enumerate(names):
        assert np.abs(again.effects[part][name] - fit.effects[part]).max() < 1e-9
        assert np.abs(again.sds[part][name] - fit.sds[part]).max() < 1e-9


@given(st.integers(0, 10_000), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_more_evidence_never_makes_us_less_sure(seed, count):
    rows, factors = crossing(seed, count + 1, HELD)
    fewer = Rows(rows.y[:count], rows.group[:count], 3, rows.weight[:count])
    before = fit_crossed(fewer, [replace(f, level=f.level[:count]) for f in factors], Variance(known=0.4))
    after = fit_crossed(rows, factors, Variance(known=0.4))
    for less, more in zip((before.fixed_sds, *before.sds), (after.fixed_sds, *after.sds), strict=True):
        assert (more <= less + 1e-9).all()


@given(st.integers(0, 10_000), st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_a_constant_added_to_every_row_moves_only_the_means(seed, constant):
    rows, factors = crossing(seed, 40, HELD)
    fit = fit_crossed(rows, factors, Variance(known=0.4))
    moved = fit_crossed(replace(rows, y=rows.y + constant), factors, Variance(known=0.4))
    heard = np.isfinite(fit.fixed_sds)
    assert moved.fixed[heard] - fit.fixed[heard] == pytest.approx(constant, abs=1e-9)
    for before, after in zip(fit.effects, moved.effects, strict=True):
        assert np.abs(after - before).max() < 1e-9


def test_no_evidence_is_the_prior_with_its_sd():
    nothing = Rows(np.zeros(0), np.zeros(0, np.int32), 2, center=3.5, center_variance=0.25)
    factor = Factor(np.zeros(0, np.int32), 3, Variance(guess=0.16))
    wanted = csr_array(np.array([[1.0, 0, 1, 0, 0]]))
    fit = fit_crossed(nothing, [factor], Variance(), wanted)
    assert fit.fixed == pytest.approx([3.5, 3.5])
    assert fit.fixed_sds == pytest.approx([0.5, 0.5])
    assert fit.effects[0] == pytest.approx([0, 0, 0])
    assert fit.sds[0] == pytest.approx([0.4, 0.4, 0.4])
    assert fit.combined == pytest.approx([3.5])
    assert fit.combined_sds == pytest.approx([np.sqrt(0.41)])


@pytest.mark.parametrize(
    ("y", "level", "size"),
    [([4.0], [0], 1), ([5.0] * 6, [0, 0, 1, 1, 2, 2], 4), ([1.0, 5.0], [-1, -1], 2), ([1.0, 5.0], [0, 1], 2)],
)
def test_poor_evidence_gives_finite_answers(y, level, size):
    rows = Rows(np.array(y), np.zeros(len(y), np.int32), 1)
    fit = fit_crossed(rows, [Factor(np.array(level, np.int32), size)])
    for part in (fit.fixed, fit.fixed_sds, *fit.effects, *fit.sds, fit.variances, fit.residual):
        assert np.isfinite(part).all()
    assert min(y) <= fit.fixed[0] <= max(y)


def test_a_variance_of_none_gives_effects_of_none():
    rows, factors = crossing(2)
    fit = fit_crossed(rows, [replace(factors[0], variance=Variance(known=0.0)), *factors[1:]])
    assert fit.variances[0] == 0
    assert not fit.effects[0].any()
    assert not fit.sds[0].any()


def test_floor_and_guess_hold_a_variance():
    dice = np.random.default_rng(9)
    rows = Rows(dice.normal(4, 1, 60), np.zeros(60, np.int32), 1)
    level = (np.arange(60) % 12).astype(np.int32)
    assert fit_crossed(rows, [Factor(level, 12, Variance(floor=0.2))]).variances[0] >= 0.2
    firm = fit_crossed(rows, [Factor(level, 12, Variance(guess=0.5, weight=1e6))])
    assert firm.variances[0] == pytest.approx(0.5, rel=1e-3)


@pytest.mark.usefixtures("iterative")
def test_conjugate_gradients_find_what_elimination_finds(monkeypatch):
    rows, factors = larger()
    wanted = criterion_of_person(60, 4, factors)
    rough = fit_crossed(rows, factors, combinations=wanted)
    held = [replace(f, variance=Variance(known=v)) for f, v in zip(factors, rough.variances, strict=True)]
    monkeypatch.setattr(crossed_system, "_EXACT_CORE", 2000)
    exact = fit_crossed(rows, held, Variance(known=rough.residual), wanted)
    free = fit_crossed(rows, factors)
    assert not rough.exact
    assert exact.exact
    for left, right in zip((rough.fixed, *rough.effects), (exact.fixed, *exact.effects), strict=True):
        assert np.abs(left - right).max() < 1e-8
    assert rough.variances == pytest.approx(free.variances, rel=0.05)
    assert np.median(np.abs(rough.combined_sds / exact.combined_sds - 1)) < 0.02
    for part in range(3):
        assert np.median(np.abs(rough.sds[part] / exact.sds[part] - 1)) < 0.02


@pytest.mark.usefixtures("iterative")
def test_probes_follow_the_evidence_not_its_names():
    rows, factors = larger(people=20, answers=90)
    fit = fit_crossed(rows, factors)
    dice = np.random.default_rng(1)
    order, names = dice.permutation(len(rows.y)), [dice.permutation(f.size) for f in factors]
    renamed = [replace(f, level=n[f.level].astype(np.int32)[order]) for f, n in zip(factors, names, strict=True)]
    again = fit_crossed(Rows(rows.y[order], rows.group[order], 4), renamed)
    assert again.variances == pytest.approx(fit.variances, rel=1e-7)
    for part, name in enumerate(names):
        assert np.abs(again.effects[part][name] - fit.effects[part]).max() < 1e-7
        assert np.abs(again.sds[part][name] - fit.sds[part]).max() < 1e-7


def fingerprint():
    rows, factors = larger(people=90, answers=300)
    fit = fit_crossed(rows, factors)
    crossed_system.EXACT_EFFECTS, crossed_system._EXACT_CORE = 0, -1
    probed = fit_crossed(rows, factors)
    parts = (*fit.effects, *fit.sds, *probed.effects, *probed.sds)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def test_threads_change_not_a_byte():
    asked = "from tests.scoring.test_crossed import fingerprint; print(fingerprint())"
    answers = [
        subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2", "4")
    ]
    assert len(set(answers)) == 1


def test_a_fit_without_random_factors_is_the_weighted_mean():
    rows = Rows(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1], np.int32), 2, np.array([1.0, 3.0, 1.0]))
    fit = fit_crossed(rows, [], Variance(known=1.0))
    assert fit.fixed == pytest.approx([1.75, 4.0])
    assert fit.fixed_sds == pytest.approx([0.5, 1.0])


def test_wrong_input_is_refused():
    rows, factors = crossing(0)
    with pytest.raises(ValueError, match="level is outside"):
        fit_crossed(rows, [replace(factors[0], size=2)])
    with pytest.raises(ValueError, match="group is outside"):
        fit_crossed(replace(rows, groups=1), factors)
    with pytest.raises(ValueError, match="finite"):
        fit_crossed(replace(rows, y=np.full(len(rows.y), np.nan)), factors)
    with pytest.raises(ValueError, match="residual"):
        fit_crossed(rows, factors, Variance(known=0.0))
    with pytest.raises(ValueError, match="columns"):
        fit_crossed(rows, factors, Variance(), csr_array((1, 3)))


@pytest.mark.slow
def test_lecture_evaluations_are_timed(capsys):
    # The size of the public lecture-evaluation data: 73,421 ratings, 2,972 givers, 1,128 receivers.
    dice = np.random.default_rng(0)
    giver, receiver = dice.integers(0, 2972, 73_421), (1128 * dice.random(73_421) ** 1.5).astype(int)
    y = 3.2 + dice.normal(0, 0.33, 2972)[giver] + dice.normal(0, 0.52, 1128)[receiver] + dice.normal(0, 1.17, 73_421)
    factors = [Factor(giver.astype(np.int32), 2972), Factor(receiver.astype(np.int32), 1128)]
    begun = time.perf_counter()
    fit = fit_crossed(Rows(y, np.zeros(73_421, np.int32), 1), factors)
    with capsys.disabled():
        sys.stdout.write(f"\n73,421 ratings, variances and all sds: {time.perf_counter() - begun:.2f} s\n")
    assert np.sqrt([*fit.variances, fit.residual]) == pytest.approx([0.33, 0.52, 1.17], rel=0.05)
