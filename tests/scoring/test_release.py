"""The gate: a pure function from what was released before and a night's evidence to what is released after it."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model.score import fit
from scoring.model.select import rows, select
from scoring.policy import Level, Policy
from scoring.publish import digest
from scoring.release import Night, release, shown
from scoring.release_figures import BLUR, nothing_yet, shrunk, start_of
from tests.scoring.small import day, micros, small

PEOPLE = ("ada", "ben", "cleo", "dora", "eve", "finn", "gus", "hans")
CRITERIA = ("collaboration", "selling")


def answer(giver, receiver, at, rating=4, criteria=CRITERIA, **more):
    """One answer, recorded when it was given."""
    return [
        {"giver": giver, "receiver": receiver, "criterion": name, "rating": rating, "at": at, "recorded_at": at,
         "answer": f"{giver}{receiver}{at}", **more}
        for name in criteria
    ]  # fmt: skip


def about(receiver, givers, at, **more):
    """Answers of several givers about one person."""
    return [row for giver in givers for row in answer(giver, receiver, at, **more)]


def organization(feedback, **more):
    consents = [
        {"person": name, "source": source, "given": 1, "at": -900}
        for name in PEOPLE
        for source in ("peers", "customers", "kudos")
    ]
    people = [{"person": name, "joined": -900, "role": "expert"} for name in PEOPLE]
    teams = [{"team": "red", "person": name, "from": -900} for name in PEOPLE]
    given = {"people": people, "team_members": teams, "consents": consents, **more}
    return small(feedback=feedback, criteria=[{"criterion": name} for name in CRITERIA], **given)


def night(evidence, at, policy=None, seed=0):
    """What a run as of a day has for the gate."""
    rng = np.random.default_rng((seed, at))
    known = select(
        replace(evidence, feedback=rows(evidence.feedback, evidence.feedback.recorded < micros(at))), micros(at)
    )
    shape = len(known.people.ids), len(known.criteria)
    return Night(
        known,
        policy or Policy(),
        micros(at),
        micros(at),
        rng.laplace(size=shape),
        rng.laplace(size=(len(known.projects.ids), 1)),
    )


def nights(evidence, *moments, policy=None):
    """What is released after each of some nights."""
    state, found = nothing_yet(evidence), []
    for at in moments:
        state = release(state, night(evidence, at, policy))
        found.append(state)
    return found


def seen(state, evidence, at, policy=None):
    """What is shown of a state."""
    chosen = policy or Policy()
    known = replace(evidence, feedback=rows(evidence.feedback, evidence.feedback.recorded < micros(at)))
    return shown(
        state, nothing_yet(evidence), known, fit(select(known, micros(at)), chosen, micros(at)), (chosen, day(at))
    )


def who(evidence, name):
    return evidence.people.ids.index(name)


def same(one, other):
    return all(
        np.array_equal(getattr(getattr(one, part), field.name), getattr(getattr(other, part), field.name))
        for part in ("people", "projects")
        for field in fields(getattr(one, part))
    )


def figure(scores, evidence, name, dimension="collaboration"):
    """Estimate, sd and voices of a person."""
    table = scores.scores
    at = np.flatnonzero(
        (table.subject_kind == 0)
        & (table.subject == who(evidence, name))
        & (table.dimension == table.dimensions.index(dimension))
    )[0]
    return table.estimate[at], table.sd[at], table.evidence[at]


def test_four_givers_release_nothing_and_five_do():
    four = organization(about("ada", PEOPLE[1:5], 1))
    five = organization(about("ada", PEOPLE[1:6], 1))
    assert not nights(four, 10)[0].people.known.any()
    known = nights(five, 10)[0].people.known
    assert known[who(five, "ada")].all()
    assert known.sum() == len(CRITERIA)


def test_many_answers_of_few_givers_release_nothing():
    often = [row for at in range(1, 9) for row in about("ada", PEOPLE[1:5], at)]
    assert not nights(organization(often), 10)[0].people.known.any()


def test_a_criterion_that_few_spoke_of_stays_at_the_prior_beside_one_that_is_released():
    evidence = organization(
        about("ada", PEOPLE[1:7], 1, criteria=("collaboration",)) + about("ada", PEOPLE[1:4], 1, criteria=("selling",))
    )
    assert nights(evidence, 10)[0].people.known[who(evidence, "ada")].tolist() == [True, False]


def test_a_figure_stays_to_the_bit_until_five_other_answers_are_recorded_and_moves_then():
    first, more = about("ada", PEOPLE[1:6], 1), about("ada", PEOPLE[1:5], 11, rating=1)
    evidence = organization(first + more + about("ada", PEOPLE[5:6], 21, rating=1))
    one, two, three = nights(evidence, 10, 20, 30)
    assert same(one, two)
    at = who(evidence, "ada")
    assert (three.people.mean[at] < one.people.mean[at] - 0.1).all()
    assert three.people.draws[at].tolist() == [2, 2]


def test_the_same_night_twice_changes_nothing():
    evidence = organization(about("ada", PEOPLE[1:6], 1))
    once = nights(evidence, 10)[0]
    assert same(release(once, night(evidence, 10, seed=7)), once)


def test_the_gate_changes_nothing_of_what_it_is_given():
    evidence = organization(about("ada", PEOPLE[1:6], 1) + about("ada", PEOPLE[1:6], 11))
    before = nights(evidence, 10)[0]
    kept = before.people.mean.copy(), evidence.feedback.rating.copy()
    release(before, night(evidence, 20))
    assert (before.people.mean == kept[0]).all()
    assert (evidence.feedback.rating == kept[1]).all()


def test_an_answer_that_is_not_due_has_no_part_in_anything_that_is_shown():
    open_, pending = about("ada", PEOPLE[1:6], 1) + about("ben", PEOPLE[2:7], 1), about("cleo", PEOPLE[4:7], 2)
    without = organization(open_)
    plain = seen(nights(without, 10)[0], without, 10)
    for rating in range(1, 6):
        evidence = organization(open_ + [{**row, "rating": rating} for row in pending])
        scores = seen(nights(evidence, 10)[0], evidence, 10)
        assert digest(scores) == digest(plain), "to the bit, whatever was said"


def test_whoever_is_not_released_looks_like_somebody_of_whom_nobody_spoke():
    evidence = organization(about("ada", PEOPLE[1:6], 1) + about("cleo", PEOPLE[4:8], 2))
    refused = organization(
        about("ada", PEOPLE[1:6], 1) + about("cleo", PEOPLE[4:8], 2) + about("dora", PEOPLE[:3] + PEOPLE[4:7], 2),
        consents=[{"person": name, "source": "peers", "given": int(name != "dora"), "at": -900} for name in PEOPLE],
    )
    state = nights(evidence, 10)[0]
    assert figure(seen(state, evidence, 10), evidence, "cleo") == figure(seen(state, evidence, 10), evidence, "hans")
    scores = seen(nights(refused, 10)[0], refused, 10)
    assert figure(scores, refused, "dora") == figure(scores, refused, "cleo") == figure(scores, refused, "hans")


def test_leavers_retractions_and_erasures_move_no_released_figure():
    feedback = about("ada", PEOPLE[1:6], 1) + about("ben", PEOPLE[2:7], 1)
    evidence = organization(feedback)
    before = nights(evidence, 10)[0]
    fewer = organization(feedback[4:])  # the first two answers are retracted
    assert same(release(before, night(fewer, 20)), before)
    left = organization(
        feedback,
        people=[
            {"person": name, "joined": -900, "role": "expert", **({"left": 15} if name == "ben" else {})}
            for name in PEOPLE
        ],
    )
    assert figure(seen(before, left, 20), left, "ada")[:2] == figure(seen(before, evidence, 20), evidence, "ada")[:2]


def test_open_evidence_stays_fresh_while_peers_are_frozen():
    feedback = about("ada", PEOPLE[1:6], 1)
    praise = [{"giver": giver, "receiver": "ada", "at": 15} for giver in PEOPLE[1:4]]
    plain, thanked = organization(feedback), organization(feedback, kudos=praise)
    state = nights(plain, 10)[0]
    one, other = (seen(state, evidence, 20) for evidence in (plain, thanked))
    assert figure(other, thanked, "ada", "recognition")[0] > figure(one, plain, "ada", "recognition")[0]
    assert figure(other, thanked, "ada") == figure(one, plain, "ada")


def test_the_parts_of_every_figure_add_up_and_name_no_project_of_peers():
    feedback = about("ada", PEOPLE[1:7], 1, project="alpha") + about("ben", PEOPLE[2:8], 1, project="beta")
    evidence = organization(feedback)
    scores = seen(nights(evidence, 10)[0], evidence, 10)  # it raises where parts do not add up to 1e-9
    why = scores.explanations
    peers = why.source == why.sources.index("peers")
    assert peers.any()
    assert (why.project[peers] == -1).all()


def test_the_star_of_colleagues_waits_for_five_givers_and_then_stands():
    project = [{"project": "alpha", "kind": "delivery", "started": -100, "ended": 5, "outcome": "done"}]
    members = [{"project": "alpha", "person": name} for name in PEOPLE[:2]]
    few = organization(about("ada", PEOPLE[1:5], 1, project="alpha"), projects=project, members=members)
    assert (seen(nights(few, 10)[0], few, 10).stages.colleagues == -1).all()
    praised = about("ada", PEOPLE[1:7], 1, rating=5, project="alpha") + about("ben", PEOPLE[2:8], 1, rating=3)
    many = organization(
        praised + about("ada", PEOPLE[1:3], 15, rating=1, project="alpha"), projects=project, members=members
    )
    first, second = nights(many, 10, 20)
    one, other = (seen(state, many, at).stages.colleagues for state, at in ((first, 10), (second, 20)))
    assert (one >= 0).all()
    assert (one == other).all()


def test_what_is_shown_names_no_raters_and_counts_no_answers():
    evidence = organization(about("ada", PEOPLE[1:6], 1))
    assert len(seen(nights(evidence, 10)[0], evidence, 10).raters.giver) == 0


def test_a_worked_example_of_the_blur():
    # One criterion, 5 givers, one draw z: x = est + z/5. Σ = 0.26, R = 0.55: A = 0.26 − 1/(1/0.26 + 5/0.55) = 0.18270,
    # N = 2/25 = 0.08, G = A/(A + N) = 0.69547; the centre is (4·4 + x)/5.
    evidence = small(
        feedback=[row for giver in PEOPLE[1:6] for row in answer(giver, "ada", 1, rating=5, criteria=("selling",))],
        criteria=[{"criterion": "selling"}],
        consents=[{"person": "ada", "source": "peers", "given": 1, "at": -9}],
    )
    tonight = night(evidence, 10)
    state = release(nothing_yet(evidence), tonight)
    known = Night(tonight.known, tonight.policy, tonight.as_of, tonight.until, 0 * tonight.people, tonight.projects)
    estimate = release(nothing_yet(evidence), known).people.noisy[0, 0]
    x = state.people.noisy[0, 0]
    assert x == pytest.approx(estimate + BLUR * tonight.people[0, 0] / 5, abs=1 / 1024)
    centre = (16 + x) / 5
    assert state.people.mean[0, 0] == pytest.approx(centre + 0.69547 * (x - centre), abs=1e-4)
    assert state.people.sd[0, 0] == pytest.approx(np.sqrt(0.26 - 0.69547 * 0.18270), abs=1e-4)
    assert state.people.prior[0, 0] == pytest.approx(centre)


def said(drawn):
    """Answers of the pairs, days and ratings drawn."""
    return [row for one, two, at, rating in drawn if one != two for row in answer(one, two, at, rating=rating)]


WHO, ABOUT = st.sampled_from(PEOPLE), st.sampled_from(PEOPLE[:3])
answers = st.lists(st.tuples(WHO, ABOUT, st.integers(0, 29), st.integers(1, 5)), max_size=60).map(said)


@settings(max_examples=40, deadline=None)
@given(answers)
def test_each_release_rests_on_k_distinct_givers_since_the_one_before(feedback):
    evidence = organization(feedback)
    since, state = {}, nothing_yet(evidence)
    for at in range(5, 31, 5):
        after = release(state, night(evidence, at))
        for cell in np.argwhere(after.people.until != state.people.until):
            about_it = evidence.people.ids[cell[0]], evidence.criteria[cell[1]]
            recent = [row for row in feedback if since.get(tuple(cell), -1) <= row["at"] < at]
            recent = {row["giver"] for row in recent if (row["receiver"], row["criterion"]) == about_it}
            assert len(recent) >= Policy().k
            since[tuple(cell)] = at
        state = after


@settings(max_examples=25, deadline=None)
@given(answers, st.integers(3, 9))
def test_a_higher_k_releases_nothing_that_a_lower_one_keeps_back(feedback, k):
    evidence = organization(feedback)
    lower, higher = (nights(evidence, 30, policy=Policy(k=each))[0].people.known for each in (k, k + 1))
    assert not (higher & ~lower).any()


@settings(max_examples=15, deadline=None)
@given(answers)
def test_what_is_shown_adds_up_and_depends_on_nothing_but_what_is_released(feedback):
    evidence = organization(feedback)
    state = nights(evidence, 15, 30)[-1]
    one = seen(state, evidence, 30)
    told = evidence.feedback.recorded < state.people.until[evidence.feedback.receiver, evidence.feedback.criterion]
    turned = np.where(told, evidence.feedback.rating, 6 - evidence.feedback.rating)
    other = seen(state, replace(evidence, feedback=replace(evidence.feedback, rating=turned)), 30)
    assert digest(one) == digest(other)
    assert not np.isnan(one.scores.estimate).any()


def test_shrinking_moves_what_is_due_and_nothing_else():
    evidence = organization(about("ada", PEOPLE[1:6], 1) + about("ben", PEOPLE[2:7], 1, rating=2))
    state = nights(evidence, 10)[0].people
    again = shrunk(state, np.zeros_like(state.known), start_of(evidence, Policy()) + 1)
    assert (again.mean == state.mean).all()
    assert (again.sd == state.sd).all()


def test_who_loses_a_level_is_told_from_what_was_released_now_and_a_grace_period_ago():
    bar = (Level(name="Newcomer", name_fi="Tulokas", stages=0), Level(name="Doer", name_fi="Tekijä", stages=1, low=1.2))
    policy = Policy(levels=bar, grace_days=5)
    spoken = about("ada", PEOPLE[1:8], 1, rating=1) + about("ben", PEOPLE[2:8], 1, rating=5)
    evidence = organization(spoken, level_steps=[{"person": "ada", "level": 1, "at": -100}])
    state = nights(evidence, 10, policy=policy)[0]
    blocks, run = fit(select(evidence, micros(20)), policy, micros(20)), (policy, day(20))
    level = {
        earlier is state: shown(state, earlier, evidence, blocks, run).levels.level[who(evidence, "ada")]
        for earlier in (nothing_yet(evidence), state)
    }
    assert level == {False: 1, True: 0}
