"""What colleagues say of each other: asks and answers in quarterly rounds, answers nobody asked for, thanks, badges."""

from dataclasses import dataclass

import numpy as np

from scoring.simulate.calendar import NEVER, YEAR, Moments, at_work
from scoring.simulate.meetings import Circles, Meetings, Wish, chosen, meet
from scoring.simulate.people import (
    COLLABORATION,
    CRITERIA,
    LEAD,
    LEADING,
    SELLER,
    SELLING,
    Character,
    Index,
    Mask,
    Number,
    People,
    Span,
)  # fmt: skip
from scoring.simulate.settings import Settings

ROUND_DAYS = 15  # working days that a round stays open
LAST_ROUND_DAYS = 8  # working days ago that the newest one opened
ANSWER_DAYS = 4  # working days until an answer, on average


@dataclass(frozen=True, slots=True)
class Asks:
    """Who was asked about whom; `answered` where an answer came. `round` counts from the oldest."""

    meetings: Meetings
    round: Index
    at: Moments
    declined: Moments
    answer: Moments  # NEVER where none


@dataclass(frozen=True, slots=True)
class Ratings:
    """One rating a row; `answer` counts those given together."""

    answer: Index
    giver: Index
    receiver: Index
    project: Index
    round: Index
    criterion: Index
    rating: Index
    at: Moments


def round_days(settings: Settings, span: Span) -> Moments:
    """Working days on which the rounds opened, oldest first; the newest is still open."""
    between = round(YEAR / settings.rounds_per_year)
    return np.arange(span.end - 1 - LAST_ROUND_DAYS, span.begin + 20, -between)[::-1].astype(np.int64)


def asks(settings: Settings, rng: np.random.Generator, world: "World") -> Asks:
    """Each round asks everybody about a few of those they work with that day."""
    pull = _pull(settings, world.truth, settings.visibility_pull / 2)
    parts, rounds = [], []
    for number, day in enumerate(round_days(settings, world.span)):
        met = _about(settings, rng, world, int(day), pull)
        parts.append(met)
        rounds.append(np.full(met.giver.size, number))
    met = Meetings(*(np.concatenate([getattr(p, name) for p in parts]) for name in Meetings.__dataclass_fields__))
    return _answered(settings, rng, world, met, np.concatenate(rounds))


@dataclass(frozen=True, slots=True)
class World:
    """What voices stand on."""

    staff: People
    truth: Character
    circles: Circles
    span: Span


def _pull(settings: Settings, truth: Character, visibility: float) -> Number:
    """Log odds of being chosen, (people,)."""
    odds: Number = visibility * truth.visibility + settings.liking_pull * truth.quality.mean(axis=1)
    return odds


def _about(settings: Settings, rng: np.random.Generator, world: World, day: int, pull: Number) -> Meetings:
    """Of those whom a giver works with on that day, a few, the visible and the liked rather (Gumbel's top k)."""
    found = world.circles
    rows = np.repeat(np.flatnonzero((found.start <= day) & (day < found.end)), 3)
    met = meet(rng, found, rows, np.full(rows.size, day), world.staff)
    in_project_first = np.lexsort((met.project < 0, met.receiver, met.giver))
    pair = (met.giver * world.staff.size + met.receiver)[in_project_first]
    once = met[in_project_first[np.concatenate([[True], pair[1:] != pair[:-1]])[: pair.size]]]
    score = pull[once.receiver] + rng.gumbel(size=once.giver.size)
    order = np.lexsort((-score, once.giver))
    giver = once.giver[order]
    place = np.arange(giver.size) - np.searchsorted(giver, giver)
    return once[np.sort(order[place < settings.asks_per_round])]


def _answered(settings: Settings, rng: np.random.Generator, world: World, met: Meetings, rounds: Index) -> Asks:
    """Answer within days, while both are still there and work together."""
    size = met.giver.size
    day = met.day + rng.geometric(1 / ANSWER_DAYS, size) - 1
    said = rng.random(size)
    declines = said < settings.declined
    answers = ~declines & (said < settings.declined + settings.answered) & (day < met.day + ROUND_DAYS)
    answers &= (day < np.minimum(met.until, world.span.end)) & world.staff.at_work(met.giver, day)
    answers &= world.staff.at_work(met.receiver, day)
    at = met.day * 86_400 + 9 * 3600 + rng.integers(0, 300, size)  # asks go out together, at nine
    then = np.maximum(at_work(rng, day), at + 600)
    return Asks(met, rounds, at, np.where(declines, then, NEVER), np.where(answers, then, NEVER))


