"""The results as tables on a terminal."""

from collections.abc import Sequence
from math import isfinite

from rich.console import Console
from rich.table import Table

from scoring.validate.bounds import Verdict
from scoring.validate.summary import Summary

METHODS = ("points", "mean", "mean by criterion", "best", "ours, knowing who cheats", "ours")
ORDERS = ("spearman quality", "spearman peers", "spearman trust", "gap visibility", "gap hard customers")
GAINS = ("gain quality", "gain peers", "gain trust")


def show(console: Console, found: Sequence[Summary], judged: Sequence[Verdict]) -> None:
    """Print what every method reached, then every bound."""
    console.print(_compared("how near the order comes to the truth; gaps in percentiles", found, ORDERS))
    console.print(_compared("gains against honest behaviour, in percentiles", found, GAINS))
    console.print(_told("bounds", judged))
    missed = sum(not verdict.passed for verdict in judged)
    console.print(f"{len(judged) - missed} of {len(judged)} bounds hold")


def number(summary: Summary) -> str:
    """Mean and half of its 95 % interval."""
    places = 3 if abs(summary.mean) < 1.5 else 1
    half = f" ± {summary.half:.{places}f}" if isfinite(summary.half) else ""
    return f"{summary.mean:.{places}f}{half}"


def rows(found: Sequence[Summary], measures: Sequence[str]) -> list[tuple[str, str, dict[str, Summary]]]:
    """Scenario, measure and what each method reached, for measures that are or begin with these."""
    by_key: dict[tuple[str, str], dict[str, Summary]] = {}
    for each in found:
        if each.measure in measures or each.measure.partition(" of ")[0] in measures:
            by_key.setdefault((each.measure, each.scenario), {})[each.method] = each
    return [(scenario, measure, methods) for (measure, scenario), methods in sorted(by_key.items())]


def _compared(title: str, found: Sequence[Summary], measures: Sequence[str]) -> Table:
    table = Table(title=title)
    for name in ("measure", "scenario", *METHODS):
        table.add_column(name, justify="left" if name in ("measure", "scenario") else "right")
    for scenario, measure, methods in rows(found, measures):
        table.add_row(
            measure, scenario, *(number(methods[name]) if name in methods else "" for name in METHODS)
        )  # fmt: skip
    return table


def _told(title: str, judged: Sequence[Verdict]) -> Table:
    table = Table(title=title)
    for name in ("scenario", "measure", "target", "found (95 %)", ""):
        table.add_column(name)
    for verdict in judged:
        word = "pass" if verdict.passed else "[bold]MISS[/bold]"
        bound = verdict.bound
        table.add_row(bound.scenario, bound.measure, bound.target, number(verdict.found), word)
    return table
