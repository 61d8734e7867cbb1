"""Simulated organizations: valid, the same every time, alive, and not built on the engine's assumptions."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import spearmanr

from scoring.exchange import folder, writing
from scoring.exchange.columns import FILES
from scoring.exchange.values import schema
from scoring.simulate import EXAMPLE, TINY, InvalidSettings, Settings, simulate

UNTIL = datetime(2026, 11, 23, 14, 17, tzinfo=UTC)
HAPPENED = {
    "people": ("joined", "left"), "team_members": ("from", "to"), "projects": ("started", "ended"),
    "members": ("from", "to"), "money": ("known_at",), "agreements": ("at",), "rounds": ("opened", "closed"),
    "asks": ("at", "declined_at"), "feedback": ("at", "recorded_at"), "kudos": ("at",), "signals": ("at",),
    "badges": ("at",), "documents": ("at",), "handovers": ("at", "accepted_at"), "care": ("done",),
    "consents": ("at",), "leaves": ("from", "to"), "retractions": ("at",),
}  # fmt: skip


@pytest.fixture(scope="module")
def example():
    return simulate(EXAMPLE, 1, UNTIL)


def digest(settings, seed):
    """SHA-256 over everything, truth included."""
    made = simulate(settings, seed, UNTIL)
    found = hashlib.sha256()
    for name in FILES:
        found.update(made.frames[name].write_csv().encode())
    for column in (made.truth.quality, made.truth.customer_trust, made.truth.project_trust):
        found.update(column.tobytes())
    return found.hexdigest()


def test_another_process_simulates_the_same_organization():
    code = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('twin', sys.argv[1]);"
        "twin = importlib.util.module_from_spec(spec); spec.loader.exec_module(twin);"
        "print(twin.digest(twin.EXAMPLE, 5))"
    )
    answer = subprocess.run([sys.executable, "-c", code, __file__], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == digest(EXAMPLE, 5)
    assert digest(EXAMPLE, 6) != digest(EXAMPLE, 5)


@pytest.mark.parametrize("settings", [EXAMPLE, TINY], ids=["example", "tiny"])
@pytest.mark.parametrize("parquet", [False, True], ids=["csv", "parquet"])
def test_what_is_simulated_reads_back_without_a_bad_row(settings, parquet, tmp_path):
    made = simulate(settings, 2, UNTIL)
    writing.write(tmp_path / "out", made.frames, made.manifest, parquet=parquet)
    back = folder.read(tmp_path / "out")
    assert back.manifest == made.manifest
    for name, file in FILES.items():
        assert_frame_equal(back.frames[name], made.frames[name].sort(file.key, nulls_last=False))


@pytest.mark.parametrize("people", [2, 3, 5, 30, 300])
def test_an_organization_of_any_size_is_valid(people, tmp_path):
    made = simulate(Settings(people=people), 3, UNTIL)
    writing.write(tmp_path / "out", made.frames, made.manifest)
    assert folder.read(tmp_path / "out").frames["people"].height == people


@pytest.mark.parametrize(
    "until",
    [
        datetime(2026, 11, 22, 3, tzinfo=UTC),  # a Sunday
        datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=2))),  # midnight in Helsinki
        datetime(2026, 3, 30, 8, tzinfo=UTC),  # the day after the clocks changed
        datetime(2000, 2, 29, 12, tzinfo=UTC),
    ],
)
def test_nothing_happens_at_or_after_until_whatever_the_moment(until):
    frames = simulate(EXAMPLE, 4, until).frames
    late = {
        (name, column): frames[name].filter(pl.col(column) >= until).height
        for name, columns in HAPPENED.items()
        for column in columns
    }
    assert {where: count for where, count in late.items() if count} == {}


def test_every_time_column_but_the_planned_one_was_looked_at():
    times = {name: {c.name for c in file.columns if c.kind == "time"} for name, file in FILES.items()}
    looked_at = {name: set(columns) for name, columns in HAPPENED.items()}
    looked_at["care"] |= {"due"}  # what is planned may lie ahead
    assert looked_at == {name: columns for name, columns in times.items() if columns and name != "level_steps"}


def test_columns_are_those_of_the_exchange_folder(example):
    for name, file in FILES.items():
        assert dict(example.frames[name].schema) == schema(file)


def test_the_example_fills_every_file_but_the_levels_that_scoring_makes(example):
    assert {name for name in FILES if not example.frames[name].height} == {"level_steps"}


def test_both_organizations_are_alive_in_the_last_days():
    for settings in (EXAMPLE, TINY):
        frames = simulate(settings, 1, UNTIL).frames
        recent = {name: (frames[name]["at"] > UNTIL - timedelta(days=14)).sum() for name in ("kudos", "feedback")}
        assert all(recent.values())
        assert frames["projects"]["ended"].null_count() >= 1
        assert frames["rounds"]["closed"].null_count() == 1


def test_people_speak_in_office_hours(example):
    for name in ("feedback", "kudos", "signals", "badges", "documents"):
        local = example.frames[name]["at"].dt.convert_time_zone("Europe/Helsinki")
        assert local.dt.weekday().max() <= 5
        assert local.dt.hour().is_between(8, 16).all()


@pytest.mark.parametrize("name", ["feedback", "kudos", "badges"])
def test_people_speak_of_those_they_work_with_that_day(example, name):
    rows = example.frames[name].filter(pl.col("project").is_not_null())
    assert rows.height
    for who in ("giver", "receiver"):
        assert_present(example, rows, who)


def test_documents_and_customers_words_come_while_their_authors_and_projects_are_active(example):
    assert_present(example, example.frames["documents"], "author")
    signals = example.frames["signals"]
    assert_present(example, signals.filter(pl.col("recorded_by").is_not_null()), "recorded_by")
    within = signals.join(example.frames["projects"], on="project")
    assert within.filter((pl.col("at") < pl.col("started")) | (pl.col("at") >= pl.col("ended"))).height == 0


def assert_present(made, rows, who):
    """Every row's person was a member of its project then, employed and not on leave."""
    members = made.frames["members"].rename({"person": who})
    there = (pl.col("from") <= pl.col("at")) & (pl.col("at") < pl.col("to").fill_null(UNTIL))
    present = rows.join(members, on=["project", who]).filter(there)
    assert present["id"].n_unique() == rows.height
    people = rows.join(made.frames["people"], left_on=who, right_on="person")
    assert people.filter((pl.col("at") < pl.col("joined")) | (pl.col("at") >= pl.col("left"))).height == 0
    away = rows.join(made.frames["leaves"], left_on=who, right_on="person")
    assert away.filter((pl.col("from") <= pl.col("at")) & (pl.col("at") < pl.col("to").fill_null(UNTIL))).height == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_mean_rating_finds_the_truth_only_in_part(seed):
    made = simulate(EXAMPLE, seed, UNTIL)
    mean = made.frames["feedback"].group_by("receiver").agg(pl.col("rating").mean())
    joined = people_of(made).join(mean, left_on="person", right_on="receiver")
    assert 0.5 < spearmanr(joined["quality"], joined["rating"]).statistic < 0.9


