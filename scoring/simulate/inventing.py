"""Contacts that nobody ever knew, who praise one person's projects in bursts."""

from dataclasses import replace

import numpy as np

from scoring.exchange.columns import ASPECTS
from scoring.simulate.calendar import Moments, at_work
from scoring.simulate.cheating import Stage
from scoring.simulate.people import Index, Mask
from scoring.simulate.signals import PEOPLE, SURVEY, Responses, Signals
from scoring.simulate.work import Market, Projects

BURSTS, CONTACTS = 3, 6  # projects of each inventor, and invented contacts in each
BURST_DAYS = 3  # working days within which all of them answer
VALUES = (5.0, 10.0, 5.0, 5.0)  # the best word of each aspect
DELIGHTED = 3.0  # latent satisfaction that their comments are worded for


def invent(
    rng: np.random.Generator, spoken: tuple[Responses, Signals], world: tuple[Market, Projects], stage: Stage
) -> tuple[tuple[Responses, Signals], Market, Mask]:
    """Return everything that was said, with the invented words; the contacts with those; and which signals are honest.

    The customers' side of `world` keeps `first` and `contacts` of the true contacts: invented ones come after them all.
    """
    market, done = world
    said, learnt = spoken
    project, day = _bursts(rng, done, stage)
    count = project.size
    contact = market.contact_customer.size + np.arange(count)
    told = (
        project, contact, np.full(count, SURVEY), np.full(count, PEOPLE), np.full(count, -1),
        np.full(count, DELIGHTED), at_work(rng, day),
    )  # fmt: skip
    names = Responses.__dataclass_fields__
    every = Responses(
        *(np.concatenate([getattr(said, name), new]) for name, new in zip(names, told, strict=True))
    )  # fmt: skip
    response = np.repeat(np.arange(count) + said.kind.size, len(ASPECTS))
    more = Signals(
        response=np.concatenate([learnt.response, response]),
        aspect=np.concatenate([learnt.aspect, np.tile(np.arange(len(ASPECTS)), count)]),
        value=np.concatenate([learnt.value, np.tile(VALUES, count)]),
        comment=np.concatenate([learnt.comment, np.zeros(response.size, bool)]),
    )
    honest = np.arange(more.response.size) < learnt.response.size
    return (every, more), _with_contacts(market, done.customer[project]), honest


def _bursts(rng: np.random.Generator, done: Projects, stage: Stage) -> tuple[Index, Moments]:
    """Pick a project and a day for each invented response: where the inventor's share is largest."""
    seats, span = stage.seats, stage.span
    start, end = np.maximum(seats.start, span.begin), np.minimum(seats.end, span.end)
    open_to = np.flatnonzero((done.customer[seats.project] >= 0) & (end - start > BURST_DAYS))
    chosen: list[int] = []
    for person in stage.parts.inventors:
        own = open_to[seats.person[open_to] == person]
        largest = np.argsort(-np.nan_to_num(seats.share[own], nan=1.0), kind="stable")
        chosen.extend(own[largest[:BURSTS]].tolist())
    row = np.array(chosen, np.int64)
    begins = start[row] + np.floor(rng.random(row.size) * (end - start - BURST_DAYS)[row]).astype(np.int64)
    day = np.repeat(begins, CONTACTS) + rng.integers(0, BURST_DAYS, row.size * CONTACTS)
    return np.repeat(seats.project[row], CONTACTS), day


def _with_contacts(market: Market, customer: Index) -> Market:
    size = customer.size
    return replace(
        market,
        contact_customer=np.concatenate([market.contact_customer, customer]),
        contact_ease=np.concatenate([market.contact_ease, np.zeros(size)]),
        known=np.concatenate([market.known, np.zeros(size, bool)]),
        finnish=np.concatenate([market.finnish, np.ones(size, bool)]),
    )
