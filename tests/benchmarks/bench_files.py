"""End to end with files: an exchange folder in, `talkoot score` in a process of its own, a folder of scores out.

Run by hand: `python -m tests.benchmarks.bench_files --sizes 1e5 1e6 1e7 [--csv]`. The same ratings as `bench_engine`
scores without files, as Parquet; what files cost is told as the ratio to scoring in the same process.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from scoring.exchange import writing
from scoring.exchange.columns import FORMAT, STANDARD_CRITERIA
from scoring.exchange.manifest import Manifest
from scoring.model.evidence import Evidence
from tests.benchmarks import crossed_ratings
from tests.benchmarks.bench_engine import AS_OF, RATINGS_PER_PERSON

MANIFEST = Manifest(format=FORMAT, time_zone="Europe/Helsinki", currency="EUR")
CRITERIA = pl.Series(STANDARD_CRITERIA)
UTC_TIME = pl.Datetime("us", "UTC")


def frames(made: Evidence) -> dict[str, pl.DataFrame]:
    """Lay evidence of people and ratings out as the tables of an exchange folder."""
    ids = pl.Series(made.people.ids)
    told = made.feedback
    people = pl.DataFrame({"person": ids, "name": ids}).with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in ("email", "title", "role")),
        *(pl.lit(None, UTC_TIME).alias(name) for name in ("joined", "left")),
    )
    feedback = pl.DataFrame(
        {
            "id": pl.Series(range(len(told.rating))).cast(pl.String),
            "answer": pl.Series(told.answer).cast(pl.String),
            "giver": ids.gather(told.giver),
            "receiver": ids.gather(told.receiver),
            "criterion": CRITERIA.gather(told.criterion),
            "rating": pl.Series(told.rating).cast(pl.Int64),
            "at": pl.Series(told.at).cast(UTC_TIME),
        }
    ).with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in ("project", "round", "comment")),
        recorded_at=pl.col("at"),
    )
    return {"people": people, "feedback": feedback}


def one_size(ratings: int, *, parquet: bool) -> dict[str, float]:
    """Write a folder, score it by the command line, and return the seconds of each step and the peak in MiB."""
    with TemporaryDirectory() as room:
        folder = Path(room) / "in"
        made = crossed_ratings.evidence(ratings, max(20, ratings // RATINGS_PER_PERSON), AS_OF)
        writing.write(folder, frames(made), MANIFEST, parquet=parquet)
        size = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
        del made
        command = [Path(sys.executable).with_name("talkoot"), "score", folder, "--out", Path(room) / "out",
                   "--as-of", AS_OF.isoformat(), "--format", "parquet" if parquet else "csv",
                   "--assume-consent", "a benchmark"]  # fmt: skip
        began = time.perf_counter()
        heard = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        seconds = time.perf_counter() - began
    steps = {step: float(told) for step, told in re.findall(r"(\w+) ([\d.]+) s\b", heard)}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return steps | {"whole": seconds, "peak": peak, "files": size}


def main() -> None:
    """Print a line for each size, each measured in a process of its own."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--one", type=int)
    asked.add_argument("--sizes", type=float, nargs="*", default=[1e5, 1e6])
    asked.add_argument("--csv", action="store_true", help="CSV in place of Parquet")
    told = asked.parse_args()
    if told.one:
        print(json.dumps(one_size(told.one, parquet=not told.csv)))
        return
    columns = ("files", "read", "arrays", "score", "write", "whole", "peak")
    print(f"{'ratings':>10} " + " ".join(f"{name:>8}" for name in columns) + "  whole / score")
    for size in map(int, told.sizes):
        command = [sys.executable, "-m", "tests.benchmarks.bench_files", "--one", str(size)]
        command += ["--csv"] if told.csv else []
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        row = " ".join(f"{found[name]:>8.1f}" for name in columns)
        print(f"{size:>10,} {row}  {found['whole'] / found['score']:>13.2f}", flush=True)


if __name__ == "__main__":
    main()