def test_ratings_crowd_at_four_and_five_and_still_use_the_whole_scale(example):
    share = (
        np.bincount(example.frames["feedback"]["rating"].to_numpy(), minlength=6)[1:]
        / example.frames["feedback"].height
    )
    assert 0.6 < share[3:].sum() < 0.92
    assert (share > 0).all()


def test_thanks_follow_visibility_more_than_quality(example):
    count = example.frames["kudos"].group_by("receiver").agg(thanks=pl.len())
    joined = people_of(example).join(count, left_on="person", right_on="receiver", how="left").fill_null(0)
    visibility = spearmanr(joined["visibility"], joined["thanks"]).statistic
    assert visibility > 0.5
    assert visibility > spearmanr(joined["quality"], joined["thanks"]).statistic + 0.2


def test_satisfaction_speaks_of_the_projects_trust_and_of_the_customer():
    made = simulate(Settings(people=600), 1, UNTIL)
    happy = made.frames["signals"].filter(pl.col("aspect") == "satisfaction", pl.col("about") == "people")
    trust = pl.DataFrame({"project": made.truth.projects, "trust": made.truth.project_trust})
    ease = pl.DataFrame({"customer": made.truth.customers, "ease": made.truth.ease})
    joined = happy.join(trust, on="project").join(made.frames["projects"].select("project", "customer"), on="project")
    joined = joined.join(ease, on="customer")
    assert spearmanr(joined["trust"], joined["value"]).statistic > 0.3
    assert spearmanr(joined["ease"], joined["value"]).statistic > 0.15


