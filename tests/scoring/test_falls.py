"""Who loses a level, and what takes none: leave, absence, age of evidence, a changed threshold."""

from datetime import timedelta
from functools import cache

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.exchange.columns import STANDARD_CRITERIA
from scoring.model.falls import Look, falls, spoken_of
from scoring.model.levels import Trust
from scoring.model.periods import micros
from scoring.model.score import score
from scoring.model.select import select
from scoring.policy import LEVEL_RULES, STANDARD_LEVELS, Policy, succeeding
from tests.scoring.small import day, small

Z80 = 1.2815515655446004
POLICY = Policy()  # Master asks for 0.4, so that 0.3 is the least for the high end of trust; grace of 180 days
MASTER = {"person": "ada", "level": 4, "at": 100}
AS_OF = 1000


def word(at, person="ada"):
    return {"giver": "ben", "receiver": person, "criterion": "leading", "rating": 2, "at": at}


def fallen(now, before, policy=POLICY, as_of=AS_OF, **rows):
    """Whether Ada falls whose trust has these high ends, and at which moments it was looked at."""
    rows = {"people": [{"person": "ada", "joined": -5}], "level_steps": [MASTER], "feedback": [word(500)], **rows}
    evidence = small(**rows)
    known = select(evidence, micros(day(as_of)))
    looked = []

    def trust(at):
        looked.append(at)
        return Trust(np.full(len(evidence.people.ids), -1.0), np.full(len(evidence.people.ids), before))

    high = np.full(len(evidence.people.ids), 9.0)
    high[evidence.people.ids.index("ada")] = now
    found = falls(Trust(high - 1, high), known, Look(evidence, trust), policy, micros(day(as_of)))
    return bool(found.person[evidence.people.ids.index("ada")]), looked


def test_trust_under_the_threshold_beyond_doubt_now_and_a_grace_period_ago_is_lost():
    assert fallen(0.29, 0.29) == (True, [micros(day(AS_OF - 180))])


def test_not_where_it_is_only_in_doubt_or_was_not_so_all_the_time():
    assert fallen(0.31, -1) == (False, [])
    assert fallen(0.29, 0.31)[0] is False


@pytest.mark.parametrize(
    "rows",
    [
        {"level_steps": [{**MASTER, "at": AS_OF - 179}]},  # held for less than a grace period
        {"level_steps": [{**MASTER, "at": 600}]},  # nothing was said since
        {"feedback": [word(500, "cleo")]},
        {"feedback": []},
        {"leaves": [{"person": "ada", "from": 700, "to": 830}]},
        {"leaves": [{"person": "ada", "from": 990}]},
        {"people": [{"person": "ada", "joined": -5, "left": 999}]},
        {"people": [{"person": "ada", "joined": 830}]},
        {"level_steps": [{**MASTER, "level": 0}]},
        {"level_steps": []},
    ],
)
def test_what_takes_nothing(rows):
    assert fallen(-2, -2, **rows) == (False, [])


def test_a_leave_that_ended_before_the_grace_period_is_no_matter():
    assert fallen(0.2, 0.2, leaves=[{"person": "ada", "from": 600, "to": 820}])[0] is True


def test_the_last_step_counts():
    steps = [MASTER, {**MASTER, "level": 1, "at": 300}]
    assert fallen(-2, -2, level_steps=steps)[0] is False  # a Doer's trust is not asked for


def test_a_raised_threshold_takes_nothing_within_a_grace_period():
    raised = (
        *STANDARD_LEVELS[:4],
        *(msgspec.structs.replace(each, low=each.low + 0.4) for each in STANDARD_LEVELS[4:]),
    )
    new = msgspec.structs.replace(POLICY, levels=raised)
    assert fallen(0.5, 0.5, POLICY)[0] is False
    for published, lost in ((AS_OF - 179, False), (AS_OF - 180, True)):
        assert fallen(0.5, 0.5, succeeding(POLICY, new, day(published)))[0] is lost


@given(st.floats(-5, 5), st.floats(0, 1), st.floats(0, 1), st.floats(-3, LEVEL_RULES["low"][1]))
def test_evidence_that_merely_ages_never_lets_anyone_fall(said, sure, ageing, threshold):
    """The proof in falls.py: what kept a level keeps it at every age."""

    def high(reliability):
        return reliability * said + Z80 * np.sqrt(1 - reliability)

    if high(sure) >= threshold:
        assert high(sure * ageing) >= threshold - 1e-12


