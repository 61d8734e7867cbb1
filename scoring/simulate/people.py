"""Who works there, in which team, when, and who they truly are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.exchange.columns import PERSON_ROLES, STANDARD_CRITERIA
from scoring.simulate.calendar import NEVER, YEAR, Moments
from scoring.simulate.settings import Settings

Index = NDArray[np.int64]
Number = NDArray[np.float64]
Mask = NDArray[np.bool_]

SELLER, EXPERT, CARER, LEAD, OTHER = range(len(PERSON_ROLES))
ROLE_SHARES = {SELLER: 0.28, EXPERT: 0.42, CARER: 0.18, OTHER: 0.12}  # of those who lead no team
TEAMS_PER_DEPARTMENT = 4
LEARNING_DAYS = 125  # working days in which what a newcomer still lacks shrinks to 1/e
CRITERIA = len(STANDARD_CRITERIA)
COLLABORATION, LEADING, DOCUMENTING, PROBLEM_SOLVING, SELLING = range(CRITERIA)


@dataclass(frozen=True, slots=True)
class Span:
    """The history in working days: [begin, end), the last one being the day of `until`."""

    begin: int
    end: int

    @property
    def years(self) -> float:
        """Length in years."""
        return (self.end - self.begin) / YEAR


@dataclass(frozen=True, slots=True)
class People:
    """Facts, each (people,): `joined`, `left`, `away`, `back`, `moved` in working days, NEVER where not."""

    role: Index
    team: Index
    former_team: Index  # -1 where never moved
    moved: Moments
    joined: Moments
    left: Moments
    away: Moments
    back: Moments
    finnish: Mask
    teams: int
    part_time: Mask  # works every other day

    @property
    def size(self) -> int:
        """How many."""
        return self.role.size

    def at_work(self, person: Index, day: Moments) -> Mask:
        """Whether these people were employed and not on leave on these days."""
        employed = (self.joined[person] <= day) & (day < self.left[person])
        employed &= ~(self.part_time[person] & ((day + person) % 2 == 1))
        return employed & ~((self.away[person] <= day) & (day < self.back[person]))


@dataclass(frozen=True, slots=True)
class Character:
    """The truth, (people,) or (people, criteria); quality in sd, as of the end of the history."""

    quality: Number
    drift: Number  # sd a year
    unlearnt: Number  # (people,) sd below themselves on their first day
    joined: Moments
    end: int
    trust: Number  # what customers feel of this person
    care: Number  # keeping calls, and putting right
    visibility: Number
    leniency: Number
    contrast: Number  # how strongly a giver spreads people over the scale
    halo: Number
    thresholds: Number  # (people, 4), of a giver, increasing
    thanking: Number  # mean 1

    def quality_on(self, person: Index, day: Moments) -> Number:
        """Quality of these people on these days, (rows, criteria)."""
        years = (day - self.end) / YEAR
        then, now = (np.exp(-np.maximum(when - self.joined[person], 0) / LEARNING_DAYS) for when in (day, self.end))
        lacking = self.unlearnt[person] * (then - now)
        then_on: Number = self.quality[person] + self.drift[person] * years[:, None] - lacking[:, None]
        return then_on


def people(settings: Settings, rng: np.random.Generator, span: Span) -> People:
    """Employ `settings.people`; the first in each team leads it and was there from the beginning."""
    size = settings.people
    teams = max(1, round(size / settings.team_size))
    team = rng.permutation(np.arange(size) % teams)
    leads = np.zeros(size, bool)
    leads[np.unique(team, return_index=True)[1]] = True
    role = rng.choice(list(ROLE_SHARES), size, p=list(ROLE_SHARES.values()))
    role[leads] = LEAD
    free = rng.permutation(np.flatnonzero(~leads))
    joined = span.begin - rng.integers(20, 12 * YEAR, size)
    new, gone, away, moved = _few(settings, free)
    length = span.end - span.begin
    joined[new] = span.begin + (rng.random(new.size) * (length - 30)).astype(np.int64)
    left = _never(size)
    left[gone] = span.begin + (length * (0.25 + 0.7 * rng.random(gone.size))).astype(np.int64)
    start, back = _never(size), _never(size)
    start[away] = span.begin + (length * rng.random(away.size)).astype(np.int64)
    back[away] = start[away] + rng.integers(20, 200, away.size)
    former, change = np.full(size, -1), _never(size)
    if teams > 1:
        former[moved] = (team[moved] + 1 + rng.integers(0, teams - 1, moved.size)) % teams
        change[moved] = span.begin + (length * (0.2 + 0.6 * rng.random(moved.size))).astype(np.int64)
    finnish = rng.random(size) < settings.finnish
    return People(role, team, former, change, joined, left, start, back, finnish, teams, np.zeros(size, bool))


def _few(settings: Settings, free: Index) -> list[Index]:
    """Newcomers, leavers, absentees and movers: nobody is two of them."""
    shares = (settings.newcomers, settings.leavers, settings.absent, settings.movers)
    ends = np.cumsum([round(share * settings.people) for share in shares])
    return np.split(free, np.minimum(ends, free.size))[:4]


def _never(size: int) -> Moments:
    return np.full(size, NEVER, np.int64)


def character(settings: Settings, rng: np.random.Generator, staff: People, span: Span) -> Character:
    """Draw the truth. Quality has a longer tail below than a normal one: most are good, a few are not."""
    size = staff.size
    general = _skewed(rng, (size, 1))
    own = rng.standard_normal((size, CRITERIA))
    quality = np.sqrt(settings.general) * general + np.sqrt(1 - settings.general) * own
    quality[:, SELLING] += np.where(staff.role == SELLER, 0.4, -0.2)
    quality[:, LEADING] += np.where(staff.role == LEAD, 0.4, 0.0)
    told = settings.visibility_with_quality
    culture = settings.team_leniency_sd * rng.standard_normal(staff.teams)
    steps = np.sort(rng.normal(0, 0.15, (size, 4)), axis=1)
    return Character(
        quality=quality,
        drift=settings.drift_sd * rng.standard_normal((size, CRITERIA)),
        unlearnt=np.where(staff.joined >= span.begin, settings.learning * rng.random(size) * 2, 0.0),
        joined=staff.joined,
        end=span.end,
        trust=0.6 * quality[:, COLLABORATION] + 0.3 * quality[:, PROBLEM_SOLVING] + 0.6 * rng.standard_normal(size),
        care=0.5 * general[:, 0] + 0.85 * rng.standard_normal(size) + np.where(staff.role == CARER, 0.5, 0.0),
        visibility=told * quality.mean(axis=1) + np.sqrt(1 - told**2) * rng.standard_normal(size),
        leniency=settings.leniency_sd * rng.standard_normal(size) + culture[staff.team],
        contrast=np.exp(0.25 * rng.standard_normal(size)),
        halo=rng.beta(4 * settings.halo + 0.01, 4 * (1 - settings.halo) + 0.01, size),
        thresholds=np.array([-2.1, -1.3, -0.4, 0.9]) + steps,
        thanking=rng.gamma(1.2, 1 / 1.2, size),
    )


def _skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> Number:
    """Mean 0, sd 1, skewness about -0.9: a negative gamma of shape 5."""
    drawn: Number = (5 - rng.gamma(5.0, 1.0, shape)) / np.sqrt(5)
    return drawn
