"""What circles, bullies and teams full of praise write in place of, and beside, what they would have written."""

from dataclasses import dataclass, replace

import numpy as np

from scoring.simulate.calendar import Moments, at_work
from scoring.simulate.cast import Cast
from scoring.simulate.meetings import Meetings
from scoring.simulate.people import CRITERIA, Index, Mask, People, Span
from scoring.simulate.voices import Ratings, Thanks
from scoring.simulate.work import Seats

LOUD_ANSWERS_PER_YEAR, LOUD_THANKS_PER_YEAR = 6, 10  # for each other member, in no project
BULLYING_ANSWERS_PER_YEAR = 2  # beside those that were asked for
RUN_DOWN = 2  # points that members of a loud circle take from everybody else
BEST, WORST = 5, 1
_PAIR = tuple[Index, Index]  # givers and receivers


@dataclass(frozen=True, slots=True)
class Stage:
    """Who plays what, where and when."""

    parts: Cast
    staff: People
    seats: Seats
    span: Span


@dataclass(frozen=True, slots=True)
class Said:
    """Ratings, and which of them are honest: (rows,)."""

    ratings: Ratings
    honest: Mask


def ratings(rng: np.random.Generator, given: Ratings, stage: Stage) -> Said:
    """Return all ratings with what the cast makes of them; what a praising team says of itself is honest."""
    parts = stage.parts
    said = _run_down(Said(given, np.ones(given.giver.size, bool)), parts.loud)
    for group in (parts.loud, parts.quiet):
        said = _rewritten(said, _among(group), BEST, honest=False)
    for team in np.unique(stage.staff.team[parts.praising]):
        members = np.flatnonzero(stage.staff.team == team)
        said = _rewritten(said, _among(members), BEST, honest=True)
    against = (parts.bullies.ravel(), np.repeat(parts.victims, parts.bullies.shape[1]))
    said = _rewritten(said, against, WORST, honest=False)
    said = _added(rng, said, _often(rng, _among(parts.loud), LOUD_ANSWERS_PER_YEAR, stage), BEST)
    said = _added(rng, said, _shared(parts.quiet, stage), BEST)
    return _added(rng, said, _often(rng, against, BULLYING_ANSWERS_PER_YEAR, stage), WORST)


def thanks(rng: np.random.Generator, given: Thanks, stage: Stage) -> tuple[Thanks, Mask]:
    """Add the thanks of the loud circle for one another; and which thanks are honest: (rows,)."""
    own = _often(rng, _among(stage.parts.loud), LOUD_THANKS_PER_YEAR, stage)
    names = Meetings.__dataclass_fields__
    met = Meetings(*(np.concatenate([getattr(part, name) for part in (given.meetings, own)]) for name in names))
    criterion = np.concatenate([given.criterion, np.full(own.giver.size, -1)])
    honest = np.arange(criterion.size) < given.criterion.size
    return Thanks(met, criterion, np.concatenate([given.at, at_work(rng, own.day)])), honest


def _run_down(said: Said, circle: Index) -> Said:
    """Let the members of a loud circle take points from everybody else."""
    given = said.ratings
    down = np.isin(given.giver, circle) & ~np.isin(given.receiver, circle)
    lower = np.where(down, np.maximum(given.rating - RUN_DOWN, WORST), given.rating)
    return Said(replace(given, rating=lower), said.honest & ~down)


def _among(members: Index) -> _PAIR:
    """Everybody about everybody else."""
    first, second = (grid.ravel() for grid in np.meshgrid(members, members, indexing="ij"))
    return first[first != second], second[first != second]


def _rewritten(said: Said, pairs: _PAIR, rating: int, *, honest: bool) -> Said:
    """Let these givers give these receivers one rating on every criterion, whenever they answer."""
    given = said.ratings
    people = int(max((part.max(initial=0) for part in (*pairs, given.giver, given.receiver)), default=0)) + 1
    touched = np.isin(given.giver * people + given.receiver, pairs[0] * people + pairs[1])
    first = np.flatnonzero(touched)[np.unique(given.answer[touched], return_index=True)[1]]
    rows = np.concatenate([np.flatnonzero(~touched), np.repeat(first, CRITERIA)])
    new = np.arange(rows.size) >= (~touched).sum()
    criterion = np.where(new, np.arange(rows.size) - (~touched).sum(), 0) % CRITERIA
    order = np.argsort(given.answer[rows], kind="stable")
    changed = {name: getattr(given, name)[rows][order] for name in Ratings.__dataclass_fields__}
    changed["criterion"] = np.where(new, criterion, given.criterion[rows])[order]
    changed["rating"] = np.where(new, rating, given.rating[rows])[order]
    return Said(Ratings(**changed), np.where(new, honest, said.honest[rows])[order])


def _often(rng: np.random.Generator, pairs: _PAIR, per_year: int, stage: Stage) -> Meetings:
    """Write so often a year, on days on which both are at work, in no project."""
    span, staff = stage.span, stage.staff
    times = max(1, round(per_year * span.years)) if pairs[0].size else 0
    giver, receiver = np.repeat(pairs[0], times), np.repeat(pairs[1], times)
    begin = np.maximum(np.maximum(staff.joined[giver], staff.joined[receiver]), span.begin)
    day = begin + np.floor(rng.random(giver.size) * (span.end - begin)).astype(np.int64)
    there = staff.at_work(giver, day) & staff.at_work(receiver, day)
    none = np.full(giver.size, -1)
    return Meetings(giver, receiver, none, day, day + 1)[np.flatnonzero(there)]


def _shared(members: Index, stage: Stage) -> Meetings:
    """Once for each project that two of them share, halfway through it."""
    seats, span = stage.seats, stage.span
    mine = np.flatnonzero(np.isin(seats.person, members))
    first, second = (grid.ravel() for grid in np.meshgrid(mine, mine, indexing="ij"))
    start = np.maximum(np.maximum(seats.start[first], seats.start[second]), span.begin)
    end = np.minimum(np.minimum(seats.end[first], seats.end[second]), span.end)
    giver, receiver = seats.person[first], seats.person[second]
    day: Moments = (start + end) // 2
    kept = (seats.project[first] == seats.project[second]) & (giver != receiver) & (start < end)
    kept &= stage.staff.at_work(giver, day) & stage.staff.at_work(receiver, day)
    return Meetings(giver, receiver, seats.project[first], day, end)[np.flatnonzero(kept)]


def _added(rng: np.random.Generator, said: Said, met: Meetings, rating: int) -> Said:
    """Let these givers answer besides, unasked, with one rating on every criterion."""
    given = said.ratings
    size = met.giver.size
    answer = np.repeat(np.arange(size) + int(given.answer.max(initial=-1)) + 1, CRITERIA)
    more = Ratings(
        answer=answer,
        giver=np.repeat(met.giver, CRITERIA),
        receiver=np.repeat(met.receiver, CRITERIA),
        project=np.repeat(met.project, CRITERIA),
        round=np.full(answer.size, -1),
        criterion=np.tile(np.arange(CRITERIA), size),
        rating=np.full(answer.size, rating),
        at=np.repeat(at_work(rng, met.day), CRITERIA),
    )
    names = Ratings.__dataclass_fields__
    every = Ratings(*(np.concatenate([getattr(part, name) for part in (given, more)]) for name in names))
    return Said(every, np.concatenate([said.honest, np.zeros(answer.size, bool)]))
