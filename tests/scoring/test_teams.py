"""Teams: partial pooling by hand, against a twin, and what size and time may do."""

import numpy as np
import pytest

from scoring.model.block import sums
from scoring.model.periods import micros
from scoring.model.select import select
from scoring.model.teams import GUESS_SHARE, present_teams, team_block, team_levels, time_shares
from scoring.policy import Policy
from tests.scoring.blocks import block
from tests.scoring.small import day, small

AS_OF = micros(day(730))


def teams(*rows, **others):
    members = [dict(zip(("team", "person", "from", "to"), row, strict=False), role="member") for row in rows]
    return select(small(team_members=members, **others), AS_OF)


def pooled(evidence, estimate, sd, **rest):
    people = block("customer_trust", estimate=np.reshape(estimate, (-1, 1)), sd=np.reshape(sd, (-1, 1)), **rest)
    return team_block(people, time_shares(evidence, Policy(), AS_OF))


def test_worked_example():
    # By hand, one team: σ_T² = 0.1. Two members at 1 with sd √0.5: p = 2 - 1 = 1, damping 1 / (1 + 0.9) = 10/19.
    # V = 20/19, total 20/19 + 10; level = 2 · (1 / 0.5) · 10/19 / total.
    found = pooled(teams(("red", "ada"), ("red", "ben")), [1.0, 1.0], [0.5**0.5] * 2)
    total = 20 / 19 + 10
    assert GUESS_SHARE == 0.1
    assert found.estimate[0, 0] == pytest.approx(4 * 10 / 19 / total)
    assert found.sd[0, 0] == pytest.approx(total**-0.5)
    assert found.voices[0, 0] == pytest.approx(10)


def test_the_level_is_that_of_a_joint_normal():
    """Slow twin: condition (τ, x_1 .. x_n) on what is known of each x beyond its prior."""
    rng = np.random.default_rng(2)
    estimate, sd = rng.normal(size=5), rng.uniform(0.3, 0.9, 5)
    found = pooled(teams(*(("red", name) for name in "abcde")), estimate, sd)
    precision = 1 / sd**2 - 1
    told = estimate / sd**2 / precision
    covariance = np.diag(1 / precision + 0.9) + 0.1
    gain = np.full(5, 0.1) @ np.linalg.inv(covariance)
    assert found.estimate[0, 0] == pytest.approx(gain @ told)
    assert found.sd[0, 0] ** 2 == pytest.approx(0.1 - gain @ np.full(5, 0.1))


def test_a_team_of_unknown_people_stays_at_the_prior():
    found = pooled(teams(("red", "ada"), ("red", "ben")), [0.0, 0.0], [1.0, 1.0])
    assert found.estimate[0, 0] == 0
    assert found.sd[0, 0] == pytest.approx(found.spread[0])


def test_size_is_no_advantage():
    """Teams of 3 and of 30, all levels alike: neither size is on top more often than its share."""
    rng = np.random.default_rng(5)
    size = np.tile([3, 30], 100)
    team = np.repeat(np.arange(200), size)
    rows = [(f"t{at:03}", f"p{number:05}") for number, at in enumerate(team)]
    truth = rng.normal(size=200)[team] * 0.4 + rng.normal(size=team.size) * 0.9
    shrunk = 0.7 * (truth + rng.normal(size=team.size) * (0.3 / 0.7) ** 0.5)
    found = pooled(teams(*rows), shrunk, np.full(team.size, 0.3**0.5))
    rank = found.estimate[:, 0].argsort().argsort()
    assert abs(rank[size == 3].mean() - rank[size == 30].mean()) < 12
    assert found.sd[size == 3].mean() > found.sd[size == 30].mean()
    assert found.spread[0] == pytest.approx(0.4, abs=0.08)


def test_parts_add_up_for_ratings_of_several_projects():
    rng = np.random.default_rng(4)
    people = block("a", "b", estimate=3 + rng.normal(size=(4, 2)), sd=0.3, centre=[3.5, 4.0], spread=0.5)
    evidence = teams(("red", "ada"), ("red", "ben"), ("blue", "ben"), ("blue", "cleo"), ("blue", "dora"))
    found = team_block(people, time_shares(evidence, Policy(), AS_OF))
    assert np.abs(sums(found.parts, (2, 2)) - found.estimate).max() < 1e-9
    bare = team_levels(people, time_shares(evidence, Policy(), AS_OF))
    assert (bare.estimate == found.estimate).all()
    assert not len(bare.parts.subject)


def test_a_persons_time_is_shared_over_teams_and_old_days_count_less():
    evidence = teams(("blue", "ada", 0, 365), ("red", "ada", 365), ("red", "ben"))
    shares = time_shares(evidence, Policy(peer_half_life_days=365.0), AS_OF).toarray()
    # By hand: the older year ends when the half-life begins, so it weighs half as much.
    assert shares[:, 0] == pytest.approx([1 / 3, 2 / 3])
    assert shares[:, 1].tolist() == [0, 1]


def test_a_newcomer_belongs_wholly_to_the_team():
    evidence = teams(("red", "ada", 700), people=[{"person": "ada", "joined": 700}])
    assert time_shares(evidence, Policy(), AS_OF).toarray().tolist() == [[1.0]]


def test_only_teams_with_members_are_there():
    evidence = teams(("blue", "ada", 0, 365), ("red", "ada", 365), teams=[{"team": "empty"}])
    assert present_teams(evidence).tolist() == [False, False, True]
