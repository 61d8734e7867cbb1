"""Whom did nobody thank? Each person's quality of work against the thanks they get, both with their ranges."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from uuid import UUID

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank, measure, places

WORDS = {
    "quality": "quality of work, standard deviations; 0 is the reference",
    "recognition": "thanks received, standard deviations; 0 is the reference",
    "both": "standard deviations; 0 is the reference",
    "places": "people, those to thank first",
    "corner": "good work, few thanks",
}
LABELLED = 16  # names on the map at most; beyond that only of those to thank
MARGIN = 0.35  # sd around the points
NARROWEST = 1.2  # sd from the reference that the map shows at least
POINT, BAR = 13, 0.16  # pixels across; of the distance between two places
LETTER, LINE = 0.013, 0.04  # of the map: how wide a letter of a name is, and how high

Box = tuple[float, float, float, float]  # left, right, bottom, top


class Row(Struct):
    """One person, in sd of true quality and of true recognition; None where too little is known to tell."""

    person_id: UUID
    name: str
    quality: float | None
    quality_low: float | None
    quality_high: float | None
    recognition: float | None
    recognition_low: float | None
    recognition_high: float | None
    unseen: bool  # work better than the reference beyond doubt, thanks below it or too few to tell


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS) -> go.Figure:
    """Draw a map: thanks to the right, quality upwards; of whom too little is known to tell, nothing is drawn."""
    known = [row for row in rows if row.quality is not None]
    reach = max([NARROWEST, *(abs(end) for row in known for end in _ends(row))]) + MARGIN
    left = -reach - 2 * MARGIN  # the strip where little is known of thanks
    at = [left if row.recognition is None else row.recognition for row in known]
    frame = {
        "xaxis": {**measure(words["recognition"]), "range": [left - MARGIN, reach]},
        "yaxis": {**measure(words["quality"]), "range": [-reach, reach]},
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48},
        "height": 460,
        "shapes": [_corner(left - MARGIN, reach)],
        "annotations": [_note(words["corner"], left - MARGIN, reach)],
    }
    return blank(_ranges(known, at), _points(known, at, (left, reach)), **frame)


def pairs(rows: Sequence[Row], words: Mapping[str, str] = WORDS) -> go.Figure:
    """Draw the same for a narrow screen: in each person's row a ring for thanks and a point for quality."""
    lines = [(place, row) for place, row in enumerate(rows) if row.quality is not None]
    both = [(place, row) for place, row in lines if row.recognition is not None]
    between = {
        "type": "bar",
        "orientation": "h",
        "base": [row.recognition for _, row in both],
        "x": [_gap(row) for _, row in both],
        "y": [place for place, _ in both],
        "width": BAR,
        "marker": {"color": [_soft(row) for _, row in both], "line": {"width": 0}},
        "hoverinfo": "skip",
    }
    thanks = _marks([row.recognition for _, row in both], [place for place, _ in both])
    thanks["error_x"] = _spread([(row.recognition_low, row.recognition, row.recognition_high) for _, row in both])
    thanks["marker"] = {"color": COLOURS["card"], "size": POINT, "line": {"color": COLOURS["muted"], "width": 2}}
    quality = _marks([row.quality for _, row in lines], [place for place, _ in lines])
    quality["error_x"] = _spread([(row.quality_low, row.quality, row.quality_high) for _, row in lines])
    quality["marker"] = {"color": [_strong(row) for _, row in lines], "size": POINT, "line": {"width": 0}}
    return blank(
        between, thanks, quality, xaxis=measure(words["both"]), yaxis=places(words["places"], max(len(rows), 1))
    )


def _spread(ranges: Sequence[tuple[float | None, float | None, float | None]]) -> dict[str, object]:
    """Thin lines from low to high through each estimate."""
    spans = [((middle or 0) - (low or 0), (high or 0) - (middle or 0)) for low, middle, high in ranges]
    return {
        "symmetric": False,
        "array": [round(after, 3) for _, after in spans],
        "arrayminus": [round(before, 3) for before, _ in spans],
        "color": COLOURS["lake-soft"],
        "thickness": 2,
        "width": 0,
    }


def _gap(row: Row) -> float:
    return (row.quality or 0.0) - (row.recognition or 0.0)


def _ends(row: Row) -> tuple[float, ...]:
    ends = (row.quality_low, row.quality_high, row.recognition_low, row.recognition_high)
    return tuple(end for end in ends if end is not None)


def _marks(x: Sequence[float | None], y: Sequence[float]) -> dict[str, object]:
    return {"type": "scatter", "mode": "markers", "x": list(x), "y": list(y), "hoverinfo": "skip"}


