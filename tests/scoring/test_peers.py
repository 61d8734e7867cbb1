"""Peers: a worked example, the invariants of scoring.md section 4, and dense twins."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.model import peers as model
from scoring.model import peers_packed, peers_solution
from scoring.model.block import sums
from scoring.model.evidence import DAY
from scoring.model.peers_equations import Voices, equations
from scoring.model.peers_equations import sums as sums_of
from scoring.model.peers_occasions import USUAL_RATING
from scoring.model.peers_packed import pack
from scoring.model.peers_reduction import reduce_states
from scoring.model.peers_rows import ages, heard, newest
from scoring.model.peers_solution import EXACT, glance, means, solve
from scoring.model.peers_variances import GENERAL, SPECIAL, Variances, usual, variances
from scoring.model.peers_voices import talk
from scoring.model.ratings import rating_of
from scoring.policy import Policy
from tests.scoring.small import day, small
from tests.slow_twins import peers as twin

POLICY = Policy()
NOW = int(day(30).timestamp() * 1_000_000)
NAMES = ("ada", "ben", "cleo", "dora", "eino", "fia")
CRITERIA = [{"criterion": "collaboration", "name": "c"}, {"criterion": "selling", "name": "s"}]
HELD = Variances(np.array([[0.3, 0.2], [0.2, 0.4]]), 0.15, 0.05, 0.1, 0.08, 0.35, 1500.0)


def rating(giver, receiver, value, criterion="collaboration", **more):
    return {"giver": giver, "receiver": receiver, "rating": value, "criterion": criterion, "at": 1, **more}


def evidence(rows, **more):
    people = [{"person": name, "name": name} for name in NAMES]
    return small(people=people, criteria=CRITERIA, feedback=rows, **more)


def scored(rows):
    return model.peers(evidence(rows), POLICY, NOW)


def held_fit(found, held=HELD):
    """A fit with variances held and nobody suspected."""
    told = heard(found, NOW)
    nobody = Voices(np.full(len(told.receiver), -1, np.int32), np.zeros(0), np.full(len(told.receiver), held.pair))
    aged = ages(told.days, held.half_life)
    return told, solve(equations(sums_of(told, aged, held), nobody), len(told.givers))


def quality_of(found, name, held=HELD):
    """Mean and covariance of μ + quality of a person, above what is usual."""
    told, solution = held_fit(found, held)
    place = told.receivers.tolist().index(NAMES.index(name))
    return solution.mean + solution.state[place, : len(held.quality)], solution.covariance[place]


def person(block, name, criterion=0):
    return block.people.estimate[NAMES.index(name), criterion]


ratings = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 5),
        st.sampled_from(("collaboration", "selling")),
        st.integers(-700, 29), st.integers(0, 3),
    ),
    min_size=1,
    max_size=30,
).map(lambda rows: [rating(g, r, v, c, at=t, answer=f"{g}{r}{n}") for g, r, v, c, t, n in rows if g != r])  # fmt: skip


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


def test_means_alone_are_those_of_the_whole_fit():
    found = crowd()
    whole = model.peers(found, POLICY, NOW)
    estimate, projects = model.peer_means(found, POLICY, NOW)
    assert estimate == pytest.approx(whole.people.estimate, abs=1e-9)
    assert projects.mean == pytest.approx(whole.projects.mean, abs=1e-9, nan_ok=True)
    assert projects.voices.tolist() == whole.projects.voices.tolist()


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


@settings(max_examples=40, deadline=None)
@given(ratings)
def test_parts_add_up_to_the_estimate(rows):
    block = scored(rows).people
    assert sums(block.parts, block.estimate.shape) == pytest.approx(block.estimate, abs=1e-9)


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


def crowd(people=40, answers=900, seed=3):
    """Evidence of many people rating one another, as arrays."""
    rng = np.random.default_rng(seed)
    names = [f"p{n:03d}" for n in range(people)]
    quality, leniency = rng.normal(0, 0.5, people), rng.normal(0, 0.4, people)
    rows = []
    for answer in range(answers):
        giver, receiver = rng.choice(people, 2, replace=False)
        for criterion in ("collaboration", "selling"):
            value = np.clip(round(4 + quality[receiver] + leniency[giver] + rng.normal(0, 0.7)), 1, 5)
            rows.append(rating(
                names[giver], names[receiver], int(value), criterion, at=int(rng.integers(-900, 29)),
                answer=f"a{answer}",
            ))  # fmt: skip
    return small(people=[{"person": n, "name": n} for n in names], criteria=CRITERIA, feedback=rows)


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
