"""What customers say of projects, and what the unhappy ones keep to themselves."""

from dataclasses import dataclass

import numpy as np

from scoring.exchange.columns import ABOUT, ASPECTS, SIGNAL_KINDS
from scoring.simulate.calendar import YEAR, Moments, at_work
from scoring.simulate.people import Index, Mask, Number, People, Span
from scoring.simulate.settings import Settings
from scoring.simulate.work import Market, Projects, Seats

SURVEY, INTERVIEW, MEETING, GROUP, CALL, OBSERVATION, COMPLAINT, REFERRAL, USAGE = range(len(SIGNAL_KINDS))
KIND_SHARES = (0.46, 0.07, 0.13, 0.04, 0.14, 0.11, 0.0, 0.0, 0.05)  # complaints and referrals come of themselves
ASPECT_CHANCES = {SURVEY: (0.9, 0.65, 0.3, 0.4), OBSERVATION: (0.8, 0.0, 0.4, 0.0), USAGE: (0.0, 0.0, 1.0, 0.0)}
SPOKEN_CHANCES = (0.5, 0.1, 0.15, 0.35)  # of the aspects in an interview, meeting, group or call
OUR_OWN_WORDS = (INTERVIEW, MEETING, GROUP, CALL, OBSERVATION)  # written down by somebody of ours
SERVICE, PEOPLE, BRAND = range(len(ABOUT))
THRESHOLDS = np.array([-2.4, -1.5, -0.6, 0.6])  # latent satisfaction between the words of a scale of five
RECOMMENDED, RECOMMENDED_SD = 7.9, 1.7  # mean and sd on the scale of ten, before rounding and cutting


@dataclass(frozen=True, slots=True)
class Responses:
    """Occasions on which a customer said something, each (responses,); -1 where there is nothing to name."""

    project: Index
    contact: Index
    kind: Index
    about: Index
    recorded_by: Index
    happiness: Number
    at: Moments


@dataclass(frozen=True, slots=True)
class Signals:
    """One thing learnt a row; `aspect` -1 and `value` NaN where there are only words."""

    response: Index
    aspect: Index
    value: Number
    comment: Mask


@dataclass(frozen=True, slots=True)
class Served:
    """Projects, their truth, and who did what for whom."""

    projects: Projects
    seats: Seats
    staff: People
    market: Market
    trust: Number  # (projects,) what the people earn, sd
    excess: Number  # (projects,) log of delivered over agreed effort
    span: Span


def responses(settings: Settings, rng: np.random.Generator, served: Served) -> Responses:
    """All that customers said while their projects went on; surveys come towards the end."""
    done = served.projects
    end = np.minimum(done.end, served.span.end)
    expected = settings.responses_per_project_year * (end - done.start) / YEAR * (done.customer >= 0)
    project = np.repeat(np.arange(done.size), rng.poisson(np.maximum(expected, 0)))
    kind = rng.choice(len(KIND_SHARES), project.size, p=KIND_SHARES)
    along = np.where(kind == SURVEY, rng.beta(2.5, 0.8, project.size), rng.random(project.size))
    day = done.start[project] + np.floor(along * (end - done.start)[project]).astype(np.int64)
    day = np.minimum(day, end[project] - 1)
    customer = done.customer[project]
    contact = served.market.first[customer] + np.floor(
        rng.random(project.size) * served.market.contacts[customer]
    ).astype(np.int64)
    about = rng.choice([SERVICE, PEOPLE, BRAND, -1], project.size, p=[0.28, 0.5, 0.1, 0.12])
    happiness = _happiness(settings, rng, served, (project, contact, about))
    kind = _of_itself(rng, kind, happiness)
    contact[kind == OBSERVATION] = -1
    recorder = _recorder(rng, served, project, day)
    recorder[~np.isin(kind, OUR_OWN_WORDS)] = -1
    spoken = ~_silent(settings, rng, kind, happiness) & ((kind != OBSERVATION) | (recorder >= 0))
    columns = (project, contact, kind, about, recorder, happiness, at_work(rng, day))
    return Responses(*(column[spoken] for column in columns))


