"""`talkoot score` writes the same bytes on any number of threads."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from scoring.arrays import build
from scoring.exchange import writing
from scoring.model import lean, peers_rows, standings, threads
from scoring.model.peers import fit_heard
from scoring.model.periods import micros
from scoring.model.score import score
from scoring.model.signals import answers
from scoring.output import FILES
from scoring.policy import Policy
from scoring.publish import digest
from scoring.simulate import TINY, Settings, simulate
from tests.benchmarks import crossed_ratings

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
    found = [digests(tmp_path / "made", tmp_path / "-".join(several), several) for several in THREADS]
    assert set(found[0]) == {f"{name}.csv" for name in FILES}
    assert all(other == found[0] for other in found[1:])


def test_any_number_of_threads_gives_the_same_bytes_where_customers_words_are_too_many_for_one_table(tmp_path):
    made = simulate(Settings(people=1_200, rounds_per_year=1, asks_per_round=2), 5, UNTIL)
    heard = answers(build(made.frames, made.manifest), Policy(), micros(UNTIL))
    assert len(np.unique(heard.project)) > lean.EXACT
    writing.write(tmp_path / "made", made.frames, made.manifest)
    found = [digests(tmp_path / "made", tmp_path / "-".join(several), several) for several in THREADS[:2]]
    assert found[0] == found[1]


def test_a_second_thread_changes_not_a_byte(monkeypatch):
    made = crossed_ratings.evidence(20_000, 200, UNTIL)
    monkeypatch.setattr(peers_rows, "PART", 3_000)  # so that there are parts to share
    found = []
    for rows in (10**9, 0):
        monkeypatch.setattr(threads, "MANY", rows)
        found.append(digest(score(made, Policy(), UNTIL)))
    assert found[0] == found[1]


def test_boards_ranked_together_are_those_ranked_one_by_one(monkeypatch):
    made = simulate(TINY, 5, UNTIL)
    evidence = build(made.frames, made.manifest)
    found = []
    for rows in (10**9, 100, 0):
        monkeypatch.setattr(standings, "MANY", rows)
        found.append(digest(score(evidence, Policy(), UNTIL)))
    assert found[0] == found[1] == found[2]


def test_parts_only_change_the_order_in_which_is_added_up(monkeypatch):
    told = peers_rows.heard(crossed_ratings.evidence(20_000, 200, UNTIL), micros(UNTIL))
    whole = fit_heard(told, Policy().peer_half_life_days)
    monkeypatch.setattr(peers_rows, "PART", 1_000)
    assert len(peers_rows.parts(told)) > 15
    cut = fit_heard(told, Policy().peer_half_life_days)
    assert np.abs(cut.solution.state - whole.solution.state).max() < 1e-9
    assert np.abs(cut.solution.covariance - whole.solution.covariance).max() < 1e-9
    assert cut.held.residual == pytest.approx(whole.held.residual, abs=1e-12)
