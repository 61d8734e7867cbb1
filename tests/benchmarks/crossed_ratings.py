"""Crossed ratings drawn straight into the engine's arrays, without tables: any size within seconds."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from scoring.arrays import build
from scoring.exchange.columns import FORMAT, SOURCES, STANDARD_CRITERIA
from scoring.exchange.manifest import Manifest
from scoring.model.evidence import DAY, MISSING_TIME, Consents, Evidence, Feedback, People
from scoring.model.periods import micros

CIRCLE = 12  # a giver rates people this near, as in teams and projects
SPREAD_DAYS = 700
QUALITY, LENIENCY, DEVIATION, NOISE = 0.4, 0.4, 0.2, 0.6  # sds in rating points
MEAN = 4.0


def evidence(ratings: int, people: int, as_of: datetime) -> Evidence:
    """Draw answers of 3 to 5 ratings that people give to others of their circle."""
    rng = np.random.default_rng(ratings)
    count = rng.integers(3, 6, ratings // 3 + 1)
    answer = np.repeat(np.arange(len(count)), count)[:ratings]
    giver = rng.integers(0, people, len(count))
    receiver = (giver + rng.integers(1, CIRCLE, len(count)) * rng.choice([-1, 1], len(count))) % people
    within = np.arange(ratings) - (np.cumsum(count) - count)[answer]
    criterion = (rng.integers(0, 5, len(count))[answer] + within) % 5
    return _made(rng, people, (answer, giver[answer], receiver[answer], criterion), as_of)


def in_shape(ratings: int, givers: int, receivers: int, as_of: datetime) -> Evidence:
    """Draw single ratings of one criterion: `givers` × `receivers`, who are different people."""
    rng = np.random.default_rng(ratings)
    giver = rng.integers(0, givers, ratings)
    receiver = givers + rng.integers(0, receivers, ratings)
    return _made(rng, givers + receivers, (np.arange(ratings), giver, receiver, np.zeros(ratings, np.int64)), as_of)


def _made(rng, people, rows, as_of):
    answer, giver, receiver, criterion = rows
    at = micros(as_of) - (rng.random(answer[-1] + 1) * SPREAD_DAYS * DAY).astype(np.int64)[answer] - 1
    quality, leniency = rng.normal(0, QUALITY, people), rng.normal(0, LENIENCY, people)
    own = rng.normal(0, DEVIATION, (people, len(STANDARD_CRITERIA)))
    felt = MEAN + quality[receiver] + own[receiver, criterion] + leniency[giver] + rng.normal(0, NOISE, len(answer))
    nowhere = np.full(len(answer), -1, np.int32)
    told = Feedback(
        answer=answer.astype(np.int32), giver=giver.astype(np.int32),
        receiver=receiver.astype(np.int32), project=nowhere, round=nowhere, criterion=criterion.astype(np.int32),
        rating=np.clip(np.rint(felt), 1, 5), at=at, recorded=at,
    )  # fmt: skip
    empty = build({}, Manifest(format=FORMAT, time_zone="Europe/Helsinki", currency="EUR"))
    return replace(empty, people=_people(people), consents=_consents(people), feedback=told)


def _people(count):
    ids = tuple(f"p{number:09}" for number in range(count))
    never = np.full(count, MISSING_TIME)
    return People(ids, np.zeros(count, np.int8), never, never)


def _consents(people):
    person = np.repeat(np.arange(people, dtype=np.int32), len(SOURCES))
    source = np.tile(np.arange(len(SOURCES), dtype=np.int8), people)
    return Consents(person, source, np.ones(len(person), np.int8), np.zeros(len(person), np.int64))
