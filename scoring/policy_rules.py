"""What rules of a policy ask: ranges, moments, texts, keys that stand once, and a scale that there can be."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import product
from math import sqrt
from typing import TypeVar

import msgspec

Wanted = TypeVar("Wanted")

ROUNDING = 1e-9  # of correlations, as they are stored
LEAST_SD, MOST_UNITS = 1e-6, 1e6  # of a reference scale, raw units: outside, figures would no longer be numbers

NO_WEIGHT = {
    "results": "their part is results_cap",
    "recognition": "it enters by the loading that evidence justifies",
    "quality": "it is the sum",
    "standing": "it is the sum",
    "help": "it is told of teams",
    **dict.fromkeys(
        ("satisfaction", "recommendation", "commitment", "listening"), "it is told of projects, not of people"
    ),
}


class BrokenRule(ValueError):
    """A rule is broken; the message names the field and the rule.

    Attributes
    ----------
    text, given : the rule with places such as `{name}`, and what stands in them: whoever shows it may translate it.
    """

    def __init__(self, text: str, **given: object) -> None:
        super().__init__(text.format(**given) if given else text)
        self.text, self.given = text, given


def read(text: bytes | str, wanted: type[Wanted]) -> Wanted:
    """Decode JSON in which no object names a key twice: readers differ in which of the two they take.

    Raises
    ------
    BrokenRule : it is no such JSON, or not what is wanted.
    """
    try:
        found = msgspec.json.decode(text, type=wanted)
    except msgspec.MsgspecError as wrong:
        raise BrokenRule("{wrong}", wrong=wrong) from wrong
    json.loads(text, object_pairs_hook=_once)
    return found


def _once(pairs: list[tuple[str, object]]) -> None:
    twice = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    if twice:
        raise BrokenRule("{keys}: given more than once", keys=", ".join(map(repr, twice)))


def check_texts(name: str, texts: Sequence[str], *, most: int, letters: int) -> None:
    """Ask for at most `most` different texts, each of 1 to `letters` letters that say something.

    Raises
    ------
    BrokenRule : naming the text.
    """
    if len(texts) > most:
        text = "{name}: {count} are given, but there may be {most} at most"
        raise BrokenRule(text, name=name, count=len(texts), most=most)
    for one in texts:
        if not 1 <= len(one) <= letters or one != one.strip() or not one.isprintable():
            text = "{name}: {one!r} must be 1 to {letters} letters on one line, without blanks around"
            raise BrokenRule(text, name=name, one=one[:40], letters=letters)
    if len(set(texts)) < len(texts):
        raise BrokenRule("{name}: none may be given twice", name=name)


def check_inside(name: str, value: float, rule: tuple[float, float, str]) -> None:
    """Ask for a value within a rule: lowest, highest, and why.

    Raises
    ------
    BrokenRule : naming the field, its range and the reason.
    """
    low, high, why = rule
    if not low <= value <= high:
        text = "{name} is {value:g}, but must lie from {low:g} to {high:g}: {why}"
        raise BrokenRule(text, name=name, value=value, low=low, high=high, why=why)


def check_moment(name: str, at: datetime | None) -> None:
    """Ask for a moment of which it is known when it was.

    Raises
    ------
    BrokenRule : it has no time zone.
    """
    if at is not None and at.tzinfo is None:
        raise BrokenRule("{name}: a moment needs a time zone", name=name)


def check_freedoms(level: str, english: Sequence[str], finnish: Sequence[str]) -> None:
    """Ask for texts, and for as many in both languages where both have some: else one of them would lack a freedom.

    Raises
    ------
    BrokenRule : naming the level.
    """
    check_texts(f"levels: freedoms of {level}", english, most=20, letters=200)
    check_texts(f"levels: Finnish freedoms of {level}", finnish, most=20, letters=200)
    if english and finnish and len(english) != len(finnish):
        text = "levels: freedoms of {level}: {fi} in Finnish, but {en} in English; write each in both, or all in one"
        raise BrokenRule(text, level=level, fi=len(finnish), en=len(english))


def check_reference(
    dimensions: Sequence[str], mean: Sequence[float], sd: Sequence[float], correlation: Sequence[Sequence[float]]
) -> None:
    """Ask for a scale that there can be.

    Raises
    ------
    BrokenRule : naming the field and the rule.
    """
    size = len(dimensions)
    check_texts("reference: dimensions", dimensions, most=1000, letters=200)
    if not len(mean) == len(sd) == len(correlation) == size or any(len(row) != size for row in correlation):
        raise BrokenRule("reference: mean, sd and correlation have one entry for each dimension")
    for name, value, width in zip(dimensions, mean, sd, strict=True):
        if not abs(value) <= MOST_UNITS:
            raise BrokenRule(f"reference: mean of {name} is {value:g}, but must lie within {MOST_UNITS:g} of 0")
        if not LEAST_SD <= width <= MOST_UNITS:
            raise BrokenRule(f"reference: sd of {name} is {width:g}, but must lie from {LEAST_SD:g} to {MOST_UNITS:g}")
    _check_correlation(dimensions, correlation)


def _check_correlation(dimensions: Sequence[str], correlation: Sequence[Sequence[float]]) -> None:
    size = len(dimensions)
    for one, other in product(range(size), repeat=2):
        if abs(correlation[one][other] - correlation[other][one]) > ROUNDING:
            raise BrokenRule(f"reference: correlation of {dimensions[one]} and {dimensions[other]} is given as two")
    if any(abs(correlation[at][at] - 1) > ROUNDING for at in range(size)):
        raise BrokenRule("reference: a dimension has correlation 1 with itself")
    if not _possible(correlation):
        raise BrokenRule("reference: such correlations contradict one another (an eigenvalue under 0)")


def _possible(correlation: Sequence[Sequence[float]]) -> bool:
    """Say whether a symmetric matrix with ones on its diagonal has no eigenvalue under 0, by Cholesky's factors."""
    rows: list[list[float]] = []
    for at, given in enumerate(correlation):
        row: list[float] = []
        for column in range(at):
            rest = given[column] - sum(a * b for a, b in zip(row, rows[column], strict=False))
            pivot = rows[column][column]
            if pivot == 0 and abs(rest) > sqrt(ROUNDING):
                return False
            row.append(rest / pivot if pivot else 0.0)
        left = given[at] - sum(value * value for value in row)
        if not left >= -ROUNDING:
            return False
        row.append(sqrt(left) if left > ROUNDING else 0.0)
        rows.append(row)
    return True
