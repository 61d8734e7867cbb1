"""Who is level with whom: each subject's best estimate and the range that holds the truth in 8 of 10 cases."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank, measure, places

WORDS = {
    "measure": "standard deviations from the reference (0)",
    "places": "best first",
    "range": "8 of 10 cases: %{base:.2f} to %{customdata:.2f}",
    "best": "best estimate: %{x:.2f}",
}
BAR = 0.24  # of the distance between two places
POINT = 12  # pixels across


class Row(Struct):
    """One place on a board, best first; `mine` where the reader is, or belongs to, the subject."""

    subject_id: UUID
    name: str
    place: int  # 1 is the best; those who still gather evidence come last
    ranked: int  # how many have a rank
    band: int | None  # those of one band are level with each other
    rank_low: int | None
    rank_high: int | None
    score: float  # in the board's unit
    low: float
    high: float
    provisional: bool
    mine: bool


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS) -> go.Figure:
    """Points with their intervals on one axis; who still gathers evidence has an interval and no point."""
    known = [(place, row) for place, row in enumerate(rows) if not row.provisional]
    ranges = {
        "type": "bar",
        "orientation": "h",
        "base": [row.low for row in rows],
        "x": [row.high - row.low for row in rows],
        "y": list(range(len(rows))),
        "customdata": [row.high for row in rows],
        "width": BAR,
        "marker": {"color": [_soft(row) for row in rows], "cornerradius": 5, "line": {"width": 0}},
        "hovertemplate": f"{words['range']}<extra></extra>",
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.score for _, row in known],
        "y": [place for place, _ in known],
        "marker": {"color": [_strong(row) for _, row in known], "size": POINT, "line": {"width": 0}},
        "hovertemplate": f"{words['best']}<extra></extra>",
    }
    return blank(ranges, points, xaxis=measure(words["measure"]), yaxis=places(words["places"], len(rows)))


def _soft(row: Row) -> str:
    if row.provisional:
        return COLOURS["birch"]
    return COLOURS["cloudberry-soft" if row.mine else "lake-soft"]


def _strong(row: Row) -> str:
    return COLOURS["cloudberry" if row.mine else "lake"]
