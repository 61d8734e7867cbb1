"""How the engine grows with the number of ratings, and beside others on the same data in the same run.

Run by hand: `python -m tests.benchmarks.bench_engine --sizes 1e4 1e5 1e6 1e7`. Each size is a process of its own, so
that its peak of memory is its own. Arrays in, arrays out: the whole of `score`, boards included. `--profile 1e6` says
where the time of one such run goes. With `--rich`, sizes are people of an organization with all kinds of evidence.
"""

import argparse
import cProfile
import json
import math
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from scoring.arrays import build
from scoring.cluster import here, on_processes, score_many
from scoring.model import threads
from scoring.model.evidence import Evidence
from scoring.model.peers import peers
from scoring.model.periods import micros
from scoring.model.score import score
from scoring.policy import Policy
from scoring.simulate import Settings, simulate
from tests.benchmarks import crossed_ratings

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
INSTEVAL = (73_421, 2_972, 1_128)  # ratings, students, teachers of lme4's data set; here generated in its shape
ORGANIZATIONS, PEOPLE = 1_000, 200
RATINGS_PER_PERSON = 100
RICH = Settings(people=PEOPLE, rounds_per_year=7, asks_per_round=14)  # customers, kudos, care; 20,000 ratings
KINDS = 4  # different ones among rich organizations
TOP = 15  # functions of a profile that are shown
BENCH, LME4 = "install talkoot[bench]", "apt-get install r-cran-lme4"  # where a rival is missing


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds, CPU seconds of the process, and its peak in MiB so far."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "peak": peak}


