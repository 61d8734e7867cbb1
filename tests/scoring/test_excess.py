"""Over-service: reported, and its satisfaction credited to nobody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model.customers import customer_blocks
from scoring.model.excess import TOLERANCE, USUAL_SLOPE, excess, findings
from scoring.model.select import select
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW = micros(100)
POLICY = Policy()


def effort(project, agreed, delivered, at=1):
    return [
        {"project": project, "kind": kind, "amount": amount, "currency or unit": "h", "known_at": at + place}
        for place, (kind, amount) in enumerate((("agreed_effort", agreed), ("delivered_effort", delivered)))
    ]


def evidence(money, signals=(), ended=50):
    projects = [
        {"project": name, "kind": "delivery", "started": 0, "ended": ended, "customer": "oak"} for name in "pqr"
    ]
    members = [{"project": name, "person": who} for name, who in zip("pqr", ("ada", "ben", "cleo"), strict=True)]
    return select(small(money=money, projects=projects, members=members, signals=list(signals)), NOW)


def said(project, value=5, **more):
    return {"project": project, "contact": f"c{project}", "kind": "survey", "at": 60, "aspect": "satisfaction",
            "value": value, **more}  # fmt: skip


def trust_of(known, name):
    return customer_blocks(known, POLICY, NOW).people.estimate[known.people.ids.index(name), 0]


def test_worked_example():
    # p: 100 agreed, 150 delivered: log 1.5 = 0.4055, 0.3055 over the tolerance. q: 95 of 100, within it. r: 60 of 100.
    known = evidence([*effort("p", 100, 150), *effort("q", 100, 95), *effort("r", 100, 60)])
    found = excess(known)
    assert found.ratio == pytest.approx(np.log([1.5, 0.95, 0.6]))
    assert found.over == pytest.approx([np.log(1.5) - TOLERANCE, 0, 0])
    table = findings(known, found)
    told = [(known.projects.ids[p], table.kinds[k]) for p, k in zip(table.project, table.kind, strict=True)]
    assert told == [("p", "over_service"), ("r", "under_service")]
    assert table.amount == pytest.approx(np.log([1.5, 0.6]))


def test_too_little_is_no_finding_while_the_rest_may_still_come():
    known = evidence(effort("p", 100, 60), ended=None)
    assert len(findings(known, excess(known)).project) == 0


def test_only_one_unit_is_compared_and_its_latest_amounts():
    days = [{**row, "currency or unit": "d"} for row in effort("p", 10, 40)[1:]]
    assert np.isnan(excess(evidence([effort("p", 100, 100)[0], *days])).ratio[0])
    later = [*effort("p", 100, 120), effort("p", 100, 200, at=9)[1]]
    assert excess(evidence(later)).ratio[0] == pytest.approx(np.log(2))


@settings(max_examples=25, deadline=None)
@given(st.floats(1.0, 5.0), st.floats(1.0, 5.0))
def test_the_same_satisfaction_for_more_effort_is_less_trust(less, more):
    less, more = sorted((less, more))
    few, many = (
        trust_of(evidence(effort("p", 100, 100 * much), [said("p"), said("q", 4), said("r", 3)]), "ada")
        for much in (less, more)
    )
    assert many <= few + 1e-9


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 1.0))
def test_giving_less_than_agreed_earns_nothing(much):
    words = [said("p"), said("q", 4), said("r", 3)]
    less, agreed = (trust_of(evidence(effort("p", 100, 100 * part), words), "ada") for part in (much, 1.0))
    assert less == pytest.approx(agreed, abs=1e-9)


def test_what_over_service_buys_is_learnt_and_a_priori_believed():
    nothing = customer_blocks(evidence(effort("p", 100, 200), [said("q")]), POLICY, NOW).trust
    assert nothing.slope == pytest.approx(USUAL_SLOPE)
    told = customer_blocks(evidence(effort("p", 100, 300), [said("p", 5), said("q", 3), said("r", 3)]), POLICY, NOW)
    assert told.trust.slope > nothing.slope
    assert told.trust.slope_sd < nothing.slope_sd
