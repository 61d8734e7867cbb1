"""Stages: when a finished project gives which star."""

import numpy as np
import pytest

from scoring.model.peers import ProjectPeers
from scoring.model.periods import micros
from scoring.model.scores import Source
from scoring.model.select import consented, select
from scoring.model.stages import cleared, stages
from scoring.policy import Policy
from tests.scoring.blocks import block
from tests.scoring.small import day, small

AS_OF = micros(day(400))
DONE = {"project": "oak-1", "kind": "delivery", "started": 0, "ended": 100, "outcome": "done"}


def journey(*, peers=(np.nan, 0.0), trust=(0.0, 1.0, 0.0), **rows):
    """The stages of project oak-1 with what peers (mean, voices) and customers (estimate, sd, voices) say of it."""
    rows = {"projects": [DONE], "members": [{"project": "oak-1", "person": "ada"}], **rows}
    evidence = select(small(**rows), AS_OF)
    projects = len(evidence.projects.ids)
    word = ProjectPeers(np.full(projects, peers[0]), np.full(projects, peers[1]))
    estimate, sd, voices = ([[value]] * projects for value in trust)
    told = block("customer_trust", estimate=estimate, sd=sd, voices=voices, source=Source.CUSTOMERS)
    return stages(evidence, word, told, consented(evidence, AS_OF), Policy())


def stars(table):
    return [table.colleagues.tolist(), table.customer.tolist(), table.left_behind.tolist()]


def test_of_a_project_of_which_nothing_was_heard_nothing_is_known():
    found = journey()
    assert stars(found) == [[-1], [-1], [-1]]
    assert found.reasons == ("",)


@pytest.mark.parametrize(("mean", "voices", "star"), [(0.2, 3, 1), (-0.2, 3, 0), (0.2, 2.9, -1), (np.nan, 0, -1)])
def test_colleagues_star(mean, voices, star):
    assert journey(peers=(mean, voices)).colleagues.tolist() == [star]


@pytest.mark.parametrize(("estimate", "voices", "star"), [(0.26, 1, 1), (0.25, 1, 0), (2.0, 0, -1)])
def test_customers_star_asks_for_sixty_percent(estimate, voices, star):
    # By hand: P(trust > 0) is Φ(0.2533) = 0.6 where the sd is 1.
    assert journey(trust=(estimate, 1.0, voices)).customer.tolist() == [star]


def document(**rest):
    return {"project": "oak-1", "author": "ada", "at": 90, **rest}


def call(**rest):
    return {"project": "oak-1", "owner": "ada", "kind": "3m", "due": 190, **rest}


def handover(rating):
    return {
        "project": "oak-1",
        "from_person": "ada",
        "to_person": "ben",
        "at": 100,
        "accepted_at": 101,
        "rating": rating,
    }


@pytest.mark.parametrize(
    ("rows", "star"),
    [
        ({"documents": [document(used_by="pine-1")]}, 1),
        ({"documents": [document()]}, 0),
        ({"documents": [document(used_by="oak-1")]}, 0),
        ({"handovers": [handover(4)]}, 1),
        ({"handovers": [handover(3)]}, 0),
        ({"handovers": [handover(5)], "care": [call()]}, 0),
        ({"handovers": [handover(5)], "care": [call(done=200, outcome="well")]}, 1),
        ({"handovers": [handover(5)], "care": [call(due=500)]}, 1),
        ({"handovers": [handover(5)], "care": [call(moved_by_customer=1)]}, 1),
        ({"care": [call(moved_by_customer=1)]}, -1),
        ({"care": [call(done=200, outcome="well")]}, 0),
    ],
)
def test_left_behind_star(rows, star):
    assert journey(**rows).left_behind[0] == star


def test_reasons_are_tokens():
    found = journey(peers=(0.3, 4), trust=(0.5, 1.0, 2), documents=[document(used_by="pine-1")])
    assert found.reasons[0] == "colleagues:voices:4;customer:heard:2;customer:p=0.69;left_behind:document_used"


@pytest.mark.parametrize("change", [{"outcome": "lost"}, {"outcome": "stopped"}, {"ended": 500}, {"ended": 400}])
def test_only_projects_that_ended_well_before_the_moment_are_stages(change):
    assert journey(projects=[{**DONE, **change}]).person.size == 0


def test_everybody_who_took_part_has_the_stage_once():
    members = [
        {"project": "oak-1", "person": "ada", "role": "seller"},
        {"project": "oak-1", "person": "ada", "role": "expert"},
        {"project": "oak-1", "person": "ben", "from": 20, "to": 60},
        {"project": "oak-1", "person": "cleo", "from": 150},
    ]
    assert journey(members=members).person.tolist() == [0, 1]


def test_who_opened_no_source_has_no_star_from_it():
    closed = [{"person": "ada", "source": "kudos", "given": 1, "at": 0}]
    found = journey(peers=(0.3, 4), trust=(0.5, 1.0, 2), consents=closed)
    assert stars(found) == [[-1], [-1], [-1]]
    assert found.reasons == ("",)


def test_two_stars_clear_a_stage():
    assert cleared(journey(peers=(0.3, 4), trust=(0.5, 1.0, 2)), Policy()).tolist() == [True]
    assert cleared(journey(peers=(0.3, 4), trust=(-0.5, 1.0, 2)), Policy()).tolist() == [False]
