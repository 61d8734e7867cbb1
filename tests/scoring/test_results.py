"""Results: money per share, by its logarithm, against what is usual for the like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model import results as results_module
from scoring.model.block import sums
from scoring.model.crossed import Variance
from scoring.model.results import per_share, results
from scoring.model.select import select
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW = micros(100)
POLICY = Policy()
NAMES = ("ada", "ben", "cleo")
PEOPLE = [{"person": name, "role": "seller"} for name in NAMES]
PROJECTS = [{"project": name, "kind": "opportunity", "started": 0, "territory": "north"} for name in "pqrs"]
MEMBERS = [
    {"project": "p", "person": "ada"},
    {"project": "q", "person": "ben"},
    {"project": "s", "person": "ada", "share": 3.0},
    {"project": "s", "person": "ben", "share": 1.0},
]


def money(project, amount, **more):
    return {"project": project, "kind": "revenue", "amount": amount, "currency or unit": "EUR", "known_at": 1, **more}


def block_of(rows, **more):
    files = {"people": PEOPLE, "projects": PROJECTS, "members": MEMBERS, **more}
    return results(select(small(money=rows, **files), NOW), POLICY, NOW)


amounts = st.lists(
    st.builds(
        money,
        st.sampled_from("pqrs"),
        st.integers(-(10**6), 10**6),
        kind=st.sampled_from(["revenue", "margin", "agreed_price", "delivered_effort"]),
        known_at=st.integers(-50, 150),
    ),
    max_size=8,
    unique_by=lambda row: (row["project"], row["kind"], row["known_at"]),
)


@pytest.fixture
def held(monkeypatch):
    """Variances at their guesses, so that a small example can be worked by hand."""
    for name, value in vars(results_module).copy().items():
        if isinstance(value, Variance):
            monkeypatch.setattr(results_module, name, Variance(known=value.guess))


def test_worked_example_of_amounts_per_share():
    # The median size is 100: asinh(a / 10) - asinh(10); of 1,000 that is log 10 but for 0.0025.
    amount, kind = np.array([100.0, 1000.0, -100.0, 0.0]), np.zeros(4, np.int32)
    found = per_share(amount, kind)
    assert found == pytest.approx([0, 2.300119, -5.996446, -2.998223], abs=1e-6)


def test_worked_example(held):
    # Revenue of p (ada) 1000 and of q (ben) 10: the median is 505, y = asinh(10·1000/505) - asinh(10) = 0.681321 and
    # asinh(10·10/505) - asinh(10) = -2.801492. In common: mean 1 + territory 0.1 + role 0.1; each of its own
    # besides: person 0.2 + project 0.5 + residual 0.3. So the sum has variance 2·2.2 + 2·1.2, the difference 2·1.
    y = np.array([np.arcsinh(1000 / 50.5), np.arcsinh(10 / 50.5)]) - np.arcsinh(10)
    half_sum, half_difference = y.sum() / 2 / 3.4, (y[0] - y[1]) / 2
    block = block_of([money("p", 1000), money("q", 10)])
    assert block.estimate[:2, 0] == pytest.approx(
        np.sqrt(0.2) * np.array([half_sum + half_difference, half_sum - half_difference])
    )
    assert block.sd[0, 0] == pytest.approx(np.sqrt(1 - 0.2 * 2.2 / (2.2**2 - 1.2**2)))
    assert (block.estimate[2, 0], block.sd[2, 0], block.voices[2, 0]) == (0, pytest.approx(1), 0)


def test_members_are_credited_in_their_shares():
    block = block_of([money("p", 100), money("q", 100), money("s", 100_000)])
    parts = block.parts
    received = [float(parts.amount[(parts.subject == person) & (parts.project == 3)].sum()) for person in (0, 1)]
    assert received[0] == pytest.approx(3 * received[1])
    assert received[1] > 0


def test_the_latest_known_amount_counts():
    both = block_of([money("p", 10, known_at=1), money("p", 900, known_at=5), money("q", 100)])
    latest = block_of([money("p", 900), money("q", 100)])
    assert both.estimate.tolist() == latest.estimate.tolist()


def test_other_units_efforts_and_prices_are_no_results():
    rows = [money("p", 1e6, **{"currency or unit": "USD"}), money("p", 9, kind="delivered_effort")]
    assert not block_of([*rows, money("q", 9, kind="list_value")]).estimate.any()


def test_counted_in_cents_it_is_the_same():
    rows = [("p", 500), ("q", 40), ("s", 7000)]
    euros, cents = (block_of([money(project, a * unit) for project, a in rows]).estimate for unit in (1, 100))
    assert euros == pytest.approx(cents, abs=1e-9)


def test_a_good_territory_is_no_merit():
    # Everybody in the south makes ten times as much: between south and north little is left, within them as before.
    names = [f"n{n}" for n in range(20)] + [f"s{n}" for n in range(20)]
    people = [{"person": name} for name in names]
    projects = [
        {"project": name, "kind": "opportunity", "started": 0, "territory": "north" if name[0] == "n" else "south"}
        for name in names
    ]
    members = [{"project": name, "person": name} for name in names]
    rows = [money(name, (1000 if name[0] == "n" else 10_000) * (1 + n % 20 / 10)) for n, name in enumerate(names)]
    found = results(select(small(money=rows, people=people, projects=projects, members=members), NOW), POLICY, NOW)
    blind = [{**project, "territory": "north"} for project in projects]
    unaware = results(select(small(money=rows, people=people, projects=blind, members=members), NOW), POLICY, NOW)
    place = np.array([name[0] == "s" for name in sorted(names)])
    gap, blind_gap = (block.estimate[place, 0].mean() - block.estimate[~place, 0].mean() for block in (found, unaware))
    assert gap < 0.3 * blind_gap


@settings(max_examples=20, deadline=None)
@given(amounts)
def test_parts_add_up(rows):
    block = block_of(rows)
    assert np.abs(sums(block.parts, block.estimate.shape) - block.estimate).max() < 1e-9
    assert np.isfinite(block.estimate).all()
    assert (block.sd > 0).all()


@settings(max_examples=20, deadline=None)
@given(amounts)
def test_what_is_known_at_or_after_the_moment_changes_nothing(rows):
    before = [row for row in rows if row["known_at"] < 100]
    assert block_of(rows).estimate == pytest.approx(block_of(before).estimate, abs=1e-9)


def test_nobody_and_nothing_work():
    assert results(small(), POLICY, NOW).estimate.shape == (0, 1)
    silent = block_of([])
    assert silent.estimate[:, 0].tolist() == [0, 0, 0]
    assert silent.sd[:, 0] == pytest.approx(np.ones(3))
