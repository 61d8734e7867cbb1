"""All findings of one scenario and seed: a value for each measure and method."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.simulate.people import Mask, Number
from scoring.validate import cell, scale
from scoring.validate.cell import Orders, World
from scoring.validate.judgement import Engine, Judgement
from scoring.validate.measures import gain, group_gap, held, visibility_gap
from scoring.validate.scenarios import Scenario

ORDERED = 30  # people from whom on an order tells something
ENOUGH_VOICES = 8  # other voices with which a victim must not be moved
SEEDS_APART = 1000  # organizations of one seed


@dataclass(frozen=True, slots=True)
class Finding:
    """`value` may be NaN where there was nothing to measure; `weight` is the number of intervals behind a share."""

    scenario: str
    seed: int
    measure: str
    method: str
    value: float
    weight: float = 1.0


def examine(scenario: Scenario, seed: int, people: int, engine: Engine) -> list[Finding]:
    """Simulate and measure; deterministic in its arguments."""
    found: list[Finding] = []
    for number in range(scenario.organizations):
        name = seed if scenario.organizations == 1 else seed * SEEDS_APART + number
        of = cell.world(scenario.settings(people), name)
        rows = _rows(scenario, people, of, (name, engine))
        found += [Finding(scenario.name, seed, *row) for row in rows if not np.isnan(row[2])]
    return found


_Row = tuple[str, str, float, float]


def _rows(scenario: Scenario, people: int, of: World, how: tuple[int, Engine]) -> Iterator[_Row]:
    seed, engine = how
    judgement, known, honest = cell.judged(of, engine)
    orders = cell.methods(of, judgement, known)
    yield from _coverage(of, judgement)
    if len(of.made.truth.people) >= ORDERED:
        candidates = [orders["ours, knowing who cheats"], *cell.ordinal_orders(of, honest, known)]
        yield from _order(of, orders, candidates)
        yield from _gaps(of, orders)
    if scenario.group:
        other = cell.counterfactual(scenario, people, seed)
        told = engine(other.evidence)
        yield from _gains(scenario, of, orders, cell.methods(other, told, told))
        if of.made.truth.parts.refused.any():
            yield from _opting_out(of, judgement, told)


def _order(of: World, orders: dict[str, Orders], candidates: list[Orders]) -> Iterator[_Row]:
    best = cell.best(of, candidates)
    for method, found in orders.items():
        for what, value in cell.correlation(found, of).items():
            yield f"spearman {what}", method, value, 1.0
            if method == "ours":
                yield f"ratio {what}", method, value / best[what], 1.0
    for what, value in best.items():
        yield f"spearman {what}", "best", value, 1.0


def _gaps(of: World, orders: dict[str, Orders]) -> Iterator[_Row]:
    truth = of.made.truth
    hard = np.isin(truth.staff.team, truth.parts.hard)
    for method, found in orders.items():
        yield "gap visibility", method, visibility_gap(found.quality, truth.composite, truth.visibility), 1.0
        yield "gap hard customers", method, group_gap(found.trust, truth.customer_trust, hard), 1.0


def _gains(scenario: Scenario, of: World, orders: dict[str, Orders], without: dict[str, Orders]) -> Iterator[_Row]:
    """Change of percentile of the scenario's group; victims of bullying apart by how many others spoke of them."""
    parts = of.made.truth.parts
    who = scenario.whose(parts)
    groups = {"": who}
    if parts.victims.size:
        many = _other_voices(of) >= ENOUGH_VOICES
        groups = {" of victims with 8 voices": parts.victims[many], " of victims with fewer": parts.victims[~many]}
    for suffix, group in groups.items():
        for method, found in orders.items():
            for what in Orders.__slots__:
                value = gain(getattr(found, what), getattr(without[method], what), group)
                yield f"gain {what}{suffix}", method, value, float(group.size)


def _other_voices(of: World) -> Number:
    """Count who speaks of each victim beside the bullies: (victims,)."""
    said, parts = of.evidence.feedback, of.made.truth.parts
    return np.array([
        np.setdiff1d(said.giver[said.receiver == victim], bullies).size
        for victim, bullies in zip(parts.victims, parts.bullies, strict=True)
    ])  # fmt: skip


def _opting_out(of: World, judgement: Judgement, without: Judgement) -> Iterator[_Row]:
    who = of.made.truth.parts.refused.any(axis=1)
    change = judgement.estimate["quality"] - without.estimate["quality"]
    wider = judgement.sd["quality"] / without.sd["quality"]
    yield "change of who opts out", "ours", float(change[who].mean()), float(who.sum())
    yield "sd of who opts out", "ours", float(wider[who].mean()), float(who.sum())


def _coverage(of: World, judgement: Judgement) -> Iterator[_Row]:
    """Share of intervals that hold the truth, by dimension and by stratum, among honest people."""
    truth = of.made.truth
    honest = cell.honest_people(of)
    # A small organization is measured in units of its population, as `true_composite` is.
    quality = scale.standard(truth.composite, None if len(honest) >= ORDERED else 1.0)
    targets = {**of.spoken, "quality": quality, "customer_trust": scale.standard(truth.customer_trust)}
    for name, target in targets.items():
        low, high = judgement.low[name], judgement.high[name]
        kind = "criteria" if name in of.spoken else name
        if len(honest) >= ORDERED:  # small organizations are a stratum of their own
            yield (f"held {name}", "ours", *held(low, high, target, honest))
        if kind == "criteria":
            if len(honest) >= ORDERED:
                yield ("held criteria", "ours", *held(low, high, target, honest))
            yield f"bias {name}", "ours", float((judgement.estimate[name] - target)[honest].mean()), 1.0
        if kind != "customer_trust":
            for stratum, among in _strata(of, name, target).items():
                yield (f"held {kind}: {stratum}", "ours", *held(low, high, target, honest & among))


def _strata(of: World, dimension: str, target: Number) -> dict[str, Mask]:
    truth = of.made.truth
    staff, parts = truth.staff, truth.parts
    voices = _givers(of, dimension)
    victims = np.isin(np.arange(staff.size), parts.victims)
    return {
        "no voice": voices == 0,
        "1–4 voices": (voices >= 1) & (voices <= 4),
        "top tenth": target >= np.quantile(target, 0.9) if staff.size >= ORDERED else np.zeros(staff.size, bool),
        "newcomers": staff.joined >= truth.span.begin,
        "part-timers": staff.part_time,
        "isolated team": np.isin(staff.team, parts.isolated),
        "organization of 5": np.full(staff.size, staff.size <= 5),
        "praising team": np.isin(np.arange(staff.size), parts.praising),
        "victims": victims,
    }


def _givers(of: World, dimension: str) -> Number:
    """Count distinct givers of each person, on the criterion where the dimension is one: (people,)."""
    said, people = of.evidence.feedback, len(of.evidence.people.ids)
    rows = np.ones(said.receiver.size, bool)
    if dimension in of.evidence.criteria:
        rows = said.criterion == of.evidence.criteria.index(dimension)
    pairs = np.unique(said.receiver[rows].astype(np.int64) * people + said.giver[rows])
    return np.bincount(pairs // people, minlength=people).astype(np.float64)
