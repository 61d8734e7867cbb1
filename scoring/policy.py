"""The scoring policy: every weight, half-life, threshold, cap and minimum, typed and versioned.

A policy is a value: it is stored as JSON, identified by its hash, and never edited; a new version takes its
place. An invalid one says which rule it breaks.
"""

import hashlib

import msgspec

RESULTS_CAP_LIMIT = 0.30  # no policy may let money weigh more (scoring.md, results)


class InvalidPolicy(ValueError):
    """A policy breaks a rule; the message names the field, the rule and the value."""


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level: stages with at least two stars, and the lower bound of trust that it asks for."""

    name: str  # English
    name_fi: str  # Finnish
    stages: int  # cleared stages, >= 0
    low: float | None = None  # sd of true quality; None asks for no bound


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts, how much, and for how long. Allowed ranges stand in `RULES`."""

    # Peers
    peer_half_life_days: float = 3652.5  # expected: an answer of this age speaks of quality now with correlation 1/2
    k: int = 5  # distinct givers before a peer figure of a person may be shown (3 to 10)
    # Customers
    customer_half_life_days: float = 730.0
    observation_weight: float = 0.5  # what our own staff saw or reported, against the customer's own word
    heard_probability: float = 0.6  # P(project trust above reference) for the customer's star
    # Recognition
    kudos_half_life_days: float = 270.0
    mutual_weight: float = 0.5  # at most, for thanks that are only mutual
    # Results
    results_cap: float = 0.15  # share of the variance of standing, never over RESULTS_CAP_LIMIT
    # Composition: weight of each dimension in quality, by role; a dimension that is not named does not apply
    weights: dict[str, dict[str, float]] = msgspec.field(default_factory=lambda: dict(STANDARD_WEIGHTS))
    # Boards
    certainty: float = 0.9  # P(better) from which on two subjects are told apart
    interval: float = 0.8  # posterior mass between low and high
    minimum_voices: float = 3.0  # effective voices under which a subject is provisional
    # Levels
    levels: tuple[Level, ...] = msgspec.field(default_factory=lambda: STANDARD_LEVELS)
    grace_days: float = 180.0  # trust must stay under its threshold this long before a level is lost
    grace_margin: float = 0.1  # sd under the threshold
    minimum_stage_voices: float = 3.0  # colleagues heard before their star can be given


STANDARD_LEVELS: tuple[Level, ...] = (
    Level(name="Newcomer", name_fi="Tulokas", stages=0),
    Level(name="Doer", name_fi="Tekijä", stages=2),
    Level(name="Trusted", name_fi="Luotettu", stages=5, low=-0.3),
    Level(name="Guide", name_fi="Opas", stages=9, low=0.0),
    Level(name="Master", name_fi="Mestari", stages=14, low=0.4),
    Level(name="Pillar", name_fi="Tukipilari", stages=20, low=0.8),
)

_EVERYONE = {"collaboration": 1.0, "problem_solving": 0.6, "documenting": 0.6, "customer_trust": 1.0, "care": 0.4}
STANDARD_WEIGHTS: dict[str, dict[str, float]] = {
    "seller": {**_EVERYONE, "selling": 0.8, "care": 0.6},
    "expert": {**_EVERYONE, "problem_solving": 1.0, "documenting": 0.8, "care": 0.2},
    "carer": {**_EVERYONE, "care": 1.0},
    "lead": {**_EVERYONE, "leading": 1.0, "care": 0.2},
    "other": _EVERYONE,
}

# Field: (lowest, highest, why a value outside is refused).
RULES: dict[str, tuple[float, float, str]] = {
    "peer_half_life_days": (30, 36_500, "quality neither changes within a month nor stays for a century"),
    "customer_half_life_days": (30, 36_500, "trust neither changes within a month nor stays for a century"),
    "kudos_half_life_days": (30, 36_500, "thanks neither fade within a month nor last for a century"),
    "k": (3, 10, "fewer givers could be guessed, more would silence small teams"),
    "observation_weight": (0, 1, "our own observation is never stronger than the customer's own word"),
    "heard_probability": (0.5, 0.99, "a star needs more than even odds and less than certainty"),
    "mutual_weight": (0, 0.5, "what is only mutual counts half at most"),
    "results_cap": (0, RESULTS_CAP_LIMIT, "quality weighs more than revenue"),
    "certainty": (0.5, 0.999, "two subjects are told apart by better than even odds"),
    "interval": (0.5, 0.99, "an interval holds at least half of the posterior"),
    "minimum_voices": (1, 20, "one voice is the least there can be"),
    "grace_days": (0, 3650, "a grace period is a length"),
    "grace_margin": (0, 1, "a margin is a length on the quality scale"),
    "minimum_stage_voices": (1, 20, "one voice is the least there can be"),
}


def check(policy: Policy) -> Policy:
    """Return `policy` unchanged where it keeps every rule.

    Raises
    ------
    InvalidPolicy : naming the field, its allowed range and the reason.
    """
    for field, (low, high, why) in RULES.items():
        value = getattr(policy, field)
        if not low <= value <= high:
            raise InvalidPolicy(f"{field} is {value:g}, but must lie from {low:g} to {high:g}: {why}")
    for role, weights in policy.weights.items():
        if not weights or any(not 0 <= weight <= 10 for weight in weights.values()) or not any(weights.values()):
            raise InvalidPolicy(f"weights of {role}: each from 0 to 10 and at least one above 0")
    if "other" not in policy.weights:
        raise InvalidPolicy("weights: the role `other` is missing, which those without a role fall back on")
    stages = [level.stages for level in policy.levels]
    if not stages or stages[0] != 0 or stages != sorted(set(stages)):
        raise InvalidPolicy("levels: the first asks for 0 stages and each further one for more than the one before")
    return policy


def encode(policy: Policy) -> bytes:
    """JSON with fields in a fixed order; the same policy gives the same bytes."""
    return msgspec.json.encode(policy, order="deterministic")


def decode(text: bytes | str) -> Policy:
    """Read and check a policy.

    Raises
    ------
    InvalidPolicy : it is no JSON, has unknown fields, wrong types, or breaks a rule.
    """
    try:
        return check(msgspec.json.decode(text, type=Policy))
    except msgspec.MsgspecError as wrong:
        raise InvalidPolicy(str(wrong)) from wrong


def digest(policy: Policy) -> str:
    """SHA-256 of the policy, in hex: what a run pins."""
    return hashlib.sha256(encode(policy)).hexdigest()
