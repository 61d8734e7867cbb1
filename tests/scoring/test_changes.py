"""What would change a person's quality: against really adding it and scoring anew."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scoring.exchange.columns import SOURCES, STANDARD_CRITERIA
from scoring.model.changes import BETTER, CARE, SATISFACTION, USUAL, WHATS, Known, changes
from scoring.model.composite import weights
from scoring.model.ratings import rating_of, told_of
from scoring.model.score import score
from scoring.model.scores import Source
from scoring.policy import Policy
from tests.scoring.blocks import block
from tests.scoring.small import day, small

AT = day(701)
PEOPLE, PROJECTS = 24, 20
NEAR = 0.2  # of the effect, and never closer than:
SMALL = 0.01  # sd


@cache
def organization(seed):
    """Rows of an organization with known people: everyone rates six others, four work on each project."""
    rng = np.random.default_rng(seed)
    names, projects = [f"p{at:02}" for at in range(PEOPLE)], [f"j{at:02}" for at in range(PROJECTS)]
    quality, leniency = rng.normal(0, 0.4, PEOPLE), rng.normal(0, 0.3, PEOPLE)
    rows = {
        "people": [{"person": name, "role": "expert"} for name in names],
        "contacts": [{"contact": f"n{at}", "customer": f"c{at % 8}", "known": 1} for at in range(16)],
        "projects": [
            {"project": name, "kind": "delivery", "customer": f"c{at % 8}", "started": 0}
            for at, name in enumerate(projects)
        ],
        **{file: [] for file in ("members", "signals", "care", "feedback")},
    }
    for at, project in enumerate(projects):
        team = rng.choice(PEOPLE, 4, replace=False)
        rows["members"] += [{"project": project, "person": names[who]} for who in team]
        for count in range(rng.integers(1, 5)):
            value = float(np.clip(round(4 + 1.5 * quality[team].mean() + rng.normal(0, 0.7)), 1, 5))
            said = {"kind": "survey", "aspect": "satisfaction", "value": value, "about": "people"}
            where = {"project": project, "contact": f"n{at % 8 + 8 * (count % 2)}", "at": int(rng.integers(1, 700))}
            rows["signals"].append({"id": f"s{at:02}{count}", **where, **said})
        for who in team[:2]:
            due = int(rng.integers(1, 600))
            done = {} if rng.random() < 0.3 else {"done": due + int(rng.integers(-5, 10)), "outcome": "well"}
            rows["care"].append({"project": project, "owner": names[who], "kind": "3m", "due": due, **done})
    for giver in range(PEOPLE):
        for receiver in rng.choice([who for who in range(PEOPLE) if who != giver], 6, replace=False):
            at, mood = int(rng.integers(300, 700)), rng.normal(0, 0.3)
            for criterion in STANDARD_CRITERIA:
                rating = 4 + quality[receiver] + leniency[giver] + mood + rng.normal(0, 0.4)
                rows["feedback"].append(
                    answer(names[giver], names[receiver], criterion, int(np.clip(round(rating), 1, 5)), at)
                )
    return rows


def answer(giver, receiver, criterion, rating, at):
    key = f"{giver}-{receiver}"
    said = {"giver": giver, "receiver": receiver, "criterion": criterion, "rating": rating, "at": at}
    return {"id": f"{key}-{criterion}", "answer": key, **said}


def scored(rows):
    evidence = small(**rows)
    found = score(evidence, Policy(), AT)
    table = found.scores
    mine = (table.subject_kind == 0) & (table.dimension == table.dimensions.index("quality"))
    return evidence, found, table.estimate[mine]


before = cache(lambda seed: scored(organization(seed)))


def close(told, found):
    assert abs(told - found) <= max(NEAR * abs(found), SMALL)
    if abs(found) > SMALL:
        assert np.sign(told) == np.sign(found)
    return True


@pytest.mark.parametrize(("what", "better"), [(USUAL, 0), (BETTER, 1)])
@pytest.mark.parametrize(("seed", "who"), [(0, 7), (1, 13), (2, 0)])
def test_one_more_answer_moves_as_told(seed, who, what, better):
    """By a colleague who has not spoken of this person, but of others: what that one usually gives is known."""
    rows = organization(seed)
    evidence, found, quality = before(seed)
    receiver = evidence.people.ids[who]
    spoken = {row["giver"] for row in rows["feedback"] if row["receiver"] == receiver}
    giver = next(name for name in evidence.people.ids if name not in {*spoken, receiver})
    usual = dict(zip(found.reference.dimensions, found.reference.mean, strict=True))
    leniency = found.raters.leniency[found.raters.giver == evidence.people.ids.index(giver)][0]
    said = {each: told_of(np.minimum(rating_of(usual[each]) + better, 5)) + leniency for each in STANDARD_CRITERIA}
    new = [answer(giver, receiver, each, float(rating_of(value)), 700) for each, value in said.items()]
    again = scored({**rows, "feedback": [*rows["feedback"], *new]})[2]
    table = found.changes
    told = table.amount[(table.person == who) & (table.what == what)]
    assert close(told[0], again[who] - quality[who])


@pytest.mark.parametrize("who", [0, 2, 4])
def test_one_more_answer_moves_as_told_where_next_to_nothing_is_known(who):
    """Six people, five of whom were rated once, by one: the means are as unsure as the people."""
    names = [f"p{at}" for at in range(6)]
    rows = [answer("p0", name, "collaboration", 5 - at % 3, 300) for at, name in enumerate(names[1:], 1)]
    people = [{"person": name, "role": "expert"} for name in names]
    giver = names[who - 1]

    def after(rating):
        new = [answer(giver, names[who], each, rating, 700) for each in STANDARD_CRITERIA]
        return scored({"people": people, "feedback": [*rows, *new]})[2][who]

    table = scored({"people": people, "feedback": rows})[1].changes
    told = {what: table.amount[(table.person == who) & (table.what == what)][0] for what in (USUAL, BETTER)}
    assert close(told[BETTER] - told[USUAL], after(5) - after(4))


@pytest.mark.parametrize(("seed", "project"), [(0, 7), (0, 14), (1, 0), (2, 3)])
def test_a_project_better_by_one_point_moves_its_members_as_told(seed, project):
    rows = organization(seed)
    evidence, found, quality = before(seed)
    name = evidence.projects.ids[project]
    better = [{**row, "value": row["value"] + (row["project"] == name)} for row in rows["signals"]]
    again = scored({**rows, "signals": better})[2]
    table = found.changes
    of = (table.what == SATISFACTION) & (table.project == project)
    assert of.sum() == 4
    told, real = table.amount[of], (again - quality)[table.person[of]]
    assert (np.sign(told) == np.sign(real)).all()
    assert told.sum() == pytest.approx(real.sum(), rel=NEAR)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_overdue_call_done_moves_its_owner_as_told(seed):
    rows = organization(seed)
    evidence, found, quality = before(seed)
    undone = next(at for at, row in enumerate(rows["care"]) if "done" not in row)
    task = rows["care"][undone]
    care = [{**row, "done": 700, "outcome": "well"} if row is task else row for row in rows["care"]]
    again = scored({**rows, "care": care})[2]
    who, project = evidence.people.ids.index(task["owner"]), evidence.projects.ids.index(task["project"])
    table = found.changes
    told = table.amount[(table.what == CARE) & (table.person == who) & (table.project == project)]
    assert told[0] > 0
    assert told[0] == pytest.approx(again[who] - quality[who], rel=NEAR)


def test_worked_example():
    # By hand: 3 voices took the variance from 1 to 1/4, so one leaves 3 / (4 - 1) = 1; one more has the pull
    # (1/4) / (1/4 + 1) = 1/5. Of 0.5 points above the usual, one sd: -1/5 and, a point higher, 2 sd: 1/5.
    policy = Policy(weights={"other": {"leading": 1.0}})
    rated = block("leading", estimate=[[4.5]], sd=0.25, centre=4.0, spread=0.5, voices=[[3.0]])
    none = block("customer_trust", estimate=[[0.0]], sd=1.0, voices=[[0.0]])
    cared = block("care", estimate=[[0.0]], sd=1.0, voices=[[0.0]], source=Source.CARE)
    evidence = small(people=[{"person": "ada"}])
    known = Known(
        rated,
        none,
        cared,
        block("customer_trust", estimate=[], sd=1.0),
        weights([rated, none, cared], np.array([-1], np.int8), policy),
    )
    found = changes(evidence, known, np.ones((1, 3), np.bool_))
    assert [(WHATS[what], amount) for what, amount in zip(found.what, found.amount, strict=True)] == [
        ("answer_usual", pytest.approx(-0.2)),
        ("answer_better", pytest.approx(0.2)),
    ]


def test_the_noise_of_a_voice_is_used_where_it_is_known():
    # By hand: of two criteria only the first counts, and an answer tells of both; V = [[2, 1], [1, 2]] / 8 and N = 1/8.
    # (V + N)⁻¹ = [[3, -1], [-1, 3]], so a surprise of (-1/2, 0) moves the first by -1/2 · (2 · 3 - 1) / 8 points.
    policy = Policy(weights={"other": {"leading": 1.0}})
    rated = block("leading", "selling", estimate=[[4.5, 4.0]], sd=0.5, centre=4.0, spread=0.5)
    known_errors = np.array([[[2.0, 1.0], [1.0, 2.0]]]) / 8
    rated = replace(rated, covariance=known_errors, noise=np.eye(2) / 8)
    none = block("customer_trust", estimate=[[0.0]], sd=1.0, voices=[[0.0]])
    cared = block("care", estimate=[[0.0]], sd=1.0, voices=[[0.0]], source=Source.CARE)
    weighing = weights([rated, none, cared], np.array([-1], np.int8), policy)
    projects = block("customer_trust", estimate=[], sd=1.0)
    known = Known(rated, none, cared, projects, weighing)
    found = changes(small(people=[{"person": "ada"}]), known, np.ones((1, 3), np.bool_))
    both = known_errors[0] @ np.linalg.inv(known_errors[0] + np.eye(2) / 8)
    expected = both[0] @ np.array([-0.5, 0.0]) / 0.5
    assert found.amount[found.what == USUAL][0] == pytest.approx(expected)
    assert expected == pytest.approx(-5 / 8)


def test_who_opened_no_source_is_told_of_no_change_from_it():
    rows = organization(0)
    closed = [
        {"person": row["person"], "source": source, "given": int(row["person"] != "p00"), "at": -9999}
        for row in rows["people"]
        for source in SOURCES
    ]
    table = scored({**rows, "consents": closed})[1].changes
    assert not set(table.what[table.person == 0].tolist()) & {USUAL, BETTER, SATISFACTION}
    assert {USUAL, BETTER, SATISFACTION} <= set(table.what[table.person == 1].tolist())
