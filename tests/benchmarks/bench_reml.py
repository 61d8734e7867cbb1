"""Time and held-out error beside the reference implementation of a REML fit, lme4, on crossed ratings of real raters.

Run by hand where R with lme4 is installed (Debian: r-cran-lme4): `python -m tests.benchmarks.bench_reml`. InstEval,
73,421 ratings of 1,128 lecturers by 2,972 students, comes with lme4 and is not in this repository; every tenth is
held out. Seconds and CPU seconds, both the least of several rounds but lme4's, which takes one. "Worse" is the mean
difference of squared errors, with its standard error.
"""

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from scoring.model.crossed import Factor, Fit, Rows, fit_crossed
from scoring.model.evidence import Evidence, Number
from scoring.model.peers import peers
from scoring.model.periods import micros
from scoring.model.ratings import rating_of, told_of
from scoring.policy import Policy
from tests.benchmarks import crossed_ratings
from tests.benchmarks.bench_engine import AS_OF, measured

T = TypeVar("T")
SCRIPT = Path(__file__).with_name("reml.R")
ROUNDS = 5


def told() -> tuple[dict[str, Number], list[float]]:
    """Return what `reml.R` wrote, (rows,) each, and its seconds, CPU seconds and sds of giver, receiver and rest."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "ratings.csv"
        command = ["Rscript", str(SCRIPT), str(found)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows = list(csv.DictReader(found.open()))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    return columns, [float(word) for word in printed.split()]


def least(fit: Callable[[], T]) -> tuple[T, float, float]:
    """Return what the fit gave, and the least seconds and CPU seconds of several rounds."""
    found: list[T] = []
    taken = [measured(lambda: found.append(fit())) for _ in range(ROUNDS)]
    return found[-1], min(one["seconds"] for one in taken), min(one["cpu"] for one in taken)


def evidence_of(rows: dict[str, Number]) -> Evidence:
    """Lay ratings out as the engine's evidence: givers and receivers are different people, all is of one day."""
    made = crossed_ratings.in_shape(len(rows["rating"]), 2_972, 1_128, AS_OF)
    at = np.full(len(rows["rating"]), micros(AS_OF) - 1)
    giver, receiver = (rows["giver"] - 1).astype(np.int32), (rows["receiver"] + 2_971).astype(np.int32)
    said = replace(
        made.feedback, giver=giver, receiver=receiver, rating=rows["rating"].astype(np.int64), at=at, recorded=at
    )
    return replace(made, feedback=said)


def by_peers(rows: dict[str, Number], asked: dict[str, Number]) -> tuple[Number, float, float]:
    """Expect ratings by the engine's own block: what an average giver would say, and this one's leniency."""
    made = evidence_of(rows)
    found, seconds, cpu = least(lambda: peers(made, Policy(), micros(AS_OF)))
    leniency = np.zeros(len(made.people.ids))
    leniency[found.raters.giver] = found.raters.leniency

    def expected(of: dict[str, Number]) -> Number:
        giver, receiver = (of["giver"] - 1).astype(int), (of["receiver"] + 2_971).astype(int)
        return np.asarray(found.people.estimate[receiver, 0] + leniency[giver])

    spread = float(np.std(told_of(rows["rating"]) - expected(rows)))  # told points, of one rating around the expected
    return rating_of(expected(asked), spread), seconds, cpu


def by_crossed(rows: dict[str, Number], asked: dict[str, Number]) -> tuple[Number, float, float]:
    """Expect ratings by the crossed fit that the engine's other blocks use, exact REML."""
    giver, receiver = ((rows[name] - 1).astype(np.int32) for name in ("giver", "receiver"))
    told_rows = Rows(rows["rating"], np.zeros(len(giver), np.int32), 1)
    factors = [Factor(giver, 2_972), Factor(receiver, 1_128)]
    found: Fit
    found, seconds, cpu = least(lambda: fit_crossed(told_rows, factors))
    of_giver, of_receiver = ((asked[name] - 1).astype(int) for name in ("giver", "receiver"))
    return found.fixed[0] + found.effects[0][of_giver] + found.effects[1][of_receiver], seconds, cpu


def main() -> None:
    """Print a line for each way to expect the ratings that were held out."""
    if shutil.which("Rscript") is None:
        print("lme4: NOT MEASURED: R is not installed (Debian: apt-get install r-cran-lme4)")
        return
    every, (seconds, cpu, *sds) = told()
    out = every["out"] == 1
    rows, asked = ({name: column[kept] for name, column in every.items()} for kept in (~out, out))
    print(f"{len(rows['rating']):,} ratings of InstEval, {out.sum():,} held out; lme4's sds {np.round(sds, 3)}")
    print(f"{'':>8} {'seconds':>8} {'CPU s':>8} {'error':>7} {'worse than lme4':>18} {'lme4 takes':>18}")
    ways: dict[str, Callable[[], tuple[Number, float, float]]] = {
        "mean": lambda: (np.full(out.sum(), rows["rating"].mean()), 0.0, 0.0),
        "lme4": lambda: (asked["expected"], seconds, cpu),
        "peers": lambda: by_peers(rows, asked),
        "crossed": lambda: by_crossed(rows, asked),
    }
    for name, way in ways.items():
        expected, own, own_cpu = way()
        squares = (expected - asked["rating"]) ** 2
        error, worse = float(np.sqrt(squares.mean())), squares - (asked["expected"] - asked["rating"]) ** 2
        sure = float(worse.std()) / len(worse) ** 0.5
        times = f"{cpu / own_cpu:,.0f} times (CPU)" if own_cpu else ""
        apart = f"{worse.mean():+.4f} ± {sure:.4f}"
        print(f"{name:>8} {own:>8.2f} {own_cpu:>8.2f} {error:>7.4f} {apart:>18} {times:>18}", flush=True)


if __name__ == "__main__":
    main()
