"""Arrays are the same whatever the order of the rows, and hold what the folder says."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import arrays
from scoring.exchange import folder
from scoring.exchange.columns import FILES, STANDARD_CRITERIA
from scoring.exchange.manifest import Manifest
from scoring.model.evidence import FOREVER, MISSING_TIME
from tests.scoring.folders import GOOD, make

AT = "2026-01-02T00:00:00Z"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return folder.read(make(tmp_path_factory.mktemp("arrays") / "good", GOOD))


def same(one, other):
    for name in dataclasses.asdict(one):
        left, right = getattr(one, name), getattr(other, name)
        if dataclasses.is_dataclass(left):
            same(left, right)
        elif isinstance(left, np.ndarray):
            assert left.dtype == right.dtype, name
            assert left.tobytes() == right.tobytes(), name
        else:
            assert left == right, name
    return True


@given(seed=st.integers(0, 2**32 - 1), times=st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_order_and_repetition_of_rows_change_not_a_byte(good, seed, times):
    shuffled = {
        name: pl.concat([frame] * times).sample(fraction=1, shuffle=True, seed=seed)
        for name, frame in good.frames.items()
    }
    assert same(arrays.build(good.frames, good.manifest), arrays.build(shuffled, good.manifest))


def test_worked_example(good):
    made = arrays.build(good.frames, good.manifest)
    assert made.people.ids == ("p1", "p2", "p3")
    assert made.people.role.tolist() == [3, 1, -1]
    assert made.people.left.tolist() == [MISSING_TIME, 1767225600000000, MISSING_TIME]
    assert (made.teams.department.tolist(), made.teams.departments) == ([0, -1], ("Sales",))
    assert made.team_members.end.tolist()[0] == FOREVER
    assert made.projects.continues.tolist() == [-1, 0, -1]
    assert made.members.share.tolist()[:2] == [2.0, 0.5] or np.isnan(made.members.share[0])
    assert made.money.amount.tolist() == [-0.125, 12345678901234.5]
    assert made.feedback.answer.tolist() == [0, 0, 1, 2]
    assert made.feedback.criterion.tolist() == [0, 1, 0, 0]
    assert made.signals.response.tolist() == [0, 0, 1]
    assert made.signals.aspect.tolist() == [1, 0, -1]
    assert made.signals.value.tolist()[:2] == [0.0, 4.5]
    assert made.badges.giver.tolist() == [0, -1]
    assert made.care.needs_changed.tolist() == [0, -1]
    assert made.criteria == ("collaboration", "leading")


def test_what_was_retracted_is_left_out_and_known_in_the_digest(good):
    made = arrays.build(good.frames, good.manifest)
    assert made.kudos.ids == ("k1", "k2")
    frames = {**good.frames, "retractions": good.frames["retractions"].clear()}
    assert arrays.build(frames, good.manifest).kudos.ids == ("k1", "k2", "k3")
    never = {**frames, "kudos": good.frames["kudos"].filter(pl.col("id") != "k3")}
    assert arrays.build(never, good.manifest).digest != made.digest


def test_the_digest_knows_what_counts_and_not_what_is_only_said(good):
    def digest(manifest=good.manifest, **columns):
        frames = dict(good.frames)
        for name, expressions in columns.items():
            frames[name] = frames[name].with_columns(expressions)
        return arrays.build(frames, manifest).digest

    before = digest()
    assert digest(kudos=pl.lit("other words").alias("message")) == before
    assert digest(feedback=pl.lit(None, pl.String).alias("comment")) == before
    assert digest(people=pl.lit("X").alias("name")) == before
    assert digest(feedback=pl.col("at").alias("recorded_at")) == before
    assert digest(feedback=pl.lit(3, pl.Int64).alias("rating")) != before
    assert digest(kudos=pl.col("at").dt.offset_by("1us")) != before
    assert digest(manifest=Manifest(good.manifest.format, "UTC", "EUR")) != before
    assert digest(manifest=Manifest(good.manifest.format, good.manifest.time_zone, "SEK")) != before


def test_standard_criteria_stand_where_none_are_given(good):
    frames = {**good.frames, "criteria": good.frames["criteria"].clear()}
    assert arrays.build(frames, good.manifest).criteria == tuple(sorted(STANDARD_CRITERIA))
    only_people = {"people": good.frames["people"]}
    assert arrays.build(only_people, good.manifest).criteria == tuple(sorted(STANDARD_CRITERIA))


def test_every_column_of_the_arrays_has_its_shape(good):
    made = arrays.build(good.frames, good.manifest)
    for name, shape in arrays.SHAPES.items():
        table = getattr(made, name)
        columns = [getattr(table, field.name) for field in dataclasses.fields(shape)]
        sizes = {column.size for column in columns if isinstance(column, np.ndarray)}
        kept = good.frames[name].height - (name == "kudos")
        assert sizes == {kept}, name
    assert set(arrays.SHAPES) | set(arrays.ONLY_IDS) | {"retractions"} == set(FILES)


def test_nothing_but_people_gives_empty_arrays(tmp_path):
    read = folder.read(make(tmp_path / "few", {}))
    made = arrays.build(read.frames, read.manifest)
    assert made.people.ids == ("p1", "p2")
    assert made.feedback.rating.dtype == np.float64
    assert made.feedback.giver.dtype == np.int32
    assert made.signals.aspect.dtype == np.int8
    assert made.kudos.at.dtype == np.int64
