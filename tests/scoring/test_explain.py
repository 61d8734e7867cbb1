"""Explanations: amounts by source and project, in the unit of the figure, that add up or are refused."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.model.explain import DoesNotAddUp, explanations
from scoring.model.figures import figures
from scoring.model.scores import Source, SubjectKind
from scoring.policy import Policy
from tests.scoring.blocks import block

ALL = ("leading", "satisfaction", "customer_trust", "quality")


def shown(*blocks):
    return [figures(SubjectKind.PERSON, each, ALL, Policy()) for each in blocks]


def amounts(table):
    names = [table.sources[source] for source in table.source]
    return list(zip(table.subject.tolist(), names, table.project.tolist(), table.amount.tolist(), strict=True))


def test_worked_example():
    # By hand: 4.5 is the mean of all, 4, and half a point from the first project.
    found = shown(block("leading", estimate=[[4.5]], sd=0.2, centre=4.0))
    assert amounts(explanations(found, ALL)) == [(0, "prior", -1, 4.0), (0, "peers", 0, 0.5)]


def test_an_estimate_stays_on_its_scale_and_the_prior_gives_what_that_takes():
    found = shown(block("leading", estimate=[[5.3]], sd=0.5, centre=4.0))
    assert (found[0].estimate[0, 0], found[0].high[0, 0]) == (5, 5)
    # By hand (ratings.py): beyond the end ¼ of V is left, sd = 0.5 · ¼^¼ = 0.35355, and t with 15 degrees gives 1.2480;
    # (intervals.py): r = 0.875, so low = 5.3 + 0.0518 · 1.3 - 1.2480 · 0.35355 · √(1 + 0.0518² · 7).
    assert found[0].low[0, 0] == pytest.approx(4.92195, abs=1e-4)
    assert amounts(explanations(found, ALL)) == [
        (0, "prior", -1, pytest.approx(3.7)),
        (0, "peers", 0, pytest.approx(1.3)),
    ]


def test_what_is_told_in_sd_has_no_ends():
    found = shown(block("customer_trust", estimate=[[7.0]], sd=0.5, source=Source.CUSTOMERS))
    assert found[0].estimate[0, 0] == 7


def test_dimensions_stand_in_the_order_of_all():
    found = shown(block("customer_trust", "satisfaction", estimate=[[0.5, 4.0]], sd=0.5, centre=[0.0, 3.0]))[0]
    assert found.dimensions == ("satisfaction", "customer_trust")
    assert found.estimate.tolist() == [[4.0, 0.5]]
    table = explanations([found], ALL)
    assert [ALL[at] for at in table.dimension] == ["satisfaction"] * 2 + ["customer_trust"] * 2


@pytest.mark.parametrize("told", [4.6, float("nan"), float("inf")])
def test_amounts_that_do_not_add_up_are_never_published(told):
    found = shown(block("leading", estimate=[[4.5]], sd=0.2, centre=4.0))[0]
    with pytest.raises(DoesNotAddUp, match="person 0, leading"):
        explanations([replace(found, estimate=np.array([[told]]))], ALL)
