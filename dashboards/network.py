"""Who helps whom across departments: a ring of departments, and an arrow for help that several people gave."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from math import atan2, cos, degrees, pi, sin, sqrt

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank

WORDS = {
    "along": "the ring has no scale; an arrow goes from those who helped",
    "across": "its width says how many people helped",
    "arrow": "%{customdata}",
    "people": "{helper} → {helped}: {people} people",
    "some": "{helper} → {helped}: a few people",
    "rest": "Other departments",
}
BENDS = 8  # points of an arrow
BOW = 0.22  # how far an arrow leaves the straight way, so that both directions are seen
WIDTHS = (1.5, 3.0, 5.0, 8.0)  # pixels: a few; then by thirds of the most
NODE, HEAD, LONGEST = 18, 16, 22  # pixels across, a head more than the widest arrow; characters of a name

Point = tuple[float, float]


class Row(Struct):
    """Help from one department to another within the time; ids never, people only where there are k or more."""

    helper: str  # '' for all departments that are not told apart
    helped: str
    people: int | None  # who helped; None: some, but fewer than k


def figure(
    rows: Sequence[Row], words: Mapping[str, str] = WORDS, names: Sequence[str] = (), mine: Sequence[str] = ()
) -> go.Figure:
    """Draw every department of `names`, also those that nobody helps; those of `mine` in the colour of me."""
    there = list(dict.fromkeys([*names, *(name for row in rows for name in (row.helper, row.helped))]))
    places = {name: _place(number, len(there)) for number, name in enumerate(there)}
    most = max((row.people or 0 for row in rows), default=0)
    strengths = sorted(rows, key=lambda row: _look(row, most, mine))
    arrows = [_arrows(list(group), places, look) for look, group in groupby(strengths, lambda r: _look(r, most, mine))]
    heads = _heads(strengths, places, words, mine)
    hidden = {"visible": False, "fixedrange": True}
    return blank(
        *arrows,
        heads,
        _nodes(places, words, mine),
        xaxis={**hidden, "title": {"text": words["along"]}, "range": [-1.75, 1.75]},
        yaxis={**hidden, "title": {"text": words["across"]}, "range": [-1.3, 1.3]},
        height=480,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )


def _place(number: int, count: int) -> Point:
    turn = pi / 2 - 2 * pi * number / max(count, 1)
    return cos(turn), sin(turn)


def _look(row: Row, most: int, mine: Sequence[str]) -> tuple[bool, int]:
    """Whether an arrow begins or ends at mine, and which of `WIDTHS` it has: 0 where only some helped."""
    strength = 0 if row.people is None else 1 + min(2, 3 * row.people // (most + 1))
    return row.helper in mine or row.helped in mine, strength


def _arrows(rows: Sequence[Row], places: Mapping[str, Point], look: tuple[bool, int]) -> dict[str, object]:
    mine, strength = look
    x: list[float | None] = []
    y: list[float | None] = []
    for row in rows:
        way = list(_way(places[row.helper], places[row.helped]))
        x += [*(round(point[0], 2) for point in way), None]
        y += [*(round(point[1], 2) for point in way), None]
    line = {
        "color": COLOURS["cloudberry-soft" if mine else "lake-soft"],
        "width": WIDTHS[strength],
        "shape": "spline",
        "dash": "solid" if strength else "dot",
    }
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _way(start: Point, end: Point) -> Iterator[Point]:
    """Return points of a bow from one department to the other, right of the straight way; none under a node."""
    (ax, ay), (bx, by) = start, end
    cx, cy = (ax + bx) / 2 + BOW * (by - ay), (ay + by) / 2 - BOW * (bx - ax)
    for step in range(BENDS):
        t = 0.06 + 0.86 * step / (BENDS - 1)
        yield (
            (1 - t) ** 2 * ax + 2 * t * (1 - t) * cx + t**2 * bx,
            (1 - t) ** 2 * ay + 2 * t * (1 - t) * cy + t**2 * by,
        )


def _heads(
    rows: Sequence[Row], places: Mapping[str, Point], words: Mapping[str, str], mine: Sequence[str]
) -> dict[str, object]:
    """Draw the heads, in the strong colour of their arrows and ringed by the ground: none is lost on another."""
    ways = [list(_way(places[row.helper], places[row.helped]))[-2:] for row in rows]
    turns = [degrees(atan2(end[0] - before[0], end[1] - before[1])) for before, end in ways]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(way[-1][0], 2) for way in ways],
        "y": [round(way[-1][1], 2) for way in ways],
        "marker": {
            "symbol": "triangle-up",
            "size": HEAD,
            "angle": [round(turn) for turn in turns],
            "color": [COLOURS["cloudberry" if _look(row, 0, mine)[0] else "lake"] for row in rows],
            "line": {"width": 1.5, "color": COLOURS["card"]},
            "opacity": 1,
        },
        "customdata": [_told(row, words) for row in rows],
        "hovertemplate": f"{words['arrow']}<extra></extra>",
    }


def _told(row: Row, words: Mapping[str, str]) -> str:
    helper, helped = (escape(name or words["rest"]) for name in (row.helper, row.helped))
    return words["some" if row.people is None else "people"].format(helper=helper, helped=helped, people=row.people)


def _nodes(places: Mapping[str, Point], words: Mapping[str, str], mine: Sequence[str]) -> dict[str, object]:
    """Draw the departments, each name on the outer side of its point."""
    names = [name or words["rest"] for name in places]
    colours = [COLOURS["cloudberry" if name in mine else "lake"] for name in places]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [round(x, 3) for x, _ in places.values()],
        "y": [round(y, 3) for _, y in places.values()],
        "text": [escape(name if len(name) <= LONGEST else name[: LONGEST - 1] + "…") for name in names],
        "textposition": [_side(point) for point in places.values()],
        "textfont": {"color": COLOURS["ink"], "size": 14},
        "marker": {"size": NODE, "color": colours, "line": {"width": 0}},
        "hovertext": [escape(name) for name in names],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }


def _side(point: Point) -> str:
    x, y = point
    if abs(x) < sqrt(0.5):
        return "top center" if y > 0 else "bottom center"
    return "middle right" if x > 0 else "middle left"
