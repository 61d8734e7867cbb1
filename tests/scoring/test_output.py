"""`talkoot score`: files in, files out, the same bytes, and nothing of anybody else's overwritten."""

import json
from datetime import UTC, datetime

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from scoring import commands, output
from scoring.offline import Options, run_folder
from tests.scoring.folders import GOOD, MANIFEST

COLUMNS = {
    "scores": "subject_kind,subject,dimension,estimate,sd,low,high,evidence",
    "standings": "board,scope,period,subject_kind,subject,band,rank_low,rank_high,score,provisional",
    "levels": "person,level,name,progress,since,missing",
    "raters": "giver,leniency,sd,weight",
    "stages": "person,project,colleagues,customer,left_behind,reasons",
    "explanations": "subject_kind,subject,dimension,source,project,amount",
    "changes": "person,what,project,amount",
    "findings": "project,finding,amount",
    "run": "key,value",
}


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "manifest.json").write_text(MANIFEST)
    for name, text in GOOD.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def run(*arguments):
    app = typer.Typer()
    commands.register(app)
    app.command()(lambda: None)  # a second one, so that `score` is named as on the real command line
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_file_has_its_columns(source, tmp_path):
    run_folder(source, tmp_path / "out", Options())
    heads = {path.stem: path.read_text().splitlines()[0] for path in (tmp_path / "out").iterdir()}
    assert heads == COLUMNS


def test_twice_gives_the_same_bytes(source, tmp_path):
    for name in ("one", "two"):
        run_folder(source, tmp_path / name, Options(assume_consent="a test"))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_parquet_holds_what_csv_holds(source, tmp_path):
    run_folder(source, tmp_path / "csv", Options())
    run_folder(source, tmp_path / "parquet", Options(file_format="parquet"))
    for name in ("scores", "explanations"):
        text = pl.read_csv(tmp_path / "csv" / f"{name}.csv")
        assert text.equals(pl.read_parquet(tmp_path / "parquet" / f"{name}.parquet").cast(dict(text.schema)))


def test_numbers_survive_the_text(source, tmp_path):
    found = run_folder(source, tmp_path / "out", Options(assume_consent="a test"))
    read = pl.read_csv(tmp_path / "out" / "scores.csv")
    assert read["estimate"].to_list() == found.scores.scores.estimate.tolist()


def test_an_earlier_output_is_replaced_and_leaves_nothing_beside_it(source, tmp_path):
    run_folder(source, tmp_path / "out", Options())
    run_folder(source, tmp_path / "out", Options(file_format="parquet"))
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".parquet"}
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


@pytest.mark.parametrize("name", ["mine.txt", "scores.csv"])
def test_what_is_not_ours_is_left_alone(source, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("precious")
    with pytest.raises(output.ForeignFolder, match=name):
        run_folder(source, out, Options())
    assert contents(out) == {name: b"precious"}


def test_the_folder_under_score_is_no_place_for_the_output(source):
    with pytest.raises(output.ForeignFolder):
        run_folder(source, source, Options())


def test_the_moment_is_just_after_the_last_evidence(source, tmp_path):
    (source / "kudos.csv").write_text("id,giver,receiver,message,at\nk,p1,p2,thanks,2026-05-01T00:00:00+00:00\n")
    for name in ("retractions", "consents"):
        (source / f"{name}.csv").unlink()
    found = run_folder(source, tmp_path / "out", Options())
    assert found.as_of == datetime(2026, 5, 1, 0, 0, 0, 1, tzinfo=UTC)
    facts = dict(pl.read_csv(tmp_path / "out" / "run.csv").iter_rows())
    assert facts["as_of"] == "2026-05-01T00:00:00.000001+00:00"
    assert facts["count_kudos"] == "0"  # nobody has consented
    assert len(facts["evidence"]) == len(facts["policy"]) == 64


def test_consent_is_assumed_only_where_nothing_was_said(source, tmp_path):
    (source / "consents.csv").write_text("person,source,given,at\np1,kudos,0,2024-01-01T00:00:00Z\n")
    assert run_folder(source, tmp_path / "out", Options()).scores.counts["consents_kudos"] == 0
    assumed = run_folder(source, tmp_path / "out", Options(assume_consent="a test"))
    assert assumed.without_consent == 3 * 3 - 1
    assert assumed.scores.counts["consents_kudos"] == 2
    assert assumed.scores.counts["consents_peers"] == 3


def test_the_command_says_for_whom_there_is_no_consent(source, tmp_path):
    (source / "consents.csv").unlink()
    done = run(source, "--out", tmp_path / "out", "--show", "quality")
    assert done.exit_code == 0, done.output
    assert "NO CONSENT: the folder says nothing on 9 of 9 consents" in done.stderr
    assert "quality" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "yesterday"], "--as-of: is 'yesterday', expected a time"),
        (["--as-of", "0001-01-01T00:00:00+00:00"], "expected a time between 1900-01-01T00:00:00Z and 2200"),
        (["--as-of", "9999-12-31T23:59:59+00:00"], "expected a time between 1900"),
        (["--policy", "nowhere.json"], "--policy: nowhere.json: No such file"),
    ],
)
def test_a_bad_option_is_refused(source, tmp_path, arguments, said):
    done = run(source, "--out", tmp_path / "out", *arguments)
    assert (done.exit_code, said in done.stderr) == (2, True), done.output
    assert not (tmp_path / "out").exists()