def _happiness(
    settings: Settings, rng: np.random.Generator, served: Served, what: tuple[Index, Index, Index]
) -> Number:
    """Latent satisfaction: what it is about, how easily this contact is pleased, what was given on top, the day."""
    project, contact, about = what
    market = served.market
    service = 0.8 * rng.standard_normal(served.projects.size)  # what nobody in the project can help
    brand = np.full(served.projects.size, 0.3)
    level = np.choose(np.where(about < 0, PEOPLE, about), [service[project], served.trust[project], brand[project]])
    ease = market.ease[market.contact_customer[contact]] + market.contact_ease[contact]
    bought = settings.over_service_pull * served.excess[project]
    return 0.3 + level + ease + bought + 0.6 * rng.standard_normal(project.size)


def _of_itself(rng: np.random.Generator, kind: Index, happiness: Number) -> Index:
    """Let some of the very unhappy complain, and some of the very happy refer somebody."""
    chance = rng.random(kind.size)
    open_to = (kind != OBSERVATION) & (kind != USAGE)
    kind = np.where(open_to & (happiness < -1.4) & (chance < 0.35), COMPLAINT, kind)
    return np.where(open_to & (happiness > 1.3) & (chance < 0.12), REFERRAL, kind)


def _silent(settings: Settings, rng: np.random.Generator, kind: Index, happiness: Number) -> Mask:
    """Leave some surveys unanswered, the unhappy ones rather."""
    unhappy = 1 / (1 + np.exp(2 * (happiness + 0.5)))
    chance = np.where(kind == SURVEY, 0.3 + 0.7 * settings.silent_unhappy * unhappy, 0.0)
    return rng.random(kind.size) < chance


def _recorder(rng: np.random.Generator, served: Served, project: Index, day: Moments) -> Index:
    """Find some member who was there and at work on that day, -1 where the one drawn was not."""
    order = np.argsort(served.seats.project, kind="stable")
    count = np.bincount(served.seats.project, minlength=served.projects.size)
    first = np.cumsum(count) - count
    row = order[
        np.minimum(first[project] + (rng.random(project.size) * count[project]).astype(np.int64), order.size - 1)
    ]
    there = (served.seats.start[row] <= day) & (day < served.seats.end[row]) & (count[project] > 0)
    person = served.seats.person[row]
    return np.where(there & served.staff.at_work(person, day), person, -1)


def signals(rng: np.random.Generator, said: Responses) -> Signals:
    """Put every response on the scales it touches; at least words where it touches none."""
    size = said.kind.size
    chance = np.tile(SPOKEN_CHANCES, (size, 1))
    for kind, chances in ASPECT_CHANCES.items():
        chance[said.kind == kind] = chances
    chance[np.isin(said.kind, (COMPLAINT, REFERRAL))] = 0.0
    touched = rng.random((size, len(ASPECTS))) < chance
    response, aspect = np.nonzero(touched)
    wordless = np.flatnonzero(~touched.any(axis=1))
    response = np.concatenate([response, wordless])
    aspect = np.concatenate([aspect, np.full(wordless.size, -1)])
    order = np.argsort(response, kind="stable")
    response, aspect = response[order], aspect[order]
    opens = np.concatenate([[True], response[1:] != response[:-1]])[: response.size]
    comment = opens & ((rng.random(response.size) < 0.55) | (aspect < 0))
    return Signals(response, aspect, _values(rng, said.happiness[response], aspect), comment)


def _values(rng: np.random.Generator, happiness: Number, aspect: Index) -> Number:
    """On the scale of each aspect: 1-5, and 0-10 for recommendation."""
    latent = happiness + 0.45 * rng.standard_normal(happiness.size) + np.array([0.0, 0.0, -0.2, 0.1, 0.0])[aspect]
    five = 1.0 + (latent[:, None] > THRESHOLDS).sum(axis=1)
    ten = np.clip(np.round(RECOMMENDED + RECOMMENDED_SD * latent), 0, 10)
    return np.where(aspect < 0, np.nan, np.where(aspect == ASPECTS.index("recommendation"), ten, five))
