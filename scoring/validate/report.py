"""The report: one HTML file with Plotly pictures that asks no other host for anything."""

from collections.abc import Sequence
from html import escape
from math import isfinite

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from scoring.validate.bounds import HELD, STRATUM, Verdict
from scoring.validate.summary import ALL, Summary
from scoring.validate.tables import METHODS, number, rows

COLOURS = dict(
    zip(METHODS, ("#b0b0b0", "#d08c4a", "#c9b037", "#2a7f62", "#7fb8a4", "#1f4e9c"), strict=True)
)  # fmt: skip
ROW, MARGIN = 26, 140  # pixels
STYLE = (
    "body{font:16px system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ddd}"
    ".miss{font-weight:bold;color:#a11}"
)
OFFLINE = {"displaylogo": False, "displayModeBar": False, "responsive": True}


def page(found: Sequence[Summary], judged: Sequence[Verdict], size: str) -> str:
    """Return the whole page."""
    missed = sum(not verdict.passed for verdict in judged)
    pictures = [
        dots(found, "spearman quality", "Rank correlation of quality with the truth, honest people"),
        dots(found, "spearman peers", "Rank correlation of the peers' composite with the truth, honest people"),
        dots(found, "gain quality", "Change of rank percentile of those whom the scenario is about (quality)"),
        dots(found, "gain peers", "Change of rank percentile of those whom the scenario is about (peers)"),
        coverage(found),
    ]
    drawn = "".join(
        figure.to_html(full_html=False, include_plotlyjs=False, div_id=f"picture{place}", config=OFFLINE)
        for place, figure in enumerate(pictures)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Validation of the engine</title>'
        f"<style>{STYLE}</style><script>{get_plotlyjs()}</script></head><body><h1>Validation of the engine</h1>"
        f"<p>{escape(size)}. {len(judged) - missed} of {len(judged)} bounds hold. "
        "Means over seeds with 95 % intervals.</p>"
        f"{drawn}<h2>Bounds</h2>{_table(judged)}</body></html>"
    )


def dots(found: Sequence[Summary], measure: str, title: str) -> go.Figure:
    """One dot for each scenario and method, with the interval over seeds."""
    told = [row for row in rows(found, (measure,)) if row[0] != ALL]
    figure = go.Figure()
    for method in METHODS:
        mine = [(_label(scenario, name, measure), each[method]) for scenario, name, each in told if method in each]
        figure.add_scatter(
            name=method,
            x=[summary.mean for _, summary in mine],
            y=[label for label, _ in mine],
            error_x={"type": "data", "array": [_half(summary) for _, summary in mine], "thickness": 1},
            mode="markers",
            marker={"color": COLOURS[method], "size": 10 if method == "ours" else 7},
        )
    return _laid_out(figure, title, len(told))


def coverage(found: Sequence[Summary]) -> go.Figure:
    """Share of 80 % intervals that hold the truth, by dimension and stratum, over all scenarios."""
    mine = [each for each in found if each.scenario == ALL and each.measure.startswith("held ")]
    figure = go.Figure()
    figure.add_scatter(
        name="ours",
        x=[each.mean for each in mine],
        y=[each.measure.removeprefix("held ") for each in mine],
        error_x={"type": "data", "array": [_half(each) for each in mine], "thickness": 1},
        mode="markers",
        marker={"color": COLOURS["ours"], "size": 9},
    )
    figure.add_vrect(x0=HELD[0], x1=HELD[1], fillcolor="#2a7f62", opacity=0.15, line_width=0)
    figure.add_vline(x=STRATUM, line={"color": "#a11", "dash": "dot"})
    return _laid_out(figure, "Share of 80 % intervals that hold the truth", len(mine))


def _laid_out(figure: go.Figure, title: str, count: int) -> go.Figure:
    figure.update_layout(
        title=title,
        template="plotly_white",
        height=MARGIN + ROW * max(count, 4),
        margin={"l": 240},
        yaxis={"autorange": "reversed"},
        legend={"orientation": "h", "y": -0.12},
    )
    return figure


def _label(scenario: str, name: str, measure: str) -> str:
    return scenario + name.removeprefix(measure)


def _half(summary: Summary) -> float:
    return summary.half if isfinite(summary.half) else 0.0


def _table(judged: Sequence[Verdict]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("scenario", "measure", "target", "found", ""))
    lines = []
    for verdict in judged:
        bound = verdict.bound
        cells = (
            bound.scenario,
            bound.measure,
            bound.target,
            number(verdict.found),
            "pass" if verdict.passed else "miss",
        )
        mark = "" if verdict.passed else ' class="miss"'
        lines.append(f"<tr{mark}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