def _points(rows: Sequence[Row], at: Sequence[float], span: tuple[float, float]) -> dict[str, object]:
    names = [row.name if len(rows) <= LABELLED or row.unseen else "" for row in rows]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": list(at),
        "y": [row.quality for row in rows],
        "text": [escape(name) for name in names],
        "textposition": _sides(rows, at, names, span),
        "textfont": {"color": COLOURS["ink"], "size": 13},
        "marker": {
            "color": [_strong(row) if row.recognition is not None else COLOURS["card"] for row in rows],
            "symbol": ["diamond" if row.unseen else "circle" for row in rows],
            "size": POINT,
            "line": {"color": [_strong(row) for row in rows], "width": 2},
        },
        "hovertext": [escape(row.name) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }


def _sides(rows: Sequence[Row], at: Sequence[float], names: Sequence[str], span: tuple[float, float]) -> list[str]:
    """Put each name on the side of its point where it stays on the map and covers no point, name or range."""
    letter, line = LETTER * (span[1] - span[0]), LINE * 2 * span[1]
    points = [(x, row.quality or 0.0) for x, row in zip(at, rows, strict=True)]
    taken = [(x - letter, x + letter, y - line / 3, y + line / 3) for x, y in points]
    axes = [(span[0], span[1], 0.0, 0.0), (0.0, 0.0, -span[1], span[1])]  # where both are the reference
    ranges = [*axes, *(box for row, x in zip(rows, at, strict=True) for box in _bars(row, x))]
    found = []
    for (x, y), name in zip(points, names, strict=True):
        boxes = _boxes(x, y, letter * len(name), letter, line)
        side = min(boxes, key=lambda one: _cost(boxes[one], span, letter, taken, ranges)) if name else "middle right"
        found.append(side)
        if name:
            taken.append(boxes[side])
    return found


def _cost(
    box: Box, span: tuple[float, float], letter: float, taken: Sequence[Box], ranges: Sequence[Box]
) -> tuple[int, ...]:
    """Weigh a place for a name, the worst first: off the map, over points and names, over ranges."""
    outside = not (span[0] - letter < box[0] and box[1] < span[1])
    return outside, sum(_cover(box, other) for other in taken), sum(_cover(box, other) for other in ranges)


def _bars(row: Row, x: float) -> Iterator[Box]:
    """Where the ranges of a point are drawn: upright for quality, across for thanks."""
    y = row.quality or 0.0
    yield x, x, y if row.quality_low is None else row.quality_low, y if row.quality_high is None else row.quality_high
    if row.recognition_low is not None and row.recognition_high is not None:
        yield row.recognition_low, row.recognition_high, y, y


def _boxes(x: float, y: float, wide: float, letter: float, line: float) -> dict[str, Box]:
    """Where a name would stand: left, right, bottom and top, by Plotly's words for the sides of a point.

    Above and below come first: beside the point its own range goes through the name.
    """
    heights = {"top": (y + line / 2, y + 1.5 * line), "bottom": (y - 1.5 * line, y - line / 2)}
    heights["middle"] = (y - line / 2, y + line / 2)
    right, left = (x + 1.2 * letter, x + 1.2 * letter + wide), (x - 1.2 * letter - wide, x - 1.2 * letter)
    return {
        f"{height} {side}": (*across, *along)
        for height, along in heights.items()
        for side, across in (("right", right), ("left", left))
    }


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _ranges(rows: Sequence[Row], at: Sequence[float]) -> dict[str, object]:
    """Thin crosses behind the points: where the truth lies in 8 of 10 cases; None lifts the pen."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, place in zip(rows, at, strict=True):
        x += [place, place, None]
        y += [row.quality_low, row.quality_high, None]
        if row.recognition is not None:
            x += [row.recognition_low, row.recognition_high, None]
            y += [row.quality, row.quality, None]
    line = {"color": COLOURS["lake-soft"], "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _corner(left: float, top: float) -> dict[str, object]:
    """Where one looks first: better than the reference, thanked less than it."""
    fill = {"fillcolor": COLOURS["birch"], "opacity": 0.35, "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", "x0": left, "x1": 0, "y0": 0, "y1": top, **fill}


def _note(text: str, left: float, top: float) -> dict[str, object]:
    place = {"x": left, "y": top, "xanchor": "left", "yanchor": "top", "showarrow": False}
    return {"text": text, **place, "font": {"color": COLOURS["muted"], "size": 13}, "xshift": 8, "yshift": -6}


def _soft(row: Row) -> str:
    return COLOURS["cloudberry-soft" if row.unseen else "lake-soft"]


def _strong(row: Row) -> str:
    return COLOURS["cloudberry" if row.unseen else "lake"]
