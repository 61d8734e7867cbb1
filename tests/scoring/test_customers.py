"""Customers' words: charged to the people who did the work, in their shares, and never more than what was said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model import aspects, signals, trust
from scoring.model.block import sums
from scoring.model.crossed import Variance
from scoring.model.customers import customer_blocks, customer_people
from scoring.model.select import select, shares
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW = micros(100)
POLICY = Policy()
PROJECTS = [
    {"project": name, "kind": "delivery", "started": 0, "customer": customer}
    for name, customer in (("p", "oak"), ("q", "oak"), ("r", "pine"), ("s", None))
]
MEMBERS = [
    {"project": project, "person": person, "share": share}
    for project, person, share in (("p", "ada", 3.0), ("p", "ben", 1.0), ("q", "ben", 1.0), ("r", "cleo", 1.0))
]
CONTACTS = [{"contact": name, "customer": "oak", "known": 1} for name in ("kim", "lee", "max")]
CONTACTS += [{"contact": f"stranger{n}", "customer": "oak", "known": 0} for n in range(12)]


def said(project, value, contact="kim", at=99.9999999, **more):
    return {
        "project": project, "value": value, "contact": contact, "at": at, "kind": "survey",
        "aspect": "satisfaction", **more,
    }  # fmt: skip


def blocks(rows, policy=POLICY, **more):
    files = {"projects": PROJECTS, "members": MEMBERS, "contacts": CONTACTS, "people": [{"person": "dora"}], **more}
    return customer_blocks(select(small(signals=rows, **files), NOW), policy, NOW)


answers = st.lists(
    st.builds(
        said,
        st.sampled_from("pqrs"),
        st.integers(1, 5),
        st.sampled_from(["kim", "lee", "max", "stranger1", "stranger2", None]),
        st.integers(-300, 120),
        aspect=st.sampled_from(["satisfaction", "commitment", "listening"]),
        about=st.sampled_from([None, "people", "service", "brand"]),
        kind=st.sampled_from(["survey", "interview", "observation"]),
        response=st.sampled_from([None, "r1", "r2"]),
    ),
    max_size=12,
)


@pytest.fixture
def held(monkeypatch):
    """Variances at their guesses, so that a small example can be worked by hand."""
    for module in (signals, aspects, trust):
        for name, value in vars(module).copy().items():
            if isinstance(value, Variance):
                monkeypatch.setattr(module, name, Variance(known=value.guess))


def test_worked_example(held):
    # One 5 on p by kim: y = (5 - 4) / 0.9. Its variance: mean 1 + kind 0.05 + customer 0.15 + voice 0.15 +
    # response 0.15 + ada 0.75²·0.3 + ben 0.25²·0.3 (= 0.1875) + project 0.1 + residual 0.35 = 2.1375.
    found = blocks([said("p", 5)])
    y, variance, sd = 1 / 0.9, 2.1375, np.sqrt(0.3)
    assert found.people.estimate[:2, 0] == pytest.approx(np.array([0.75, 0.25]) * sd * y / variance, abs=1e-7)
    assert found.people.sd[0, 0] == pytest.approx(np.sqrt(1 - 0.75**2 * 0.3 / variance), abs=1e-7)
    assert found.people.estimate[2:, 0].tolist() == [0, 0]
    # Projects in sd of true trust: people's part 0.3 · mean of Σ w² (0.625, 1, 1 and an unknown's 1) + 0.1.
    unit = np.sqrt(0.3 * 3.625 / 4 + 0.1)
    assert found.projects.estimate[0, 4] == pytest.approx((0.1875 + 0.1) * y / variance / unit, abs=1e-7)
    # Ben's other project gains by what p says of him: covariance 0.25 · 0.3, and no residual in common.
    assert found.projects.estimate[1, 4] == pytest.approx(0.25 * 0.3 * y / variance / unit, abs=1e-7)
    # Felt: 2.1375 - 0.1875 - 0.1 + project 0.15 + project and aspect 0.05 = 2.05. Mean and customer and both of p.
    assert found.projects.estimate[0, 0] == pytest.approx(4 + (1 + 0.15 + 0.2) / 2.05, abs=1e-7)
    assert found.projects.estimate[1, 0] == pytest.approx(4 + (1 + 0.15) / 2.05, abs=1e-7)
    assert found.projects.estimate[0, 1] == pytest.approx(8 + 2 * (0.15 + 0.15) / 0.9 / 2.05, abs=1e-7)
    assert found.customers.estimate[0, 0] == pytest.approx(4 + (1 + 0.15 + 0.2 / 2) / 2.05, abs=1e-7)


def test_a_customer_of_whom_nothing_was_heard_has_the_prior_however_many_projects_it_has(held):
    projects = [
        *PROJECTS,
        *({"project": f"n{n}", "kind": "delivery", "started": 0, "customer": "fir"} for n in range(12)),
        *({"project": f"m{n}", "kind": "delivery", "started": 0, "customer": "elm"} for n in range(2)),
    ]
    members = [*MEMBERS, *({"project": f"n{n}", "person": f"eve{n % 4}"} for n in range(12))]
    trees = [{"customer": name} for name in ("elm", "fir", "oak", "pine", "yew")]
    found = blocks([said("p", 5)], projects=projects, members=members, customers=trees).customers
    silent = [0, 1, 4]  # two projects with nobody in them, twelve, none
    assert found.sd[silent, 4] == pytest.approx(np.ones(3), abs=1e-9)
    assert found.estimate[silent, 4] == pytest.approx(np.zeros(3), abs=1e-9)
    # Oak has p and q: its own 0.15, ada's 3/8 and ben's 5/8 of 0.3, 0.1 / 2 of projects: 0.359375. Heard on p, of a
    # variance of 2.1375 with 0.15 + 0.75 · 0.3 · 3/8 + 0.25 · 0.3 · 5/8 + 0.05 in common.
    unit, common = np.sqrt(0.15 + 0.3 * (0.375**2 + 0.625**2) + 0.05), 0.15 + 0.084375 + 0.046875 + 0.05
    assert found.estimate[2, 4] == pytest.approx(common / 0.9 / 2.1375 / unit, abs=1e-7)
    assert found.sd[2, 4] == pytest.approx(np.sqrt(1 - common**2 / 2.1375 / unit**2), abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(answers)
def test_no_customer_is_less_sure_than_its_prior_and_what_is_told_of_it_adds_up(rows):
    found = blocks(rows).customers
    assert (found.sd[:, 4] <= 1 + 1e-9).all()
    assert np.abs(sums(found.parts, found.estimate.shape) - found.estimate).max() < 1e-9


def twin(rows, work, owners, people):
    """People's trust by conditioning a joint normal, pair of rows by pair of rows; all said by known contacts."""
    n = len(rows)
    cov, pull = np.zeros((n, n)), np.zeros((people, n))
    for i, one in enumerate(rows):
        p = "pqrs".index(one["project"])
        for j, other in enumerate(rows):
            q = "pqrs".index(other["project"])
            cov[i, j] = 0.3 * sum(work[p, k] * work[q, k] for k in range(people)) + 0.1 * (p == q)
            cov[i, j] += 1.0 * (one["aspect"] == other["aspect"]) + 0.05 * (one["kind"] == other["kind"])
            cov[i, j] += 0.15 * (owners[p] is not None and owners[p] == owners[q])
            cov[i, j] += 0.15 * (one["contact"] == other["contact"]) + (0.15 + 0.35) * (i == j)
            if p == q == 3:
                cov[i, j] += 0.3  # nobody is known to have worked on s
        for k in range(people):
            pull[k, i] = 0.3 * work[p, k]
    y = np.array([(row["value"] - 4) / 0.9 for row in rows])
    gain = pull @ np.linalg.inv(cov)
    return gain @ y / np.sqrt(0.3), np.sqrt(1 - np.einsum("ki,ki->k", gain, pull) / 0.3)


