"""What customers answer over time, by where we heard it: every step of the scale with how many, never one mean."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import plotly.graph_objects as go
from msgspec import Struct

from dashboards.theme import COLOURS, blank

WORDS = {
    "time": "quarters of the year",
    "steps": "answers, 1 unhappy to 5 happy",
    "bubble": "%{customdata}",
    "told": "{source}, {quarter}, step {step}: {answers}",
}
STEPS = 5
GAP = 1.6  # rows between the sources
LARGEST, SMALLEST = 26.0, 7.0  # pixels across a bubble
SHOWN_FROM = 2  # answers from which a bubble has its number written in it
PIXELS = 25  # of a row
FOOT = 48  # pixels below the rows, for the other axis
LETTER = 7.5  # pixels of a title, at most: the one beside few rows is longer than they are high
UNHAPPY = 2  # steps up to this one want attention

Label = Callable[[str], str]


class Row(Struct):
    """How many answers of one source said one step in one quarter."""

    source: str  # survey, interview, call …
    quarter: date  # its first day
    step: int  # 1 to 5, on the scale of the answer
    answers: int


def figure(
    rows: Sequence[Row], words: Mapping[str, str] = WORDS, name: Label = str, *, narrow: bool = False
) -> go.Figure:
    """Draw a block for each source, bubbles as large as the answers are many; narrow, time runs downwards.

    `name` puts a source into the reader's words.
    """
    sources = list(dict.fromkeys(row.source for row in rows))
    quarters = _quarters(rows)
    tall = len(quarters) if narrow else STEPS
    lines = [_line(row, sources, quarters, tall, narrow=narrow) for row in rows]
    across = [row.step if narrow else quarters.index(row.quarter) for row in rows]
    height = max(len(sources), 1) * (tall + GAP)
    steps, time = _steps(words, sources, tall), _time(words, quarters, sources, tall, narrow=narrow)
    beside = words["time" if narrow else "steps"]
    titles = [_title(name(source), number * (tall + GAP)) for number, source in enumerate(sources)]
    return blank(
        _bubbles(rows, (across, lines), words, name),
        xaxis=_flat(steps) if narrow else time,
        yaxis={**(time if narrow else steps), "range": [height - 0.4, -1.4]},
        annotations=titles,
        height=max(round(PIXELS * (height + 1)) + 50, FOOT + round(LETTER * len(beside))),
        margin={"l": 64, "r": 12, "t": 0, "b": FOOT},
    )


def quarter_name(day: date) -> str:
    """Write a quarter shortly: `2026/3`."""
    return f"{day.year}/{(day.month + 2) // 3}"


def _quarters(rows: Sequence[Row]) -> list[date]:
    """Return all quarters from the first answer to the last, also those without any."""
    if not rows:
        return []
    numbers = [row.quarter.year * 4 + (row.quarter.month - 1) // 3 for row in rows]
    return [date(number // 4, number % 4 * 3 + 1, 1) for number in range(min(numbers), max(numbers) + 1)]


def _line(row: Row, sources: Sequence[str], quarters: Sequence[date], tall: int, *, narrow: bool) -> float:
    """On which line a bubble is: counted from the top, where each source begins a block."""
    within = len(quarters) - 1 - quarters.index(row.quarter) if narrow else STEPS - row.step
    return round(sources.index(row.source) * (tall + GAP) + within, 2)


def _bubbles(
    rows: Sequence[Row], at: tuple[Sequence[float], Sequence[float]], words: Mapping[str, str], name: Label
) -> dict[str, object]:
    most = max((row.answers for row in rows), default=1)
    told = [
        words["told"].format(
            source=name(row.source), quarter=quarter_name(row.quarter), step=row.step, answers=row.answers
        )
        for row in rows
    ]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": list(at[0]),
        "y": list(at[1]),
        "text": [str(row.answers) if row.answers >= SHOWN_FROM else "" for row in rows],
        "textfont": {"color": COLOURS["ink"], "size": 12},
        "marker": {
            "opacity": 1,
            "size": [round(max(SMALLEST, LARGEST * (row.answers / most) ** 0.5)) for row in rows],
            "color": [COLOURS["cloudberry-soft" if row.step <= UNHAPPY else "lake-soft"] for row in rows],
            "line": {"width": 0},
        },
        "customdata": told,
        "hovertemplate": f"{words['bubble']}<extra></extra>",
    }


def _steps(words: Mapping[str, str], sources: Sequence[str], tall: int) -> dict[str, object]:
    """Describe the axis of steps when they run upwards: 1, 3 and 5 of each source."""
    lines = [number * (tall + GAP) + STEPS - step for number in range(len(sources)) for step in (1, 3, 5)]
    return {**_axis(words["steps"]), "tickvals": lines, "ticktext": ["1", "3", "5"] * len(sources)}


def _flat(steps: dict[str, object]) -> dict[str, object]:
    """Describe the axis of steps when they run to the right, one for all sources."""
    numbers = list(range(1, STEPS + 1))
    return {**steps, "tickvals": numbers, "ticktext": [str(one) for one in numbers], "range": [0.4, STEPS + 0.6]}


def _time(
    words: Mapping[str, str], quarters: Sequence[date], sources: Sequence[str], tall: int, *, narrow: bool
) -> dict[str, object]:
    names = [quarter_name(one) for one in quarters]
    if not narrow:
        span = [-0.6, max(len(quarters), 1) - 0.4]
        return {**_axis(words["time"]), "tickvals": list(range(len(names))), "ticktext": names, "range": span}
    lines = [number * (tall + GAP) + place for number in range(len(sources)) for place in range(len(names))]
    return {**_axis(words["time"]), "tickvals": lines, "ticktext": names[::-1] * len(sources)}


def _axis(title: str) -> dict[str, object]:
    text = {"text": title, "font": {"size": 13}, "standoff": 6}
    return {"title": text, "gridcolor": COLOURS["line"], "zeroline": False, "fixedrange": True, "automargin": False}


def _title(text: str, line: float) -> dict[str, object]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": line - 0.95, "yanchor": "middle", "showarrow": False}
    return {"text": text, **place, "font": {"color": COLOURS["ink"], "size": 13}}
