"""The attacker: knows the engine's equations, every answer but one or two, every release, and all that is ever shown.

It is given more than there is to see: the blurred figures before they are shrunk, to the last bit, and everybody's
answers but one that it is after; or but two, of which the other, of another honest giver about the same person, is free
(with k − 2 colluding givers among the k of a release, two are always unknown, and all the rest of the organization,
which it is given here). It tries each of the five ratings, where two are unknown with each of the other's five:

- a hypothesis under which anything that is shown would have been another is out, to the last bit;
- of those left, each has a likelihood: that of the draws which would have led to the blurred figures seen;
- a rating is possible where some hypothesis with it is at most `UNLIKELY` times less likely than the best.

So it finds what an exact figure gives away, and what a blurred one does. Of an answer that is not due (counted here
anew, from the rows and not by the gate) it must learn nothing at all: neither its rating nor that it was given.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np

from scoring.model.evidence import Evidence
from scoring.model.score import fit
from scoring.model.select import rows, select
from scoring.release import Night, everything, open_counts, release, shown
from scoring.release_figures import BLUR, Frozen, State, nothing_yet
from tests.scoring.attacked import NIGHTS, POLICY, World
from tests.scoring.small import day, micros

UNLIKELY = 20.0  # times less likely than the best: out
LEAST = 3  # ratings that have to stay possible
RATINGS = range(1, 6)
SAME = 1e-6  # of a log-likelihood: rounding


@dataclass(frozen=True)
class Build:
    """A version of the gate: what is released on a night, and what is shown of it."""

    name: str
    release: Callable[[State, Night], State] = release
    show: Callable[[State, Evidence, int], object] = None  # type: ignore[assignment]
    blur: float = BLUR


def show(state: State, evidence: Evidence, at: int) -> object:
    """Return all that the true gate lets anybody see on a night."""
    nobody = np.zeros(len(evidence.feedback.rating), np.bool_)
    silent = replace(evidence, feedback=rows(evidence.feedback, nobody))  # what it shows of peers is in the state
    scores = shown(state, nothing_yet(evidence), evidence, blocks_of(silent, at), (POLICY, day(at)))
    return everything(scores), open_counts(scores.counts)


def blocks_of(evidence: Evidence, at: int):
    """Fit a night's blocks."""
    return fit(select(evidence, micros(at)), POLICY, micros(at))


TRUE = Build("the gate", release, show)


@dataclass(frozen=True)
class Seen:
    """What the attacker saw: what was released after each night and what was shown."""

    states: tuple[State, ...]
    outputs: tuple[bytes, ...]


def watch(build: Build, world: World) -> Seen:
    """Run the nights of a world."""
    state, states, outputs = nothing_yet(world.evidence), [], []
    for at in NIGHTS:
        state = build.release(state, world.night(at))
        states.append(state)
        outputs.append(flat(build.show(state, world.known(at), at)))
    return Seen(tuple(states), tuple(outputs))