def test_people_are_credited_as_by_the_slow_twin(held):
    rng = np.random.default_rng(7)
    rows = [
        said("pqrs"[rng.integers(4)], int(rng.integers(1, 6)), ["kim", "lee", "max"][rng.integers(3)],
             aspect=["satisfaction", "listening"][rng.integers(2)])
        for _ in range(15)
    ]  # fmt: skip
    found = blocks(rows)
    work = shares(small(projects=PROJECTS, members=MEMBERS, people=[{"person": "dora"}])).toarray()
    estimate, sd = twin(rows, work, ["oak", "oak", "pine", None], 4)
    assert found.people.estimate[:, 0] == pytest.approx(estimate, abs=1e-6)
    assert found.people.sd[:, 0] == pytest.approx(sd, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(answers)
def test_parts_add_up(rows):
    found = blocks(rows)
    for block in (found.projects, found.customers, found.people):
        assert np.abs(sums(block.parts, block.estimate.shape) - block.estimate).max() < 1e-9
        assert np.isfinite(block.estimate).all()
        assert (block.sd > 0).all()


@settings(max_examples=15, deadline=None)
@given(answers)
def test_what_members_receive_is_in_their_shares_and_adds_up_to_what_the_project_gives(rows):
    parts = blocks(rows).people.parts
    received = {
        (int(person), int(project)): amount
        for person, project, amount in zip(parts.subject, parts.project, parts.amount, strict=True)
    }
    gives = received.get((0, 0), 0.0) + received.get((1, 0), 0.0)
    assert received.get((0, 0), 0.0) == pytest.approx(0.75 * gives, abs=1e-12)
    assert received.get((1, 0), 0.0) == pytest.approx(0.25 * gives, abs=1e-12)


def test_without_consent_a_share_goes_to_nobody_and_the_project_keeps_its_trust():
    rows = [said("p", 5), said("p", 4, "lee"), said("q", 2, "max")]
    everybody = blocks(rows)
    consents = [{"person": name, "source": "customers", "given": 1, "at": -9} for name in ("ben", "cleo", "dora")]
    without = blocks(rows, consents=consents)
    assert (without.people.estimate[0, 0], without.people.sd[0, 0], without.people.voices[0, 0]) == (0, 1, 0)
    assert without.people.estimate[1:].tolist() == everybody.people.estimate[1:].tolist()
    assert without.projects.estimate.tolist() == everybody.projects.estimate.tolist()


def test_what_is_said_of_the_service_or_the_brand_is_charged_to_no_person():
    found = blocks([said("p", 1, about="service"), said("p", 1, "lee", about="brand")])
    assert not found.people.estimate.any()
    assert not found.projects.estimate[:, 4].any()
    assert found.projects.estimate[0, 0] < 3.8


def test_strangers_in_one_week_are_one_voice():
    one = blocks([said("p", 5, "stranger0")])
    many = blocks([said("p", 5, f"stranger{n}") for n in range(12)])
    assert many.people.voices[0, 0] <= one.people.voices[0, 0]
    assert many.people.estimate[0, 0] == pytest.approx(one.people.estimate[0, 0], rel=1e-6)


def test_many_words_of_one_contact_are_bounded(held):
    few, many = (blocks([said("p", 5)] * n).people.estimate[0, 0] for n in (5, 200))
    # Without response and residual 0.5, of which only a part is left after 5 words.
    assert many < 0.75 * np.sqrt(0.3) / 0.9 / (2.1375 - 0.5)
    assert many < few * 1.1


def test_our_own_observation_is_weaker_than_the_customers_word():
    own, theirs = (blocks([said("p", 5, kind=kind)]).people.estimate[0, 0] for kind in ("observation", "call"))
    assert 0 < own < theirs
    ignored = blocks([said("p", 5, kind="observation")], Policy(observation_weight=0.0))
    assert not ignored.people.estimate.any()


def test_what_was_said_long_ago_weighs_less():
    old, new = (blocks([said("p", 5, at=at)]).people.estimate[0, 0] for at in (-3000, 99))
    assert 0 < old < new


@settings(max_examples=15, deadline=None)
@given(answers)
def test_what_comes_at_or_after_the_moment_changes_nothing(rows):
    found, before = blocks(rows), blocks([row for row in rows if row["at"] < 100])
    for one, other in ((found.people, before.people), (found.projects, before.projects)):
        assert one.estimate == pytest.approx(other.estimate, abs=1e-9)
        assert one.sd == pytest.approx(other.sd, abs=1e-9)


def test_the_same_evidence_gives_the_same_bytes():
    rows = [said("pqr"[n % 3], 1 + n % 5, ["kim", "lee"][n % 2]) for n in range(20)]
    assert blocks(rows).people.estimate.tobytes() == blocks(rows).people.estimate.tobytes()


def test_nobody_and_nothing_work():
    found = customer_blocks(small(), POLICY, NOW)
    assert found.people.estimate.shape == (0, 1)
    assert found.projects.estimate.shape == found.customers.estimate.shape == (0, 5)
    silent = blocks([])
    assert silent.people.estimate[:, 0].tolist() == [0] * 4
    assert silent.people.sd[:, 0] == pytest.approx(np.ones(4))
    assert silent.projects.estimate[0].tolist() == [4, 8, 4, 4, 0]
    assert replace(silent.people).voices.sum() == 0


@settings(max_examples=10, deadline=None)
@given(answers, st.permutations(["ada", "ben", "cleo"]))
def test_other_names_give_the_same_trust(rows, names):
    called = dict(zip(["ada", "ben", "cleo"], names, strict=True))
    members = [{**member, "person": called[member["person"]]} for member in MEMBERS]
    renamed = blocks(rows, members=members).people.estimate[:, 0]
    expected = blocks(rows).people.estimate[:, 0]
    place = [["ada", "ben", "cleo"].index(called[name]) for name in ("ada", "ben", "cleo")]
    assert renamed[place] == pytest.approx(expected[:3], abs=1e-9)


def test_a_contact_who_repeats_a_word_moves_nobody_further():
    """As far as a dozen words move, a thousand do: what all customers are held to differ by is not one contact's."""
    rng = np.random.default_rng(3)
    words = [said("pqr"[n % 3], int(rng.integers(2, 6)), ["kim", "lee", "max"][n % 3], at=n) for n in range(24)]

    def after(copies):
        return blocks([*words, *[said("p", 5, "kim", at=299 - n / 50) for n in range(copies)]]).people.estimate

    assert after(1000) == pytest.approx(after(12), abs=1e-9)


def test_a_period_that_holds_everything_says_what_the_whole_says():
    words = [
        {"project": f"p{n % 4}", "contact": f"c{n % 5}", "kind": "survey", "at": n}
        | {"aspect": "satisfaction", "value": 1 + n % 5}
        for n in range(20)
    ]
    members = [{"project": f"p{n % 4}", "person": name} for n, name in enumerate(("ada", "ben", "cleo", "dora", "ada"))]
    evidence = select(small(signals=words, members=members), NOW)
    whole = customer_blocks(evidence, POLICY, NOW)
    part = customer_people([(evidence, NOW)], POLICY, whole)[0]
    assert part.estimate == pytest.approx(whole.people.estimate, abs=1e-9)
    assert part.sd == pytest.approx(whole.people.sd, abs=1e-9)


def test_a_period_of_an_organization_whose_people_nobody_spoke_of_stays_at_the_prior():
    words = [{"project": "p", "kind": "survey", "aspect": "satisfaction", "value": 2, "about": "brand", "at": 1}]
    evidence = select(small(signals=words, members=[{"project": "p", "person": "ada"}]), NOW)
    part = customer_people([(evidence, NOW)], POLICY, customer_blocks(evidence, POLICY, NOW))[0]
    assert (part.estimate == 0).all()
    assert (part.sd == 1).all()


def test_what_our_own_staff_report_of_a_customer_is_weaker_than_the_customers_own_word():
    told = blocks([said("p", 5, kind="call", recorded_by="ada")])
    own = blocks([said("p", 5, kind="call")])
    assert 0 < told.people.estimate[0, 0] < own.people.estimate[0, 0]
    assert told.people.sd[0, 0] > own.people.sd[0, 0]


@settings(max_examples=15, deadline=None)
@given(answers)
def test_a_project_of_which_nobody_spoke_moves_no_member_and_has_no_voice(rows):
    heard = [row for row in rows if row["project"] in "pq"]
    found = blocks(heard)
    without = blocks(heard, members=[member for member in MEMBERS if member["project"] != "r"], people=[
        {"person": "cleo"}, {"person": "dora"},
    ])  # fmt: skip
    assert found.people.estimate == pytest.approx(without.people.estimate, abs=1e-9)
    assert found.people.sd == pytest.approx(without.people.sd, abs=1e-9)
    assert found.projects.voices[2].tolist() == [0] * 5
    # Cleo is known from nowhere else: silence is neither good nor bad.
    assert found.projects.estimate[2, 4] == pytest.approx(0, abs=1e-12)
