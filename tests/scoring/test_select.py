"""What a run may use: nothing from its moment on, nothing that was not consented to; and who did what part."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.exchange import columns
from scoring.model import choices
from scoring.model.evidence import FOREVER, MISSING_TIME, Evidence
from scoring.model.select import consented, present, select, shares, started
from tests.scoring.small import micros, small

NOON = micros(10)


def same(one: object, other: object) -> bool:
    """Whether two tables, or two whole evidences, hold the same."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return one == other


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (choices.PersonRole, columns.PERSON_ROLES),
        (choices.TeamRole, columns.TEAM_ROLES),
        (choices.ProjectKind, columns.PROJECT_KINDS),
        (choices.Outcome, columns.OUTCOMES),
        (choices.MoneyKind, columns.MONEY_KINDS),
        (choices.SignalKind, columns.SIGNAL_KINDS),
        (choices.Aspect, columns.ASPECTS),
        (choices.About, columns.ABOUT),
        (choices.CareOutcome, columns.CARE_OUTCOMES),
        (choices.ConsentSource, columns.SOURCES),
    ],
)
def test_numbers_of_choices_are_places_in_the_exchange_columns(number, names):
    assert tuple(member.name.lower() for member in number) == names
    assert [int(member) for member in number] == list(range(len(names)))


def test_care_kinds_are_in_the_order_of_the_exchange_columns():
    assert len(choices.CareKind) == len(columns.CARE_KINDS) == 4


def everything(days: list[float]) -> Evidence:
    """Two rows of each kind, at the given days."""
    words = [{"giver": "ada", "receiver": "ben", "project": "p", "at": day} for day in days]
    return small(
        people=[{"person": "ada", "joined": -9, "left": days[0]}, {"person": "ben", "joined": days[1]}],
        projects=[
            {"project": "p", "kind": "delivery", "started": 0, "ended": days[0], "outcome": "done", "customer": "oak"},
            {"project": "q", "kind": "delivery", "started": days[1]},
        ],
        feedback=[{**word, "criterion": "selling", "rating": 4, "answer": f"a{n}"} for n, word in enumerate(words)],
        kudos=[{**word, "message": "thanks"} for word in words],
        badges=[{**word, "badge": "star"} for word in words],
        signals=[{"project": "p", "kind": "survey", "aspect": "satisfaction", "value": 4, "at": day} for day in days],
        money=[
            {"project": "p", "kind": "revenue", "amount": 9, "currency or unit": "EUR", "known_at": day} for day in days
        ],
        members=[{"project": "p", "person": "ada", "from": -5, "to": day} for day in days[:1]]
        + [{"project": "p", "person": "ben", "from": day} for day in days],
        handovers=[
            {"project": "p", "from_person": "ada", "to_person": "ben", "at": -1, "accepted_at": day, "rating": 5}
            for day in days
        ],
        care=[{"project": "p", "owner": "ada", "kind": "3m", "due": 1, "done": d, "outcome": "well"} for d in days],
        documents=[{"project": "p", "author": "ada", "title": "t", "at": day, "used_by": "q"} for day in days],
        asks=[{"giver": "ada", "receiver": "ben", "at": -1, "declined_at": day} for day in days],
        leaves=[{"person": "ben", "from": -2, "to": day} for day in days[:1]],
        level_steps=[{"person": "ben", "level": 1, "at": day} for day in days],
    )


def test_worked_example_of_the_cut():
    # Day 9 is before the moment, day 10 is the moment itself: one row of each pair stays.
    cut = select(everything([9, 10]), NOON)
    assert [len(table.at) for table in (cut.feedback, cut.kudos, cut.badges, cut.signals, cut.documents)] == [1] * 5
    assert len(cut.money.known) == len(cut.level_steps.at) == 1
    assert len(cut.members.start) == 2  # ada's, and ben's first
    assert cut.people.left.tolist() == [micros(9), MISSING_TIME]
    assert cut.handovers.rating.tolist()[0] == 5
    assert np.isnan(cut.handovers.rating[1])
    assert cut.care.done.tolist() == [micros(9), MISSING_TIME]
    assert cut.care.outcome.tolist() == [0, -1]
    assert cut.asks.declined.tolist() == [micros(9), MISSING_TIME]
    assert cut.documents.used_by.tolist() == [-1]  # the project that used it begins later
    assert present(cut, NOON).tolist() == [False, False]  # ada has left, ben comes only now
    assert started(cut, NOON).tolist() == [True, False]


