"""What must be reached (scoring.md, section 5), and whether it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from scoring.exchange.columns import STANDARD_CRITERIA
from scoring.validate.scenarios import SCENARIOS
from scoring.validate.summary import ALL, Summary

SPEARMAN_RATIO = 0.98
GAP = 3.0  # percentiles, either way
LOUD, QUIET, INVENTED, MOVED = 3.0, 8.0, 2.0, 3.0  # percentiles
HELD = (0.77, 0.83)
STRATUM = 0.72
STRATA = ("1–4 voices", "top tenth", "isolated team", "organization of 5", "newcomers", "part-timers")
SMALL = ("five",)  # organizations in which an order tells nothing


@dataclass(frozen=True, slots=True)
class Bound:
    """The mean over seeds must lie in [low, high]; `noise`: its 95 % interval must reach into that, no more."""

    scenario: str
    measure: str
    low: float = -inf
    high: float = inf
    noise: bool = False

    @property
    def target(self) -> str:
        """The bound in words."""
        if self.low == -inf:
            return f"≤ {self.high:g}" + (" beyond noise" if self.noise else "")
        return f"≥ {self.low:g}" if self.high == inf else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bound, what was found, and whether it holds."""

    bound: Bound
    found: Summary
    passed: bool


def bounds() -> Iterator[Bound]:
    """Every bound, in the order of the table."""
    for scenario in SCENARIOS:
        if scenario.name not in SMALL:
            yield Bound(scenario.name, "ratio peers", low=SPEARMAN_RATIO)
            yield Bound(scenario.name, "ratio quality", low=SPEARMAN_RATIO)
    for name in ("base", "visibility"):
        yield Bound(name, "gap visibility", -GAP, GAP)
    for what in ("quality", "peers"):
        yield Bound("circle_loud", f"gain {what}", high=LOUD)
        yield Bound("circle_quiet", f"gain {what}", high=QUIET)
        yield Bound("honest_team", f"gain {what}", low=-MOVED)
        for name in ("bullying", "bullying_few"):
            yield Bound(name, f"gain {what} of victims with 8 voices", -MOVED, MOVED)
    for what in ("quality", "trust"):
        yield Bound("invented", f"gain {what}", high=INVENTED)
    yield from _coverage()
    yield Bound("opting_out", "change of who opts out", high=0.0, noise=True)
    yield Bound("opting_out", "sd of who opts out", low=1.0)


def _coverage() -> Iterator[Bound]:
    """Intervals: by scenario, by criterion, by stratum."""
    for scenario in SCENARIOS:
        if scenario.name not in SMALL:
            yield Bound(scenario.name, "held criteria", *HELD)
            yield Bound(scenario.name, "held quality", *HELD)
    for name in (*STANDARD_CRITERIA, "quality", "customer_trust"):
        yield Bound(ALL, f"held {name}", *HELD)
    for kind in ("criteria", "quality"):
        for stratum in STRATA:
            yield Bound(ALL, f"held {kind}: {stratum}", low=STRATUM)
        yield Bound("bullying_few", f"held {kind}: victims", low=STRATUM)


def verdicts(found: Sequence[Summary], method: str = "ours", of: Iterable[Bound] | None = None) -> list[Verdict]:
    """Judge all bounds whose scenario was run; a bound of which nothing was found is missed, unless it needs others.

    A stratum of ALL that no scenario that ran has (an isolated team, say) cannot be judged and is left out.
    """
    by_key = {(each.scenario, each.measure): each for each in found if each.method == method}
    ran = {each.scenario for each in found}
    judged = []
    for bound in bounds() if of is None else of:
        summary = by_key.get((bound.scenario, bound.measure))
        if summary is not None:
            judged.append(Verdict(bound, summary, _holds(bound, summary)))
        elif bound.scenario in ran and bound.scenario != ALL and "victims" not in bound.measure:
            judged.append(Verdict(bound, Summary(bound.scenario, bound.measure, method, float("nan"), inf, 0), False))
    return judged


def _holds(bound: Bound, found: Summary) -> bool:
    slack = found.half if bound.noise else 0.0
    return bound.low <= found.mean and found.mean - slack <= bound.high
