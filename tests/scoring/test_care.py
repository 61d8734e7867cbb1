"""Care: calls by their date, faults put right, accounts handed over well; finding a fault never costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model import care as care_module
from scoring.model.block import SOURCES, sums
from scoring.model.care import care
from scoring.model.crossed import Variance
from scoring.model.scores import Source
from scoring.model.select import select
from scoring.policy import Policy
from tests.scoring.small import micros, small

NOW = micros(100)
POLICY = Policy()
NAMES = ("ada", "ben", "cleo")
PEOPLE = [{"person": name} for name in NAMES]


def call(owner="ada", project="p", **more):
    return {"owner": owner, "project": project, "kind": "3m", "due": 50, "done": 49, "outcome": "well", **more}


def block_of(calls, handovers=()):
    return care(select(small(people=PEOPLE, care=calls, handovers=list(handovers)), NOW), POLICY, NOW)


def of(calls, name="ada", handovers=()):
    return float(block_of(calls, handovers).estimate[NAMES.index(name), 0])


calls = st.lists(
    st.builds(
        call,
        st.sampled_from(NAMES),
        st.sampled_from("pqr"),
        done=st.sampled_from([None, 40, 60, 120]),
        outcome=st.sampled_from(["well", "repaired", "open"]),
        moved_by_customer=st.sampled_from([None, 0, 1]),
    ),
    max_size=10,
)


@pytest.fixture
def held(monkeypatch):
    """Variances at their guesses, so that a small example can be worked by hand."""
    for name, value in vars(care_module).copy().items():
        if isinstance(value, Variance):
            monkeypatch.setattr(care_module, name, Variance(known=value.guess))


def test_worked_example_of_one_call(held):
    # On time: y = (1 - 0.8) / 0.4 = 1/2. Variance: mean 0.25 + person 0.15 + account 0.15 + residual 0.6 = 1.15.
    block = block_of([call()])
    assert block.estimate[0, 0] == pytest.approx(np.sqrt(0.15) * 0.5 / 1.15)
    assert block.sd[0, 0] == pytest.approx(np.sqrt(1 - 0.15 / 1.15))
    assert block.voices[:, 0].tolist() == [1, 0, 0]


def test_worked_example_of_two_calls_and_a_fault_put_right(held):
    # Ada's two rows, the call and the repair, are both 1 on p; ben's call on q is undone. Rows a, a', b:
    # y = 1/2, 1/2, -2; covariances 0.25 for all, 0.3 more within ada's account, 0.9 more on the diagonal.
    block = block_of([call(outcome="repaired"), call("ben", "q", done=None, outcome=None)])
    cov = np.full((3, 3), 0.25) + 0.6 * np.eye(3) + 0.3 * np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    force = np.linalg.solve(cov, [0.5, 0.5, -2.0])
    assert block.estimate[:2, 0] == pytest.approx(np.sqrt(0.15) * np.array([force[0] + force[1], force[2]]))
    assert block.voices[:, 0].tolist() == [1, 1, 0]


def test_a_handover_speaks_of_who_gave_it_away(held):
    # Rated 5: y = (5 - 4) / 0.8 = 1.25. Variance: 0.25 + 0.15 + 0.15 + taker 0.15 + 0.6 = 1.3.
    handover = {"project": "p", "from_person": "ben", "to_person": "ada", "at": 1, "accepted_at": 2, "rating": 5}
    block = block_of([], [handover])
    assert block.estimate[:, 0] == pytest.approx([0, np.sqrt(0.15) * 1.25 / 1.3, 0], abs=1e-12)
    assert SOURCES.index(Source.HANDOVER) in block.parts.source


def test_finding_a_fault_never_lowers_the_caller():
    well, still_open, repaired = (of([call(outcome=outcome)]) for outcome in ("well", "open", "repaired"))
    assert still_open == well < repaired


def test_needs_that_changed_change_nothing():
    assert of([call(needs_changed=1)]) == of([call(needs_changed=0)])


def test_in_time_is_better_than_late_and_late_better_than_never():
    early, late, never = (of([call(done=done)]) for done in (49, 60, None))
    assert early > late > never
    assert never < 0


def test_a_date_moved_by_the_customer_is_in_time():
    assert of([call(done=60, moved_by_customer=1)]) == of([call()])
    assert of([call(done=None, moved_by_customer=1)]) == 0


def test_a_call_that_is_not_due_yet_says_nothing():
    assert of([call(due=120, done=None)]) == 0
    assert of([call(due=120, done=110)]) == 0
    assert of([call(due=120, done=90)]) > 0


def test_more_calls_at_one_rate_only_tell_more_surely(held):
    few, many = (
        block_of([call(project=f"p{n}", done=None if n % 5 == 0 else 49) for n in range(count)]) for count in (10, 100)
    )
    # Four of five calls in time is what is usual: no number of them lifts anyone.
    assert few.estimate[0, 0] == pytest.approx(0, abs=1e-9)
    assert many.estimate[0, 0] == pytest.approx(0, abs=1e-9)
    assert many.sd[0, 0] < few.sd[0, 0]


@settings(max_examples=20, deadline=None)
@given(calls)
def test_parts_add_up(given_calls):
    block = block_of(given_calls)
    assert np.abs(sums(block.parts, block.estimate.shape) - block.estimate).max() < 1e-9
    assert (block.sd > 0).all()


@settings(max_examples=20, deadline=None)
@given(calls)
def test_who_has_done_nothing_is_at_the_prior(given_calls):
    block = block_of([row for row in given_calls if row["owner"] != "cleo"])
    assert block.estimate[2, 0] == pytest.approx(0, abs=1e-12)
    assert block.sd[2, 0] == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(calls)
def test_what_is_done_at_or_after_the_moment_is_not_known(given_calls):
    not_done = {"done": None, "outcome": None}
    before = [{**row, **not_done} if (row["done"] or 0) >= 100 else row for row in given_calls]
    assert block_of(given_calls).estimate == pytest.approx(block_of(before).estimate, abs=1e-12)


def test_nobody_and_nothing_work():
    assert care(small(), POLICY, NOW).estimate.shape == (0, 1)
    silent = block_of([])
    assert silent.estimate[:, 0].tolist() == [0, 0, 0]
    assert silent.sd[:, 0] == pytest.approx(np.ones(3))


@settings(max_examples=20, deadline=None)
@given(calls, st.sampled_from(["open", "repaired"]), st.data())
def test_finding_a_fault_never_lowers_the_caller_whatever_else_they_did(given_calls, outcome, data):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in vars(care_module).copy().items():
            if isinstance(value, Variance):
                patch.setattr(care_module, name, Variance(known=value.guess))
        rows = [call(outcome="well"), *given_calls]
        place = data.draw(st.sampled_from([n for n, row in enumerate(rows) if row["owner"] == "ada"]))
        well = [*rows[:place], {**rows[place], "outcome": "well"}, *rows[place + 1 :]]
        found = [*rows[:place], {**rows[place], "outcome": outcome}, *rows[place + 1 :]]
        assert of(found) >= of(well) - 1e-9


CROWD = [f"n{at:02}" for at in range(20)]


def crowd(*more):
    """The care of twenty who each made five calls, every third of them late, and of ada, of whom `more` calls tell."""
    calls = [
        call(name, f"{name}{n % 2}", done=40 + n if (at + n) % 3 else 60)
        for at, name in enumerate(CROWD)
        for n in range(5)
    ]
    people = [{"person": name} for name in ("ada", *CROWD)]
    return care(select(small(people=people, care=[*calls, *more]), NOW), POLICY, NOW)


def flood(count, projects, done=49):
    """Ada's calls: so many, each of another minute."""
    return [call(project=f"p{n % projects}", done=done and done - n / 1440) for n in range(count)]