def test_the_silence_of_the_unhappy_makes_surveys_look_better():
    answered, mean = {}, {}
    for silent in (0.0, 1.0):
        frames = simulate(Settings(people=600, silent_unhappy=silent), 1, UNTIL).frames
        surveys = frames["signals"].filter(pl.col("kind") == "survey", pl.col("aspect") == "satisfaction")
        answered[silent], mean[silent] = surveys.height, surveys["value"].mean()
    assert answered[1.0] < answered[0.0]
    assert mean[1.0] > mean[0.0] + 0.05


def test_over_service_is_delivered_effort_beyond_what_was_agreed(example):
    effort = (
        example.frames["money"]
        .filter(pl.col("currency or unit") == "hours")
        .with_columns(pl.col("amount").cast(pl.Float64))
    )
    both = effort.pivot("kind", index="project", values="amount").drop_nulls()
    truth = pl.DataFrame({"project": example.truth.projects, "excess": example.truth.excess})
    both = both.join(truth, on="project")
    found = (both["delivered_effort"] / both["agreed_effort"]).log().to_numpy()
    np.testing.assert_allclose(found, both["excess"].to_numpy(), atol=0.01)


def test_newcomers_and_leavers_are_as_many_as_the_settings_say(example):
    people = example.frames["people"]
    begin = UNTIL - timedelta(days=EXAMPLE.years * 365.25 + 4)
    assert abs((people["joined"] > begin).sum() - EXAMPLE.newcomers * EXAMPLE.people) <= 1
    assert abs(people["left"].drop_nulls().len() - EXAMPLE.leavers * EXAMPLE.people) <= 1


def test_nobody_can_be_written_to(example):
    for name in ("people", "contacts"):
        assert example.frames[name]["email"].str.ends_with(".example").all()
        assert example.frames[name]["email"].is_unique().all()


def test_a_setting_out_of_its_range_is_refused_by_name():
    with pytest.raises(InvalidSettings, match="people is 1"):
        Settings(people=1)
    with pytest.raises(InvalidSettings, match=r"halo is 1\.5"):
        msgspec.structs.replace(EXAMPLE, halo=1.5).__post_init__()
    with pytest.raises(ValueError, match="offset"):
        simulate(TINY, 1, datetime(2026, 11, 23))  # noqa: DTZ001 - that it has none is the point


def people_of(made):
    truth = made.truth
    return pl.DataFrame({"person": truth.people, "quality": truth.quality.mean(axis=1), "visibility": truth.visibility})


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_it_is_valid_at_any_hour_of_the_day(hour):
    """A demo begun in the night has no project that only begins in the morning."""
    made = simulate(TINY, 1, datetime(2026, 11, 26, hour, 55, tzinfo=UTC))
    assert made.frames["projects"]["started"].null_count() == 0
    assert made.frames["rounds"]["opened"].null_count() == 0
    assert made.frames["members"]["from"].null_count() == 0