def test_a_bad_policy_says_which_rule_it_breaks(source, tmp_path):
    (tmp_path / "policy.json").write_text('{"results_cap": 0.5}')
    done = run(source, "--out", tmp_path / "out", "--policy", tmp_path / "policy.json")
    assert done.exit_code == 2
    assert "results_cap is 0.5, but must lie from 0 to 0.3" in done.stderr


def test_a_policy_with_a_key_twice_is_refused_by_its_file(source, tmp_path):
    (tmp_path / "policy.json").write_text('{"results_cap": 0.1, "results_cap": 0.2}')
    done = run(source, "--out", tmp_path / "out", "--policy", tmp_path / "policy.json")
    assert (done.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert f"{tmp_path / 'policy.json'}: 'results_cap': given more than once" in done.stderr


@pytest.fixture
def guide(tmp_path):
    """A folder in which ada, of whom eleven others speak for a year and not so well, has been a Guide for long."""
    folder = tmp_path / "guided"
    folder.mkdir()
    (folder / "manifest.json").write_text(MANIFEST)
    names = ["ada", *(f"p{n:02}" for n in range(11))]
    (folder / "people.csv").write_text("person,name\n" + "".join(f"{name},{name}\n" for name in names))
    said = [(g, r, n, at) for n in range(1, 13) for at, g in enumerate(names) for r in names if g != r]
    told = [
        f"{g}{r}{n},{g},{r},leading,{3 + (at + n) % 3 - (r == 'ada')},2025-{n:02}-05T00:00:00Z\n"
        for g, r, n, at in said
    ]
    (folder / "feedback.csv").write_text("id,giver,receiver,criterion,rating,at\n" + "".join(told))
    (folder / "level_steps.csv").write_text("person,level,at\nada,3,2025-01-10T00:00:00Z\n")
    return folder


def raised(path, **more):
    """A policy whose Guides must be among the best."""
    ladder = [{"name": f"n{n}", "name_fi": f"n{n}", "stages": n, **({"low": 1.2} if n > 2 else {})} for n in range(4)]
    path.write_text(json.dumps({"levels": ladder, **more}))
    return path


def level_of_ada(folder, out, *more):
    done = run(folder, "--out", out, "--assume-consent", "a test", "--as-of", "2026-01-01", *more)
    assert done.exit_code == 0, done.output
    levels = pl.read_csv(out / "levels.csv")
    return levels.filter(pl.col("person") == "ada")["level"].item(), "GRACE" in done.stderr


def test_a_level_is_not_lost_at_once_by_a_policy_that_does_not_say_since_when_it_asks_for_more(guide, tmp_path):
    policy, out = tmp_path / "policy.json", tmp_path / "out"
    assert level_of_ada(guide, out, "--policy", raised(policy)) == (3, True)
    assert level_of_ada(guide, out, "--policy", raised(policy, grace_days=0)) == (2, True)
    for since, level in (("2025-03-01", 2), ("2025-09-01", 3)):
        named = raised(policy, levels_from=f"{since}T00:00:00Z")
        assert level_of_ada(guide, out, "--policy", named) == (level, False)
    policy.write_text('{"results_cap": 0.1}')
    assert level_of_ada(guide, out, "--policy", policy) == level_of_ada(guide, out) == (3, False)


def test_a_bad_row_is_named_by_file_and_line(source, tmp_path):
    (source / "kudos.csv").write_text("id,giver,receiver,message,at\nk,p1,p9,thanks,2026-05-01T00:00:00Z\n")
    done = run(source, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "kudos.csv:2: receiver:" in done.stderr
