"""Who would move under another policy: where each stands now, and where they would stand."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank, measure, places

WORDS = {
    "quality": "quality, standard deviations; 0 is the reference",
    "standing": "standing, standard deviations; 0 is the reference",
    "places": "largest moves first",
    "now": "today: %{x:.2f}",
    "then": "then: %{x:.2f}",
}
BAR = 0.16  # of the distance between two places
POINT = 12  # pixels across


class Row(Struct):
    """One person's quality or standing under the policy in force and under the other one, sd of true quality."""

    person_id: UUID | None
    name: str
    before: float | None
    after: float | None


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS, measured: str = "quality") -> go.Figure:
    """Draw a hollow point for today, a full one for then, and the way between; where either is None it has none.

    `measured` is what moves: quality or standing.
    """
    whole = [(place, row.before, row.after) for place, row in enumerate(rows)]
    both = [(place, now, then) for place, now, then in whole if now is not None and then is not None]
    ways = {
        "type": "bar",
        "orientation": "h",
        "base": [min(now, then) for _, now, then in both],
        "x": [abs(then - now) for _, now, then in both],
        "y": [place for place, _, _ in both],
        "width": BAR,
        "marker": {"color": COLOURS["lake-soft"], "line": {"width": 0}},
        "hoverinfo": "skip",
    }
    now = _points([(place, at) for place, at, _ in whole if at is not None], COLOURS["card"], words["now"])
    then = _points([(place, at) for place, _, at in whole if at is not None], COLOURS["lake"], words["then"])
    return blank(ways, now, then, xaxis=measure(words[measured]), yaxis=places(words["places"], len(rows)))


def _points(known: Sequence[tuple[int, float]], fill: str, told: str) -> dict[str, object]:
    """Draw points ringed alike, so that full and hollow are told apart without colour."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at for _, at in known],
        "y": [place for place, _ in known],
        "marker": {"color": fill, "size": POINT, "line": {"width": 2, "color": COLOURS["lake"]}},
        "hovertemplate": f"{told}<extra></extra>",
    }
