"""Peers against dense twins, brute force and other orders of elimination."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from scoring.model import peers as model
from scoring.model import peers_packed, peers_solution
from scoring.model.peers_equations import Voices, equations
from scoring.model.peers_equations import sums as sums_of
from scoring.model.peers_packed import pack
from scoring.model.peers_reduction import reduce_states
from scoring.model.peers_rows import ages, heard
from scoring.model.peers_solution import EXACT, glance, means, solve
from scoring.model.peers_variances import variances
from tests.scoring.raters import CRITERIA, HELD, NAMES, NOW, POLICY, crowd, evidence, held_fit, rating, ratings
from tests.scoring.small import small
from tests.slow_twins import peers as twin


def test_means_alone_are_those_of_the_whole_fit():
    found = crowd()
    whole = model.peers(found, POLICY, NOW)
    estimate, projects = model.peer_means(found, POLICY, NOW)
    assert estimate == pytest.approx(whole.people.estimate, abs=1e-9)
    assert projects.mean == pytest.approx(whole.projects.mean, abs=1e-9, nan_ok=True)
    assert projects.voices.tolist() == whole.projects.voices.tolist()


@settings(max_examples=40, deadline=None)
@given(ratings)
def test_estimates_and_covariances_agree_with_conditioning_one_joint_normal(rows):
    teams = [{"team": f"t{n % 2}", "person": name, "role": "member", "from": -900} for n, name in enumerate(NAMES[:4])]
    found = evidence(rows, team_members=teams)
    assume(len(rows) > 0)
    told, solution = held_fit(found)
    # Ages are told by class; give the twin the mean of each class, as the model has it.
    aged = ages(told.days, HELD.half_life)
    mean_days = np.bincount(aged.of, told.days) / np.bincount(aged.of)
    team = {name: f"t{n % 2}" for n, name in enumerate(NAMES[:4])}
    feedback = found.feedback
    said = []
    for at, row in enumerate(told.row):
        giver = NAMES[feedback.giver[row]]
        days = np.where(aged.drift < 0, 0, mean_days)[aged.of[told.occasion[at]]]
        said.append(twin.Rating(
            giver, NAMES[feedback.receiver[row]], int(feedback.criterion[row]), float(told.y[at]), days,
            f"{told.occasion[at]}", team.get(giver), pair_variance=HELD.pair,
        ))  # fmt: skip
    held = twin.Held(HELD.quality, HELD.leniency, HELD.team, HELD.occasion, HELD.residual, HELD.half_life)
    for place, who in enumerate(told.receivers):
        mean, covariance = twin.posterior(said, held, NAMES[who])
        assert solution.mean + solution.state[place, :2] == pytest.approx(mean, abs=1e-5)
        assert solution.covariance[place] == pytest.approx(covariance, abs=1e-5)


def test_conjugate_gradients_agree_with_the_exact_solution_and_their_sds_nearly():
    told = heard(crowd(people=120, answers=2500), NOW)
    held = variances(told, POLICY.peer_half_life_days)
    nobody = Voices(np.full(len(told.receiver), -1, np.int32), np.zeros(0), np.full(len(told.receiver), held.pair))
    eq = equations(sums_of(told, ages(told.days, held.half_life), held), nobody)
    exact, other = solve(eq, len(told.givers)), solve(eq, len(told.givers), effects=10)
    assert other.steps > 0 == exact.steps
    assert other.state == pytest.approx(exact.state, abs=1e-8)
    for effects in (EXACT, 10):
        rough = glance(eq, len(told.givers), effects)
        assert means(eq, len(told.givers), rough, effects).state == pytest.approx(exact.state, abs=1e-8)
    sd, near = (np.sqrt(np.einsum("jkk->jk", found.covariance)) for found in (exact, other))
    assert np.median(np.abs(near / sd - 1)) < 0.02


@pytest.mark.parametrize("teams", [0, 3])
def test_eliminating_givers_or_states_is_the_same(teams):
    """Few who are rated by many: givers are eliminated; here states are too, for comparison."""
    rng = np.random.default_rng(8)
    names = [f"p{n:03d}" for n in range(60)]
    rows = [
        rating(names[rng.integers(6, 60)], names[rng.integers(0, 6)], int(rng.integers(1, 6)), at=29)
        for _ in range(200)
    ]
    members = [{"team": f"t{n % 3}", "person": name, "role": "member", "from": -9} for n, name in enumerate(names)]
    found = small(
        people=[{"person": name, "name": name} for name in names],
        criteria=CRITERIA[:1],
        feedback=rows,
        team_members=members if teams else [],
    )
    held = replace(HELD, quality=np.array([[0.3]]))
    told = heard(found, NOW)
    nobody = Voices(np.full(len(told.receiver), -1, np.int32), np.zeros(0), np.full(len(told.receiver), held.pair))
    eq = equations(sums_of(told, ages(told.days, held.half_life), held), nobody)
    givers = len(told.givers)
    assert not peers_solution._reduce(eq, givers, 5000).states
    one = solve(eq, givers)
    two = peers_solution._by_states(eq, reduce_states(eq), givers, np.arange(len(eq.state)))
    for name in ("state", "shared", "mean", "shared_variance", "covariance", "mean_covariance", "common"):
        assert getattr(one, name) == pytest.approx(getattr(two, name), abs=1e-9)


def test_the_tables_of_a_small_organization_give_what_sparse_matrices_give(monkeypatch):
    told = heard(crowd(people=40, answers=400), NOW)
    held = variances(told, POLICY.peer_half_life_days)
    rng = np.random.default_rng(5)
    circle = rng.integers(-1, 2, len(told.receiver)).astype(np.int32)
    some = Voices(circle, np.array([0.1, 4.0]), rng.uniform(0.02, 2.0, len(told.receiver)))
    eq = equations(sums_of(told, ages(told.days, held.half_life), held), some)
    givers = len(told.givers)
    packed, sparse = pack(eq), reduce_states(eq)
    assert packed is not None
    assert packed.table == pytest.approx(sparse.matrix().toarray(), abs=1e-9)
    assert packed.diagonal() == pytest.approx(sparse.diagonal(), abs=1e-9)
    apart = np.arange(len(eq.state))
    one, two = (peers_solution._by_states(eq, each, givers, apart) for each in (packed, sparse))
    for name in ("state", "shared", "mean", "shared_variance", "covariance", "mean_covariance", "common"):
        assert getattr(one, name) == pytest.approx(getattr(two, name), abs=1e-11)
    monkeypatch.setattr(peers_packed, "MOST", 1000)
    assert pack(eq) is None
    assert solve(eq, givers).state == pytest.approx(one.state, abs=1e-11)


def test_what_all_have_in_common_is_the_mean_covariance_of_two_whom_nothing_else_connects():
    rng = np.random.default_rng(4)
    reach, root = rng.normal(size=(4, 2, 3)), rng.normal(size=(3, 3))
    inverse = root @ root.T
    for group in (np.arange(4), np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])):
        pairs = [(i, j) for i in range(4) for j in range(4) if group[i] != group[j]]
        by_hand = np.mean([reach[i] @ inverse @ reach[j].T for i, j in pairs], axis=0)
        assert peers_solution._covariance_of_two(reach, inverse, group) == pytest.approx(by_hand, abs=1e-12)
        own = np.array([each @ inverse @ each.T for each in reach])
        assert peers_solution._covariance_of_two(reach, inverse, group, own) == pytest.approx(by_hand, abs=1e-12)
    assert not peers_solution._covariance_of_two(reach[:1], inverse, np.zeros(1, np.int64)).any()


def test_moments_agree_with_products_taken_pair_by_pair():
    """With so much pulled weight taken away the estimates are the plain moments; here they are summed one by one."""
    found = crowd(people=12, answers=60)
    told = heard(found, NOW)
    feedback = found.feedback
    said = [
        twin.Rating(str(feedback.giver[r]), str(feedback.receiver[r]), int(feedback.criterion[r]), 0, 0, str(o))
        for r, o in zip(told.row, told.occasion, strict=True)
    ]
    mean = np.bincount(told.criterion, told.y) / np.bincount(told.criterion)
    errors = told.y - mean[told.criterion]
    unrelated = twin.mean_product(said, errors, lambda a, b: a.giver != b.giver and a.receiver != b.receiver)
    same_giver = twin.mean_product(said, errors, lambda a, b: a.giver == b.giver and a.receiver != b.receiver)
    together = twin.mean_product(
        said, errors, lambda a, b: a.giver == b.giver and a.receiver == b.receiver and a.answer != b.answer
    )
    alike = model_alike(told)
    assert alike.unrelated == pytest.approx(unrelated, abs=1e-9)
    assert (alike.giver - alike.pair.total()).mean == pytest.approx(same_giver, abs=1e-9)
    assert (alike.pair - alike.occasion).mean == pytest.approx(together, abs=1e-9)
    answers = [errors[told.occasion == one] for one in range(len(told.pair))]
    left = [(answer - answer.mean()) ** 2 for answer in answers]
    assert float(alike.within.of) == pytest.approx(np.concatenate(left).sum(), abs=1e-9)
    assert float(alike.within.count) == sum(len(answer) - 1 for answer in answers)


@pytest.mark.parametrize("groups", [400, 20])
def test_products_are_those_of_all_pairs_whether_most_rows_are_alone_in_their_group_or_not(groups):
    from scoring.model import peers_products  # noqa: PLC0415 - looks inside

    rng = np.random.default_rng(groups)
    group, cell, e = rng.integers(0, groups, 90), rng.integers(0, 3, 90).astype(np.int32), rng.normal(size=90)
    found = peers_products._products(group, cell, e, 3)
    same = group[:, None] == group
    for a in range(3):
        for b in range(3):
            pairs = same & (cell[:, None] == a) & (cell == b)
            assert found.count[a, b] == pairs.sum()
            assert found.of[a, b] == pytest.approx((np.outer(e, e) * pairs).sum(), abs=1e-12)


def model_alike(told):
    from scoring.model import peers_products  # noqa: PLC0415 - looks inside

    return peers_products.alike(told, np.zeros(len(told.pair), np.int32), 1)
