"""Money, effort, and what was agreed of it."""

from dataclasses import dataclass

import numpy as np

from scoring.exchange.columns import MONEY_KINDS
from scoring.simulate.calendar import NEVER, Moments, at_work
from scoring.simulate.people import Index, Number, Span
from scoring.simulate.settings import Settings
from scoring.simulate.work import DELIVERY, OPPORTUNITY, TERRITORIES, WON, Market, Projects

REVENUE, MARGIN, LIST_VALUE, AGREED_PRICE, AGREED_EFFORT, DELIVERED_EFFORT = range(len(MONEY_KINDS))
MARGIN_SHARE, MARGIN_SD = 0.28, 0.08  # of revenue


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts, each (rows,): euros, or hours for the two efforts."""

    project: Index
    kind: Index
    amount: Number
    known: Moments


@dataclass(frozen=True, slots=True)
class Agreements:
    """What was agreed in writing, each (rows,); `confirmed_by` a contact or -1; `flags` (rows, 3)."""

    project: Index
    flags: Index
    confirmed_by: Index
    at: Moments


def excess(rng: np.random.Generator, projects: int) -> Number:
    """Log of delivered over agreed effort, (projects,): most keep to it, a fifth give much on top."""
    generous = rng.random(projects) < 0.2
    return 0.1 * rng.standard_normal(projects) + np.where(generous, 0.15 + 0.4 * rng.random(projects), 0.0)


def money(settings: Settings, rng: np.random.Generator, done: Projects, over: Number) -> Money:
    """Tell what each project with a customer was worth, as it came to be known."""
    size = done.size
    worth = np.exp(11.2 + 0.7 * rng.standard_normal(size))
    luck = np.exp(settings.territory_sd * rng.standard_normal(len(TERRITORIES)))
    first = np.where(done.continues >= 0, done.continues, np.arange(size))
    worth = worth[first] * luck[done.territory]
    price = worth * (0.8 + 0.2 * rng.random(size)[first])
    hours = price / 95
    begun = at_work(rng, done.start)
    closed = done.end < NEVER
    ended = np.where(closed, at_work(rng, np.where(closed, done.end, 1) - 1), NEVER)
    margin = price * (MARGIN_SHARE + MARGIN_SD * rng.standard_normal(size) - 0.5 * np.maximum(over, 0))
    paid = (done.customer >= 0) & (done.kind != OPPORTUNITY)
    offered = (done.customer >= 0) & (done.kind == OPPORTUNITY)
    parts = [
        (offered, LIST_VALUE, worth, begun),
        (offered & (done.outcome == WON), AGREED_PRICE, price, ended),
        (paid, AGREED_PRICE, price, begun),
        (paid, AGREED_EFFORT, hours, begun),
        (paid, DELIVERED_EFFORT, hours * np.exp(over), ended),
        (paid, REVENUE, price, ended),
        (paid, MARGIN, margin, ended),
    ]
    chosen = [(np.flatnonzero(which & (known < NEVER)), kind, amount, known) for which, kind, amount, known in parts]
    return Money(
        np.concatenate([rows for rows, *_ in chosen]),
        np.concatenate([np.full(rows.size, kind) for rows, kind, *_ in chosen]),
        np.concatenate([amount[rows] for rows, _, amount, _ in chosen]),
        np.concatenate([known[rows] for rows, *_, known in chosen]),
    )


def agreements(rng: np.random.Generator, done: Projects, customers: Market, world: tuple[Number, Span]) -> Agreements:
    """Scope of developments and deliveries; where much was given on top, it was less often agreed and measurable."""
    over, span = world
    signed = (done.customer >= 0) & (done.kind != OPPORTUNITY) & (rng.random(done.size) < 0.92)
    project = np.flatnonzero(signed)
    vague = np.clip(1.2 * np.maximum(over[project], 0), 0, 0.6)
    chance = np.array([0.93, 0.85, 0.75]) - vague[:, None]
    flags = (rng.random(chance.shape) < chance).astype(np.int64)
    customer = done.customer[project]
    contact = customers.first[customer] + (rng.random(project.size) * customers.contacts[customer]).astype(np.int64)
    confirmed = np.where((rng.random(project.size) < 0.7) & (flags[:, 0] == 1), contact, -1)
    day = np.minimum(
        done.start[project] + rng.integers(0, 4, project.size), np.minimum(done.end[project], span.end) - 1
    )
    again = np.flatnonzero((done.kind[project] == DELIVERY) & (rng.random(project.size) < 0.1))
    later = np.minimum(day[again] + 30, np.minimum(done.end[project[again]], span.end) - 1)
    again, later = again[later > day[again]], later[later > day[again]]
    days, rows = np.concatenate([day, later]), np.concatenate([np.arange(project.size), again])
    flags = flags[rows]
    flags[project.size :] = 1  # the second time it is settled
    return Agreements(project[rows], flags, confirmed[rows], at_work(rng, days))
