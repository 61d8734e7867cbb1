"""The truth of a simulated organization: who people are, who cheats, and what quality comes to by role."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scoring.exchange.columns import PERSON_ROLES
from scoring.policy import STANDARD_WEIGHTS
from scoring.simulate.cast import Cast
from scoring.simulate.people import Character, Index, Number, People, Span

ROWS = ("feedback", "kudos", "signals")  # files that somebody may cheat in


@dataclass(frozen=True, slots=True)
class Truth:
    """What nobody in the organization knows, in sd of quality; the ids are in the order of the arrays."""

    people: tuple[str, ...]
    criteria: tuple[str, ...]
    quality: Number  # (people, criteria), on the day of `until`
    customer_trust: Number  # (people,) what customers feel of a person
    care: Number  # (people,)
    visibility: Number  # (people,)
    leniency: Number  # (people,) as givers
    drift: Number  # (people, criteria), sd a year
    projects: tuple[str, ...]
    project_trust: Number  # (projects,) what its people earn there
    excess: Number  # (projects,) log of delivered over agreed effort
    customers: tuple[str, ...]
    ease: Number  # (customers,) how easily pleased
    composite: Number  # (people,) quality by role, see `composite`
    staff: People
    character: Character
    parts: Cast  # who was picked for a scenario, whether or not they acted
    span: Span
    dishonest: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by file of `ROWS`: ids of what was not meant

    @property
    def cheats(self) -> Index:
        """Places of people who cheat, or would have: circles, bullies, inventors."""
        parts = self.parts
        return np.unique(np.concatenate([parts.loud, parts.quiet, parts.inventors, parts.bullies.ravel()]))


def composite(dimensions: Mapping[str, Number], role: Index, weights: Mapping[str, Mapping[str, float]]) -> Number:
    """Return true quality, (people,): Σ_k w_k z_k / √(wᵀ R w) with the weights of each person's role.

    `dimensions`: true values by name, (people,) each; z: standardised over these people (0 where all are alike);
    R: their correlations. The sum has about mean 0 and sd 1 among the people of each role that is like the others.
    """
    names = tuple(dimensions)
    values = np.column_stack([dimensions[name] for name in names])
    sd = values.std(axis=0)
    z = np.divide(values - values.mean(axis=0), sd, out=np.zeros_like(values), where=sd > 0)
    correlation = z.T @ z / len(z)
    by_role = np.array([[weights.get(word, weights["other"]).get(name, 0.0) for name in names] for word in PERSON_ROLES])
    variance = np.einsum("rk,kl,rl->r", by_role, correlation, by_role)
    scale = np.divide(1.0, np.sqrt(variance), out=np.zeros_like(variance), where=variance > 1e-12)
    quality: Number = ((by_role * scale[:, None])[role] * z).sum(axis=1)
    return quality


def true_composite(criteria: tuple[str, ...], character: Character, role: Index) -> Number:
    """Quality by the standard weights, over criteria, customer trust and care."""
    dimensions = dict(zip(criteria, character.quality.T, strict=True))
    return composite(
        {**dimensions, "customer_trust": character.trust, "care": character.care}, role, STANDARD_WEIGHTS
    )  # fmt: skip