def one_size(size: int, *, rich: bool) -> dict[str, float]:
    """Measure the whole engine on `size` ratings of a hundredth as many people, or on `size` people with everything."""
    if rich:
        told = simulate(Settings(people=size), 9, AS_OF)
        made = build(told.frames, told.manifest)
    else:
        made = crossed_ratings.evidence(size, max(20, size // RATINGS_PER_PERSON), AS_OF)
    return measured(lambda: score(made, Policy(), AS_OF))


def sizes(wanted: Sequence[int], *, rich: bool) -> None:
    """Print the table over sizes with the slope of seconds between neighbours."""
    print(f"{'people' if rich else 'ratings':>10} {'seconds':>9} {'CPU s':>9} {'peak MiB':>9} {'slope':>6}")
    before: tuple[int, float] | None = None
    for size in wanted:
        command = [sys.executable, "-m", "tests.benchmarks.bench_engine", "--one", str(size), *["--rich"] * rich]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        slope = math.log(found["seconds"] / before[1]) / math.log(size / before[0]) if before else math.nan
        print(f"{size:>10,} {found['seconds']:>9.2f} {found['cpu']:>9.2f} {found['peak']:>9.0f} {slope:>6.2f}")
        before = size, found["seconds"]


def beside_others() -> None:
    """Fit peers, and whatever else is installed, on ratings in the shape of InstEval; ratios to a Bayesian average."""
    made = crossed_ratings.in_shape(*INSTEVAL, AS_OF)
    base = measured(lambda: bayesian_average(made))["seconds"]
    rivals: dict[str, Callable[[], dict[str, float]]] = {
        "openskill": lambda: measured(lambda: openskill(made)),
        "trueskill": lambda: measured(lambda: trueskill(made)),
        "R lme4": lambda: lme4(made),
        "peers": lambda: measured(lambda: peers(made, Policy(), micros(AS_OF))),
    }
    print(f"\n{INSTEVAL[0]:,} crossed ratings; a Bayesian average takes {base:.4f} s", flush=True)
    for name, fit in rivals.items():
        try:
            taken = fit()
        except ImportError as why:
            print(f"{name:>10}: NOT MEASURED: {why}; {LME4 if fit is rivals['R lme4'] else BENCH}", flush=True)
            continue
        seconds, cpu = taken["seconds"], taken["cpu"]
        print(
            f"{name:>10}: {seconds:.2f} s, CPU {cpu:.2f} s, {seconds / base:,.0f} times a Bayesian average", flush=True
        )


def bayesian_average(made: Evidence) -> np.ndarray:
    """Each receiver's mean with ten ratings of the overall mean added: the cheapest figure there is."""
    told, people = made.feedback, len(made.people.ids)
    total = np.bincount(told.receiver, told.rating, people)
    return (total + 10 * told.rating.mean()) / (np.bincount(told.receiver, minlength=people) + 10)


def duels(made: Evidence) -> list[tuple[int, int]]:
    """Better and worse of the two receivers that one giver rated one after another; ties are left out."""
    order = np.argsort(made.feedback.giver, kind="stable")
    giver, who = made.feedback.giver[order], made.feedback.receiver[order]
    gap = np.diff(made.feedback.rating[order])
    apart = (giver[1:] == giver[:-1]) & (who[1:] != who[:-1]) & (gap != 0)
    first, second = who[:-1][apart], who[1:][apart]
    up = gap[apart] > 0
    return list(zip(np.where(up, second, first).tolist(), np.where(up, first, second).tolist(), strict=True))


def trueskill(made: Evidence) -> None:
    """Each giver's neighbouring ratings as duels."""
    from trueskill import Rating, rate_1vs1  # noqa: PLC0415 - an extra, told of where it is missing

    skill = [Rating() for _ in made.people.ids]
    for won, lost in duels(made):
        skill[won], skill[lost] = rate_1vs1(skill[won], skill[lost])


def openskill(made: Evidence) -> None:
    """As `trueskill`, with the Plackett-Luce model."""
    from openskill.models import PlackettLuce  # noqa: PLC0415 - an extra, told of where it is missing

    model = PlackettLuce()
    skill = [model.rating() for _ in made.people.ids]
    for won, lost in duels(made):
        [[skill[won]], [skill[lost]]] = model.rate([[skill[won]], [skill[lost]]])


def lme4(made: Evidence) -> dict[str, float]:
    """Fit the ratings by R's lme4, with posterior variances: seconds and CPU seconds of the fit, as R counts them."""
    if shutil.which("Rscript") is None:
        raise ImportError("R is not installed")
    if subprocess.run(["Rscript", "-e", "library(lme4)"], check=False, capture_output=True).returncode:
        raise ImportError("R has no package lme4")
    columns = {name: getattr(made.feedback, name) for name in ("giver", "receiver", "rating")}
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.csv"
        np.savetxt(told, np.column_stack([*columns.values()]), "%d", ",", header=",".join(columns), comments="")
        command = ["Rscript", str(Path(__file__).with_name("reml.R")), str(Path(folder) / "fitted.csv"), str(told)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, cpu, *_ = (float(word) for word in printed.split())
    return {"seconds": seconds, "cpu": cpu}


def profile(ratings: int) -> None:
    """Print where the time of one `score` goes: functions by their own time, and who mostly calls them.

    All of it on one thread, which is all that the profiler sees; it makes many small calls look dearer than they are.
    """
    threads.MANY = sys.maxsize
    made = crossed_ratings.evidence(ratings, max(20, ratings // RATINGS_PER_PERSON), AS_OF)
    watched = cProfile.Profile()
    taken = measured(lambda: watched.runcall(score, made, Policy(), AS_OF))
    found = pstats.Stats(watched).stats
    whole = sum(own for _, _, own, _, _ in found.values())
    print(f"\n{ratings:,} ratings: {taken['seconds']:.2f} s on one thread, profiled; peak {taken['peak']:,.0f} MiB")
    print(f"{'own s':>8} {'share':>6} {'calls':>9}  function, and who mostly calls it")
    for place, (_, calls, own, _, callers) in sorted(found.items(), key=lambda one: -one[1][2])[:TOP]:
        caller = max(callers, key=lambda of: callers[of][2], default=None)
        print(f"{own:>8.2f} {own / whole:>6.1%} {calls:>9,}  {spelt(place)}{f' < {spelt(caller)}' if caller else ''}")


def spelt(place: tuple[str, int, str]) -> str:
    """Name a function as the profiler knows it: file and line, but of what is built in only the name."""
    file, line, name = place
    return name if file == "~" else f"{Path(file).name}:{line} {name}"


def many(organizations: int, *, rich: bool) -> None:
    """Score many organizations, in one process and on two: of ratings alone, or with all kinds of evidence."""
    made = [simulate(RICH, seed, AS_OF) for seed in range(KINDS if rich else 0)]
    every = [build(each.frames, each.manifest) for each in made]
    every = every or [crossed_ratings.evidence(PEOPLE * RATINGS_PER_PERSON, PEOPLE, AS_OF)]
    jobs = [(every[place % len(every)], Policy(), AS_OF) for place in range(organizations)]
    alone = measured(lambda: score_many(jobs, here))
    with on_processes(2) as run:
        score_many(jobs[:2], run)  # so that two processes are up
        both = measured(lambda: score_many(jobs, run))["seconds"]
    ratings = sum(len(each.feedback.at) for each in every) / len(every)
    print(
        f"\n{organizations} organizations of {PEOPLE} with {ratings:,.0f} ratings: {alone['seconds']:.1f} s alone, ",
        end="",
    )
    print(f"{both:.1f} s on 2 processes, ratio {both / alone['seconds']:.2f}")
    print(f"CPU: {alone['cpu'] / organizations * 1000:.0f} ms each")


def main() -> None:
    """Measure what the arguments ask for."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", nargs="*", type=float, default=[])
    asked.add_argument("--one", type=int)
    asked.add_argument("--others", action="store_true")
    asked.add_argument("--profile", type=float, metavar="SIZE", help="where the time of scoring SIZE ratings goes")
    asked.add_argument("--organizations", type=int, nargs="?", const=ORGANIZATIONS)
    asked.add_argument("--rich", action="store_true", help="organizations with customers, kudos, care and results")
    told = asked.parse_args()
    if told.one:
        print(json.dumps(one_size(told.one, rich=told.rich)))
        return
    if told.sizes:
        sizes([int(size) for size in told.sizes], rich=told.rich)
    if told.others:
        beside_others()
    if told.profile:
        profile(int(told.profile))
    if told.organizations:
        many(told.organizations, rich=told.rich)


if __name__ == "__main__":
    main()
