"""Why a score is what it is: what each source adds or takes, and what it comes to."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank, measure, places

WORDS = {
    "measure": "standard deviations from the reference (0)",
    "places": "sources, then what they come to",
    "step": "%{customdata:+.2f}",
}
BAR = 0.5  # of the distance between two places


class Row(Struct):
    """What one source brings, in the score's unit."""

    source: str
    amount: float


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS) -> go.Figure:
    """One bar for each source from where the one before ended, and the sum; without rows an empty picture."""
    ends = list(accumulate(row.amount for row in rows))
    total = ends[-1:]
    amounts = [row.amount for row in rows] + total
    bars = {
        "type": "bar",
        "orientation": "h",
        "base": [0.0, *ends[:-1], 0.0] if rows else [],
        "x": amounts,
        "y": list(range(len(amounts))),
        "customdata": amounts,
        "width": BAR,
        "marker": {
            "color": [_fill(row.amount) for row in rows] + [COLOURS["cloudberry"]] * len(total),
            "line": {
                "color": [COLOURS["lake"]] * len(rows) + [COLOURS["cloudberry"]] * len(total),
                "width": 1.5,
            },
            "cornerradius": 3,
        },
        "hovertemplate": f"{words['step']}<extra></extra>",
    }
    return blank(bars, _connectors(ends), xaxis=measure(words["measure"]), yaxis=places(words["places"], len(amounts)))


def _fill(amount: float) -> str:
    """Fill where it adds, leave hollow where it takes: to be told apart without colour."""
    return COLOURS["lake"] if amount >= 0 else COLOURS["card"]


def _connectors(ends: Sequence[float]) -> dict[str, object]:
    """Thin lines from the end of each bar to where the next begins; None lifts the pen."""
    x = [value for end in ends for value in (end, end, None)]
    y = [value for place in range(len(ends)) for value in (place, place + 1, None)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": COLOURS["muted"], "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
