"""Preview: who moves under another policy, and by how much; on the command line too."""

import msgspec
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from scoring import preview_commands
from scoring.model.score import score
from scoring.policy import STANDARD_LEVELS, Level, Policy, decode, encode, succeeding
from scoring.preview import compare, preview
from tests.scoring.company import DAYS, company
from tests.scoring.folders import GOOD, MANIFEST
from tests.scoring.small import day, small
from tests.scoring.test_falls import PEOPLE, history

LAST = day(DAYS + 1)
EVIDENCE = small(**company(3))
CARING = Policy(weights={"other": {"care": 1.0}})


def test_the_same_policy_moves_nobody():
    found = preview(EVIDENCE, Policy(), Policy(), LAST)
    assert found.moves["moved"].abs().max() == 0
    assert found.levels.is_empty()
    assert found.largest(10).is_empty()
    assert found.boards["moved_a_rank"].sum() == 0
    assert found.boards.filter(pl.col("board") == "quality")["spearman"].to_list() == pytest.approx([1] * 5)


def test_other_weights_move_quality_and_no_board_of_one_dimension():
    found = preview(EVIDENCE, Policy(), CARING, LAST)
    moved = dict(found.moves.group_by("board").agg(pl.col("moved").abs().max()).iter_rows())
    assert moved["quality"] > 0.1
    assert moved["standing"] > 0.1
    assert moved["leading"] == moved["care"] == moved["customer_trust"] == 0
    most = found.largest(3)["moved"].abs().to_list()
    assert most == sorted(most, reverse=True)


def test_less_weight_for_results_moves_standing_and_no_quality():
    found = preview(EVIDENCE, Policy(), Policy(results_cap=0.0), LAST)
    assert found.largest(10).is_empty()
    most = found.largest(10, "standing")["moved"].abs().to_list()
    assert most[0] > 0.01
    assert most == sorted(most, reverse=True)


def test_moves_are_the_scores_under_both():
    found = preview(EVIDENCE, Policy(), CARING, LAST)
    row = found.moves.row(by_predicate=(pl.col("board") == "standing") & (pl.col("subject") == "p0"), named=True)
    for policy, side in ((Policy(), "before"), (CARING, "after")):
        table = score(EVIDENCE, policy, LAST).scores
        at = (table.subject_kind == 0) & (table.subject == 0) & (table.dimension == table.dimensions.index("standing"))
        assert row[side] == table.estimate[at][0]


def test_levels_that_change_are_said():
    first = msgspec.structs.replace(STANDARD_LEVELS[0])
    easy = Policy(levels=(first, Level(name="Doer", name_fi="Tekijä", stages=1)), stars_to_clear=1)
    found = preview(EVIDENCE, Policy(), easy, LAST)
    assert found.levels.height > 0
    assert (found.levels["moved"] == 1).all()


def without_bounds():
    return Policy(levels=tuple(msgspec.structs.replace(level, low=None) for level in STANDARD_LEVELS))


def fallen(**more):
    """Level 3 was reached at day 200, its bound of trust is missed from some time after day 400 on."""
    people = [{"person": name, "joined": -100} for name in PEOPLE]
    steps = [{"person": PEOPLE[0], "level": 3, "at": 200}]
    return small(people=people, feedback=list(history(1200, fall_at=400)), level_steps=steps, **more)


@pytest.mark.parametrize("as_of", [500, 1000])
def test_a_raised_threshold_takes_a_level_when_the_grace_of_its_publication_ends_and_not_before(as_of):
    found = preview(fallen(), without_bounds(), Policy(), day(as_of))
    assert found.levels.is_empty()
    assert found.after_grace.select("subject", "before", "after").rows() == [(PEOPLE[0], 3, 2)]
    # So it is in nights after the publication, as such words go on.
    published = succeeding(without_bounds(), Policy(), day(as_of))
    grace = int(published.grace_days)
    nights = [score(fallen(), published, day(as_of + after)).levels.level[0] for after in (0, grace - 1, grace)]
    assert nights == [3, 3, 2]


def test_whom_nothing_can_be_asked_of_until_then_is_not_told_to_lose_a_level():
    away = fallen(leaves=[{"person": PEOPLE[0], "from": 990, "to": 1020}])
    assert preview(away, without_bounds(), Policy(), day(1000)).after_grace.is_empty()


def test_the_same_levels_begin_no_grace():
    found = preview(fallen(), Policy(), Policy(certainty=0.85), day(1000))
    assert found.after_grace.is_empty()
    assert "level_after_grace" not in found.moves["board"]


def test_levels_that_ask_for_more_stages_take_none_that_is_shown_today():
    first = msgspec.structs.replace(STANDARD_LEVELS[0])
    easy = Policy(levels=(first, Level(name="Doer", name_fi="Tekijä", stages=1)), stars_to_clear=1)
    assert not len(EVIDENCE.level_steps.at)  # they are told by this run
    assert score(EVIDENCE, easy, LAST).levels.level.max() == 1
    harder = msgspec.structs.replace(easy, levels=(first, Level(name="Doer", name_fi="Tekijä", stages=50)))
    found = preview(EVIDENCE, easy, harder, LAST)
    assert found.levels.is_empty()
    assert found.after_grace.is_empty()


def test_nobody_has_an_order():
    found = compare(small(), score(small(), Policy(), LAST), score(small(), Policy(), LAST))
    assert found.moves.is_empty()
    assert found.boards.is_empty()


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "manifest.json").write_text(MANIFEST)
    for name, text in GOOD.items():
        (source / f"{name}.csv").write_text(text)
    (tmp_path / "new.json").write_bytes(encode(CARING))
    return tmp_path


def run(*arguments):
    app = typer.Typer()
    preview_commands.register(app)
    app.command()(lambda: None)  # a second one, so that `preview` is named as on the real command line
    return CliRunner().invoke(app, ["preview", *map(str, arguments)])


def test_the_command_prints_and_writes(folder):
    wanted = ("--policy", folder / "new.json", "--assume-consent", "a test", "--csv", folder / "moves.csv")
    said = run(folder / "in", *wanted, "--freeze", folder / "frozen.json")
    assert said.exit_code == 0, said.output
    assert "people change their level" in said.output
    assert "spearman" in said.output
    head = (folder / "moves.csv").read_text().splitlines()[0]
    assert head == "board,scope,period,subject_kind,subject,before,after,moved,rank_before,rank_after"
    frozen = decode((folder / "frozen.json").read_bytes())
    assert msgspec.structs.replace(frozen, reference=None) == CARING
    assert {"collaboration", "customer_trust", "care"} <= set(frozen.reference.dimensions)


def test_what_is_wrong_is_said(folder):
    (folder / "bad.json").write_text('{"results_cap": 0.31}')
    said = run(folder / "in", "--policy", folder / "bad.json")
    assert said.exit_code == 2
    assert "results_cap is 0.31, but must lie from 0 to 0.3" in said.output
    (folder / "twice.json").write_text('{"k": 4, "k": 5}')
    said = run(folder / "in", "--policy", folder / "twice.json")
    assert (said.exit_code, "twice.json: 'k': given more than once" in said.output) == (2, True)
    said = run(folder / "in", "--policy", folder / "none.json")
    assert said.exit_code == 2
    said = run(folder / "in", "--policy", folder / "new.json", "--csv", folder / "no" / "file")
    assert said.exit_code == 2
