"""The scoring policy: every weight, half-life, threshold, cap and minimum, typed and versioned.

A policy is a value: it is stored as JSON, identified by its hash, and never edited; a new version takes its
place. An invalid one says which rule it breaks.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from scoring.policy_rules import (
    NO_WEIGHT,
    BrokenRule,
    check_freedoms,
    check_inside,
    check_moment,
    check_reference,
    check_texts,
    read,
)

RESULTS_CAP_LIMIT = 0.30  # no policy may let money weigh more (scoring.md, results)


class InvalidPolicy(ValueError):
    """A policy breaks a rule; the message names the field, the rule and the value."""


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level: what it asks for, and what it gives. Allowed ranges as in `LEVEL_RULES`.

    Attributes
    ----------
    name, name_fi : words of 1 to 60 letters, English and Finnish; no two levels share one.
    stages : cleared stages, 0 to 1000. How many finished projects with enough stars it asks for.
    low : sd of true quality, -3 to 1.2. The lower bound of trust it asks for; None asks for none. Not above 1.2, so
        that evidence that merely ages can never take the level away (scoring/model/levels.py).
    freedoms, freedoms_fi : words, English and Finnish. What the organization lets people of this level do, as it writes
        it down; at most 20 of up to 200 letters, none twice. Whoever reads the language that has none reads the other.
    """

    name: str
    name_fi: str
    stages: int
    low: float | None = None
    freedoms: tuple[str, ...] = ()
    freedoms_fi: tuple[str, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scale on which figures are composed: true quality as it was distributed when the policy was published.

    Attributes
    ----------
    dimensions : names. Criteria, customer_trust, recognition, care, results; none twice.
    mean, sd : the dimension's raw unit (rating points for criteria; standardised evidence else). One for each
        dimension; mean within a million of 0, sd from a millionth to a million.
    correlation : between dimensions, of true quality: symmetric, 1 with itself, no eigenvalue under 0.
    """

    dimensions: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts, how much, and for how long; a field that an older stored policy lacks has its value from here.

    Attributes
    ----------
    peer_half_life_days : days, 30 to 36500. An answer of this age is expected to speak of quality now with
        half of what it told then; how it does is estimated around that.
    k : givers, 3 to 10. Distinct givers before a peer figure of a person may be shown.
    customer_half_life_days : days, 30 to 36500. As for peers, of what customers say.
    observation_weight : of one customer's own word, 0 to 1. What our own staff saw or reported.
    heard_probability : probability, 0.5 to 0.99. P(project trust above the reference) for the customer's star.
    kudos_half_life_days : days, 30 to 36500. A thank of this age counts half.
    mutual_weight : share, 0 to 0.5. Of the little that further thanks between two who thank each other may add to the
        first, which counts nearly a whole one; together they never count more than one thank from outside.
    results_cap : share, 0 to 0.3. Of the variance of standing, what results may hold at most.
    weights : of each dimension in quality, by role, 0 to 10. A dimension that a role does not name does not apply to
        it; the role other is for everybody whose role is not named.
    certainty : probability, 0.5 to 0.999. How sure it has to be that one is better before two are told apart.
    interval : probability, 0.5 to 0.99. How often the truth is to lie between low and high.
    minimum_voices : effective voices, 1 to 20. Under it a subject is provisional and has no rank.
    levels : the ladder, lowest first; the first asks for nothing, each further one for more.
    levels_from : a moment, or None for always. Since when the levels have asked for what they ask: nobody loses one
        before a whole grace period after it.
    grace_days : days, 0 to 3650. Trust must stay under its threshold this long before a level is lost.
    grace_margin : sd of true quality, 0 to 1. How far under the threshold.
    minimum_stage_voices : voices, 1 to 20. Colleagues heard before their star can be given.
    stars_to_clear : stars, 1 to 3. How many make a finished project count toward a level.
    good_handover : rating points, 1 to 5. A hand-over rated so or better leaves something behind.
    reference : the frozen scale, or None: estimated from the evidence of each run.
    """

    # Peers
    peer_half_life_days: float = 5479.0
    k: int = 5
    # Customers
    customer_half_life_days: float = 730.0
    observation_weight: float = 0.5
    heard_probability: float = 0.6
    # Recognition
    kudos_half_life_days: float = 270.0
    mutual_weight: float = 0.5
    # Results
    results_cap: float = 0.15
    # Composition
    weights: dict[str, dict[str, float]] = msgspec.field(default_factory=lambda: dict(STANDARD_WEIGHTS))
    reference: Reference | None = None
    # Boards
    certainty: float = 0.9
    interval: float = 0.8
    minimum_voices: float = 3.0
    # Stages and levels
    levels: tuple[Level, ...] = msgspec.field(default_factory=lambda: STANDARD_LEVELS)
    levels_from: datetime | None = None
    grace_days: float = 180.0
    grace_margin: float = 0.1
    minimum_stage_voices: float = 3.0
    stars_to_clear: int = 2
    good_handover: float = 4.0


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
    "mutual_weight": (0, 0.5, "what two people thank each other again and again adds half at most"),
    "results_cap": (0, RESULTS_CAP_LIMIT, "quality weighs more than revenue"),
    "certainty": (0.5, 0.999, "two subjects are told apart by better than even odds"),
    "interval": (0.5, 0.99, "an interval holds at least half of the posterior"),
    "minimum_voices": (1, 20, "one voice is the least there can be"),
    "grace_days": (0, 3650, "a grace period is a length"),
    "grace_margin": (0, 1, "a margin is a length on the quality scale"),
    "minimum_stage_voices": (1, 20, "one voice is the least there can be"),
    "stars_to_clear": (1, 3, "a stage has three stars"),
    "good_handover": (1, 5, "hand-overs are rated from 1 to 5"),
}
LEVEL_RULES: dict[str, tuple[float, float, str]] = {
    "stages": (0, 1000, "a level asks for a number of stages"),
    "low": (-3, 1.2, "a bound under −3 asks for nothing, and what is over 1.2 could be lost by ageing alone"),
}
WEIGHT_RULE = (0.0, 10.0, "a dimension counts for somebody, not against, and a tenth is told from nothing")
ROLES = ("seller", "expert", "carer", "lead", "other")  # as in the exchange folder


