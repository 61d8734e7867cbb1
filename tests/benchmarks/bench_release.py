"""What the release costs in order and in sureness: figures as released beside those of the run, and the truth.

Run by hand: `python -m tests.benchmarks.bench_release 12` simulates as many organizations of 40 with a known truth.
Once: everything is released in one night at the end. Quarters: eight nights, a quarter apart, each with a draw of its
own for whoever is due. Rank correlation of quality with the truth, and the share of 80 % intervals of quality and of
criteria that hold it; means over organizations, with their standard errors.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from unittest.mock import patch

import msgspec
import numpy as np

from scoring import release as gate
from scoring import release_figures
from scoring.cluster import fitted
from scoring.model.evidence import Evidence, Number
from scoring.model.periods import micros
from scoring.model.score import Blocks
from scoring.model.select import select
from scoring.policy import Policy
from scoring.release_figures import BLUR, State, nothing_yet
from scoring.validate import scale
from scoring.validate.cell import World, world
from scoring.validate.judgement import UNTIL, Judgement, judgement_of
from scoring.validate.measures import held, spearman
from scoring.validate.scenarios import MEASURED

PEOPLE = 40
QUARTER = timedelta(days=91.25)
NIGHTS = {"once": (UNTIL,), "eight quarters": tuple(UNTIL - QUARTER * left for left in range(7, -1, -1))}
BLURS = (0.0, 0.8, BLUR)
POLICY = Policy()


def released(evidence: Evidence, nights: Sequence[datetime], draws: np.random.Generator) -> State:
    """Let each night release what is due then."""
    state = nothing_yet(evidence)
    for night in nights:
        drawn = (draws.laplace(size=table.until.shape) for table in (state.people, state.projects))
        at = micros(night)
        state = gate.release(state, gate.Night(select(evidence, at), POLICY, at, at, *drawn))
    return state


def judged(of: World, blocks: Blocks, nights: Sequence[datetime], blur: float, seed: int) -> Judgement:
    """Say what the organization would see of people with so much blur."""
    with patch.object(gate, "BLUR", blur), patch.object(release_figures, "BLUR", blur):
        state = released(of.evidence, nights, np.random.default_rng(seed))
        told = gate.shown(state, state, of.evidence, blocks, (POLICY, UNTIL))
    return judgement_of(told.scores, PEOPLE)


def measured(of: World, found: Judgement) -> Number:
    """Rank correlation of quality, and the share of intervals that hold the truth, of quality and of criteria."""
    truth, every = of.made.truth.composite, np.ones(PEOPLE, np.bool_)
    quality = held(found.low["quality"], found.high["quality"], scale.standard(truth), every)[0]
    criteria = [held(found.low[name], found.high[name], target, every)[0] for name, target in of.spoken.items()]
    return np.array([spearman(found.estimate["quality"], truth, every), quality, np.mean(criteria)])


def main() -> None:
    """Print a line for figures as they are, and one for each blur and number of releases."""
    asked = argparse.ArgumentParser()
    asked.add_argument("organizations", type=int, nargs="?", default=12)
    organizations = asked.parse_args().organizations
    found: dict[str, list[Number]] = defaultdict(list)
    for seed in range(1, organizations + 1):
        of = world(msgspec.structs.replace(MEASURED, people=PEOPLE), seed)
        blocks, scores = fitted(of.evidence, POLICY, UNTIL)
        found["as they are"].append(measured(of, judgement_of(scores.scores, PEOPLE)))
        for name, nights in NIGHTS.items():
            for blur in BLURS:
                found[f"{name}, blur {blur:g}"].append(measured(of, judged(of, blocks, nights, blur, seed)))
    print(f"{organizations} organizations of {PEOPLE}: rank correlation, quality held, criteria held")
    for name, values in found.items():
        mean, error = np.mean(values, axis=0), np.std(values, axis=0) / len(values) ** 0.5
        print(f"{name:>26}" + "".join(f"  {one:.3f} ± {half:.3f}" for one, half in zip(mean, error, strict=True)))


if __name__ == "__main__":
    main()
