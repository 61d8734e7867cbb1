"""Customers are easily invented: what nobody knew is believed as far as known voices bear it out."""

import numpy as np
import pytest

from scoring.model.customers import customer_blocks
from scoring.model.select import select
from scoring.model.strangers import _honest
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW = micros(400)
PEOPLE = [f"n{number:02d}" for number in range(12)]


def organization(invented, known=0, others=1):
    """Everybody has three projects of middling repute; the first also has inventions on theirs, week after week.

    `known`: what is said of the invented contacts, `others` of the real ones.
    """
    rng = np.random.default_rng(4)
    projects, members, signals = [], [], []
    contacts = [{"contact": f"x{number}", "customer": f"fake{number}", "known": known} for number in range(40)]
    contacts += [{"contact": f"k{number}", "known": others} for number in range(9)]
    for name in PEOPLE:
        for place in range(3):
            project = f"{name}-{place}"
            projects.append({"project": project, "kind": "delivery", "started": 0, "customer": f"c{rng.integers(6)}"})
            members.append({"project": project, "person": name})
            signals += [_said(project, f"k{rng.integers(9)}", int(rng.integers(2, 6)), 30 + 9 * t) for t in range(4)]
    for number in range(invented):
        project = f"fake-{number % 6}"
        if number < 6:
            projects.append({"project": project, "kind": "delivery", "started": 0, "customer": f"fake{number}"})
            members.append({"project": project, "person": "n00"})
        signals.append(_said(project, f"x{number}", 5, 20 + 8 * number))
    files = {"projects": projects, "members": members, "contacts": contacts, "signals": signals}
    return select(small(**files), NOW)


def _said(project, contact, value, at):
    return {"project": project, "contact": contact, "kind": "survey", "at": at, "aspect": "satisfaction",
            "value": value}  # fmt: skip


def trust_of_the_first(evidence):
    return customer_blocks(evidence, Policy(), NOW).people.estimate[0, 0]


def test_worked_example_of_belief():
    # Odds of invention at z = 0: even, / √17 = 0.242536. z = 2: that times e^(4 · 16/17 / 2) = 6.568943: 1.593204.
    assert _honest(np.array([0.0, 4.0])) == pytest.approx([1, 1.242536 / 2.593204], rel=1e-5)


def test_inventing_customers_gains_little_however_many():
    honest = trust_of_the_first(organization(0))
    gains = [trust_of_the_first(organization(count)) - honest for count in (6, 18, 40)]
    known = trust_of_the_first(organization(40, known=1)) - honest
    assert max(gains) < 0.25
    assert max(gains) < 0.5 * known


def test_a_contact_of_whom_nothing_is_said_counts_as_unknown_where_others_are_said_to_be_known():
    unsaid, unknown = (trust_of_the_first(organization(6, known=value)) for value in (None, 0))
    assert unsaid == pytest.approx(unknown, abs=1e-12)


def test_where_it_is_said_of_nobody_everybody_counts_as_known():
    unsaid, known = (trust_of_the_first(organization(6, known=value, others=value)) for value in (None, 1))
    assert unsaid == pytest.approx(known, abs=1e-12)


def test_where_no_signal_names_its_contact_nothing_is_lost():
    words = [{**_said("p", None, 5, 30 * t)} for t in range(6)]
    evidence = select(small(signals=words, members=[{"project": "p", "person": "ada"}]), NOW)
    found = customer_blocks(evidence, Policy(), NOW)
    assert found.trust.faith.tolist() == [1.0]
    assert found.people.estimate[0, 0] > 0
