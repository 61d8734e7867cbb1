"""Falls: who loses a level, because trust lies beyond doubt under its threshold and has done so for the grace period.

A person falls where all of this holds; trust is told by both ends of its interval (levels.py):

1. high end of trust < threshold − `grace_margin` now,
2. and so it was a grace period ago, from what was known then,
3. the level was reached before that, and the levels have asked for what they ask since then (`levels_from`),
4. something was said of the person after the level was reached,
5. the person was there, and on no leave, for the whole grace period.

That ageing takes nothing away: of one dimension, estimate = u·y and sd = √(1 − u), u the reliability in [0, 1] of what
y the evidence says. Ageing moves u toward 0, and high(u) = u·y + 1.28·√(1 − u) is concave: on the way it is never less
than the lesser of where it began and 1.28, and no threshold lies above 1.2 (policy.py). 4 makes it exact for any model,
also where only others' evidence changed; 5 lets nobody lose what they could not defend.

2 asks for a second look at the evidence, which is taken only where somebody fulfils 1 and 3 to 5.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.model.evidence import DAY, MISSING_TIME, Evidence, Index, Mask, Time
from scoring.model.levels import Falls, Trust, last_steps, thresholds
from scoring.model.periods import micros
from scoring.model.select import present
from scoring.policy import Policy


@dataclass(frozen=True, slots=True)
class Look:
    """How to tell trust from evidence (not yet selected) at a moment."""

    evidence: Evidence
    trust: Callable[[int], Trust]


def nobody(evidence: Evidence, as_of: int) -> Falls:
    """Return that no one loses a level."""
    return Falls(np.zeros(len(evidence.people.ids), np.bool_), as_of)


def falls(now: Trust, known: Evidence, look: Look, policy: Policy, as_of: int) -> Falls:
    """Return who loses a level at `as_of` (microseconds). `known` is what `select` left, `now` the trust from it."""
    before = as_of - int(policy.grace_days * DAY)
    if policy.levels_from is not None and micros(policy.levels_from) > before:
        return nobody(known, as_of)
    level, at = last_steps(known, len(policy.levels) - 1)
    bound = thresholds(policy)[level] - policy.grace_margin
    fallen = (now.high < bound) & (level > 0) & (at <= before)
    fallen &= spoken_of(known, at) & _there(known, before, as_of)
    if not fallen.any():
        return nobody(known, as_of)
    return Falls(fallen & (look.trust(before).high < bound), as_of)


def spoken_of(evidence: Evidence, since: Time) -> Mask:
    """Say of whom something was said after `since` (people,): by colleagues, customers of their projects, or calls."""
    found = np.zeros(len(since), np.bool_)
    feedback, signals, members, care = evidence.feedback, evidence.signals, evidence.members, evidence.care
    handovers = evidence.handovers
    latest = np.full(len(evidence.projects.ids), MISSING_TIME)
    np.maximum.at(latest, signals.project, signals.at)
    words: list[tuple[Index, Time]] = [
        (feedback.receiver, feedback.at),
        (members.person, latest[members.project]),
        (care.owner, np.maximum(care.due, care.done)),
        (handovers.from_person, handovers.accepted),
    ]
    for person, at in words:
        found[person[(person >= 0) & (at > since[person])]] = True
    return found


def _there(evidence: Evidence, before: int, as_of: int) -> Mask:
    """Say who was there from `before` on without leave: (people,)."""
    leaves = evidence.leaves
    found = present(evidence, as_of) & (evidence.people.joined <= before)
    found[leaves.person[leaves.end > before]] = False
    return found
