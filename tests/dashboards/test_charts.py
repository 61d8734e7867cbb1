"""Every chart keeps the contract of its shelf: it draws whatever comes, says its units, wears the house's colours."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from dashboards import (
    interval_board,
    journey,
    network,
    participation,
    policy_preview,
    satisfaction,
    theme,
    trend,
    unseen,
    waterfall,
)
from dashboards.catalog import CHARTS
from service.base import db

STATIC = Path(__file__).parents[2] / "service" / "pages" / "static"
START = datetime(2024, 1, 1, tzinfo=UTC)


def board_row(n):
    provisional = n % 7 == 6
    ranks = (None, None, None) if provisional else (n // 3 + 1, n + 1, n + 2)
    return interval_board.Row(
        UUID(int=n), f"Person {n}", n + 1, 1000, *ranks, -n / 9, -n / 9 - 1, 1 - n / 9, provisional, n == 3
    )


def stage_row(n):
    return journey.Row(UUID(int=n), f"Project {n}", "Oak", START + timedelta(days=n), True, None, n % 2 == 0, None)


def run_row(n):
    return trend.Row(START + timedelta(days=n), n / 9, n / 9 - 1, n / 9 + 1, 1 + n // 500)


def person_row(n):
    known, thanked = n % 5 != 4, n % 3 != 2
    quality = (n / 999, n / 999 - 0.5, n / 999 + 0.5) if known else (None, None, None)
    thanks = (-n / 999, -n / 999 - 0.4, 0.4 - n / 999) if thanked else (None, None, None)
    return unseen.Row(UUID(int=n), f"Person {n}", *quality, *thanks, known and n > 500)


def help_row(n):
    return network.Row(f"Department {n // 32}", f"Department {n % 32}", None if n % 2 else n)


def answer_row(n):
    sources = ("survey", "call", "interview", "meeting", "usage")
    return satisfaction.Row(sources[n % 5], date(2006 + n // 50, n % 4 * 3 + 1, 1), n % 5 + 1, n % 7 + 1)


def move_row(n):
    return policy_preview.Row(UUID(int=n), f"Person {n}", n / 9 if n % 7 else None, n / 9 - 0.2)


def group_row(n):
    return participation.Row("Sales", f"Team {n}", 20, *((None, None) if n % 4 == 3 else (5, 9)))


ROWS = {
    "interval_board": board_row,
    "journey": stage_row,
    "trend": run_row,
    "network": help_row,
    "participation": group_row,
    "satisfaction": answer_row,
    "unseen": person_row,
    "policy_preview": move_row,
    "waterfall": lambda n: waterfall.Row(f"source {n}", (-1) ** n / (n + 1)),
}


def test_every_chart_of_the_catalogue_is_tested():
    assert ROWS.keys() == CHARTS.keys()


@pytest.mark.parametrize("count", [0, 1, 1000])
@pytest.mark.parametrize("name", CHARTS)
def test_it_draws_whatever_comes_and_says_its_units(name, count):
    chart = CHARTS[name]
    figure = chart.figure([ROWS[name](n) for n in range(count)], chart.WORDS)
    assert len(figure.layout.xaxis.title.text) > 5
    assert len(figure.layout.yaxis.title.text) > 5
    assert len(msgspec.json.encode(figure.to_plotly_json()["data"])) < 400 * count + 2_000


@pytest.mark.parametrize("name", CHARTS)
def test_its_own_words_say_its_units_where_none_are_given(name):
    assert CHARTS[name].figure([ROWS[name](0)]).layout.xaxis.title.text in CHARTS[name].WORDS.values()


@pytest.mark.parametrize("name", CHARTS)
def test_its_query_returns_the_fields_of_its_row(name):
    queries = db.load(Path(CHARTS[name].__file__).with_suffix(".sql"))
    first = next(iter(queries)).sql
    for field in CHARTS[name].Row.__struct_fields__:
        assert re.search(rf"\b{field}\b", first), field


def test_who_gathers_evidence_has_a_range_and_no_point():
    ranges, points = interval_board.figure([board_row(5), board_row(6)]).data
    assert (len(ranges.x), len(points.x)) == (2, 1)


def test_me_is_told_apart_by_colour_and_lightness():
    points = interval_board.figure([board_row(2), board_row(3)]).data[1]
    assert list(points.marker.color) == [theme.COLOURS["lake"], theme.COLOURS["cloudberry"]]


def test_steps_begin_where_the_one_before_ended_and_the_last_bar_is_the_sum():
    rows = [waterfall.Row("a", 0.5), waterfall.Row("b", -0.2), waterfall.Row("c", 0.1)]
    bars = waterfall.figure(rows).data[0]
    assert list(bars.base) == pytest.approx([0, 0.5, 0.3, 0])
    assert list(bars.x) == pytest.approx([0.5, -0.2, 0.1, 0.4])


def test_a_move_begins_at_the_lower_end_and_who_had_no_figure_has_one_point():
    ways, now, then = policy_preview.figure([move_row(0), move_row(1)]).data
    assert (list(ways.base), list(ways.x), list(ways.y)) == (pytest.approx([1 / 9 - 0.2]), pytest.approx([0.2]), [1])
    assert (list(now.y), list(then.y)) == ([1], [0, 1])


def test_what_is_certain_is_full_what_may_be_is_soft_and_what_may_not_be_told_is_not_drawn():
    sure, perhaps = participation.figure([group_row(3), group_row(0)]).data
    assert (list(sure.x), list(sure.y)) == ([25], [1])
    assert (list(perhaps.base), list(perhaps.x)) == ([25], [20])


def test_names_that_look_like_markup_stay_text_in_a_picture():
    row = msgspec.structs.replace(stage_row(0), name="<a href='//x'>")
    assert journey.figure([row]).data[2].text[0].startswith("&lt;a")


def test_the_pages_can_exchange_every_colour_for_the_readers_own():
    script, style = (STATIC / "chart.js").read_text(), (STATIC / "style.css").read_text()
    exchanged = dict(re.findall(r'"(#[0-9a-f]{6})": "(--[a-z-]+)"', script))
    light = style[: style.index("@media")]
    for colour in theme.COLOURS.values():
        shown = re.search(rf"{exchanged[colour]}: (#[0-9a-f]+);", light)[1]
        assert colour in {shown, "#" + "".join(2 * digit for digit in shown[1:])}


def test_a_trend_breaks_where_the_rules_changed():
    rows = [msgspec.structs.replace(run_row(n), rules=1 + (n >= 3)) for n in range(5)]
    figure = trend.figure(rows)
    assert [len(line.x) for line in figure.data if line.fill is None] == [3, 2]
    assert [len(band.x) for band in figure.data if band.fill == "toself"] == [6, 4]


def test_a_trend_of_one_run_shows_its_range_and_one_of_many_hides_the_points():
    one, many = trend.figure([run_row(1)]).data[1], trend.figure([run_row(n) for n in range(100)]).data[1]
    assert (list(one.error_y.array), list(one.error_y.arrayminus)) == ([1.0], [1.0])
    assert (one.mode, many.mode) == ("lines+markers", "lines")


def test_names_at_the_edges_of_the_map_stand_inwards_and_never_on_a_neighbour():
    def at(n, quality, thanks):
        known = dict.fromkeys(("quality", "quality_low", "quality_high"), quality)
        known |= dict.fromkeys(("recognition", "recognition_low", "recognition_high"), thanks)
        return msgspec.structs.replace(person_row(n), name="Somebody with a long name", unseen=False, **known)

    rows = [at(0, 0.4, None), at(1, 0.35, None), at(2, 1.0, 1.9), at(3, -0.5, -0.9), at(4, -0.5, -0.2)]
    sides = unseen.figure(rows).data[1].textposition
    assert [side.split()[1] for side in sides[:3]] == ["right", "right", "left"]
    assert len({*sides[:2]}) == 2
    assert sides[3] != "middle right"


def test_names_on_the_map_stand_clear_of_the_ranges():
    def at(n, quality, thanks):
        ranges = {"quality_low": quality - 0.8, "quality_high": quality + 0.8, "recognition_low": thanks - 0.8}
        known = {"quality": quality, "recognition": thanks, "recognition_high": thanks + 0.8} | ranges
        return msgspec.structs.replace(person_row(n), name="Ada Lovelace", unseen=False, **known)

    rows = [at(0, 0.0, 0.0), at(1, 1.2, -1.1), at(2, -1.2, 1.0)]
    assert "middle" not in {side.split()[0] for side in unseen.figure(rows).data[1].textposition}
    across = at(3, 0.2, 0.9)  # its range of thanks passes right over the first, where that one's name would stand
    first, *_ = unseen.figure([rows[0], across]).data[1].textposition
    assert first != "top right"


def test_the_path_of_a_journey_bends_away_from_the_names_and_stars_stand_between():
    path, _, names = journey.figure([stage_row(n) for n in range(7)]).data[:3]
    assert list(names.textposition) == [f"{side} center" for side in ("top", "bottom") * 4][:7]
    for x, y, place in zip(names.x, names.y, names.textposition, strict=True):
        neighbours = [way for at, way in zip(path.x, path.y, strict=True) if abs(at - x) == 1]
        assert all((y > way) == place.startswith("top") for way in neighbours)


def test_a_name_below_a_turn_stands_beside_the_path_that_comes_down():
    names = journey.figure([stage_row(n) for n in range(16)], ahead="Guide").data[2]
    turned = {number: place for number, place in enumerate(names.textposition) if not place.endswith("center")}
    assert turned == {7: "top left", 14: "top right"}


def test_heads_of_arrows_are_wider_than_any_arrow_and_in_its_strong_colour():
    *arrows, heads, _ = network.figure([help_row(n) for n in range(40)], mine=["Department 1"]).data
    assert heads.marker.size > 1.5 * max(arrow.line.width for arrow in arrows)
    assert set(heads.marker.color) == {theme.COLOURS["lake"], theme.COLOURS["cloudberry"]}
    assert heads.marker.opacity == 1


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("longest", [lambda text: text, lambda text: text.ljust(60, "m")])
def test_the_title_beside_one_answer_is_no_longer_than_the_picture_is_high(narrow, longest):
    words = {key: longest(text) for key, text in satisfaction.WORDS.items()}
    layout = satisfaction.figure([answer_row(0)], words, narrow=narrow).layout
    letters, size = len(layout.yaxis.title.text), layout.yaxis.title.font.size
    assert letters * size * 0.55 <= layout.height - layout.margin.b - layout.margin.t


def test_a_name_on_the_map_of_the_unseen_is_struck_through_by_no_axis():
    rows = [
        unseen.Row(UUID(int=n), f"Person {n} Longname", y, y - 0.85, y + 0.85, None, None, None, False)
        for n, y in enumerate((0.68, 0.15, -0.15, -0.85), 1)
    ]
    drawn = unseen.figure(rows).data[1]
    axis = (-9.0, 9.0, 0.0, 0.0)
    reach = 1.7 + unseen.MARGIN
    letter, line = unseen.LETTER * (2 * reach + 2 * unseen.MARGIN), unseen.LINE * 2 * reach
    for x, y, text, side in zip(drawn.x, drawn.y, drawn.text, drawn.textposition, strict=True):
        boxes = unseen._boxes(x, y, letter * len(text), letter, line)
        clear = [one for one in boxes if not unseen._cover(boxes[one], axis)]
        assert side in clear or not clear


@pytest.mark.parametrize("count", [1, 3, 7, 9])
def test_a_way_on_which_nothing_is_ahead_ends_where_the_person_stands(count):
    rows = [stage_row(number) for number in range(count)]
    path, stages = journey.figure(rows).data[:2]
    assert (path.x[-1], path.y[-1]) == (stages.x[-1], stages.y[-1])
    ahead = journey.figure(rows, ahead="Guide").data[0]
    assert (ahead.x[-1], ahead.y[-1]) != (stages.x[-1], stages.y[-1])
