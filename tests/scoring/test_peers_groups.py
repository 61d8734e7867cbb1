"""How unsure circles are where nothing is written down: as by the exact inverse, so that nothing jumps with size."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from scoring.arrays import build
from scoring.model import peers as model
from scoring.model import peers_solution, peers_voices
from scoring.model.peers_equations import Voices, equations, sums
from scoring.model.peers_rows import ages, heard
from scoring.model.peers_solution import glance
from scoring.model.peers_variances import usual
from scoring.model.peers_voices import circles, doubted, residuals, talk
from scoring.model.periods import micros
from scoring.model.select import select
from scoring.policy import Policy
from scoring.simulate.organization import simulate
from scoring.simulate.settings import Settings
from tests.scoring.small import day, small

NOW = micros(day(0))
EXACT, LARGE = 10**9, 1  # effects up to which everything is exact


def company(seed, people):
    made = simulate(Settings(people=people), seed, day(0))
    return select(build(made.frames, made.manifest), NOW)


def looked_at(evidence):
    """The equations in which nobody is suspect, and those with circles, their voices, and how many givers there are."""
    told = heard(evidence, NOW)
    held, said = usual(told.criteria, Policy().peer_half_life_days), talk(told)
    base, givers = sums(told, ages(told.days, held.half_life), held), len(told.givers)
    before = doubted(told, said, held, said.returned)
    eq = equations(base, before)
    low = doubted(told, said, held, said.low)
    after = circles(told, said, low, residuals(eq, glance(eq, givers, EXACT)))
    return [(eq, before), (equations(base, after), after)], told


@pytest.mark.parametrize("seed", [2, 3])
def test_variances_of_circles_and_teams_are_nearly_those_of_the_exact_inverse(seed):
    both, told = looked_at(company(seed, 500))
    assert len(both[1][1].circle_variance) > told.teams  # there are circles besides the teams
    for eq, voices in both:
        exact, large = (glance(eq, len(told.givers), effects).group_variance for effects in (EXACT, LARGE))
        of_teams, of_circles = np.split(large / exact, [told.teams])
        for ratio, near, most in ((of_teams, 0.02, 1.05), (of_circles, 0.01, 1.02)):
            assert np.median(np.abs(ratio - 1)) < near
            assert ratio.min() > 0.92
            assert ratio.max() < most
        learnt = [1 / each[told.teams :] - 1 / voices.circle_variance for each in (exact, large)]
        assert np.median(learnt[1] / learnt[0]) == pytest.approx(1, abs=0.05)


def test_they_are_exact_where_what_lies_outside_is_a_tree():
    """Three who speak of one another; each hears somebody else and speaks of somebody else. Of teams likewise."""
    members, pairs = ("ada", "ben", "cleo"), [("x", "ada"), ("y", "ben"), ("ada", "u"), ("ben", "v"), ("ben", "w")]
    pairs += [(giver, receiver) for giver in members for receiver in members if giver != receiver]
    rows = [
        {"giver": g, "receiver": r, "criterion": "leading", "rating": 4, "at": -1, "answer": f"{g}{r}{n}"}
        for g, r in pairs
        for n in range(2)
    ]
    names = sorted({name for pair in pairs for name in pair})
    in_team = [{"team": "red", "person": name, "role": "member", "from": -9} for name in members]
    people = [{"person": name, "name": name} for name in names]
    found = small(people=people, criteria=[{"criterion": "leading", "name": "l"}], feedback=rows, team_members=in_team)
    told, held = heard(select(found, NOW), NOW), usual(1, 700.0)
    circle = np.where((told.team[told.giver] == 0) & (told.receiver_team[told.receiver] == 0), 0, -1)
    assert (circle == 0).sum() == 6
    voices = Voices(circle.astype(np.int32), np.array([4.0]), np.full(len(circle), held.pair))
    eq = equations(sums(told, ages(told.days, held.half_life), held), voices)
    eq = replace(eq, mean=eq.mean + 1e9 * np.eye(1))  # what all are unsure of alike is no matter here
    exact, large = (glance(eq, len(told.givers), effects).group_variance for effects in (EXACT, LARGE))
    assert large == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("seed", [2, 5, 11])  # of 12 a circle stands where it is judged, to a tenth of a per cent
def test_no_figure_jumps_where_an_organization_outgrows_the_exact_way(seed, monkeypatch):
    evidence = company(seed, 120)

    def found(effects):
        for module, name in ((peers_voices, "glance"), (model, "means"), (model, "solve")):
            monkeypatch.setattr(module, name, partial(getattr(peers_solution, name), effects=effects))
        return model.peers(evidence, Policy(), NOW)

    exact, large = found(EXACT), found(LARGE)
    assert large.people.estimate == pytest.approx(exact.people.estimate, abs=1e-3)
    assert large.raters.weight == pytest.approx(exact.raters.weight, abs=1e-3)
