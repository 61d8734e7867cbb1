"""Whoever takes over an account starts from its state that day, and is credited for its repair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model.customers import customer_blocks
from scoring.model.select import select
from scoring.model.tenure import tenures
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW = micros(400)
HANDED_OVER = [
    {"project": "p", "person": "ada", "from": 0, "to": 100},
    {"project": "p", "person": "ben", "from": 100},
]
PROJECT = [{"project": "p", "kind": "delivery", "started": 0, "customer": "oak"}]


def parts(members, *days):
    evidence = small(members=members, projects=PROJECT)
    state, shares = tenures(evidence, np.zeros(len(days), np.int32), np.array([micros(day) for day in days]))
    return shares.toarray()[state]


def said(value, at):
    return {"project": "p", "contact": "kim", "kind": "survey", "at": at, "aspect": "satisfaction", "value": value}


def trust_of(signals, name, members=HANDED_OVER):
    known = select(small(signals=signals, members=members, projects=PROJECT), NOW)
    return customer_blocks(known, Policy(), NOW).people.estimate[known.people.ids.index(name), 0]


def test_worked_example():
    # Day 50: only ada. Day 300: both have settled, after 30 days: even.
    assert parts(HANDED_OVER, 50, 300) == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))
    # The very day of taking over: one day against thirty; nine days later ten.
    assert parts(HANDED_OVER, 100)[0] == pytest.approx([30 / 31, 1 / 31])
    assert parts(HANDED_OVER, 109)[0] == pytest.approx([30 / 40, 10 / 40])


def test_what_is_said_much_later_does_not_make_the_successor_answer_for_the_first_day():
    """A bad word on the day of taking over is mostly the predecessor's, whatever is said a year later."""
    alone = [trust_of([said(1, 100)], name) for name in ("ada", "ben")]
    later = [trust_of([said(1, 100), {**said(4, 390), "contact": "lee"}], name) for name in ("ada", "ben")]
    assert alone[0] < 5 * alone[1] < 0
    assert later[0] < 0 < later[1] + 0.1  # before, the mean day of both words stood for both: -0.22 for each


def test_where_nobody_came_or_went_the_parts_are_the_shares():
    members = [{"project": "p", "person": "ada", "share": 3.0}, {"project": "p", "person": "ben", "share": 1.0}]
    assert parts(members, 0, 10, 300) == pytest.approx(np.tile([0.75, 0.25], (3, 1)))


def test_before_anybody_had_begun_all_parts_count():
    late = [{**member, "from": 200, "to": None} for member in HANDED_OVER]
    assert parts(late, 10)[0] == pytest.approx([0.5, 0.5])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqr"), st.integers(0, 399)), min_size=2, max_size=12))
def test_whose_work_a_project_was_hangs_on_no_word_of_another(said):
    members = [{"project": name, "person": who, "from": at} for name in "rqp" for at, who in enumerate("abc")]
    evidence = small(members=members, projects=[{**PROJECT[0], "project": name} for name in "pqr"])
    project = np.array([evidence.projects.ids.index(name) for name, _ in said], np.int32)
    at = np.array([micros(day) for _, day in said])
    state, every = tenures(evidence, project, at)
    for one in np.unique(project):
        own, alone = tenures(evidence, project[project == one], at[project == one])
        assert alone.toarray()[own] == pytest.approx(every.toarray()[state][project == one], abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200), st.floats(0, 4)), min_size=1, max_size=4),
    st.lists(st.integers(-50, 399), min_size=1, max_size=5),
)
def test_parts_sum_to_one_and_nobody_answers_for_what_was_said_before_they_came(spans, days):
    members = [
        {"project": "p", "person": f"n{number}", "from": start, "to": start + length, "share": share}
        for number, (start, length, share) in enumerate(spans)
    ]
    found = parts(members, *days)
    assert found.sum(axis=1) == pytest.approx(1)
    begun = np.array([[start <= day for start, _, _ in spans] for day in days])
    some = (begun & (np.array([share for _, _, share in spans]) > 0)).any(axis=1)
    assert (found[some][~begun[some]] == 0).all()


def test_a_bad_state_stays_with_those_who_made_it():
    bad = [said(1, 60), said(1, 90), said(1, 101)]
    assert trust_of(bad, "ada") < 5 * trust_of(bad, "ben") < 0


def test_repair_is_credited_to_who_repaired():
    before = [said(1, 50), said(1, 90)]
    repaired = [*before, said(5, 250), said(5, 350)]
    assert trust_of(repaired, "ben") > max(trust_of(before, "ben"), 0)
    assert trust_of(repaired, "ben") > trust_of(repaired, "ada")
