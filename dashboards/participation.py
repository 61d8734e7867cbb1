"""Who takes part: a count out of all there are, as far as it may be told; the part that stays open is drawn softly."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank, measure, places

WORDS = {
    "measure": "of all there are, per cent",
    "places": "groups",
    "sure": "at least %{x:.0f} %",
    "perhaps": "up to %{customdata:.0f} %",
}
BAR = 0.36  # of the distance between two places


class Row(Struct):
    """One group: of `people` (or projects) `low` to `high` take part; None where it may not be told."""

    department: str | None
    team: str | None
    people: int
    low: int | None
    high: int | None


def figure(rows: Sequence[Row], words: Mapping[str, str] = WORDS) -> go.Figure:
    """Draw a full bar as far as is certain, a soft one as far as it may be, nothing where nothing may be told."""
    known = [
        (place, 100 * row.low / row.people, 100 * row.high / row.people)
        for place, row in enumerate(rows)
        if row.low is not None and row.high is not None and row.people
    ]
    sure = _bars(known, "lake", f"{words['sure']}<extra></extra>")
    sure |= {"base": [0.0 for _ in known], "x": [low for _, low, _ in known]}
    perhaps = _bars(known, "lake-soft", f"{words['perhaps']}<extra></extra>")
    perhaps |= {"base": [low for _, low, _ in known], "x": [high - low for _, low, high in known]}
    perhaps["customdata"] = [high for _, _, high in known]
    axis = {**measure(words["measure"]), "range": [0, 100]}
    return blank(sure, perhaps, xaxis=axis, yaxis=places(words["places"], len(rows)), barmode="overlay")


def _bars(known: Sequence[tuple[int, float, float]], colour: str, told: str) -> dict[str, object]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [place for place, _, _ in known],
        "width": BAR,
        "marker": {"color": COLOURS[colour], "line": {"width": 0}},
        "hovertemplate": told,
    }
