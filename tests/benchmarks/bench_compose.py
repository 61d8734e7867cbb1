"""What composing, levels, stages and explanations cost for n people, from blocks drawn by chance.

    PYTHONPATH=. python tests/benchmarks/bench_compose.py 200 20
    PYTHONPATH=. python tests/benchmarks/bench_compose.py 100000 1

Seconds of one core, whatever else runs. Aims: 200 people within 10 ms, 100,000 within 6 s. Figures are beside it.
"""

import sys
import time
from dataclasses import replace

import numpy as np

from scoring.exchange.columns import PERSON_ROLES, STANDARD_CRITERIA
from scoring.model.block import SOURCES, Block, Parts
from scoring.model.changes import Known, changes
from scoring.model.composite import compose, weights
from scoring.model.explain import explanations
from scoring.model.falls import nobody
from scoring.model.figures import MEASURES, figures, side_by_side
from scoring.model.levels import levels, trust
from scoring.model.peers import ProjectPeers
from scoring.model.scores import Source, SubjectKind
from scoring.model.stages import stages
from scoring.policy import Policy
from tests.scoring.blocks import block
from tests.scoring.small import small

EACH = 5  # parts of every figure besides the prior's
POLICY = Policy()


def organization(rng, people, projects):
    return small(
        people=[{"person": f"p{at:06}", "role": PERSON_ROLES[at % len(PERSON_ROLES)]} for at in range(people)],
        projects=[
            {"project": f"j{at:06}", "kind": "delivery", "started": 0, "ended": 100, "outcome": "done"}
            for at in range(projects)
        ],
        members=[
            {"project": f"j{rng.integers(projects):06}", "person": f"p{at:06}"}
            for at in range(people)
            for _ in range(4)
        ],
        consents=[{"person": "p000000", "source": "peers", "given": 1, "at": 0}],
    )


def drawn(rng, names, source, shape):
    """A block of `shape` (people, projects) in sd, each figure with `EACH` parts."""
    people, projects = shape
    estimate = rng.normal(0, 0.7, (people, len(names)))
    subject = np.repeat(np.arange(people, dtype=np.int32), len(names))
    dimension = np.tile(np.arange(len(names), dtype=np.int32), people)
    size = subject.size
    parts = Parts(
        np.tile(subject, 1 + EACH),
        np.tile(dimension, 1 + EACH),
        np.repeat(np.array([0, *[SOURCES.index(source)] * EACH], np.int32), size),
        np.concatenate([np.full(size, -1, np.int32), rng.integers(projects, size=size * EACH).astype(np.int32)]),
        np.concatenate([np.zeros(size), np.tile(estimate.ravel() / EACH, EACH)]),
    )
    sd, voices = np.full(estimate.shape, 0.6), np.full(estimate.shape, 5.0)
    return Block(names, estimate, sd, voices, np.zeros(len(names)), np.ones(len(names)), parts)


def timed(name, what, repeats):
    best, found = np.inf, None
    for _ in range(repeats):
        began = time.process_time()
        found = what()
        best = min(best, time.process_time() - began)
    print(f"{name:14} {best * 1000:10.2f} ms")
    return found, best


def main(people, repeats):
    rng, projects = np.random.default_rng(0), max(people // 4, 3)
    evidence, shape = organization(rng, people, projects), (people, projects)
    rated = drawn(rng, STANDARD_CRITERIA, Source.PEERS, shape)
    rated = replace(rated, covariance=np.tile(np.eye(len(STANDARD_CRITERIA)) * 0.36, (people, 1, 1)))
    trusted, cared, money = (
        drawn(rng, (name,), source, shape)
        for name, source in (
            ("customer_trust", Source.CUSTOMERS),
            ("care", Source.CARE),
            ("results", Source.RESULTS),
        )
    )
    of, role = [rated, trusted, cared], evidence.people.role
    heard = block("customer_trust", estimate=rng.normal(size=(projects, 1)), sd=0.7)
    word, allowed = ProjectPeers(rng.normal(size=projects), np.full(projects, 4.0)), np.ones((people, 3), np.bool_)
    composed, first = timed("compose", lambda: compose(of, money, role, POLICY), repeats)
    journey, second = timed("stages", lambda: stages(evidence, word, heard, allowed, POLICY), repeats)
    beside, no_one = side_by_side([*of, money]), nobody(evidence, 0)
    _, third = timed(
        "levels", lambda: levels(evidence, trust(beside, composed, POLICY), journey, POLICY, no_one), repeats
    )
    known = Known(*of, heard, weights(of, role, POLICY))
    _, fourth = timed("changes", lambda: changes(evidence, known, allowed), repeats)
    dimensions, whole = (*STANDARD_CRITERIA, *MEASURES), side_by_side([beside, composed])
    shown, _ = timed("(figures)", lambda: figures(SubjectKind.PERSON, whole, dimensions, POLICY), repeats)
    _, fifth = timed("explanations", lambda: explanations([shown], dimensions), repeats)
    print(f"{people} people  {(first + second + third + fourth + fifth) * 1000:10.2f} ms without figures")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
