"""What the engine's benchmark says where something is missing, and of where the time goes."""

import re

import pytest

from scoring.model import threads
from tests.benchmarks import bench_engine, crossed_ratings


def test_a_rival_that_is_missing_is_told_of_and_not_measured(monkeypatch, capsys):
    monkeypatch.setattr(bench_engine, "INSTEVAL", (300, 20, 10))
    monkeypatch.setattr(bench_engine.shutil, "which", lambda _: None)
    bench_engine.beside_others()
    told = capsys.readouterr().out
    assert "R lme4: NOT MEASURED: R is not installed; apt-get install r-cran-lme4" in told
    assert re.search(r"peers: \d+\.\d\d s, CPU \d+\.\d\d s, [\d,]+ times a Bayesian average", told)


def test_lme4_without_r_is_an_import_error(monkeypatch):
    monkeypatch.setattr(bench_engine.shutil, "which", lambda _: None)
    with pytest.raises(ImportError, match="R is not installed"):
        bench_engine.lme4(crossed_ratings.in_shape(300, 20, 10, bench_engine.AS_OF))


def test_a_profile_names_functions_by_their_own_time(monkeypatch, capsys):
    monkeypatch.setattr(threads, "MANY", threads.MANY)  # put back afterwards
    bench_engine.profile(2_000)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0].startswith("2,000 ratings: ")
    shares = [float(re.search(r"([\d.]+)%", line)[1]) for line in lines[2:]]
    assert len(shares) == bench_engine.TOP
    assert shares == sorted(shares, reverse=True)
