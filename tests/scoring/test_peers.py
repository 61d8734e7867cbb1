"""Peers: a worked example, and what figures and learnt variances tell."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.model import peers as model
from scoring.model.evidence import DAY
from scoring.model.peers_occasions import USUAL_RATING
from scoring.model.peers_rows import heard
from scoring.model.peers_variances import GENERAL, SPECIAL, Variances, usual, variances
from scoring.model.peers_voices import talk
from tests.scoring.raters import CRITERIA, NAMES, NOW, POLICY, crowd, evidence, person, quality_of, rating, scored
from tests.scoring.small import small


def test_worked_example():
    """One criterion, two givers, no leniency to speak of: by hand.

    Ada is rated 5 by Ben and 5 by Cleo, 30 days ago, each once. Quality 0.3, pair 0.1, occasion 0.08, residual 0.35;
    leniency next to nothing and the mean known to be 4 (a mean nobody else informs takes its part: both are solved
    for). Sum of the two: quality + mean have prior variance 0.3 + 1 = 1.3; one rating's own is 0.1 + 0.08 + 0.35 =
    0.53; so μ + q = 1 · 1.3 / (1.3 + 0.53 / 2) = 0.8307, its variance 1.3 − 1.3² / 1.565 = 0.2201.
    """
    held = Variances(np.array([[0.3]]), 1e-9, 1e-9, 0.1, 0.08, 0.35, 1e9)
    found = small(
        people=[{"person": name, "name": name} for name in NAMES],
        criteria=CRITERIA[:1],
        feedback=[rating("ben", "ada", 5), rating("cleo", "ada", 5)],
    )
    mean, covariance = quality_of(found, "ada", held)
    assert mean[0] == pytest.approx(1.3 / 1.565, abs=1e-4)
    assert covariance[0, 0] == pytest.approx(1.3 - 1.3**2 / 1.565, abs=1e-4)


def test_without_a_rating_everybody_stands_at_the_prior():
    block = scored([])
    assert block.people.estimate == pytest.approx(np.full((6, 2), USUAL_RATING))
    assert block.people.sd == pytest.approx(np.full((6, 2), np.sqrt(1.0 + GENERAL + SPECIAL)))
    assert (block.people.voices == 0).all()
    assert len(block.raters.giver) == 0


def test_the_better_rated_stand_higher_and_are_surer_than_the_unseen():
    rows = [rating(giver, "ada", 5) for giver in NAMES[1:]] + [rating(giver, "ben", 3) for giver in NAMES[2:]]
    block = scored(rows)
    assert person(block, "ada") > person(block, "cleo") > person(block, "ben")
    assert block.people.sd[0, 0] < block.people.sd[2, 0]
    assert block.people.voices[0, 0] == 5


def test_a_harsh_giver_hurts_nobody_whom_others_rate_the_same():
    harsh = [rating("fia", name, 2) for name in ("ada", "ben", "cleo", "dora")]
    mild = [rating("eino", name, 4) for name in ("ada", "ben", "cleo", "dora")]
    block = scored(harsh + mild)
    leniency = dict(zip(block.raters.giver.tolist(), block.raters.leniency.tolist(), strict=True))
    assert leniency[NAMES.index("fia")] < 0 < leniency[NAMES.index("eino")]
    assert np.ptp(block.people.estimate[:4, 0]) == pytest.approx(0, abs=1e-9)
    assert block.raters.weight == pytest.approx(1)


def test_variances_of_a_big_crowd_are_those_it_was_made_with():
    rng = np.random.default_rng(5)
    found = crowd(people=150, answers=6000)
    feedback = found.feedback
    people = 150
    quality, leniency = rng.normal(0, 0.5, people), rng.normal(0, 0.4, people)
    pair = rng.normal(0, 0.3, people * people)[feedback.giver * people + feedback.receiver]
    occasion = rng.normal(0, 0.3, feedback.answer.max() + 1)[feedback.answer]
    y = 4 + quality[feedback.receiver] + leniency[feedback.giver] + pair + occasion + rng.normal(0, 0.6, len(pair))
    order = heard(found, NOW)
    held = variances(replace(order, y=y[order.row]), POLICY.peer_half_life_days)
    assert held.general == pytest.approx(0.25, rel=0.2)
    assert held.leniency == pytest.approx(0.16, rel=0.25)
    assert held.pair + held.occasion == pytest.approx(0.18, rel=0.15)
    assert held.residual == pytest.approx(0.36, rel=0.1)
    assert held.half_life > 365.25 * 8, "quality did not change"


def test_one_harsh_giver_of_everybody_does_not_hide_how_much_single_ratings_differ():
    """What criteria differ by within an answer tells it, whatever the giver's level; true is 0.36."""
    found = []
    for seed in range(8):
        told = heard(crowd(people=40, answers=160, seed=seed), NOW)
        rng = np.random.default_rng(seed)
        _, first = np.unique(told.receiver, return_index=True)
        giver = told.giver.copy()
        giver[first] = 0
        quality, leniency = rng.normal(0, 0.45, 40), rng.normal(0, 0.4, 40)
        leniency[0] = -2
        pair, answer = told.row_pair, rng.normal(0, 0.3, len(told.pair))
        level = 4 + quality[told.receiver[pair]] + leniency[giver[pair]] + answer[told.occasion]
        y = level + rng.normal(0, 0.6, len(level))
        found.append(variances(replace(told, y=y, giver=giver), POLICY.peer_half_life_days).residual)
    assert np.mean(found) == pytest.approx(0.36, rel=0.15)
    assert min(found) > 0.2