def ratings(settings: Settings, rng: np.random.Generator, world: World, asked: Asks) -> Ratings:
    """All answers, asked for or not, each on several criteria."""
    given = np.flatnonzero(asked.answer < NEVER)
    total = round(settings.spontaneous_per_person_year * world.staff.size * world.span.years)
    pull = _pull(settings, world.truth, settings.visibility_pull / 2)
    own = chosen(rng, world.circles, world.staff, Wish(total, world.truth.thanking, pull))
    met = asked.meetings[given]
    met = Meetings(*(np.concatenate([getattr(p, name) for p in (met, own)]) for name in Meetings.__dataclass_fields__))
    at = np.concatenate([asked.answer[given], at_work(rng, own.day)])
    rounds = np.concatenate([asked.round[given], np.full(own.giver.size, -1)])
    answer, criterion = np.nonzero(_criteria(rng, world, met))
    felt = _felt(settings, rng, world, met, at // 86_400)[answer, criterion]
    felt += settings.noise_sd * rng.standard_normal(felt.size)
    rating = _words(world.truth, met.giver[answer], felt + settings.generosity)
    return Ratings(
        answer, met.giver[answer], met.receiver[answer], met.project[answer], rounds[answer], criterion, rating,
        at[answer],
    )  # fmt: skip


def _criteria(rng: np.random.Generator, world: World, met: Meetings) -> Mask:
    """Pick what a giver has something to say on, (answers, criteria); collaboration where nothing else."""
    chance = np.tile([0.85, 0.12, 0.45, 0.55, 0.1], (met.giver.size, 1))
    role = world.staff.role[met.receiver]
    chance[role == SELLER, SELLING] = 0.8
    chance[role == LEAD, LEADING] = 0.8
    said: Mask = rng.random(chance.shape) < chance
    said[~said.any(axis=1), COLLABORATION] = True
    return said


def _felt(settings: Settings, rng: np.random.Generator, world: World, met: Meetings, day: Moments) -> Number:
    """Return what givers feel, (answers, criteria): quality that day, shrunk to one impression, the pair, the mood."""
    quality = world.truth.quality_on(met.receiver, day)
    halo = world.truth.halo[met.giver][:, None]
    impression = quality.mean(axis=1, keepdims=True)
    _, pair = np.unique(met.giver * world.staff.size + met.receiver, return_inverse=True)
    on_with = settings.pair_sd * rng.standard_normal(int(pair.max(initial=0)) + 1)[pair]
    mood = settings.occasion_sd * rng.standard_normal(met.giver.size)
    felt: Number = halo * impression + (1 - halo) * quality + (on_with + mood)[:, None]
    return felt


def _words(truth: Character, giver: Index, felt: Number) -> Index:
    """Put what is felt on the giver's own scale, 1-5."""
    latent = truth.contrast[giver] * felt + truth.leniency[giver]
    rating: Index = 1 + (latent[:, None] > truth.thresholds[giver]).sum(axis=1)
    return rating


@dataclass(frozen=True, slots=True)
class Thanks:
    """Kudos, or badges given by people; `criterion` -1 where none is named."""

    meetings: Meetings
    criterion: Index
    at: Moments


def thanks(settings: Settings, rng: np.random.Generator, world: World, per_person_year: float) -> Thanks:
    """Thank those one works with, and the visible rather than the good."""
    total = max(2, round(per_person_year * world.staff.size * world.span.years))
    pull = _pull(settings, world.truth, settings.visibility_pull)
    met = chosen(rng, world.circles, world.staff, Wish(total, world.truth.thanking, pull))
    strength = world.truth.quality[met.receiver] + rng.gumbel(size=(met.giver.size, CRITERIA))
    named = rng.random(met.giver.size) < 0.6
    return Thanks(met, np.where(named, strength.argmax(axis=1), -1), at_work(rng, met.day))
