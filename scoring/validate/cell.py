"""One scenario and seed: simulate, judge in every way, measure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scoring.model.evidence import Evidence
from scoring.model.periods import micros
from scoring.model.select import select
from scoring.simulate import Organization, Settings, simulate
from scoring.simulate.people import Index, Mask, Number
from scoring.validate import baselines, ordinal, scale
from scoring.validate.composition import blend, of_criteria
from scoring.validate.judgement import UNTIL, Engine, Judgement, evidence_of, honest_evidence_of
from scoring.validate.measures import spearman
from scoring.validate.scenarios import Scenario

# Variances that the best possible is tried with: general, own, pair; leniency is known from the truth.
GRID = ((0.8, 0.6, 0.5), (0.8, 0.4, 0.5), (0.6, 0.4, 0.8))
GROUND = "customer_trust", "care"  # dimensions beside the criteria


@dataclass(frozen=True, slots=True)
class World:
    """An organization with its truth on every scale that is needed.

    `true`: by dimension, (people,) sd; `spoken`: by criterion, (people,) 1-5; `peers`: (people,) true composite of the
    criteria alone.
    """

    made: Organization
    evidence: Evidence
    true: Mapping[str, Number]
    spoken: Mapping[str, Number]
    peers: Number

    @property
    def role(self) -> Index:
        """Role of each person."""
        return self.made.truth.staff.role


@dataclass(frozen=True, slots=True)
class Orders:
    """What one method says of everybody, (people,) each; higher is better."""

    quality: Number
    peers: Number
    trust: Number


def world(settings: Settings, seed: int) -> World:
    """Simulate, and put the truth on the engine's scales."""
    made = simulate(settings, seed, UNTIL)
    truth = made.truth
    spoken = dict(zip(truth.criteria, scale.spoken(settings, truth).T, strict=True))
    criteria = dict(zip(truth.criteria, truth.quality.T, strict=True))
    true = {**criteria, "customer_trust": truth.customer_trust, "care": truth.care}
    peers = blend({name: scale.standard(value) for name, value in criteria.items()}, truth.staff.role, true)
    return World(made, evidence_of(made), true, spoken, peers)


def orders_of(found: Judgement, of: World) -> Orders:
    """Orders by an engine's estimates."""
    peers = blend(of_criteria(found.estimate, of.spoken), of.role, of.true)
    return Orders(found.estimate["quality"], peers, found.estimate["customer_trust"])


def methods(of: World, found: Judgement, honest: Judgement) -> dict[str, Orders]:
    """Orders by every method, but for the best possible."""
    mean = baselines.mean_rating(of.evidence)
    composed = baselines.mean_by_criterion(of.evidence, of.role, of.true)
    points, trust = baselines.points(of.evidence), baselines.mean_satisfaction(of.evidence)
    return {
        "points": Orders(points, points, points),
        "mean": Orders(mean, mean, trust),
        "mean by criterion": Orders(composed, composed, trust),
        "ours, knowing who cheats": orders_of(honest, of),
        "ours": orders_of(found, of),
    }


def ordinal_orders(of: World, honest: Evidence, known: Judgement) -> Iterator[Orders]:
    """Orders by the ordinal model of honest answers, for each variance of the grid; trust and care as `known`."""
    leniency = max(float(of.made.truth.leniency.std()), 0.2)
    criteria = honest.criteria
    for general, own, pair in GRID:
        spreads = ordinal.Spreads(general, own, leniency, pair)
        state = ordinal.judged(honest.feedback, (len(honest.people.ids), len(criteria)), spreads)
        z = dict(zip(criteria, (state / np.hypot(general, own)).T, strict=True))
        peers = blend(z, of.role, of.true)
        beside = {name: known.estimate[name] for name in GROUND}
        yield Orders(blend(z | beside, of.role, of.true), peers, known.estimate["customer_trust"])


def best(of: World, candidates: list[Orders]) -> dict[str, float]:
    """Return the highest rank correlation with the truth of any candidate, by what is ordered."""
    return {name: max(correlation(each, of)[name] for each in candidates) for name in Orders.__slots__}


def correlation(found: Orders, of: World) -> dict[str, float]:
    """Rank correlation with the truth among honest people who allow every source, by what is ordered."""
    truth = of.made.truth
    among = honest_people(of) & ~truth.parts.refused.any(axis=1)
    return {
        "quality": spearman(found.quality, truth.composite, among),
        "peers": spearman(found.peers, of.peers, among),
        "trust": spearman(found.trust, truth.customer_trust, among),
    }


def honest_people(of: World) -> Mask:
    """Everybody but those who cheat, (people,)."""
    honest = np.ones(len(of.made.truth.people), bool)
    honest[of.made.truth.cheats] = False
    return honest


def judged(of: World, engine: Engine) -> tuple[Judgement, Judgement, Evidence]:
    """Judge all the evidence, and its honest part, which is the same where nobody cheats; with that part as allowed.

    Nobody may use what people did not consent to, not even who knows who cheats.
    """
    found = engine(of.evidence)
    if not any(of.made.truth.dishonest.values()):
        return found, found, select(of.evidence, micros(UNTIL))
    honest = honest_evidence_of(of.made)
    return found, engine(honest), select(honest, micros(UNTIL))


def counterfactual(scenario: Scenario, people: int, seed: int) -> World:
    """Return the same people with the same luck, all of whom behave like everybody."""
    return world(scenario.settings(people, acted=False), seed)
