"""What the release gate costs beside the run that it stands behind, on a quiet night and when everybody is due.

Run by hand: `python -m tests.benchmarks.bench_gate 200`. A run is what a night does: fit, raw scores, digest, the gate
(what is released, what is shown of it), and a digest of that. Reading and writing the database are left out, which
makes the gate's share larger than it is. CPU seconds, the least of several rounds: other work on the machine adds to
them, and never takes from them.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from scoring.arrays import build
from scoring.cluster import fitted
from scoring.model.evidence import Evidence
from scoring.model.periods import micros
from scoring.model.score import Blocks
from scoring.model.select import select
from scoring.policy import Policy
from scoring.release import Night, release, shown
from scoring.release_figures import State, nothing_yet
from scoring.simulate.organization import simulate
from scoring.simulate.settings import Settings

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDS = 7
POLICY = Policy()


def gate(before: State, evidence: Evidence, blocks: Blocks) -> State:
    """Do what the gate does in a night; what it draws does not matter here."""
    known = select(evidence, micros(AS_OF))
    drawn = (np.zeros(table.until.shape) for table in (before.people, before.projects))
    after = release(before, Night(known, POLICY, micros(AS_OF), micros(AS_OF), *drawn))
    shown(after, before, evidence, blocks, (POLICY, AS_OF))
    return after


def least(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def main() -> None:
    """Print what a run takes, and the gate's share of run and gate on two kinds of nights."""
    asked = argparse.ArgumentParser()
    asked.add_argument("people", type=int, nargs="?", default=200)
    people = asked.parse_args().people
    drawn = simulate(Settings(people=people), 1, AS_OF)
    evidence = build(drawn.frames, drawn.manifest)
    blocks, _ = fitted(evidence, POLICY, AS_OF)
    run = least(lambda: fitted(evidence, POLICY, AS_OF))
    start = nothing_yet(evidence)
    after = gate(start, evidence, blocks)
    print(f"{people} people, {len(evidence.feedback.rating):,} ratings: a run takes {run:.3f} CPU s")
    for name, before in (("nobody is due", after), ("everybody is due", start)):
        taken = least(lambda before=before: gate(before, evidence, blocks))  # type: ignore[misc]
        print(f"{name:>17}: the gate takes {taken:.3f} CPU s, {taken / (run + taken):.0%} of both")


if __name__ == "__main__":
    main()