def test_an_end_that_lies_ahead_is_not_known_yet():
    cut = select(everything([10, 11]), NOON)
    assert cut.people.left.tolist()[0] == MISSING_TIME
    assert cut.projects.ended.tolist()[0] == MISSING_TIME
    assert cut.projects.outcome.tolist()[0] == -1
    assert cut.members.end.tolist() == [FOREVER]
    assert cut.leaves.end.tolist() == [FOREVER]
    assert present(cut, NOON).tolist() == [True, False]


def test_a_project_that_has_not_begun_is_nobodys_yet():
    plans = [{"project": f"j{n}", "customer": "oak", "started": day} for n, day in enumerate((9, 10))]
    evidence = small(projects=plans, members=[{"project": plan["project"], "person": "ada"} for plan in plans])
    cut = select(evidence, NOON)
    assert cut.projects.customer.tolist() == [0, -1]
    assert cut.members.project.tolist() == [0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([3.0, 9.0, 9.99, 10.0, 10.01, 20.0]), min_size=2, max_size=5))
def test_selecting_twice_changes_nothing(days):
    once = select(everything(days), NOON)
    assert same(select(once, NOON), once)


def test_answers_keep_their_order_without_gaps():
    rows = [(5, "a"), (12, "b"), (6, "c"), (7, "a")]
    evidence = small(
        feedback=[
            {"giver": "ada", "receiver": "ben", "criterion": "selling", "rating": 3, "answer": answer, "at": day}
            for day, answer in rows
        ]
    )
    assert select(evidence, NOON).feedback.answer.tolist() == [0, 1, 0]


def test_what_somebody_says_of_themselves_is_no_evidence():
    evidence = small(kudos=[{"giver": "ada", "receiver": "ada", "message": "me", "at": 1}])
    assert len(select(evidence, NOON).kudos.at) == 0


def test_the_latest_word_on_consent_counts_and_silence_is_no():
    rows = [("ada", "kudos", 1, 1), ("ada", "kudos", 0, 5), ("ada", "peers", 0, 1), ("ada", "peers", 1, 2)]
    consents = [{"person": p, "source": s, "given": g, "at": at} for p, s, g, at in rows]
    evidence = small(people=[{"person": "ada"}, {"person": "ben"}], consents=consents)
    assert consented(evidence, NOON).tolist() == [[True, False, False], [False] * 3]
    assert consented(evidence, micros(3)).tolist() == [[True, False, True], [False] * 3]


def test_without_consent_nothing_said_about_them_is_read():
    evidence = replace(everything([1, 2]), consents=small().consents)
    cut = select(evidence, NOON)
    assert len(cut.feedback.at) == len(cut.kudos.at) == len(cut.badges.at) == 0
    assert len(cut.signals.at) == 2


def test_worked_example_of_shares():
    # p: 1 and 3 given, one not: it counts as their mean 2, of 6 in all. q: none given: equal. r: twice the same person.
    rows = [("p", "ada", 1.0), ("p", "ben", 3.0), ("p", "cleo", None), ("q", "ada", None), ("q", "ben", None)]
    rows += [("r", "ada", 1.0), ("r", "ben", 3.0)]
    members = [{"project": p, "person": who, "share": share} for p, who, share in rows]
    members += [{"project": "r", "person": "ada", "share": 1.0, "role": "lead"}]
    found = shares(small(members=members, projects=[{"project": "s", "kind": "delivery", "started": 0}]))
    expected = [[1 / 6, 1 / 2, 1 / 3], [1 / 2, 1 / 2, 0], [2 / 5, 3 / 5, 0], [0, 0, 0]]
    assert np.allclose(found.toarray(), expected)


@given(st.lists(st.none() | st.floats(0, 10), min_size=1, max_size=6))
def test_shares_of_a_project_sum_to_one(given_shares):
    members = [{"project": "p", "person": f"p{n}", "share": share} for n, share in enumerate(given_shares)]
    assert shares(small(members=members)).sum() == pytest.approx(1)


def test_empty_evidence_stays_empty():
    empty = small()
    assert same(select(empty, NOON), empty)
    assert shares(empty).shape == (0, 0)
    assert consented(empty, NOON).shape == (0, 3)
