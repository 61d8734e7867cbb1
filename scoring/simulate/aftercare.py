"""What stays behind: documents that others use, accounts handed over, and calls after a deal."""

from dataclasses import dataclass

import numpy as np

from scoring.exchange.columns import CARE_KINDS, CARE_OUTCOMES
from scoring.simulate.calendar import NEVER, YEAR, Moments, at_work, during
from scoring.simulate.people import (
    COLLABORATION,
    DOCUMENTING,
    EXPERT,
    Character,
    Index,
    Mask,
    Number,
    People,
    Span,
)  # fmt: skip
from scoring.simulate.settings import Settings
from scoring.simulate.work import DONE, WON, Projects, Seats

WELL, REPAIRED, OPEN = range(len(CARE_OUTCOMES))
DUE_DAYS = np.array([65, YEAR, 2 * YEAR, 130])  # working days after the deal, by kind: 3, 12, 24 months; half a year
RECURRING = CARE_KINDS.index("recurring")


@dataclass(frozen=True, slots=True)
class Documents:
    """What was written, each (rows,); `used_by` a project that began later, or -1."""

    project: Index
    author: Index
    used_by: Index
    at: Moments


@dataclass(frozen=True, slots=True)
class Handovers:
    """Accounts passing on, each (rows,); `rating` 1-5 or -1."""

    project: Index
    giver: Index
    taker: Index
    rating: Index
    at: Moments
    accepted: Moments


@dataclass(frozen=True, slots=True)
class Care:
    """Calls, each (rows,); `done` NEVER where not, then `outcome` and `changed` -1; `moved` 0 or 1."""

    project: Index
    owner: Index
    kind: Index
    due: Moments
    done: Moments
    outcome: Index
    changed: Index
    moved: Index


@dataclass(frozen=True, slots=True)
class Place:
    """Who did what."""

    staff: People
    truth: Character
    projects: Projects
    seats: Seats
    span: Span


def documents(settings: Settings, rng: np.random.Generator, place: Place) -> Documents:
    """Experts write more; what masterly documenters write is used again."""
    seats, span = place.seats, place.span
    end = np.minimum(seats.end, span.end)
    length = np.maximum(end - seats.start, 0) / YEAR
    keen = np.where(place.staff.role[seats.person] == EXPERT, 2.0, 1.0)
    wanted = settings.documents_per_person_year * place.staff.size * span.years
    rows = np.repeat(np.arange(end.size), rng.poisson(wanted * length * keen / max((length * keen).sum(), 1e-9)))
    at = during(rng, seats.start[rows], end[rows])
    author, project = seats.person[rows], seats.project[rows]
    there = place.staff.at_work(author, at // 86_400)
    author, project, at = author[there], project[there], at[there]
    skill = place.truth.quality_on(author, at // 86_400)[:, DOCUMENTING]
    used = rng.random(at.size) < 1 / (1 + np.exp(0.6 - skill))
    return Documents(project, author, np.where(used, _later(rng, place.projects, project, at), -1), at)


def _later(rng: np.random.Generator, done: Projects, project: Index, at: Moments) -> Index:
    """Find some project that began soon after, -1 where none or the same."""
    order = np.argsort(done.start, kind="stable")
    position = np.searchsorted(done.start[order], at // 86_400, side="right") + rng.geometric(0.1, at.size) - 1
    found = order[np.minimum(position, done.size - 1)]
    return np.where((position >= done.size) | (found == project), -1, found)


def handovers(rng: np.random.Generator, place: Place) -> Handovers:
    """Who won a deal hands it over to the owner of the delivery."""
    done, staff = place.projects, place.staff
    project = np.flatnonzero(done.continues >= 0)
    giver, taker = done.owner[done.continues[project]], done.owner[project]
    day = done.start[project] + rng.integers(0, 6, project.size)
    happens = (giver != taker) & (day < np.minimum(done.end[project], place.span.end))
    happens &= staff.at_work(giver, day) & staff.at_work(taker, day) & (rng.random(day.size) < 0.9)
    project, giver, taker, day = project[happens], giver[happens], taker[happens], day[happens]
    quality = place.truth.quality_on(giver, day)
    latent = 0.6 * quality[:, DOCUMENTING] + 0.4 * quality[:, COLLABORATION] + place.truth.leniency[taker]
    latent += 0.7 + 0.6 * rng.standard_normal(day.size)
    rating = 1 + (latent[:, None] > place.truth.thresholds[taker]).sum(axis=1)
    answered = day + rng.geometric(0.4, day.size)
    accepts = (rng.random(day.size) < 0.93) & staff.at_work(taker, answered) & (answered < done.end[project])
    accepted = np.where(accepts, at_work(rng, answered), NEVER)
    rated = accepts & (rng.random(day.size) < 0.85)
    return Handovers(project, giver, taker, np.where(rated, rating, -1), at_work(rng, day), accepted)


def care(settings: Settings, rng: np.random.Generator, place: Place) -> Care:
    """Three calls after a won deal, another half a year after some deliveries."""
    done = place.projects
    won = np.flatnonzero((done.outcome == WON) & (done.customer >= 0))
    delivered = np.flatnonzero((done.outcome == DONE) & (done.continues >= 0) & (rng.random(done.size) < 0.3))
    project = np.concatenate([np.repeat(won, 3), delivered])
    kind = np.concatenate([np.tile([0, 1, 2], won.size), np.full(delivered.size, RECURRING)])
    owner = done.owner[project]
    due = done.end[project] + DUE_DAYS[kind]
    diligence = place.truth.care[owner]
    made = rng.random(due.size) < 1 / (1 + np.exp(-(_log_odds(settings.care_answered) + 0.8 * diligence)))
    moved = (rng.random(due.size) < 0.12).astype(np.int64)
    late = np.round(3.0 - 3.0 * diligence + 5.0 * rng.standard_normal(due.size)).astype(np.int64)
    day = due + np.clip(late, -10, 40) + 15 * moved
    made &= place.staff.at_work(owner, day) & (day < place.span.end)
    done_at = np.where(made, at_work(rng, day), NEVER)
    outcome = _outcomes(rng, diligence, made)
    changed = np.where(made, rng.random(due.size) < 0.25, -1).astype(np.int64)
    return Care(project, owner, kind, due * 86_400 + 17 * 3600, done_at, outcome, changed, np.where(made, moved, 0))


def _outcomes(rng: np.random.Generator, diligence: Number, made: Mask) -> Index:
    """Draw outcomes: a fault is there or not, whoever calls; the diligent put it right."""
    fault = rng.random(made.size) < 0.3
    repaired = rng.random(made.size) < 1 / (1 + np.exp(-(0.8 + diligence)))
    return np.where(made, np.where(fault, np.where(repaired, REPAIRED, OPEN), WELL), -1)


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 0.001), 0.999)
    return float(np.log(chance / (1 - chance)))