def check(policy: Policy) -> Policy:
    """Return `policy` unchanged where it keeps every rule.

    Raises
    ------
    InvalidPolicy : naming each field that breaks a rule, its allowed range and the reason.
    """
    if found := broken(policy):
        raise InvalidPolicy("; ".join(map(str, found.values())))
    return policy


def broken(policy: Policy) -> dict[str, BrokenRule]:
    """Return the rules that `policy` breaks: the first of each field, or of each role and level in it."""
    found: dict[str, BrokenRule] = {}
    for field, ask in _rules_of(policy):
        try:
            ask()
        except BrokenRule as rule:
            found.setdefault(field, rule)
    return found


def _rules_of(policy: Policy) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what is asked of each field, and the way to ask it."""
    for field, rule in RULES.items():
        yield field, partial(check_inside, field, getattr(policy, field), rule)
    yield "weights", partial(_check_roles, policy.weights)
    for role, by_dimension in policy.weights.items():
        yield f"weights {role}", partial(_check_weights, role, by_dimension)
    for number, level in enumerate(policy.levels):
        yield f"levels {number}", partial(_check_level, level)
    yield "levels", partial(_check_ladder, policy.levels)
    for number, (below, above) in enumerate(pairwise(policy.levels), 1):
        yield f"levels {number}", partial(_check_step, below, above)
    yield "levels_from", partial(check_moment, "levels_from", policy.levels_from)
    if (given := policy.reference) is not None:
        yield "reference", partial(check_reference, given.dimensions, given.mean, given.sd, given.correlation)


def succeeding(before: Policy, new: Policy, at: datetime) -> Policy:
    """Return `new` as it is published at `at` after `before`: levels that ask for something else do so from then."""
    same = [_asks(level) for level in before.levels] == [_asks(level) for level in new.levels]
    return replace(new, levels_from=before.levels_from if same else at)


def nowhere(policy: Policy, criteria: Iterable[str]) -> list[str]:
    """List what has a weight in `policy` and is neither one of these criteria nor a measure of people: names, sorted.

    It counts for nobody: a misspelt name, or a criterion of other organizations.
    """
    weighed = {name for by_name in policy.weights.values() for name, weight in by_name.items() if weight}
    return sorted(weighed - {*criteria, "customer_trust", "care"})


def referring(policy: Policy, reference: Reference) -> Policy:
    """Return `policy` with the scale frozen in it."""
    return replace(policy, reference=reference)


def _asks(level: Level) -> tuple[int, float | None]:
    return level.stages, level.low


def _check_roles(weights: dict[str, dict[str, float]]) -> None:
    if "other" not in weights:
        raise BrokenRule("weights: the role `other` is missing, which those without a role fall back on")


def _check_weights(role: str, by_dimension: dict[str, float]) -> None:
    if role not in ROLES:
        raise BrokenRule("weights: there is no role {role!r}; there are: {roles}", role=role, roles=", ".join(ROLES))
    for name, weight in by_dimension.items():
        check_inside(f"weights of {role}: {name}", weight, WEIGHT_RULE)
        if name in NO_WEIGHT:
            text = "weights of {role}: {name} has no weight in quality: {why}"
            raise BrokenRule(text, role=role, name=name, why=NO_WEIGHT[name])
    if not any(by_dimension.values()):
        raise BrokenRule("weights of {role}: each from 0 to 10 and at least one above 0", role=role)


def _check_level(level: Level) -> None:
    check_inside(f"levels: stages of {level.name}", level.stages, LEVEL_RULES["stages"])
    if level.low is not None:
        check_inside(f"levels: low of {level.name}", level.low, LEVEL_RULES["low"])
    check_freedoms(level.name, level.freedoms, level.freedoms_fi)


def _check_ladder(levels: tuple[Level, ...]) -> None:
    check_texts("levels: names", tuple(level.name for level in levels), most=30, letters=60)
    check_texts("levels: Finnish names", tuple(level.name_fi for level in levels), most=30, letters=60)
    if not levels or levels[0].stages != 0 or levels[0].low is not None:
        raise BrokenRule("levels: the first asks for 0 stages and no bound, so that everybody has one")


def _check_step(below: Level, above: Level) -> None:
    names = {"above": above.name, "below": below.name}
    if above.stages <= below.stages:
        raise BrokenRule("levels: {above} must ask for more stages than {below}", **names)
    if below.low is not None and (above.low is None or above.low < below.low):
        raise BrokenRule("levels: {above} must not ask for less trust than {below}", **names)


def encode(policy: Policy) -> bytes:
    """JSON with fields in a fixed order; the same policy gives the same bytes."""
    return msgspec.json.encode(policy, order="deterministic")


def decode(text: bytes | str) -> Policy:
    """Read and check a policy.

    Raises
    ------
    InvalidPolicy : it is no JSON, has unknown fields, one twice, wrong types, or breaks a rule.
    """
    try:
        return check(read(text, Policy))
    except BrokenRule as wrong:
        raise InvalidPolicy(str(wrong)) from wrong


def digest(policy: Policy) -> str:
    """SHA-256 of the policy, in hex: what a run pins."""
    return hashlib.sha256(encode(policy)).hexdigest()
