"""What blocks say of one another, against conditioning a joint normal by hand and by dense matrices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.block import Block, no_parts
from scoring.model.together import USUAL, Said, across, combine, kinship, moved, part_variance

shares = st.floats(0.02, 0.98)


def block(name, estimate, sd):
    """One dimension in sd of true quality, of people known by `sd`."""
    estimate, sd = np.array(estimate, float)[:, None], np.array(sd, float)[:, None]
    return Block((name,), estimate, sd, 1 / sd**2 - 1, np.zeros(1), np.ones(1), no_parts())


def test_worked_example():
    """Two parts of variance 1/2, correlation 1/2; the first known by half, the second not at all.

    By hand: P = [[.5, .25], [.25, .5]], h = 1/.25 − 1/.5 = 2. Cov(sum, first) = .75; first's word has variance .5 + .5
    = 1. Gain on the word 2·m: quality = .75 · 2m = 1.5 m; variance 1.5 − .75² = .9375.
    """
    prior = np.array([[[0.5, 0.25], [0.25, 0.5]]])
    found = combine(prior, np.array([[0.25, 0.5]]))
    assert found.factor[0, 0] == pytest.approx(1.5)
    assert found.variance[0] == pytest.approx(0.9375)


@given(st.lists(shares, min_size=3, max_size=3), st.floats(0, 0.9), st.lists(shares, min_size=3, max_size=3))
def test_it_is_conditioning_one_joint_normal(sizes, kin, known):
    own = np.sqrt(np.array(sizes))
    prior = np.outer(own, own) * np.where(np.eye(3, dtype=bool), 1, kin)
    variance = np.diag(prior) * np.array(known)
    noise = 1 / (1 / variance - 1 / np.diag(prior))  # of each block's word on its own part
    gain = prior.sum(axis=0) @ np.linalg.inv(prior + np.diag(noise))
    found = combine(prior[None], variance[None])
    # A posterior mean m is the word times its reliability: word = m · s² / (s² − v).
    assert found.factor[0] == pytest.approx(gain * np.diag(prior) / (np.diag(prior) - variance), rel=1e-6)
    assert found.variance[0] == pytest.approx(prior.sum() - gain @ prior.sum(axis=0), rel=1e-6)


def test_without_kinship_nothing_changes():
    prior = np.eye(3)[None] / 3
    found = combine(prior, np.full((1, 3), 0.1))
    assert found.factor == pytest.approx(np.ones((1, 3)))
    assert found.variance == pytest.approx([0.3])


def test_a_block_that_does_not_apply_changes_nothing():
    prior = np.zeros((1, 2, 2))
    prior[0, 0, 0] = 1
    found = combine(prior, np.array([[0.4, 0.0]]))
    assert found.factor == pytest.approx(np.ones((1, 2)))
    assert found.variance == pytest.approx([0.4])


def simulated(kin, people=4000, sd=0.6, seed=1):
    """Two blocks whose truths correlate, each told with the same error."""
    rng = np.random.default_rng(seed)
    truth = rng.multivariate_normal([0, 0], [[1, kin], [kin, 1]], people)
    noise = sd**2 / (1 - sd**2)
    seen = (truth + np.sqrt(noise) * rng.standard_normal(truth.shape)) * (1 - sd**2)
    return [block(name, seen[:, at], np.full(people, sd)) for at, name in enumerate(("a", "b"))]


@pytest.mark.parametrize("kin", [0.0, 0.5, 0.8])
def test_the_kinship_of_truths_is_found_through_their_errors(kin):
    assert kinship(simulated(kin))[0, 1] == pytest.approx(kin, abs=0.05)


def test_kinship_worked_example():
    """Two people, both known with sd 0.6 by both blocks: u = 0.64.

    By hand: Σ m_b m_c = 0.5 · 0.4 + 0.2 · 0.1 = 0.22, Σ u_b u_c = 0.8192: (0.22 + 24 · 0.6) / (0.8192 + 24).
    """
    told = [block("a", [0.5, 0.2], [0.6, 0.6]), block("b", [0.4, 0.1], [0.6, 0.6])]
    assert kinship(told)[0, 1] == pytest.approx(14.62 / 24.8192)


def test_without_anybody_known_two_blocks_go_together_as_usual():
    assert kinship([block("a", [0.0], [1.0]), block("b", [0.0], [1.0])])[0, 1] == pytest.approx(USUAL)


@pytest.mark.parametrize("place", [0, 1])
def test_a_block_that_says_more_moves_quality_as_composing_anew_does(place):
    said = Said(np.array([[[1, 0.5], [0.5, 1]]]), np.array([[0.3, -0.2]]), np.array([[0.4, 0.7]]))
    mean, variance = said.mean.copy(), said.variance.copy()
    mean[0, place], variance[0, place] = mean[0, place] + 0.1, variance[0, place] - 0.15
    whole = [(combine(said.prior, v).factor * m).sum() for m, v in ((said.mean, said.variance), (mean, variance))]
    found = moved(said, place, np.array([[0.1, 0.0]]), variance[:, place])
    assert found[0, 0] == pytest.approx(whole[1] - whole[0], abs=1e-12)
    assert found[0, 0] - found[0, 1] == pytest.approx(0.1 * combine(said.prior, variance).factor[0, place], abs=1e-12)
    assert found[0, 0] != pytest.approx(0.1 * combine(said.prior, said.variance).factor[0, place], abs=0.005)


def test_what_all_are_unsure_of_alike_is_left_out_of_how_sure_a_part_is():
    of = replace(
        block("a", [0.0, 0.0], [0.5, 0.5]), covariance=np.array([[[0.25]], [[0.10]]]), common=np.array([[0.08]])
    )
    assert part_variance(of, np.full((2, 1), 2.0)) == pytest.approx([4 * 0.17, 4 * 0.05])  # at least half of it stays


def test_correlations_of_dimensions_go_through_their_blocks():
    """Two dimensions correlated 0.6: each has 0.8 / √0.8 = 0.894 with their mean; kinship 0.5 gives 0.447."""
    two = replace(
        block("a", [0.0], [1.0]),
        dimensions=("a", "b"),
        estimate=np.zeros((1, 2)),
        sd=np.ones((1, 2)),
        centre=np.zeros(2),
        spread=np.ones(2),
        correlation=np.array([[1, 0.6], [0.6, 1]]),
    )
    found = across([two, block("c", [0.0], [1.0])], np.array([[1, 0.5], [0.5, 1]]))
    assert found[0, 2] == pytest.approx(0.5 * np.sqrt(0.8))
    assert np.linalg.eigvalsh(found).min() > 0
