"""The look of every chart: colours and type of the pages' own tokens, and nothing that a reader does not need."""

from typing import Any

import plotly.graph_objects as go

# The light tokens of service/pages/static/style.css, by name; chart.js exchanges them for the reader's own.
# Told apart also without colour vision: lake and cloudberry differ in lightness as well (CIE L* 38 and 64).
COLOURS = {
    "card": "#ffffff",
    "ink": "#1e2a30",
    "muted": "#5b6970",
    "line": "#e5e1d7",
    "birch": "#e0d9c8",
    "lake": "#1f5f7a",
    "lake-soft": "#a9cbd9",
    "spruce": "#2f6b4f",
    "cloudberry": "#d9861f",
    "cloudberry-soft": "#f4cf97",
}
FONT = {"family": "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif", "size": 13}


def blank(*traces: dict[str, Any], **layout: Any) -> go.Figure:  # noqa: ANN401 - Plotly's own attributes
    """Make a figure of `traces` on clear ground; `layout` adds to the house's and wins over it."""
    house: dict[str, Any] = {
        "template": "none",  # the default one adds 6.5 KB to every figure
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {**FONT, "color": COLOURS["muted"]},
        "hoverlabel": {"bgcolor": COLOURS["card"], "bordercolor": COLOURS["line"], "font": {"color": COLOURS["ink"]}},
        "showlegend": False,
        "dragmode": False,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 44},
    }
    return go.Figure(data=list(traces), layout={**house, **layout})


def measure(title: str) -> dict[str, Any]:
    """Describe an axis that a figure is read from: a quiet grid, and the unit in words."""
    return {
        "title": {"text": title, "font": {"size": 13}, "standoff": 6},
        "gridcolor": COLOURS["line"],
        "zerolinecolor": COLOURS["muted"],
        "zerolinewidth": 1,
        "fixedrange": True,
        "nticks": 6,
        "automargin": False,
    }


def places(title: str, count: int) -> dict[str, Any]:
    """Describe an axis of `count` places, the first on top; what stands there is written beside it by the page."""
    return {
        "title": {"text": title, "font": {"size": 13}},
        "range": [max(count, 1) - 0.5, -0.5],
        "visible": False,
        "fixedrange": True,
    }
