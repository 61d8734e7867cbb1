"""Nothing but the best marks, again and again: how likely that is of an opinion, and what it is worth."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from scoring.model.peers_flawless import CUT, flawless
from scoring.model.peers_rows import heard
from tests.scoring.raters import HELD, NOW, evidence, rating
from tests.scoring.test_peers_voices import company, percentiles, with_answers


def told(answers, criteria=("collaboration", "selling")):
    """What Ben tells of Ada in so many answers: 5s."""
    return heard(evidence([rating("ben", "ada", 5, c, answer=f"a{n}") for n in range(answers) for c in criteria]), NOW)


def by_integral(level, unsure, marks):
    sd = np.sqrt(HELD.pair + HELD.occasion + unsure)

    def both(u):
        return norm.pdf(u, level, sd) * norm.cdf((u - CUT) / np.sqrt(HELD.residual)) ** marks

    return quad(both, level - 9 * sd, level + 9 * sd)[0]


@pytest.mark.parametrize("answers", [2, 3, 8])
def test_the_chance_is_that_of_the_integral(answers):
    found = flawless(told(answers), np.array([5.0]), HELD, (np.array([1.2]), np.array([0.1])))
    marks = 2 * answers * (1 - 1 / answers)
    assert np.exp(found[0]) == pytest.approx(by_integral(3.8, 0.1, marks), rel=1e-3)


def test_one_answer_and_any_mark_under_the_best_tell_nothing():
    known = (np.array([1.2]), np.array([0.1]))
    assert flawless(told(1), np.array([5.0]), HELD, known)[0] == pytest.approx(0, abs=1e-12)
    assert flawless(told(3), np.array([4.8]), HELD, known)[0] == 0


def test_of_whom_others_think_highest_it_is_no_wonder():
    of_the_best, of_others = (
        flawless(told(4), np.array([5.0]), HELD, (np.array([left]), np.array([0.05])))[0] for left in (0.1, 1.2)
    )
    assert of_others < of_the_best - 1


def test_two_who_praise_each_other_again_and_again_gain_next_to_nothing():
    gained = []
    for seed in range(1, 9):
        honest, rng = company(seed), np.random.default_rng(seed)
        two = rng.choice(np.flatnonzero(np.bincount(honest.feedback.receiver, minlength=120) > 30), 2, replace=False)
        said = [(a, b, (0, 2, 3), 5, int(rng.integers(1, 700))) for a, b in (two, two[::-1]) for _ in range(8)]
        gained.append((percentiles(with_answers(honest, said))[0] - percentiles(honest)[0])[two].mean())
    assert np.mean(gained) < 3