def flat(value: object) -> bytes:
    """Everything inside what is shown, as bytes."""
    if is_dataclass(value) and not isinstance(value, type):
        return b"".join(flat(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).tobytes()
    if isinstance(value, tuple | list):
        return b"".join(map(flat, value))
    return repr(value).encode()


def likelihood(build: Build, world: World, seen: Seen, first: int = 0) -> float:
    """Return the log-likelihood of the blurred figures seen, had the world been this one; −∞ where it cannot be.

    `first`: the night from which on the world may have been another.
    """
    before, total = seen.states[first - 1] if first else nothing_yet(world.evidence), 0.0
    for at, state in zip(NIGHTS[first:], seen.states[first:], strict=True):
        calm = build.release(before, world.night(at, draw=False))
        parts = []
        for old, new, there in zip(_both(before), _both(calm), _both(state), strict=True):
            due = there.until != old.until
            if (new.until != there.until).any() or (new.givers != there.givers).any():
                return -np.inf
            away = np.where(due, there.noisy - new.noisy, 0.0)
            if build.blur == 0 and np.abs(away).max(initial=0) > SAME:
                return -np.inf
            draw = away * there.givers / max(build.blur, SAME)
            total -= float(np.abs(draw).sum())
            parts.append(replace(there, blur=old.blur + draw))
        before = State(*parts)
    return total


def consistent(build: Build, world: World, seen: Seen, first: int = 0) -> bool:
    """Say whether all that was shown would have been shown in this world too."""
    return all(
        flat(build.show(state, world.known(at), at)) == output
        for at, state, output in zip(NIGHTS[first:], seen.states[first:], seen.outputs[first:], strict=True)
    )


def first_night(world: World, *rows: int) -> int:
    """Return the number of the first night that reads any of these rows."""
    recorded = world.evidence.feedback.recorded[list(rows)].min()
    return next(number for number, at in enumerate(NIGHTS) if recorded < micros(at))


def possible(build: Build, world: World, target: int, mate: int, *, free: bool = True) -> list[int]:
    """Return the ratings of an answer that the attacker cannot exclude; it knows `mate`, too, unless that is free."""
    seen, first = watch(build, world), first_night(world, target, mate)
    best = {}
    for rating in RATINGS:
        tried = [world.rated(target, rating).rated(mate, other) for other in _truth_first(world, mate, free=free)]
        if any(consistent(build, each, seen, first) for each in tried):
            best[rating] = max(likelihood(build, each, seen, first) for each in tried)
    top = max(best.values(), default=0.0)
    return [rating for rating, found in best.items() if found >= top - np.log(UNLIKELY)]


def learns_of(build: Build, world: World, target: int) -> bool:
    """Say whether the attacker, who knows all else, learns anything of an answer that is not due."""
    seen, first = watch(build, world), first_night(world, target)
    worlds = [world.rated(target, rating) for rating in RATINGS]
    told = [likelihood(build, each, seen, first) for each in worlds]
    if max(told) - min(told) > SAME or not all(consistent(build, each, seen, first) for each in worlds):
        return True
    absent = watch(build, world.without(target))
    return absent.outputs != seen.outputs


def targets(world: World) -> tuple[list[tuple[int, int]], list[int]]:
    """Return answers that are released by the last night, each with a mate from the same release, and those not due.

    Counted from the rows, one after the other: k distinct givers with a row since the last release of a cell.
    """
    due, pending = [], []
    feedback = world.evidence.feedback
    numbered = replace(feedback, round=np.arange(len(feedback.rating), dtype=np.int32))  # no round has a part in this
    known = select(replace(world.evidence, feedback=numbered), micros(NIGHTS[-1])).feedback
    cells: dict[tuple[int, int], list[int]] = {}
    for at in np.argsort(known.recorded, kind="stable").tolist():
        cells.setdefault((int(known.receiver[at]), int(known.criterion[at])), []).append(at)
    for waiting in cells.values():
        for night in NIGHTS:
            fresh = [at for at in waiting if known.recorded[at] < micros(night)]
            if len({int(known.giver[at]) for at in fresh}) >= POLICY.k:
                due += _mates(fresh, known.giver)
                waiting = waiting[len(fresh) :]  # noqa: PLW2901 - what is released waits no more
        pending += waiting
    row = known.round.tolist()
    return [(row[one], row[other]) for one, other in due], [row[at] for at in pending]


def _mates(fresh: list[int], giver: np.ndarray) -> Iterator[tuple[int, int]]:
    for place, at in enumerate(fresh):
        others = [other for other in fresh[place:] + fresh[:place] if giver[other] != giver[at]]
        yield at, others[0]


def _both(state: State) -> tuple[Frozen, Frozen]:
    return state.people, state.projects


def _truth_first(world: World, row: int, *, free: bool) -> list[int]:
    truth = int(world.evidence.feedback.rating[row])
    return [truth, *(rating for rating in RATINGS if free and rating != truth)]
