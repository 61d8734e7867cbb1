"""Six people who rate one another, and crowds, for tests of peers' figures."""

import numpy as np
from hypothesis import strategies as st

from scoring.model import peers as model
from scoring.model.peers_equations import Voices, equations
from scoring.model.peers_equations import sums as sums_of
from scoring.model.peers_rows import ages, heard
from scoring.model.peers_solution import solve
from scoring.model.peers_variances import Variances
from scoring.policy import Policy
from tests.scoring.small import day, small

POLICY = Policy()
NOW = int(day(30).timestamp() * 1_000_000)
NAMES = ("ada", "ben", "cleo", "dora", "eino", "fia")
CRITERIA = [{"criterion": "collaboration", "name": "c"}, {"criterion": "selling", "name": "s"}]
HELD = Variances(np.array([[0.3, 0.2], [0.2, 0.4]]), 0.15, 0.05, 0.1, 0.08, 0.35, 1500.0)


def rating(giver, receiver, value, criterion="collaboration", **more):
    return {"giver": giver, "receiver": receiver, "rating": value, "criterion": criterion, "at": 1, **more}


def evidence(rows, **more):
    people = [{"person": name, "name": name} for name in NAMES]
    return small(people=people, criteria=CRITERIA, feedback=rows, **more)


def scored(rows):
    return model.peers(evidence(rows), POLICY, NOW)


def held_fit(found, held=HELD):
    """A fit with variances held and nobody suspected."""
    told = heard(found, NOW)
    nobody = Voices(np.full(len(told.receiver), -1, np.int32), np.zeros(0), np.full(len(told.receiver), held.pair))
    aged = ages(told.days, held.half_life)
    return told, solve(equations(sums_of(told, aged, held), nobody), len(told.givers))


def quality_of(found, name, held=HELD):
    """Mean and covariance of μ + quality of a person, above what is usual."""
    told, solution = held_fit(found, held)
    place = told.receivers.tolist().index(NAMES.index(name))
    return solution.mean + solution.state[place, : len(held.quality)], solution.covariance[place]


def person(block, name, criterion=0):
    return block.people.estimate[NAMES.index(name), criterion]


ratings = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 5),
        st.sampled_from(("collaboration", "selling")),
        st.integers(-700, 29), st.integers(0, 3),
    ),
    min_size=1,
    max_size=30,
).map(lambda rows: [rating(g, r, v, c, at=t, answer=f"{g}{r}{n}") for g, r, v, c, t, n in rows if g != r])  # fmt: skip


def crowd(people=40, answers=900, seed=3):
    """Evidence of many people rating one another, as arrays."""
    rng = np.random.default_rng(seed)
    names = [f"p{n:03d}" for n in range(people)]
    quality, leniency = rng.normal(0, 0.5, people), rng.normal(0, 0.4, people)
    rows = []
    for answer in range(answers):
        giver, receiver = rng.choice(people, 2, replace=False)
        for criterion in ("collaboration", "selling"):
            value = np.clip(round(4 + quality[receiver] + leniency[giver] + rng.normal(0, 0.7)), 1, 5)
            rows.append(rating(
                names[giver], names[receiver], int(value), criterion, at=int(rng.integers(-900, 29)),
                answer=f"a{answer}",
            ))  # fmt: skip
    return small(people=[{"person": n, "name": n} for n in names], criteria=CRITERIA, feedback=rows)
