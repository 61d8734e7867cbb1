"""Levels: how much an organization may leave to a person, from the stages cleared and the trust that is beyond doubt.

A level asks for cleared stages (at least two stars) and a lower bound of trust; trust is the low end of quality's
interval or, where that is higher, of mastery of one speciality with enough voices: talents differ.

A level once reached (`level_steps`) is kept. It is to be lost only where trust stays `grace_margin` under its threshold
for `grace_days` with evidence still coming in; one run sees one moment and cannot know that something lasted, so this
version takes nothing away and says in `missing` by how much trust is under the threshold: "kept:trust:0.35".
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from scoring.model.block import Block
from scoring.model.composite import QUALITY, margin
from scoring.model.evidence import MISSING_TIME, Evidence, Index, Number, Time
from scoring.model.figures import AWARDS
from scoring.model.scores import LevelTable, StageTable
from scoring.model.stages import cleared
from scoring.policy import Policy

FIRST_SPAN = 1.0  # sd of trust over which progress is shown towards a level after one without a bound


@dataclass(frozen=True, slots=True)
class _Clearing:
    """Cleared stages by person and then by time: those of a person lie from `first` to the next person's."""

    first: Index
    count: Index
    at: Time


@dataclass(frozen=True, slots=True)
class _Climb:
    """Where people are, (people,) each: trust in sd, stages cleared, the level held."""

    trust: Number
    stages: Index
    level: Index


def levels(evidence: Evidence, dimensions: Block, composed: Block, stages: StageTable, policy: Policy) -> LevelTable:
    """Return everyone's level. `dimensions` and `composed` are people's blocks before and after composition.

    `evidence` is what `select` left: its level steps lie before the run's moment.
    """
    asked = np.array([level.stages for level in policy.levels])
    low = np.array([-np.inf if level.low is None else level.low for level in policy.levels])
    clearing = _clearing(evidence, stages)
    trusted = trust(dimensions, composed, policy)
    open_to = (clearing.count[:, None] >= asked) & (trusted[:, None] >= low)
    reached = np.where(open_to, np.arange(len(asked)), 0).max(axis=1)
    step, step_at = _last_steps(evidence, len(asked) - 1)
    climb = _Climb(trusted, clearing.count, np.maximum(reached, step).astype(np.int32))
    people = range(len(trusted))
    return LevelTable(
        person=np.arange(len(trusted), dtype=np.int32),
        level=climb.level,
        names=tuple(level.name for level in policy.levels),
        progress=_progress(climb, asked, low),
        since=_since(evidence, clearing, climb.level, asked, (step, step_at)),
        missing=tuple(_missing(climb, person, policy) for person in people),
    )


def trust(dimensions: Block, composed: Block, policy: Policy) -> Number:
    """Return what a person can be trusted with beyond doubt, in sd of true quality: (people,)."""
    reach = margin(policy)
    quality = composed.estimate[:, QUALITY] - reach * composed.sd[:, QUALITY]
    special = [place for place, name in enumerate(dimensions.dimensions) if name in AWARDS.values()]
    sd = np.minimum(dimensions.sd / dimensions.spread, 1)
    mastery = (dimensions.estimate - dimensions.centre) / dimensions.spread - reach * sd
    heard = np.where(dimensions.voices >= policy.minimum_voices, mastery, -np.inf)[:, special]
    return np.asarray(np.maximum(quality, heard.max(axis=1, initial=-np.inf)), np.float64)


def _clearing(evidence: Evidence, stages: StageTable) -> _Clearing:
    kept = np.flatnonzero(cleared(stages))
    at = evidence.projects.ended[stages.project[kept]]
    order = np.lexsort((at, stages.person[kept]))
    count = np.bincount(stages.person[kept], minlength=len(evidence.people.ids))
    return _Clearing((np.cumsum(count) - count).astype(np.int32), count.astype(np.int32), at[order])


def _last_steps(evidence: Evidence, highest: int) -> tuple[Index, Time]:
    """Return the level and moment of everyone's last step; level 0 and no moment where there is none."""
    steps = evidence.level_steps
    order = np.argsort(steps.at, kind="stable")
    level = np.zeros(len(evidence.people.ids), np.int32)
    at = np.full(len(level), MISSING_TIME)
    level[steps.person[order]] = np.minimum(steps.level[order], highest)
    at[steps.person[order]] = steps.at[order]
    return level, at


def _since(evidence: Evidence, clearing: _Clearing, level: Index, asked: Index, last: tuple[Index, Time]) -> Time:
    """Return the last step's moment where it led here, else that of the stage that opened the level, else joining."""
    need = asked[level]
    opened = (need > 0) & (clearing.count >= need)
    place = np.where(opened, clearing.first + need - 1, 0)
    stage_at = clearing.at[place] if len(clearing.at) else np.full(len(level), MISSING_TIME)
    by_stage = np.where(opened, stage_at, evidence.people.joined)
    step, step_at = last
    return np.where((step == level) & (step_at != MISSING_TIME), step_at, by_stage)


def _progress(climb: _Climb, asked: Index, low: Number) -> Number:
    """Mean of the ways behind one in stages and, where the next level asks for it, in trust: 1 at the last level."""
    after = np.minimum(climb.level + 1, len(asked) - 1)
    span = asked[after] - asked[climb.level]
    stages = np.divide(climb.stages - asked[climb.level], span, out=np.ones(len(span)), where=span > 0).clip(0, 1)
    bound = np.where(np.isfinite(low[after]), low[after], 0.0)
    start = np.where(np.isfinite(low[climb.level]), low[climb.level], bound - FIRST_SPAN)
    way = np.divide(climb.trust - start, bound - start, out=np.ones(len(span)), where=bound > start).clip(0, 1)
    both = np.where(np.isfinite(low[after]), (stages + way) / 2, stages)
    return np.where(climb.level == len(asked) - 1, 1.0, both)


def _missing(climb: _Climb, person: int, policy: Policy) -> str:
    held, after = climb.level[person], climb.level[person] + 1
    have, trusted = climb.stages[person], climb.trust[person]
    tokens = []
    low = policy.levels[held].low
    if low is not None and trusted < low - policy.grace_margin:
        tokens.append(f"kept:trust:{_short(low - trusted)}")
    if after < len(policy.levels):
        following = policy.levels[after]
        if have < following.stages:
            tokens.append(f"stages:{following.stages - have}")
        if following.low is not None and trusted < following.low:
            tokens.append(f"trust:{_short(following.low - trusted)}")
    return ";".join(tokens)


def _short(gap: float) -> str:
    """Two decimals, rounded up: what is missing never reads as nothing."""
    return f"{ceil(round(gap * 100, 6)) / 100:.2f}"
