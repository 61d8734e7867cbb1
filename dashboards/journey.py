"""A person's journey: finished projects as stages along a winding path, with the stars that each one earned."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from math import cos, pi
from uuid import UUID

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank

WORDS = {"along": "stages, in the order the projects ended", "across": "the path has no height of its own"}
PER_TURN = 7  # stages on one stretch of the path
FEWEST = 4  # places on the first stretch, so that a short way begins at the left and leaves room ahead
SWING = 0.22  # of the distance between two stretches
TURN = 0.55  # stages by which the path leaves a stretch sideways before the next one
BESIDE, OVER_STARS = 0.11, 0.22  # of the same distance: from a stage to its name
LONGEST = 18  # characters of a name on the map; the list beside it has all of it


class Row(Struct):
    """One finished project on a person's way; a star that is None is not known."""

    project_id: UUID
    name: str
    customer: str | None
    ended_at: datetime | None
    colleagues: bool | None
    heard: bool | None
    left_behind: bool | None
    reasons: str | None

    @property
    def stars(self) -> int:
        """How many of the three stars this stage has."""
        return sum(star is True for star in (self.colleagues, self.heard, self.left_behind))


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS, ahead: str = "") -> go.Figure:
    """Stages on a path that turns at each end; the last one, where the person stands now, in the colour of me.

    `ahead` names what comes after it, and stands there as a ring; without it the path ends where the person stands.
    """
    way = [_position(number) for number in range(len(rows))]
    path = [*way, _position(len(way))] if way and ahead else way
    traces = [_path(path), _stages(rows, way), _names([(row.name, row.stars) for row in rows], way)]
    if ahead and way:
        traces += [_ring(path[-1]), _names([(ahead, 0)], path[-1:])]
    return blank(*traces, **_frame(words, len(path)))


def stretches(count: int) -> int:
    """Return how many stretches of the path that many stages take."""
    return max(1, -(-count // PER_TURN))


def _path(way: Sequence[tuple[float, float]]) -> dict[str, object]:
    bent = _with_turns(way)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _ in bent],
        "y": [y for _, y in bent],
        "line": {"color": COLOURS["birch"], "width": 12, "shape": "spline", "smoothing": 1.0},
        "hoverinfo": "skip",
    }


def _stages(rows: Sequence[Row], way: Sequence[tuple[float, float]]) -> dict[str, object]:
    now = [number == len(rows) - 1 for number in range(len(rows))]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [x for x, _ in way],
        "y": [y for _, y in way],
        "text": ["★" * row.stars for row in rows],
        "textposition": "top center",
        "textfont": {"color": COLOURS["spruce"], "size": 15},
        "customdata": [str(row.project_id) for row in rows],
        "marker": {
            "opacity": 1,
            "size": [24 if here else 20 for here in now],
            "color": [COLOURS["cloudberry" if here else "card"] for here in now],
            "line": {"color": [COLOURS["cloudberry" if here else "spruce"] for here in now], "width": 3},
        },
        "hovertext": [escape(row.name) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _position(number: int) -> tuple[float, float]:
    """Where the stage of that number stands: along the stretch, to and fro, on a gentle wave."""
    stretch, step = divmod(number, PER_TURN)
    along = step if stretch % 2 == 0 else PER_TURN - 1 - step
    return float(along), -stretch + SWING * cos(pi * along)


def _with_turns(way: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the same way with one point outside each turn, so that the path bends instead of breaking."""
    turned: list[tuple[float, float]] = []
    for number, (x, y) in enumerate(way):
        turned.append((x, y))
        if number % PER_TURN == PER_TURN - 1 and number + 1 < len(way):
            turned.append((x + (TURN if x > 0 else -TURN), (y + way[number + 1][1]) / 2))
    return turned


def _ring(place: tuple[float, float]) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place[0]],
        "y": [place[1]],
        "marker": {
            "opacity": 1,
            "size": 24,
            "color": COLOURS["card"],
            "line": {"color": COLOURS["muted"], "width": 2},
        },
        "hoverinfo": "skip",
    }


def _names(told: Sequence[tuple[str, int]], way: Sequence[tuple[float, float]]) -> dict[str, object]:
    """Write names beside their stages, where the path bends away from them; over the stars where that is up."""
    shown = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name, _ in told]
    up = [cos(pi * x) > 0 for x, _ in way]
    over = [OVER_STARS if stars else BESIDE for _, stars in told]
    sides = [_side(x, y) if rises else "bottom center" for (x, y), rises in zip(way, up, strict=True)]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _ in way],
        "y": [y + above if rises else y - BESIDE for (_, y), rises, above in zip(way, up, over, strict=True)],
        "text": [escape(name) for name in shown],
        "textposition": sides,
        "textfont": {"color": COLOURS["ink"], "size": 13},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _side(x: float, y: float) -> str:
    """Say where a name over the path stands: where a turn comes down, at the end of the stretch before, beside it."""
    after_turn = y < 0 and x == (0 if round(SWING - y) % 2 == 0 else PER_TURN - 1)
    return "top center" if not after_turn else "top right" if x == 0 else "top left"


def _frame(words: Mapping[str, str], count: int) -> dict[str, object]:
    hidden = {"visible": False, "fixedrange": True}
    return {
        "xaxis": {
            **hidden,
            "title": {"text": words["along"]},
            "range": [-0.7, min(PER_TURN, max(count, FEWEST)) - 0.3],
        },
        "yaxis": {**hidden, "title": {"text": words["across"]}, "range": [0.25 - stretches(count), 0.65]},
        "height": 60 + 150 * stretches(count),
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }
