"""The gate between what a run found out and what anybody may see of it.

A person's peer figures appear, and move, only when k distinct givers have an answer recorded since the last time, and
then with a blur as of one answer. `release` decides whose figures those are tonight; `shown` composes from released
peer figures and fresh open evidence all that pages, charts, exports, answers and mails are made of. Both are pure: the
draws are an argument. An answer that is not due has no part in anything that is shown, not even through its giver.

Why a blur. Ratings are whole numbers and the engine's equations are public, so an exact figure names the ratings that
it is made of; and no rounding helps: whatever is decided by a sum of ratings, an attacker who knows all but two of them
sees both where they are at an end of the scale (DECISIONS.md). So each release adds, for good, the effect of one
imagined answer with an error of `BLUR` told points, which nobody knows. All else follows from blurred figures, and from
whose answers were recorded when.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from scoring.model.evidence import Evidence, Feedback, Mask, Number
from scoring.model.peers import peer_means
from scoring.model.peers_rows import Heard
from scoring.model.peers_variances import Variances, usual, variances
from scoring.model.periods import micros
from scoring.model.score import Blocks, conclude
from scoring.model.scores import ExplanationTable, LevelTable, Scores, ScoreTable, StageTable, StandingTable
from scoring.model.select import rows
from scoring.policy import Policy
from scoring.release_blocks import frozen_peers
from scoring.release_figures import BLUR, GRAIN, Frozen, State, shrunk, start_of

MANY = 5000  # ratings from which on the variances that figures are fitted with are learnt from them
OPEN_COUNTS = frozenset({"people", "teams", "projects", "customers", "kudos", "badges", "signals", "care", "handovers",
                         "money", "documents"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Released:
    """All that pages, charts, exports, answers and mails are made of. What givers are like is not in it."""

    scores: ScoreTable
    standings: StandingTable
    levels: LevelTable
    stages: StageTable
    explanations: ExplanationTable


@dataclass(frozen=True, slots=True)
class Night:
    """What a run has for the gate: `known`, the evidence that `select` left at `as_of`, and how far it was read.

    `as_of`, `until`: what happened before the one and was recorded before the other, in microseconds. `people` (people,
    criteria) and `projects` (projects, 1): draws of a Laplace distribution with scale 1, which nobody else knows.
    """

    known: Evidence
    policy: Policy
    as_of: int
    until: int
    people: Number
    projects: Number


def release(previous: State, night: Night) -> State:
    """Return what is released of peers after this night, knowing what was before: whoever is not due stays as it was.

    Due is a person's criterion where k distinct givers have an answer recorded since its last release, and a project
    where as many have whose answers are released. What peers say is fitted from released answers alone.
    """
    feedback = night.known.feedback
    cell = feedback.receiver.astype(np.int64) * len(night.known.criteria) + feedback.criterion
    due = _due(previous.people, _Said(cell, feedback), night.policy.k)
    if not due.any():
        return previous
    told = feedback.recorded < np.where(due, night.until, previous.people.until).ravel()[cell]
    known = replace(night.known, feedback=rows(feedback, told))
    estimate, of_projects = peer_means(known, night.policy, night.as_of, held)
    said = _Said(cell[told], known.feedback)
    people = _moved(previous.people, due, said, (estimate, night.people), night.until)
    inside = known.feedback.project >= 0
    said = _Said(known.feedback.project[inside].astype(np.int64), rows(known.feedback, inside))
    mean = of_projects.mean[:, None]
    finished = _due(previous.projects, said, night.policy.k) & ~np.isnan(mean)
    projects = _moved(previous.projects, finished, said, (mean, night.projects), night.until)
    return State(shrunk(people, due, start_of(known, night.policy)), projects)


def held(told: Heard, half_life_days: float) -> Variances:
    """Return the variances that released figures are fitted with: those that are usual, unless there are many ratings.

    Where they are few, one rating can turn an estimated variance or half-life, and with it everybody's figures.
    """
    return variances(told, half_life_days) if len(told.y) >= MANY else usual(told.criteria, half_life_days)


def shown(state: State, earlier: State, evidence: Evidence, blocks: Blocks, run: tuple[Policy, datetime]) -> Scores:
    """Return what the organization may know: released peer figures and fresh open ones, composed anew.

    `evidence` is not selected yet, `blocks` are the run's, `run` its policy and moment. `earlier`: what was released a
    grace period before, which decides with today's who loses a level. Answers that are not released yet are left out.
    """
    policy, as_of = run
    feedback = evidence.feedback
    told = feedback.recorded < state.people.until[feedback.receiver, feedback.criterion]
    seen = replace(evidence, feedback=rows(feedback, told))
    frozen = replace(blocks, peers=frozen_peers(state, seen, policy, micros(as_of)))
    return conclude(seen, frozen, policy, as_of, lambda *at: frozen_peers(earlier, *at))


def everything(run: Scores) -> Released:
    """Return all of a run that the gate decides upon."""
    return Released(run.scores, run.standings, run.levels, run.stages, run.explanations)


def open_counts(counts: dict[str, int]) -> dict[str, int]:
    """Keep those counts that say nothing of who answered or who allows what."""
    return {name: count for name, count in counts.items() if name in OPEN_COUNTS}


@dataclass(frozen=True, slots=True)
class _Said:
    """Ratings, and the `cell` (subject and dimension) that each is about, (rows,)."""

    cell: NDArray[np.int64]
    feedback: Feedback

    def givers(self, kept: Mask, shape: tuple[int, ...]) -> Number:
        """Count distinct givers of the kept rows in each cell."""
        people = int(self.feedback.giver.max(initial=0)) + 1
        voice = np.unique(self.cell[kept] * people + self.feedback.giver[kept])
        return np.bincount(voice // people, minlength=int(np.prod(shape))).astype(np.float64).reshape(shape)


def _due(before: Frozen, said: _Said, k: int) -> Mask:
    """Say which cells have k distinct givers with an answer recorded since their last release."""
    new = said.feedback.recorded >= before.until.ravel()[said.cell]
    return np.asarray(said.givers(new, before.until.shape) >= k)


def _moved(before: Frozen, due: Mask, said: _Said, found: tuple[Number, Number], until: int) -> Frozen:
    """Release the cells that are due; `found`: what the run says of every cell, and a draw for each.

    Rounded, for the last bits of a float would tell which draws there can have been (Mironov 2012, CCS).
    """
    estimate, draw = found
    everybody = said.givers(np.ones(len(said.cell), np.bool_), due.shape)
    givers, blur = np.where(due, everybody, before.givers), before.blur + np.where(due, draw, 0.0)
    return replace(
        before,
        until=np.where(due, until, before.until),
        givers=givers,
        noisy=np.where(due, np.round((estimate + BLUR * blur / np.maximum(givers, 1)) / GRAIN) * GRAIN, before.noisy),
        blur=blur,
        draws=before.draws + due,
    )
