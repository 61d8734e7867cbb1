"""`talkoot score` writes the same bytes on any number of threads."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime

from scoring.exchange import writing
from scoring.output import FILES
from scoring.simulate import TINY, simulate

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
COMMAND = (sys.executable, "-c", "from service.cli import main; main()")
THREADS = (("1", "1"), ("2", "1"), ("4", "2"), ("1", "4"))  # of the numeric libraries, of polars


def digests(folder, out, threads):
    numeric, tables = threads
    several = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), numeric) | {"POLARS_MAX_THREADS": tables}
    command = [*COMMAND, "score", str(folder), "--out", str(out)]
    subprocess.run(command, check=True, env=os.environ | several, timeout=60)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}


def test_any_number_of_threads_gives_the_same_bytes(tmp_path):
    made = simulate(TINY, 5, UNTIL)
    writing.write(tmp_path / "made", made.frames, made.manifest)
    found = [digests(tmp_path / "made", tmp_path / "-".join(threads), threads) for threads in THREADS]
    assert set(found[0]) == {f"{name}.csv" for name in FILES}
    assert all(other == found[0] for other in found[1:])
