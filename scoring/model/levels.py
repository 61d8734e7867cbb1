"""Levels: how much an organization may leave to a person, from the stages cleared and the trust that is beyond doubt.

A level asks for cleared stages and a lower bound of trust; trust is quality or, where its low end is higher, mastery of
one speciality with enough voices: talents differ. A level is earned beyond doubt and lost beyond doubt:

    earned   low end of trust ≥ threshold
    lost     high end of trust < threshold − `grace_margin`, now and a grace period ago (falls.py); one level at a time

Between the two it is kept, and `missing` says by how much the low end is under the threshold: "kept:trust:0.35".
"""

from dataclasses import dataclass

import numpy as np

from scoring.model.block import Block
from scoring.model.composite import QUALITY, margin
from scoring.model.evidence import MISSING_TIME, Evidence, Index, Mask, Number, Time
from scoring.model.figures import AWARDS
from scoring.model.intervals import ends
from scoring.model.periods import micros
from scoring.model.reference import scale
from scoring.model.scores import LevelTable, StageTable
from scoring.model.select import distinct
from scoring.model.sorting import in_order
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
class Trust:
    """What a person can be trusted with: ends of its interval, in sd of true quality, (people,) each."""

    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class Falls:
    """Who loses a level (people,), and the run's moment."""

    person: Mask
    at: int


@dataclass(frozen=True, slots=True)
class _Climb:
    """Where people are, (people,) each: trust in sd, stages cleared, the level held."""

    trust: Number
    stages: Index
    level: Index


def levels(evidence: Evidence, trusted: Trust, stages: StageTable, policy: Policy, falls: Falls) -> LevelTable:
    """Return everyone's level. `evidence` is what `select` left: its level steps lie before the run's moment."""
    asked = np.array([level.stages for level in policy.levels])
    low = thresholds(policy)
    clearing = _clearing(evidence, stages, policy)
    open_to = (clearing.count[:, None] >= asked) & (trusted.low[:, None] >= low)
    reached = np.where(open_to, np.arange(len(asked)), 0).max(axis=1)
    step, step_at = last_steps(evidence, len(asked) - 1)
    kept = np.maximum(step - falls.person, 0)
    climb = _Climb(trusted.low, clearing.count, np.maximum(reached, kept).astype(np.int32))
    rule = MISSING_TIME if policy.levels_from is None else micros(policy.levels_from)
    since = _since(evidence, clearing, climb.level, asked, (step, step_at))
    # From a level that was told: later than that, and than the rule.
    risen = (step < climb.level) & (step_at != MISSING_TIME)
    since = np.where(risen, np.maximum(np.maximum(since, step_at), rule), since)
    return LevelTable(
        person=np.arange(len(reached), dtype=np.int32),
        level=climb.level,
        names=tuple(level.name for level in policy.levels),
        progress=_progress(climb, asked, low),
        since=np.where(falls.person & (climb.level < step), falls.at, since),
        missing=_missing(climb, asked, low, policy),
    )


def thresholds(policy: Policy) -> Number:
    """Return the lower bound of trust that each level asks for, in sd: (levels,)."""
    return np.array([-np.inf if level.low is None else level.low for level in policy.levels])


def trust(dimensions: Block, composed: Block, policy: Policy) -> Trust:
    """Return what people can be trusted with; `dimensions` and `composed` are their blocks before and after composing.

    Both ends are the higher of quality's and of the best speciality's: who falls has fallen in all of them.
    """
    quality = (composed.estimate[:, QUALITY], composed.sd[:, QUALITY])
    return trust_in(dimensions, quality, (composed.centre[QUALITY], composed.spread[QUALITY]), policy)


def trust_in(dimensions: Block, quality: tuple[Number, Number], of: tuple[float, float], policy: Policy) -> Trust:
    """Return the same from `quality` and its sd, (people,) each, and what it is among all.

    Who climbs is told by the interval that is shown. Who falls is told by the posterior's upper end: words that merely
    age never take it under a bound that a level may ask for. A speciality counts there by all voices there ever were:
    it must not drop out as they age.
    """
    reach, own = margin(policy), scale(dimensions, policy)
    special = [place for place, name in enumerate(dimensions.dimensions) if name in AWARDS.values()]
    fresh, ever = (
        (voices >= policy.minimum_voices)[:, special] for voices in (dimensions.voices, dimensions.ever_heard())
    )
    centre, spread = (((dimensions.centre - own.mean) / own.sd)[special], (dimensions.spread / own.sd)[special])
    sd = (np.minimum(dimensions.sd, dimensions.spread) / own.sd)[:, special]
    mastery = ((dimensions.estimate - own.mean) / own.sd)[:, special]

    def better(of_quality: Number, of_each: Number, heard: Mask) -> Number:
        best = np.where(heard, of_each, -np.inf).max(axis=1, initial=-np.inf)
        return np.asarray(np.maximum(of_quality, best), np.float64)

    return Trust(
        low=better(ends(*quality, of, reach)[0], ends(mastery, sd, (centre, spread), reach)[0], fresh),
        high=better(quality[0] + reach * quality[1], mastery + reach * sd, ever),
    )


def _clearing(evidence: Evidence, stages: StageTable, policy: Policy) -> _Clearing:
    kept = np.flatnonzero(cleared(stages, policy))
    at = evidence.projects.ended[stages.project[kept]]
    order = np.lexsort((at, stages.person[kept]))
    count = np.bincount(stages.person[kept], minlength=len(evidence.people.ids))
    return _Clearing((np.cumsum(count) - count).astype(np.int32), count.astype(np.int32), at[order])


def last_steps(evidence: Evidence, highest: int) -> tuple[Index, Time]:
    """Return the level and moment of everyone's last step; level 0 and no moment where there is none."""
    steps = evidence.level_steps
    order = in_order(steps.at)
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


def _missing(climb: _Climb, asked: Index, low: Number, policy: Policy) -> tuple[str, ...]:
    """Say what is missing, in tokens: two decimals, rounded up, so that it never reads as nothing."""
    last = len(asked) - 1
    after = np.minimum(climb.level + 1, last)
    more = climb.level < last
    under = np.where(climb.trust < low[climb.level] - policy.grace_margin, low[climb.level] - climb.trust, 0.0)
    stages = np.where(more, asked[after] - climb.stages, 0)
    trust = np.where(more, np.maximum(low[after] - climb.trust, 0.0), 0.0)
    gaps = [np.ceil(np.round(gap * 100, 6)).astype(np.int64) for gap in (under, trust)]
    # Few of all the texts differ, and a text is a hundred times as dear as a number.
    way, stage, way_of = distinct(gaps[1], stages)
    held, place, of = distinct(gaps[0], way_of)
    texts = [_tokens(k, int(stage[at]), int(way[at])) for k, at in zip(held.tolist(), place.tolist(), strict=True)]
    return tuple(texts[at] for at in of.tolist())


def _tokens(kept: int, stages: int, trust: int) -> str:
    """Spell what is missing; `kept` and `trust` in hundredths."""
    told = (f"kept:trust:{kept / 100:.2f}", kept), (f"stages:{stages}", stages), (f"trust:{trust / 100:.2f}", trust)
    return ";".join(token for token, missing in told if missing > 0)
