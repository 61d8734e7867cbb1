"""What a night between two full runs costs beside a full one, by size, in one run.

Run by hand: `python -m tests.benchmarks.bench_nights --sizes 1e5 1e6 1e7`. One night in seven hundred: as many days as
the ratings are spread over. Arrays in, arrays out; each size is a process of its own. Beside the full fit of peers
stands the whole of `score`, which is what a night is a part of.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from scoring.model.peers import fit_heard
from scoring.model.peers_nights import Change, begin, night
from scoring.model.peers_rows import heard
from scoring.model.periods import micros
from scoring.model.score import score
from scoring.model.select import rows, select
from scoring.policy import Policy
from tests.benchmarks import crossed_ratings
from tests.benchmarks.bench_engine import AS_OF, RATINGS_PER_PERSON, measured

NIGHTS = crossed_ratings.SPREAD_DAYS
TAKEN_BACK = 20  # of so many ratings told in a night, one older is taken back
STEPS = ("score", "fit", "begin", "night")


def one_size(ratings: int) -> dict[str, dict[str, float]]:
    """Measure a full run and fit, the laying down of a base, and a night; seconds and CPU seconds of each."""
    told = ratings // NIGHTS
    people = max(20, ratings // RATINGS_PER_PERSON)
    made = crossed_ratings.evidence(ratings + told, people, AS_OF)
    known = select(made, micros(AS_OF))
    first = known.feedback.answer < known.feedback.answer[ratings]
    before = replace(known, feedback=rows(known.feedback, first))
    gone = np.linspace(0, first.sum() - 1, told // TAKEN_BACK).astype(np.int64)
    change = Change(rows(known.feedback, ~first), gone)
    kept: dict[str, Any] = {}

    def keep(name: str, value: Any) -> None:
        kept[name] = value

    found = {"score": measured(lambda: score(made, Policy(), AS_OF))}
    half_life = Policy().peer_half_life_days
    found["fit"] = measured(lambda: keep("fit", fit_heard(heard(before, micros(AS_OF)), half_life)))
    found["begin"] = measured(lambda: keep("state", begin(before, micros(AS_OF), kept.pop("fit"))))
    found["night"] = measured(lambda: night(kept["state"], change))
    return found


def main() -> None:
    """Measure the sizes that are asked for."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", nargs="*", type=float, default=[1e5, 1e6])
    asked.add_argument("--one", type=int)
    told = asked.parse_args()
    if told.one:
        print(json.dumps(one_size(told.one)))
        return
    print(f"{'ratings':>11}" + "".join(f" {step + ' s':>9} {'CPU':>7}" for step in STEPS) + "  night of score (CPU)")
    for size in map(int, told.sizes):
        command = [sys.executable, "-m", "tests.benchmarks.bench_nights", "--one", str(size)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        times = "".join(f" {found[step]['seconds']:>9.2f} {found[step]['cpu']:>7.2f}" for step in STEPS)
        share = found["night"]["cpu"] / found["score"]["cpu"]
        print(f"{size:>11,}{times}  {share:.1%}", flush=True)


if __name__ == "__main__":
    main()
