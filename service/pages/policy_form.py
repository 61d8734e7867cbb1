"""The policy as a form: what stands in its fields, and what was sent as changes or as rules that are broken."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from babel.numbers import format_decimal
from msgspec.structs import replace

from scoring.policy import ROLES, RULES, Level, Policy, broken
from scoring.policy_rules import BrokenRule
from service.pages.language import Words

# English here, Finnish in locale/fi.po; every field of the policy has its name for people, and every group.
LABELS = {
    "peer_half_life_days": "How long colleagues’ feedback speaks of today",
    "k": "Voices before a figure of feedback shows",
    "customer_half_life_days": "How long customers’ answers speak of today",
    "observation_weight": "What our own people observed, beside the customer’s own word",
    "heard_probability": "How sure the customer’s star has to be",
    "kudos_half_life_days": "How long thanks count",
    "mutual_weight": "Thanks that go to and fro between two people",
    "results_cap": "The most that results may weigh",
    "weights": "What counts for whom",
    "reference": "The frozen scale",
    "certainty": "When two stand apart",
    "interval": "How much of the truth a bar holds",
    "minimum_voices": "Voices before somebody has a place",
    "levels": "The ladder of levels",
    "levels_from": "Since when the levels ask for this",
    "grace_days": "Grace before a level is lost",
    "grace_margin": "How far below the threshold",
    "minimum_stage_voices": "Colleagues heard before their star",
    "stars_to_clear": "Stars that clear a stage",
    "good_handover": "A good hand-over",
}
GROUP_NAMES = {
    "peers": "Colleagues",
    "customers": "Customers",
    "recognition": "Recognition",
    "results": "Results",
    "composition": "What quality is made of",
    "boards": "Boards",
    "levels": "Stages and levels",
}
LEVEL_LABELS = {
    "name_fi": "Name in Finnish",
    "name": "Name in English",
    "stages": "Cleared stages",
    "low": "Trust at least",
    "freedoms_fi": "What it lets people do, in Finnish, one a line",
    "freedoms": "What it lets people do, in English, one a line",
}
ROLE_NAMES = {
    "seller": "Sellers",
    "expert": "Experts",
    "carer": "Those who care for customers",
    "lead": "Leads",
    "other": "Everybody else",
}
# Rules with names in them, as scoring/policy.py and policy_rules.py word them; ranges have words of their own here.
WORDED = (
    "weights of {role}: each from 0 to 10 and at least one above 0",
    "weights of {role}: {name} has no weight in quality: {why}",
    "levels: the first asks for 0 stages and no bound, so that everybody has one",
    "levels: {above} must ask for more stages than {below}",
    "levels: {above} must not ask for less trust than {below}",
    "levels: freedoms of {level}: {fi} in Finnish, but {en} in English; write each in both, or all in one",
    "{name}: {count} are given, but there may be {most} at most",
    "{name}: {one!r} must be 1 to {letters} letters on one line, without blanks around",
    "{name}: none may be given twice",
)
MOST_LEVELS = 31  # read of a form: one more than there may be, so that the rule is told
USUAL = ("collaboration", "problem_solving", "documenting", "leading", "selling", "customer_trust", "care")
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,12})?")


class Sent(msgspec.Struct, frozen=True):
    """What a form comes to: changed fields, and what is wrong with the fields that are named; one of the two."""

    changes: dict[str, Any]
    errors: dict[str, str]


def plain(words: Words, value: float) -> str:
    """Write a number as one would type it, with a real minus sign, which is read as well as a hyphen."""
    return format_decimal(value, format="0.####;−0.####", locale=words.locale)


def dimensions(policy: Policy, criteria: Iterable[str]) -> list[str]:
    """List what may have a weight: the usual ones first, then the organization's own and what has one now."""
    own = {name for by_name in policy.weights.values() for name in by_name} | set(criteria)
    return [*USUAL, *sorted(own - set(USUAL))]


