"""What a policy says beside another one, and what it would do, in the reader's words."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import msgspec

from scoring.policy import RULES, Level, Policy
from service.pages import shown
from service.pages.language import Words
from service.pages.policy_form import LABELS, ROLE_NAMES, plain
from service.policies.model import BoardMove, Move


class Difference(msgspec.Struct, frozen=True):
    """One setting as it was and as it is to be; `before` or `after` empty where it was not there."""

    label: str
    before: str
    after: str


class LevelMove(msgspec.Struct, frozen=True):
    """Somebody whose level changes; `gained` or lost."""

    name: str
    before: str
    after: str
    gained: bool


class Order(msgspec.Struct, frozen=True):
    """How the order of a board changes: how many it ranks, how many move, and how alike both orders are, 0 to 1."""

    name: str
    kind: str
    subjects: int
    moved: int
    alike: float | None


def differences(before: Policy, after: Policy, words: Words) -> list[Difference]:
    """List every setting that differs, numbers first."""
    found = [
        Difference(words.say(LABELS[field]), plain(words, getattr(before, field)), plain(words, getattr(after, field)))
        for field in RULES
        if getattr(before, field) != getattr(after, field)
    ]
    return [*found, *_weights(before, after, words), *_levels(before, after, words), *_scale(before, after, words)]


def level_moves(moves: list[Move], before: Policy, after: Policy, words: Words) -> list[LevelMove]:
    """Name the levels that people would move between, those who lose one first."""
    return [
        LevelMove(
            move.name,
            _named(before.levels, move.before, words),
            _named(after.levels, move.after, words),
            (move.after or 0) > (move.before or 0),
        )
        for move in moves
    ]


def orders(boards: list[BoardMove], criteria: Mapping[str, str], words: Words) -> list[Order]:
    """Name the boards whose order changes, the most changed first."""
    ranked = [one for one in boards if one.board not in {"level", "standing"} and one.moved_a_rank]
    ranked.sort(key=lambda one: (1 if one.spearman is None else one.spearman, -one.moved_a_rank))
    return [
        Order(
            shown.board_name(words, one.board, criteria.get(one.board)),
            words.say(shown.KINDS[one.subject_kind]),
            one.subjects,
            one.moved_a_rank,
            one.spearman,
        )
        for one in ranked
    ]


def _weights(before: Policy, after: Policy, words: Words) -> list[Difference]:
    found = []
    for role in sorted({*before.weights, *after.weights}, key=list(ROLE_NAMES).index):
        old, new = before.weights.get(role, {}), after.weights.get(role, {})
        found += [
            Difference(
                f"{words.say(ROLE_NAMES[role])}: {shown.board_name(words, name)}",
                plain(words, old[name]) if name in old else "",
                plain(words, new[name]) if name in new else "",
            )
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]
    return found


def _levels(before: Policy, after: Policy, words: Words) -> list[Difference]:
    longest = max(len(before.levels), len(after.levels))
    pairs = [(_at(before.levels, place), _at(after.levels, place)) for place in range(longest)]
    return [
        Difference(words.say("Level {number}").format(number=place), _told(old, words), _told(new, words))
        for place, (old, new) in enumerate(pairs, 1)
        if old != new
    ]


def _scale(before: Policy, after: Policy, words: Words) -> list[Difference]:
    if before.reference == after.reference or after.reference is None:
        return []
    old = "" if before.reference is None else words.say("the one before")
    label = LABELS["reference"]
    return [Difference(words.say(label), old, words.say("frozen as it was then"))]


def _at(levels: tuple[Level, ...], place: int) -> Level | None:
    return levels[place] if place < len(levels) else None


def _told(level: Level | None, words: Words) -> str:
    if level is None:
        return ""
    stages = words.say("{count} stages").format(count=level.stages)
    trust = "" if level.low is None else ", " + words.say("trust {low}").format(low=plain(words, level.low))
    return f"{shown.level_name(words, level)}: {stages}{trust}{_free(level, words)}"


def _free(level: Level, words: Words) -> str:
    """Tell what a level lets people do in both languages where both are written: either may be what changes."""
    own = shown.freedoms(words, level)
    others = level.freedoms if own == level.freedoms_fi else level.freedoms_fi
    return "".join(f"; {one} ({other})" if other else f"; {one}" for one, other in zip_longest(own, others))


def _named(levels: tuple[Level, ...], number: float | None, words: Words) -> str:
    if number is None or not 0 <= int(number) < len(levels):
        return "–"
    return shown.level_name(words, levels[int(number)])


def as_policy(stored: dict[str, Any]) -> Policy:
    """Read a stored policy."""
    return msgspec.convert(stored, Policy)