@pytest.mark.parametrize(
    ("rows", "person"),
    [
        ({"feedback": [word(10)]}, "ada"),
        ({"care": [{"project": "j", "owner": "ada", "kind": "3m", "due": 10}]}, "ada"),
        ({"care": [{"project": "j", "owner": "ada", "kind": "3m", "due": 1, "done": 10}]}, "ada"),
        (
            {"handovers": [{"project": "j", "from_person": "ada", "to_person": "ben", "at": 1, "accepted_at": 10}]},
            "ada",
        ),
        (
            {
                "members": [{"project": "j", "person": "ada"}],
                "signals": [{"project": "j", "kind": "survey", "aspect": "satisfaction", "value": 1, "at": 10}],
            },
            "ada",
        ),
    ],
)
def test_what_is_said_of_somebody(rows, person):
    evidence = small(people=[{"person": "ada"}, {"person": "cleo"}], **rows)
    for since, said in ((9, [person]), (10, [])):
        found = spoken_of(evidence, np.full(len(evidence.people.ids), micros(day(since))))
        assert [name for name, spoken in zip(evidence.people.ids, found, strict=True) if spoken] == said


PEOPLE = [f"p{at:02}" for at in range(12)]


@cache
def history(until, fall_at):
    """A year of good words about everybody, and from `fall_at` on of bad ones about the first."""
    rng = np.random.default_rng(4)
    rows = []
    for at in range(0, until, 30):
        for receiver in PEOPLE:
            for giver in rng.choice([name for name in PEOPLE if name != receiver], 3, replace=False):
                bad = receiver == PEOPLE[0] and at >= fall_at
                for criterion in STANDARD_CRITERIA:
                    rating = float(np.clip(rng.normal(1.8 if bad else 4, 0.5), 1, 5))
                    key = {"id": f"{at}-{receiver}-{giver}-{criterion}", "answer": f"{at}-{receiver}-{giver}"}
                    said = {"criterion": criterion, "rating": rating, "at": at}
                    rows.append({**key, "giver": str(giver), "receiver": receiver, **said})
    return tuple(rows)


def level_of_the_first(as_of, rows, policy=POLICY, **more):
    steps = [{"person": PEOPLE[0], "level": 3, "at": 200}]
    people = [{"person": name, "joined": -100} for name in PEOPLE]
    evidence = small(people=people, feedback=list(rows), level_steps=steps, **more)
    found = score(evidence, policy, day(as_of)).levels
    return int(found.level[0]), (found.since[0] - micros(day(0))) // 86_400_000_000


def test_a_real_fall_loses_one_level_after_the_grace_period_and_not_before():
    rows = history(1000, fall_at=400)
    levels = {as_of: level_of_the_first(as_of, rows)[0] for as_of in (410, 500, 1000)}
    assert levels == {410: 3, 500: 3, 1000: 2}
    assert level_of_the_first(1000, rows) == (2, 1000)


def test_without_looking_back_nobody_falls():
    steps = [{"person": PEOPLE[0], "level": 3, "at": 200}]
    evidence = small(
        people=[{"person": name, "joined": -100} for name in PEOPLE],
        feedback=list(history(1000, fall_at=400)),
        level_steps=steps,
    )
    assert score(evidence, POLICY, day(1000), look_back=False).levels.level[0] == 3


def test_silence_and_leave_lose_nothing():
    good = history(1000, fall_at=10_000)
    assert level_of_the_first(1000, good)[0] == 3
    assert level_of_the_first(4000, good)[0] == 3  # eight years later
    bad = history(1000, fall_at=400)
    assert level_of_the_first(1000, bad, leaves=[{"person": PEOPLE[0], "from": 900, "to": 950}])[0] == 3


def test_a_speciality_does_not_drop_out_of_trust_as_its_voices_age():
    """Leads well, is poor at the rest: what kept the level keeps it when nothing more is said for decades."""
    rows = [
        {**row, "rating": 5.0 if row["criterion"] == "leading" else 2.0} if row["receiver"] == PEOPLE[0] else row
        for row in history(400, fall_at=10_000)
    ]
    kept = [level_of_the_first(as_of, rows)[0] for as_of in (401, *range(2000, 40_000, 2000))]
    assert kept == [3] * len(kept)


def test_a_new_policy_of_levels_takes_nothing_before_its_grace_is_over():
    rows = history(1000, fall_at=400)
    for published, level in ((1000 - 179, 3), (1000 - 181, 2)):
        policy = msgspec.structs.replace(POLICY, levels_from=day(1000) - timedelta(days=1000 - published))
        assert level_of_the_first(1000, rows, policy)[0] == level
