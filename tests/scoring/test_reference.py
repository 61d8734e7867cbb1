"""The reference scale: frozen, it neither drifts nor is zero-sum."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.block import sums
from scoring.model.choices import PersonRole
from scoring.model.composite import QUALITY, compose
from scoring.model.peers import ProjectPeers
from scoring.model.reference import correlations, freeze, on_reference, reference_of, scale
from scoring.model.score import score
from scoring.model.scores import SubjectKind
from scoring.model.stages import anchored
from scoring.policy import Policy, Reference, check, decode, encode, referring
from tests.scoring.blocks import block, results
from tests.scoring.company import DAYS, company
from tests.scoring.small import day, small

LAST = day(DAYS + 1)
ONE = Policy(weights={"other": {"leading": 1.0}})
ROLE = np.array([PersonRole.OTHER, -1], np.int8)
BEFORE = [block("leading", estimate=[[4.5], [3.5]], sd=0.2, centre=4.0, spread=0.5)]


def quality(blocks, policy):
    return compose(blocks, results([[0.0], [0.0]]), ROLE, policy).estimate[:, QUALITY]


def test_worked_example():
    # By hand: everybody improves by half a point, which was one sd when the policy was published.
    policy = freeze(ONE, BEFORE)
    after = [block("leading", estimate=[[5.0], [4.0]], sd=0.2, centre=4.5, spread=0.4)]
    assert quality(BEFORE, policy) == pytest.approx([1, -1])
    assert quality(after, policy) == pytest.approx([2, 0])  # everybody is lifted
    assert quality(after, ONE) == pytest.approx([1.25, -1.25])  # estimated anew, nobody is


def test_who_is_not_heard_stays_at_the_prior_of_today_with_its_sd():
    # By hand: the mean of all is 0.5 / 0.5 = 1 sd up, and true quality differs by 0.4 / 0.5 of what it did.
    silent = [block("leading", estimate=[[4.5], [4.5]], sd=0.4, centre=4.5, spread=0.4, voices=[[0.0], [0.0]])]
    found = compose(silent, results([[9.0], [9.0]], sd=1.0), ROLE, freeze(ONE, BEFORE))
    assert found.estimate[0] == pytest.approx([1, 1])  # and money moves nobody of whom nothing is known
    assert found.sd[0, QUALITY] == pytest.approx(0.8)
    assert (found.centre[QUALITY], found.spread[QUALITY]) == pytest.approx((1, 0.8))


def test_raw_units_outlive_the_runs():
    # By hand: trust 1.0 is 0.2 + 0.5 · 1 = 0.7 raw; the reference is 0.1 ± 0.4: 0.6 / 0.4 = 1.5.
    policy = referring(ONE, Reference(dimensions=("customer_trust",), mean=(0.1,), sd=(0.4,), correlation=((1.0,),)))
    told = replace(block("customer_trust", estimate=[[1.0]], sd=0.4), origin=np.array([0.2]), unit=np.array([0.5]))
    used = scale(told, policy)
    assert (1.0 - used.mean[0]) / used.sd[0] == pytest.approx(1.5)
    shown = on_reference(told, policy)
    assert shown.estimate[0, 0] == pytest.approx(1.5)
    assert shown.sd[0, 0] == pytest.approx(0.4 * 0.5 / 0.4)
    assert (shown.origin[0], shown.unit[0]) == pytest.approx((0.1, 0.4))
    assert sums(shown.parts, (1, 1)) == pytest.approx(shown.estimate, abs=1e-12)
    again = scale(shown, policy)
    assert (again.mean[0], again.sd[0]) == pytest.approx((0, 1))


def test_a_dimension_that_is_not_in_the_reference_has_the_scale_of_its_evidence():
    policy = freeze(ONE, BEFORE)
    other = block("selling", estimate=[[3.0]], sd=0.1, centre=3.5, spread=0.7)
    assert (scale(other, policy).mean[0], scale(other, policy).sd[0]) == (3.5, 0.7)
    # By hand: 24 · 0.6 / (24 + 0.84 · 0.979592 · 2), for what the two say together, ± 1 · -0.714, adds up to nothing.
    told = correlations([*BEFORE, other], policy)
    assert told == pytest.approx(np.array([[1, 0.561497], [0.561497, 1]]), abs=1e-6)


def test_correlations_are_frozen_too():
    apart = block("a", "b", estimate=[[0.0, 0.0]], sd=1.0, correlation=np.array([[1, 0.6], [0.6, 1]]))
    alike = replace(apart, correlation=np.eye(2))
    assert correlations([alike], freeze(Policy(), [apart])).tolist() == [[1, 0.6], [0.6, 1]]


def test_freezing_the_scale_of_a_run_changes_nothing_in_it():
    evidence = small(**company(7))
    before = score(evidence, Policy(), LAST)
    policy = decode(encode(check(referring(Policy(), before.reference))))
    after = score(evidence, policy, LAST)
    assert np.abs(after.scores.estimate - before.scores.estimate).max() < 1e-9
    assert np.abs(after.scores.sd - before.scores.sd).max() < 1e-9
    assert after.reference == policy.reference
    assert after.stages.colleagues.tolist() == before.stages.colleagues.tolist()
    assert after.stages.customer.tolist() == before.stages.customer.tolist()


def test_everybody_rated_better_lifts_everybody_where_the_scale_is_frozen():
    rows = company(7)
    policy = referring(Policy(), score(small(**rows), Policy(), LAST).reference)
    rows["feedback"] = [{**row, "rating": row["rating"] + 1} for row in rows["feedback"]]
    evidence = small(**rows)

    def people(policy):
        table = score(evidence, policy, LAST).scores
        mine = (table.subject_kind == SubjectKind.PERSON) & (table.dimension == table.dimensions.index("quality"))
        return table.estimate[mine]

    assert (people(policy) > people(Policy()) + 0.5).all()


def test_colleagues_stars_are_counted_from_the_reference():
    # By hand: the mean of leading rose from 4 to 4.5: 0.1 above today's is 0.6 above the reference.
    said = {"giver": "a", "receiver": "b", "criterion": "leading", "rating": 4, "project": "j", "at": 1}
    evidence = small(criteria=[{"criterion": "leading"}], feedback=[said])
    today = block("leading", estimate=[[4.5], [4.5]], sd=0.2, centre=4.5, spread=0.5)
    word = ProjectPeers(np.array([0.1]), np.array([3.0]))
    assert anchored(word, today, evidence, freeze(ONE, BEFORE)).mean[0] == pytest.approx(0.6)
    assert anchored(word, today, evidence, ONE).mean[0] == 0.1


@given(st.floats(-2, 2), st.floats(0.1, 3), st.floats(-2, 2), st.floats(0.1, 3))
def test_quality_is_the_same_told_in_any_unit(centre, spread, origin, unit):
    policy = freeze(ONE, BEFORE)
    raw = np.array([[4.2], [3.9]])
    told = replace(
        block("leading", estimate=(raw - origin) / unit, sd=0.05, centre=centre, spread=spread),
        origin=np.array([origin]),
        unit=np.array([unit]),
    )
    assert quality([told], policy) == pytest.approx((raw[:, 0] - 4) / 0.5, abs=1e-9)


def test_the_reference_of_a_frozen_policy_stays():
    policy = freeze(ONE, BEFORE)
    moved = [block("leading", estimate=[[4.9]], sd=0.1, centre=4.8, spread=0.2)]
    kept = reference_of(moved, policy)
    assert (kept.mean, kept.sd) == (pytest.approx(policy.reference.mean), pytest.approx(policy.reference.sd))


def test_every_dimension_of_the_engine_says_what_it_means_in_raw_units():
    evidence = small(**company(3))
    found = score(evidence, Policy(), LAST).reference
    unit = dict(zip(found.dimensions, found.sd, strict=True))
    assert all(
        unit[name] != 1.0 for name in ("customer_trust", "recognition", "care")
    )  # sds of evidence, not of scores


def test_a_frozen_scale_holds_where_people_differ_more_than_when_it_was_frozen():
    # Care is told in raw units: freezing a scale of half its width doubles what is told.
    evidence = small(**company(3))
    free = score(evidence, Policy(), LAST)
    whole = free.reference
    at = whole.dimensions.index("care")
    halved = tuple(sd / 2 if place == at else sd for place, sd in enumerate(whole.sd))
    frozen = score(evidence, referring(Policy(), msgspec.structs.replace(whole, sd=halved)), LAST)

    def care_of(found):
        table = found.scores
        chosen = (table.subject_kind == SubjectKind.PERSON) & (table.dimension == table.dimensions.index("care"))
        return table.estimate[chosen]

    assert care_of(frozen) == pytest.approx(2 * care_of(free), abs=1e-9)
    assert np.ptp(care_of(free)) > 0.1