def filled(policy: Policy, names: Sequence[str], words: Words) -> dict[str, str]:
    """Return the text of every field, by its name in the form."""
    texts = {field: plain(words, getattr(policy, field)) for field in RULES}
    for place, name in enumerate(names):
        texts[f"dimension-{place}"] = name
        for role, by_name in policy.weights.items():
            texts[f"weights-{role}-{place}"] = plain(words, by_name[name]) if name in by_name else ""
    for number, level in enumerate(policy.levels):
        texts |= {f"levels-{number}-{key}": text for key, text in _level_texts(level, words).items()}
    return texts


def read(sent: dict[str, str], before: Policy, words: Words) -> Sent:
    """Read what was sent: every field that is wrong is told at once."""
    reading = _Reading(sent, words)
    numbers = {field: reading.number(field, whole=isinstance(getattr(before, field), int)) for field in RULES}
    new = replace(before, **numbers, weights=reading.weights(), levels=reading.levels())
    errors = {field.replace(" ", "-"): _said(words, rule) for field, rule in broken(new).items()} | reading.errors
    if errors:
        return Sent({}, errors)
    old = msgspec.to_builtins(before)
    return Sent({key: value for key, value in msgspec.to_builtins(new).items() if value != old[key]}, {})


class _Reading:
    """The fields of one form, and what is wrong with them."""

    def __init__(self, sent: dict[str, str], words: Words) -> None:
        self._sent = {key: text.strip() for key, text in sent.items()}
        self._words = words
        self.errors: dict[str, str] = {}

    def number(self, field: str, *, whole: bool = False) -> float:
        """Return a number; 0 beside an error where it is none."""
        text = self._sent.get(field, "").replace("−", "-").replace(" ", "")
        if not _NUMBER.fullmatch(text) or (whole and not text.lstrip("+-").isdigit()):
            say = self._words.say
            self.errors[field] = say("Write a whole number.") if whole else say("Write a number.")
            return 0
        return int(text) if whole else float(text.replace(",", "."))

    def weights(self) -> dict[str, dict[str, float]]:
        """Return the weights of each role; what is empty does not apply to it."""
        names = {key.removeprefix("dimension-"): name for key, name in self._sent.items() if "dimension-" in key}
        return {
            role: {
                name: self.number(field)
                for place, name in names.items()
                if self._sent.get(field := f"weights-{role}-{place}")
            }
            for role in ROLES
        }

    def levels(self) -> tuple[Level, ...]:
        """Return the levels; one whose fields are all empty is taken away."""
        return tuple(self._level(number) for number in range(MOST_LEVELS) if self._is_filled(number))

    def _is_filled(self, number: int) -> bool:
        return any(self._sent.get(f"levels-{number}-{key}") for key in LEVEL_LABELS)

    def _level(self, number: int) -> Level:
        at = f"levels-{number}-"
        names = {key: self._sent.get(f"{at}{key}", f"({number})") for key in ("name", "name_fi")}
        if not all(self._sent.get(f"{at}{key}") for key in names):
            self.errors[f"levels-{number}"] = self._words.say("Give it a name in both languages, or empty its fields.")
        low = self.number(f"{at}low") if self._sent.get(f"{at}low") else None
        stages = int(self.number(f"{at}stages", whole=True))
        freedoms, freedoms_fi = self._lines(f"{at}freedoms"), self._lines(f"{at}freedoms_fi")
        return Level(**names, stages=stages, low=low, freedoms=freedoms, freedoms_fi=freedoms_fi)

    def _lines(self, field: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in self._sent.get(field, "").splitlines() if line.strip())


def _level_texts(level: Level, words: Words) -> dict[str, str]:
    return {
        "name": level.name,
        "name_fi": level.name_fi,
        "stages": str(level.stages),
        "low": "" if level.low is None else plain(words, level.low),
        "freedoms": "\n".join(level.freedoms),
        "freedoms_fi": "\n".join(level.freedoms_fi),
    }


def _said(words: Words, rule: BrokenRule) -> str:
    """Say which rule is broken, in the reader's language."""
    known = rule.given | ({"why": words.say(str(rule.given["why"]))} if "why" in rule.given else {})
    if "low" in known:
        ends = {end: plain(words, float(str(known[end]))) for end in ("low", "high")}
        return words.say("It must lie from {low} to {high}: {why}.").format(**ends, why=known["why"])
    return words.say(rule.text).format(**known)