@pytest.mark.parametrize("done", [49, None])
@pytest.mark.parametrize("projects", [1, 30])
def test_one_owner_however_much_they_do_hardly_moves_others(projects, done):
    few, many = (crowd(*flood(count, projects, done)) for count in (12, 1000))
    assert many.estimate[1:, 0] == pytest.approx(few.estimate[1:, 0], abs=0.1)
    assert many.sd[1:, 0] == pytest.approx(few.sd[1:, 0], abs=0.1)


def test_what_somebody_does_makes_their_own_care_surer_however_much_it_is():
    sds = [float(crowd(*flood(count, 30)).sd[0, 0]) for count in (24, 100, 400, 1600)]
    assert sds[0] > sds[1] > sds[2] > sds[3]
    assert sds[2] < 0.75 * sds[0]


def test_what_is_learnt_from_hangs_on_no_ids():
    """Ada's calls are all of one day, on projects of which more or less is known."""

    def found(name):
        at_once = [call(project=name(n), done=49) for n in range(30)]
        besides = [call(project=name(n), done=30 + k) for n in range(30) for k in range(n % 3)]
        return crowd(*at_once, *besides)

    one, other = found(lambda n: f"a{n:02}"), found(lambda n: f"a{29 - n:02}")
    assert one.estimate == pytest.approx(other.estimate, abs=1e-9)
    assert one.sd == pytest.approx(other.sd, abs=1e-9)


def test_where_everybody_does_much_much_is_learnt_from(monkeypatch):
    thirty = [call(name, f"{name}{n % 3}", done=40 + n / 4) for name in CROWD for n in range(30)]
    evidence = select(small(people=[{"person": name} for name in CROWD], care=thirty), NOW)
    found = care_module.cared(evidence, POLICY, NOW).variances
    monkeypatch.setattr(care_module, "MOST_LEARNT", 1000)
    assert care_module.cared(evidence, POLICY, NOW).variances == found


def test_parts_fitted_side_by_side_are_as_each_alone(monkeypatch):
    told = [
        select(small(people=PEOPLE, care=calls), NOW)
        for calls in (
            [call(), call("ben", "q", done=60)],
            [call("ben", "p", done=None, outcome=None)],
            [call("ben", "q", outcome="repaired"), call(), call("ada", "q", done=60)],
        )
    ]
    variances = care_module.cared(told[2], POLICY, NOW).variances
    together = care_module.care_inside(told, variances)
    monkeypatch.setattr(care_module, "TOGETHER", 1)
    alone = [care_module.care_inside([part], variances)[0] for part in told]
    for one, other, each in zip(together, care_module.care_inside(told, variances), alone, strict=True):
        assert one.estimate == pytest.approx(each.estimate, abs=1e-9)
        assert one.sd == pytest.approx(each.sd, abs=1e-9)
        assert other.estimate == pytest.approx(each.estimate, abs=1e-12)
    whole = care_module.cared(told[2], POLICY, NOW).people
    assert alone[2].estimate == pytest.approx(whole.estimate, abs=1e-9)
    assert alone[2].sd == pytest.approx(whole.sd, abs=1e-9)
