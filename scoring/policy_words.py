"""What each field of the policy means, and in which unit: read from its docstrings, which are the one source."""

import re
from functools import cache
from inspect import cleandoc

import msgspec

from scoring.policy import Level, Policy

# As the fields follow each other in the policy.
GROUPS: dict[str, tuple[str, ...]] = {
    "peers": ("peer_half_life_days", "k"),
    "customers": ("customer_half_life_days", "observation_weight", "heard_probability"),
    "recognition": ("kudos_half_life_days", "mutual_weight"),
    "results": ("results_cap",),
    "composition": ("weights", "reference"),
    "boards": ("certainty", "interval", "minimum_voices"),
    "levels": (
        "levels",
        "levels_from",
        "grace_days",
        "grace_margin",
        "minimum_stage_voices",
        "stars_to_clear",
        "good_handover",
    ),
}
_ENTRY = re.compile(r"^(\w+) : (.+(?:\n    .+)*)", re.MULTILINE)


class Meaning(msgspec.Struct, frozen=True):
    """The unit of a field, and what it does, in English."""

    unit: str
    text: str


@cache
def meanings(struct: type[Policy] | type[Level] = Policy) -> dict[str, Meaning]:
    """Return what the docstring of `struct` says of each field, as `name : unit, lowest to highest. Meaning`."""
    return {name: _meaning(" ".join(text.split())) for name, text in _ENTRY.findall(cleandoc(struct.__doc__ or ""))}


def _meaning(entry: str) -> Meaning:
    head, _, text = entry.partition(". ")
    return Meaning(head.partition(",")[0].rstrip("."), text or head.partition(", ")[2])
