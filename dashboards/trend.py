"""How a figure came along: its best estimate over the runs, with the range that holds the truth in 8 of 10 cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank, measure

WORDS = {
    "measure": "standard deviations from the reference (0)",
    "runs": "day of the scoring run",
    "day": "%b %-d, %Y",
    "point": "best estimate: %{y:.2f}; 8 of 10 cases: %{customdata[0]:.2f} to %{customdata[1]:.2f}",
}
MOST_POINTS = 60  # of more runs the line alone is drawn, or the points would hide it
HEIGHT = 280  # pixels
DIGITS = 4  # decimals; more than a picture can show


class Row(Struct):
    """What one run said, in the score's unit."""

    at: datetime  # the moment up to which evidence counted
    estimate: float
    low: float
    high: float
    rules: int  # version of the policy: figures of two versions are not on one scale


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS) -> go.Figure:
    """Draw a line in its band, oldest first; it is broken where the rules changed. Without rows an empty picture."""
    spells = [list(spell) for _, spell in groupby(rows, key=lambda row: row.rules)]
    traces = [trace for spell in spells for trace in (_band(spell), _line(spell, words, len(rows)))]
    runs = {**measure(words["runs"]), "type": "date", "tickformat": words["day"], "showgrid": False, "nticks": 4}
    unit = {**measure(words["measure"].replace("; ", "<br>")), "automargin": True, "zeroline": True}
    return blank(
        *traces, xaxis=runs, yaxis=unit, height=HEIGHT, hovermode="closest", margin={"l": 72, "r": 16, "t": 8, "b": 52}
    )


def _band(rows: Sequence[Row]) -> dict[str, object]:
    days = [row.at.isoformat() for row in rows]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*days, *reversed(days)],
        "y": [*(round(row.high, DIGITS) for row in rows), *(round(row.low, DIGITS) for row in reversed(rows))],
        "fill": "toself",
        "fillcolor": COLOURS["cloudberry-soft"],
        "opacity": 0.45,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _line(rows: Sequence[Row], words: Mapping[str, str], count: int) -> dict[str, object]:
    """Draw the estimates; each with its own range, so that a single run shows one, too."""
    marked = count <= MOST_POINTS
    return {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "x": [row.at.isoformat() for row in rows],
        "y": [round(row.estimate, DIGITS) for row in rows],
        "customdata": [[round(row.low, DIGITS), round(row.high, DIGITS)] for row in rows],
        "line": {"color": COLOURS["cloudberry"], "width": 2.5},
        "marker": {"size": 10, "color": COLOURS["cloudberry"], "line": {"width": 2, "color": COLOURS["card"]}},
        "error_y": {
            "visible": marked,
            "symmetric": False,
            "array": [round(row.high - row.estimate, DIGITS) for row in rows] if marked else [],
            "arrayminus": [round(row.estimate - row.low, DIGITS) for row in rows] if marked else [],
            "color": COLOURS["cloudberry-soft"],
            "thickness": 5,
            "width": 0,
        },
        "hovertemplate": f"%{{x}}: {words['point']}<extra></extra>",
    }
