"""Peers: worked examples, the invariants of scoring.md section 4, and a dense twin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model import peers as model
from scoring.model.block import sums
from scoring.model.evidence import DAY
from scoring.policy import Policy
from tests.scoring.small import day, small

POLICY = Policy()
NOW = int(day(30).timestamp() * 1_000_000)
NAMES = ("ada", "ben", "cleo", "dora", "eino", "fia")
CRITERIA = [{"criterion": "collaboration", "name": "c"}, {"criterion": "selling", "name": "s"}]


def rating(giver, receiver, value, criterion="collaboration", **more):
    return {"giver": giver, "receiver": receiver, "rating": value, "criterion": criterion, "at": 1, **more}


def evidence(rows):
    people = [{"person": name, "name": name} for name in NAMES]
    return small(people=people, criteria=CRITERIA, feedback=rows)


def scored(rows):
    return model.peers(evidence(rows), POLICY, NOW)


def person(block, name, criterion=0):
    return block.people.estimate[NAMES.index(name), criterion]


ratings = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 5), st.sampled_from(("collaboration", "selling"))
    ),
    max_size=40,
).map(lambda rows: [rating(g, r, v, c) for g, r, v, c in rows if g != r])


def test_without_a_rating_everybody_stands_at_the_prior():
    block = scored([])
    assert block.people.estimate == pytest.approx(np.full((6, 2), model.USUAL_RATING))
    assert block.people.sd == pytest.approx(np.sqrt(1.0 + model.QUALITY + model.DEVIATION))
    assert (block.people.voices == 0).all()
    assert len(block.raters.giver) == 0


def test_the_better_rated_stand_higher_and_are_surer_than_the_unseen():
    rows = [rating(giver, "ada", 5) for giver in NAMES[1:]] + [rating(giver, "ben", 3) for giver in NAMES[2:]]
    block = scored(rows)
    assert person(block, "ada") > person(block, "cleo") > person(block, "ben")
    assert block.people.sd[0, 0] < block.people.sd[2, 0]
    assert block.people.voices[0, 0] == pytest.approx(5 * 2 ** (-29 / POLICY.peer_half_life_days))


def test_a_harsh_giver_hurts_nobody_whom_others_rate_the_same():
    harsh = [rating("fia", name, 2) for name in ("ada", "ben", "cleo", "dora")]
    mild = [rating("eino", name, 4) for name in ("ada", "ben", "cleo", "dora")]
    block = scored(harsh + mild)
    leniency = dict(zip(block.raters.giver.tolist(), block.raters.leniency.tolist(), strict=True))
    assert leniency[NAMES.index("fia")] < 0 < leniency[NAMES.index("eino")]
    assert np.ptp(block.people.estimate[:4, 0]) == pytest.approx(0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(ratings)
def test_parts_add_up_to_the_estimate(rows):
    block = scored(rows).people
    assert sums(block.parts, block.estimate.shape) == pytest.approx(block.estimate, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(ratings, st.integers(1, 60))
def test_copies_of_one_opinion_move_by_less_than_a_bound_that_does_not_grow(rows, copies):
    base = [*rows, rating("ada", "ben", 3), rating("cleo", "dora", 4)]
    one = person(scored([*base, rating("ada", "fia", 5)]), "fia")
    many = person(scored([*base, *[rating("ada", "fia", 5) for _ in range(copies)]]), "fia")
    assert many - one < 1.5


def test_estimates_agree_with_conditioning_a_joint_normal():
    rows = [rating(g, r, v, c) for g, r, v, c in (
        ("ada", "ben", 5, "collaboration"), ("ada", "ben", 4, "selling"), ("cleo", "ben", 3, "collaboration"),
        ("cleo", "dora", 2, "selling"), ("eino", "dora", 4, "selling"), ("ben", "ada", 5, "collaboration"),
    )]  # fmt: skip
    found = evidence(rows)
    heard = model._heard(found, POLICY, NOW)
    fit = model.fit_crossed(heard.rows, model._factors(heard), model.Variance(guess=model.RESIDUAL, weight=model.WORTH))
    mean, sd = dense(found.feedback, fit, heard.rows.weight)
    block = model.peers(found, POLICY, NOW).people
    assert block.estimate == pytest.approx(mean, abs=1e-7)
    assert block.sd == pytest.approx(sd, abs=1e-7)


def dense(feedback, fit, weight):
    """The posterior of every person and criterion by conditioning one joint normal, variances given."""
    quality, deviation, leniency, pair, occasion = fit.variances

    def same(*columns):
        return np.prod([np.equal.outer(c, c) for c in columns], axis=0)

    f = feedback
    between = (
        quality * same(f.receiver) + deviation * same(f.receiver, f.criterion) + leniency * same(f.giver)
        + pair * same(f.giver, f.receiver) + occasion * same(f.answer)
        + model.USUAL_RATING_VARIANCE * same(f.criterion) + np.diag(fit.residual / weight)
    )  # fmt: skip
    mean, sd = np.empty((6, 2)), np.empty((6, 2))
    for j in range(6):
        for k in range(2):
            about = f.receiver == j
            covariance = quality * about + (deviation * about + model.USUAL_RATING_VARIANCE) * (f.criterion == k)
            gain = np.linalg.solve(between, covariance)
            mean[j, k] = model.USUAL_RATING + gain @ (f.rating - model.USUAL_RATING)
            sd[j, k] = np.sqrt(quality + deviation + model.USUAL_RATING_VARIANCE - gain @ covariance)
    return mean, sd


def test_an_old_rating_pulls_less_than_a_new_one():
    rows = [rating("ada", "ben", 5), rating("cleo", "dora", 5)]
    found = evidence(rows)
    aged = found.feedback.at.copy()
    aged[0] -= 4000 * DAY
    block = model.peers(replace(found, feedback=replace(found.feedback, at=aged)), POLICY, NOW)
    assert person(block, "ben") < person(block, "dora")


def test_a_project_is_judged_by_what_its_givers_usually_say():
    rows = [rating(g, "ada", 5, project="good") for g in NAMES[1:]] + [
        rating(g, "ben", 3, project="bad") for g in NAMES[2:]
    ]
    found = evidence(rows)
    projects = model.peers(found, POLICY, NOW).projects
    by_name = dict(zip(found.projects.ids, projects.mean, strict=True))
    assert by_name["good"] > 0 > by_name["bad"]
    assert dict(zip(found.projects.ids, projects.voices, strict=True)) == {"good": 5, "bad": 4}
