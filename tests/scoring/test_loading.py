"""The loading of recognition in quality: nothing unless proven, little then, and no door for the loud."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from scoring.arrays import build
from scoring.model.kudos import recognition
from scoring.model.loading import CLEAR, MOST, PEOPLE, Known, Loading, loading
from scoring.model.opportunity import opportunity
from scoring.model.peers import peers
from scoring.model.select import select
from scoring.offline import assumed
from scoring.policy import Policy
from scoring.simulate.organization import simulate
from scoring.simulate.settings import Settings

UNTIL = datetime(2026, 10, 1, tzinfo=UTC)
NOW = round(UNTIL.timestamp()) * 1_000_000
POLICY = Policy()


def known(mean, heard=None):
    mean = np.asarray(mean, np.float64)
    return Known(mean, np.full(len(mean), 0.5), np.ones(len(mean), np.bool_) if heard is None else heard)


def drawn(seed, slope, people=200, seen=0.0):
    """Quality that follows recognition by `slope`, and both that follow being seen by `seen`."""
    rng = np.random.default_rng(seed)
    visible = rng.standard_normal(people)
    thanked = rng.standard_normal(people) + seen * visible
    quality = slope * thanked + seen * visible + rng.standard_normal(people)
    return known(quality), known(thanked), visible


def test_worked_example():
    # Six people five times over, equal weights, no measure of being seen. r = -2, -1, 0, 0, 1, 2: Σr² = 10.
    # q = -1, 0, -1, 1, 0, 1: Σrq = 4, slope 0.4. Residuals q - 0.4 r: -0.2, 0.4, -1, 1, -0.4, 0.2.
    # HC1: Σr²e² = 2 (4 · 0.04 + 0.16) = 0.64; five times 3.2; error² = 3.2 / 50² · 30 / 28 = 0.00137143.
    quality, thanked = known([-1, 0, -1, 1, 0, 1] * 5), known([-2, -1, 0, 0, 1, 2] * 5)
    found = loading(quality, thanked, np.ones(30))
    assert found.slope == pytest.approx(0.4)
    assert found.error == pytest.approx(np.sqrt(0.00137143), rel=1e-5)
    assert (found.amount, found.people) == (MOST, 30)


def test_nothing_with_fewer_than_thirty_people_heard_both_ways():
    quality, thanked, visible = drawn(1, 2.0, PEOPLE + 5)
    heard = np.arange(PEOPLE + 5) < PEOPLE - 1
    assert loading(quality, known(thanked.mean, heard), visible) == Loading(0.0, 0.0, float("inf"), PEOPLE - 1)
    heard[PEOPLE] = True
    assert loading(quality, known(thanked.mean, heard), visible).amount > 0


@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_nothing_where_recognition_says_nothing_of_quality(slope):
    found = [loading(*drawn(seed, slope)).amount for seed in range(200)]
    assert np.mean(np.array(found) > 0) < 0.05


def test_what_being_seen_explains_is_no_loading():
    quality, thanked, visible = drawn(3, 0.0, 2000, seen=1.0)
    blind = loading(quality, thanked, np.zeros(2000))
    assert blind.slope > 10 * blind.error
    assert abs(loading(quality, thanked, visible).slope) < 3 * blind.error


def test_the_error_is_the_spread_of_the_slope_over_draws():
    found = [loading(*drawn(seed, 0.3)) for seed in range(300)]
    assert np.std([each.slope for each in found]) == pytest.approx(np.mean([each.error for each in found]), rel=0.15)
    assert np.mean([each.slope for each in found]) == pytest.approx(0.3, abs=0.02)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1, 1), st.integers(0, 60), st.floats(0.01, 100))
def test_it_stays_within_bounds_and_forgets_order_and_units_of_being_seen(seed, slope, people, unit):
    quality, thanked, visible = drawn(seed, slope, people)
    found = loading(quality, thanked, visible)
    assert 0 <= found.amount <= MOST
    assert (found.amount == 0) == (people < PEOPLE or found.slope <= CLEAR * found.error)
    order = np.random.default_rng(seed).permutation(people)
    again = loading(known(quality.mean[order]), known(thanked.mean[order]), unit * visible[order] + 3)
    assert again.slope == pytest.approx(found.slope, abs=1e-9)


def test_recognition_alike_for_all_says_nothing():
    found = loading(known(np.arange(40.0)), known(np.zeros(40)), np.zeros(40))
    assert (found.amount, found.slope, found.error) == (0.0, 0.0, float("inf"))


@pytest.mark.parametrize("pull", [0.9, 1.5])
def test_the_most_opens_the_gap_of_visibility_by_little(pull):
    added = [_gap_added(pull, seed) for seed in range(4)]
    assert np.mean(added) < 1.5


def _gap_added(pull, seed):
    """Percentiles by which MOST widens the gap of the most over the least visible fifth, at equal true quality."""
    made = simulate(Settings(people=100, visibility_pull=pull), seed, UNTIL)
    evidence = select(build(assumed(made.frames), made.manifest), NOW)
    rated, thanked = peers(evidence, POLICY, NOW).people, recognition(evidence, POLICY, NOW)
    quality = ((rated.estimate - rated.centre) / rated.spread).mean(axis=1)
    place = {name: at for at, name in enumerate(made.truth.people)}
    at = [place[name] for name in evidence.people.ids]
    truth, visible = made.truth.quality[at].mean(axis=1), made.truth.visibility[at]
    chances = opportunity(evidence, NOW, POLICY.kudos_half_life_days)
    found = loading(
        Known(quality, rated.sd.mean(axis=1), rated.voices.max(axis=1) > 0),
        Known(thanked.estimate[:, 0], thanked.sd[:, 0], thanked.voices[:, 0] > 0),
        np.log(chances.presence + 0.1),
    )
    assert found.amount <= MOST
    loud = quality + MOST * thanked.estimate[:, 0]
    return _gap(loud, truth, visible) - _gap(quality, truth, visible)


def _gap(score, truth, visible):
    causes = np.column_stack([np.ones(len(truth)), truth, truth**2])
    place = rankdata(score) / len(score) * 100
    left = place - causes @ np.linalg.lstsq(causes, place, rcond=None)[0]
    order, fifth = np.argsort(visible), len(score) // 5
    return left[order[-fifth:]].mean() - left[order[:fifth]].mean()
