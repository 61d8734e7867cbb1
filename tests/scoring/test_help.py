"""Help across departments: only thanks that cross them count, for teams, from open evidence."""

import numpy as np
import pytest

from scoring.model.block import sums
from scoring.model.help import crossing, departments, help_across
from scoring.model.kudos import recognition
from scoring.model.score import score
from scoring.model.scores import SubjectKind
from scoring.model.select import select
from scoring.policy import Policy
from tests.scoring.small import day, micros, small

NAMES = ("ada", "ben", "cleo", "dora", "eino", "fia")
TEAMS = [
    {"team": "sales", "name": "s", "department": "North"},
    {"team": "care", "name": "c", "department": "South"},
]
MEMBERS = [
    {"team": "sales" if n < 3 else "care", "person": name, "role": "member", "from": -100}
    for n, name in enumerate(NAMES)
]
NOW = micros(30)


def thanks(*pairs):
    return [{"giver": g, "receiver": r, "message": "m", "at": 10 + n} for n, (g, r) in enumerate(pairs)]


def evidence(pairs, teams=TEAMS):
    people = [{"person": name, "name": name} for name in NAMES]
    return select(small(people=people, teams=teams, team_members=MEMBERS, kudos=thanks(*pairs)), NOW)


def test_only_thanks_that_cross_departments_are_kept():
    """Ada and Ben are of North, Dora of South: of three thanks the one from Dora crosses."""
    found = evidence([("ben", "ada"), ("dora", "ada"), ("ada", "ben")])
    assert departments(found).tolist() == [0, 0, 0, 1, 1, 1]
    kept = crossing(found)
    assert [(NAMES[g], NAMES[r]) for g, r in zip(kept.kudos.giver, kept.kudos.receiver, strict=True)] == [
        ("dora", "ada")
    ]


def test_worked_example_two_of_the_other_department_are_two_voices():
    block = help_across(evidence([("dora", "ada"), ("eino", "ada"), ("ben", "cleo")]), Policy(), NOW)
    fresh = 2 ** (-(NOW - micros(10)) / (Policy().kudos_half_life_days * 86_400e6))
    assert block.voices[0, 0] == pytest.approx(2 * fresh, rel=0.01)
    assert block.voices[2, 0] == 0, "thanked by a colleague of her own department only"
    assert block.estimate[0, 0] > block.estimate[2, 0]
    assert sums(block.parts, block.estimate.shape) == pytest.approx(block.estimate, abs=1e-9)


def test_without_departments_everybody_stays_at_the_prior():
    plain = [{"team": "sales", "name": "s"}, {"team": "care", "name": "c"}]
    block = help_across(evidence([("dora", "ada")], teams=plain), Policy(), NOW)
    assert block.estimate == pytest.approx(np.zeros((6, 1)))
    assert block.sd == pytest.approx(np.ones((6, 1)))


def test_it_is_recognition_from_elsewhere():
    found = evidence([("dora", "ada"), ("eino", "ada")])
    assert help_across(found, Policy(), NOW).estimate == pytest.approx(
        recognition(crossing(found), Policy(), NOW).estimate
    )


def test_teams_have_a_board_of_it_and_people_have_none():
    found = score(evidence([("dora", "ada"), ("eino", "ada"), ("fia", "ben")]), Policy(), day(30))
    table = found.standings
    rows = table.board == table.boards.index("help")
    assert set(table.subject_kind[rows].tolist()) == {SubjectKind.TEAM}
    place = found.scores.dimensions.index("help")
    said = found.scores.dimension == place
    assert set(found.scores.subject_kind[said].tolist()) == {SubjectKind.TEAM}
    care, sales = found.scores.estimate[said]
    assert sales > care
