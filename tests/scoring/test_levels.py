"""Levels: what opens them, what is missing, and that a level once reached is kept."""

from datetime import UTC, datetime

import numpy as np
import pytest
from msgspec.structs import replace

from scoring.model.evidence import MISSING_TIME
from scoring.model.levels import Falls, levels, trust
from scoring.model.periods import micros
from scoring.model.scores import StageTable
from scoring.policy import STANDARD_LEVELS, Policy
from tests.scoring.blocks import block
from tests.scoring.small import day, small
from tests.scoring.small import micros as moment

STANDARD = Policy()
Z80 = 1.2815515655446004


def of_ada(*, stages=0, quality=0.0, sd=1.0, leading=(0.0, 1.0, 0.0), steps=(), falls=False, policy=STANDARD):
    """Ada's level after so many cleared stages, one every ten days."""
    projects = [
        {"project": f"p{n:02}", "kind": "delivery", "started": 0, "ended": 10 * (n + 1), "outcome": "done"}
        for n in range(stages)
    ]
    rows = [{"person": "ada", "level": level, "at": at} for level, at in steps]
    evidence = small(people=[{"person": "ada", "joined": -5}], projects=projects, level_steps=rows)
    star, none = np.ones(stages, np.int8), np.zeros(stages, np.int8)
    person, project = np.zeros(stages, np.int32), np.arange(stages, dtype=np.int32)[::-1].copy()
    journey = StageTable(person, project, star, star, none, ("",) * stages)
    estimate, spread, voices = leading
    known = block("leading", estimate=[[estimate]], sd=spread, voices=[[voices]])
    composed = block("quality", "standing", estimate=[[quality, quality]], sd=sd)
    fallen = Falls(np.array([falls]), moment(999))
    return levels(evidence, trust(known, composed, policy), journey, policy, fallen)


def test_everybody_begins_as_a_newcomer_on_the_day_of_joining():
    found = of_ada()
    assert (found.level[0], found.names[0], found.since[0]) == (0, "Newcomer", moment(-5))
    assert (found.progress[0], found.missing[0]) == (0, "stages:2")


def test_two_cleared_stages_make_a_doer_since_the_second():
    found = of_ada(stages=2)
    assert (found.names[found.level[0]], found.since[0]) == ("Doer", moment(20))


def test_trust_is_asked_for_too_and_its_want_is_said():
    # By hand: low = 0.5 - 1.2816 = -0.7816, 0.4816 under -0.3; progress: all stages, and 1 - 0.4816 of the way.
    found = of_ada(stages=5, quality=0.5)
    assert (found.level[0], found.missing[0]) == (1, "trust:0.49")
    assert found.progress[0] == pytest.approx((1 + 1 - 0.48155) / 2, abs=1e-4)


def test_enough_of_both_opens_the_next():
    # By hand (intervals.py): r = 0.75, so low = 0.5 + 0.1160 · 0.5 - 1.2816 · 0.5 · √(1 + 0.1160² · 3) = -0.0956.
    found = of_ada(stages=5, quality=0.5, sd=0.5)
    assert (found.level[0], found.missing[0]) == (2, "stages:4;trust:0.10")


def test_mastery_of_one_speciality_shows_trust_where_enough_were_heard():
    assert of_ada(stages=5, leading=(2.0, 0.5, 3.0)).level[0] == 2
    assert of_ada(stages=5, leading=(2.0, 0.5, 2.9)).level[0] == 1


def test_the_last_level_needs_nothing_more():
    found = of_ada(stages=25, quality=3.0, sd=0.3)
    assert (found.level[0], found.progress[0], found.missing[0]) == (5, 1.0, "")


def test_a_level_once_reached_is_kept_and_what_it_lacks_is_said():
    # By hand: low = -1.28 lies 0.98 under the -0.3 of the third level, more than the margin of 0.1.
    found = of_ada(stages=3, steps=((2, 40), (1, 30)))
    assert (found.level[0], found.since[0]) == (2, moment(40))
    assert found.missing[0] == "kept:trust:0.99;stages:6;trust:1.29"


def test_a_level_that_a_new_rule_opens_is_held_since_the_rule_and_an_old_one_since_it_was_reached():
    # The third stage was cleared on day 30; asking for three in place of five holds from day 100 on.
    easier = tuple(replace(one, stages=3) if one.name == "Trusted" else one for one in STANDARD_LEVELS)
    policy = Policy(levels=easier, levels_from=day(100))
    found = of_ada(stages=3, quality=2.0, sd=0.5, steps=((1, 20),), policy=policy)
    assert (found.level[0], found.since[0]) == (2, moment(100))
    assert of_ada(stages=2, quality=2.0, sd=0.5, steps=((1, 20),), policy=policy).since[0] == moment(20)
    assert of_ada(stages=3, quality=2.0, sd=0.5, policy=policy).since[0] == moment(30)  # nothing was told before


def test_who_falls_loses_one_level_from_the_runs_moment_on():
    found = of_ada(stages=3, steps=((3, 40),), falls=True)
    assert (found.level[0], found.since[0]) == (2, moment(999))


def test_a_level_that_stages_and_trust_open_today_is_not_lost():
    assert of_ada(stages=5, quality=2.0, sd=0.5, steps=((2, 40),), falls=True).level[0] == 2


def test_nobody_falls_under_the_first_level():
    assert of_ada(falls=True).level[0] == 0


def test_a_little_under_the_threshold_is_no_matter():
    assert "kept" not in of_ada(stages=5, quality=-0.3 - 0.05 + 0.5 * Z80, sd=0.5, steps=((2, 40),)).missing[0]


def test_a_level_that_a_later_policy_does_not_know_is_the_highest():
    assert of_ada(steps=((9, 40),)).level[0] == 5


def test_who_never_joined_is_a_newcomer_since_always():
    evidence = small(people=[{"person": "ada"}])
    none = np.empty(0, np.int8)
    nobody = np.empty(0, np.int32)
    table = StageTable(nobody, nobody, none, none, none, ())
    known, composed = block("leading", estimate=[[0.0]], sd=1.0), block("quality", "x", estimate=[[0.0, 0.0]], sd=1.0)
    trusted = trust(known, composed, Policy())
    assert levels(evidence, trusted, table, Policy(), Falls(np.array([False]), 0)).since[0] == MISSING_TIME


def test_moments_agree():
    assert micros(day(0)) == micros(datetime(2026, 1, 1, tzinfo=UTC)) == moment(0)
