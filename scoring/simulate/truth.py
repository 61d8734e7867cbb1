"""The truth of a simulated organization: who people are, who cheats, and what quality comes to by role."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from scoring.exchange.columns import PERSON_ROLES
from scoring.policy import STANDARD_WEIGHTS
from scoring.simulate import people
from scoring.simulate.calendar import YEAR
from scoring.simulate.cast import Cast
from scoring.simulate.people import Character, Index, Number, People, Span
from scoring.simulate.settings import Settings

ROWS = ("feedback", "kudos", "signals")  # files that somebody may cheat in
ENOUGH = 30  # people from whom how much people differ can be told
MANY = 4000  # people drawn where there are fewer


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
    composite: Number  # (people,) quality by role, see `true_composite`
    staff: People
    character: Character
    parts: Cast  # who was picked for a scenario, whether or not they acted
    span: Span
    dishonest: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # by file of `ROWS`: ids of what was not meant

    @property
    def cheats(self) -> Index:
        """Places of people who cheat, or would have: circles, bullies, inventors."""
        parts = self.parts
        return np.unique(np.concatenate([parts.loud, parts.quiet, parts.inventors, parts.bullies.ravel()]))


@dataclass(frozen=True, slots=True)
class Reference:
    """What dimensions are standardised by: `mean`, `sd` (dimensions,) and `correlation` (dimensions, dimensions)."""

    mean: Number
    sd: Number
    correlation: Number


def reference(values: Number) -> Reference:
    """Return the moments of `values`, (people, dimensions); the sd 1 where all people are alike."""
    sd = values.std(axis=0)
    z = np.divide(values - values.mean(axis=0), sd, out=np.zeros_like(values), where=sd > 0)
    return Reference(values.mean(axis=0), np.where(sd > 0, sd, 1.0), z.T @ z / len(z))


def composite(values: Number, role: Index, by: Reference, weights: Number) -> Number:
    """Return quality, (people,): Σ_k w_k z_k / √(wᵀ R w), which has about mean 0 and sd 1 in each role.

    `values` (people, dimensions); z: these standardised by the reference, R its correlations; `weights` (roles,
    dimensions) not negative.
    """
    variance = np.einsum("rk,kl,rl->r", weights, by.correlation, weights)
    scale = np.divide(1.0, np.sqrt(np.maximum(variance, 0)), out=np.zeros_like(variance), where=variance > 1e-12)
    quality: Number = ((weights * scale[:, None])[role] * (values - by.mean) / by.sd).sum(axis=1)
    return quality


def role_weights(dimensions: tuple[str, ...]) -> Number:
    """Weights of the standard policy, (roles, dimensions)."""
    named = (STANDARD_WEIGHTS.get(word, STANDARD_WEIGHTS["other"]) for word in PERSON_ROLES)
    return np.array([[weights.get(name, 0.0) for name in dimensions] for weights in named])


def true_composite(settings: Settings, criteria: tuple[str, ...], character: Character, staff: People) -> Number:
    """Quality by the standard weights over criteria, customer trust and care, standardised among these people.

    Fewer than `ENOUGH` people say little of how much people differ: then sds and correlations are those of many drawn
    with the same settings, and only the mean is theirs.
    """
    own = reference(_values(character))
    by = own if staff.size >= ENOUGH else replace(_population(settings), mean=own.mean)
    return composite(_values(character), staff.role, by, role_weights((*criteria, "customer_trust", "care")))


def _values(character: Character) -> Number:
    return np.column_stack([character.quality, character.trust, character.care])


def _population(settings: Settings) -> Reference:
    span = Span(0, round(settings.years * YEAR))
    rng = np.random.default_rng(0)
    many = people.people(msgspec.structs.replace(settings, people=MANY), rng, span)
    return reference(_values(people.character(settings, rng, many, span)))