def test_where_nobody_is_in_a_team_no_teams_habit_is_taken_off_the_givers():
    """One team alone tells nothing of how much teams differ: the usual 0.02 is taken off those who are in it."""
    told = heard(crowd(people=300, answers=6000), NOW)
    nobody, everybody = (np.full(len(told.givers), team, np.int32) for team in (-1, 0))
    apart = variances(replace(told, team=nobody, teams=0), POLICY.peer_half_life_days)
    together = variances(replace(told, team=everybody, teams=1), POLICY.peer_half_life_days)
    assert apart.leniency == pytest.approx(together.leniency + together.team, abs=0.001)


def test_change_is_noticed_and_old_answers_then_count_less():
    found = crowd(people=150, answers=6000)
    feedback = found.feedback
    rng = np.random.default_rng(6)
    years = (NOW - feedback.at) / DAY / 365.25
    then, now = rng.normal(0, 0.5, 150), rng.normal(0, 0.5, 150)
    felt = np.where(years > 1, then[feedback.receiver], now[feedback.receiver])
    y = 4 + felt + rng.normal(0, 0.6, len(felt))
    changed = replace(found, feedback=replace(feedback, rating=y))
    told = heard(changed, NOW)
    held = variances(told, POLICY.peer_half_life_days)
    assert held.half_life < 365.25 * 5
    mean = model.peers(changed, POLICY, NOW).people.estimate.mean(axis=1)
    plain = np.bincount(feedback.receiver, y) / np.bincount(feedback.receiver)
    assert np.corrcoef(mean, now)[0, 1] > np.corrcoef(plain, now)[0, 1] + 0.2


def test_an_old_rating_pulls_less_than_a_new_one():
    rows = [rating("ada", "ben", 5), rating("cleo", "dora", 5)]
    found = evidence(rows)
    aged = found.feedback.at.copy()
    aged[0] -= 4000 * DAY
    block = model.peers(replace(found, feedback=replace(found.feedback, at=aged)), POLICY, NOW)
    assert person(block, "ben") < person(block, "dora")
    assert block.people.sd[1, 0] > block.people.sd[3, 0]


def test_two_who_only_rate_each_other_are_less_sure_against_others_than_two_of_one_crowd():
    crowded = [rating(g, r, 4) for g in NAMES[:4] for r in NAMES[:4] if g != r]
    apart = [rating("eino", "fia", 4), rating("fia", "eino", 4)]
    block = scored(crowded + apart)
    assert block.people.sd[4, 0] > block.people.sd[0, 0]


def test_a_project_is_judged_by_what_its_givers_usually_say():
    rows = [rating(g, "ada", 5, project="good") for g in NAMES[1:]] + [
        rating(g, "ben", 3, project="bad") for g in NAMES[2:]
    ]
    found = evidence(rows)
    projects = model.peers(found, POLICY, NOW).projects
    by_name = dict(zip(found.projects.ids, projects.mean, strict=True))
    assert by_name["good"] > 0 > by_name["bad"]
    assert dict(zip(found.projects.ids, projects.voices, strict=True)) == {"good": 5, "bad": 4}


def test_what_pairs_said_is_summed_up():
    rows = [rating("ada", "ben", 5), rating("ada", "ben", 3, "selling"), rating("ben", "ada", 4)]
    said = talk(heard(evidence(rows), NOW))
    assert said.mean == pytest.approx([4, 4.2])  # told points: 5 and 3.4, and 4
    assert said.count.tolist() == [1, 2]
    assert said.voices.tolist() == [1, 1]
    assert said.back.tolist() == [1, 0]


def test_usual_variances_are_positive_definite():
    assert np.linalg.eigvalsh(usual(5, 1000).quality).min() > 0
