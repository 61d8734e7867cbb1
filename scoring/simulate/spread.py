"""How a scenario spreads work: isolated teams, hard customers on some, and much delivered beyond what was agreed."""

from dataclasses import replace

import numpy as np

from scoring.simulate.cast import Cast
from scoring.simulate.people import Index, Number, People
from scoring.simulate.work import TERRITORIES, Market, Projects, Seats

HARDER = 1.0  # sd by which the hardest customers are harder than drawn
ON_TOP = (0.3, 0.8)  # log of delivered over agreed effort that an over-server adds, from and to


def apart(seated: Seats, staff: People, done: Projects, teams: Index) -> Seats:
    """Leave out who sits in a project of an isolated team from outside, or the other way round."""
    if not teams.size:
        return seated
    person = np.where(np.isin(staff.team, teams), staff.team, -1)[seated.person]
    project = np.where(np.isin(done.team, teams), done.team, -1)[seated.project]
    kept = np.flatnonzero(person == project)
    return Seats(*(getattr(seated, name)[kept] for name in Seats.__dataclass_fields__))


def hard(rng: np.random.Generator, market: Market, done: Projects, parts: Cast) -> tuple[Market, Projects]:
    """Give the hardest customers, made harder still, to the hard teams, and the others to the others."""
    if not parts.hard.size:
        return market, done
    size = market.ease.size
    order = np.argsort(market.ease, kind="stable")
    count = min(max(1, round(size * parts.hard.size / (done.team.max() + 1))), size - 1)
    hardest, others = order[:count], order[count:]
    ease = market.ease.copy()
    ease[hardest] -= HARDER
    first = np.where(done.continues >= 0, done.continues, np.arange(done.size))
    new = np.where(
        np.isin(done.team, parts.hard), rng.choice(hardest, done.size), rng.choice(others, done.size)
    )[first]  # fmt: skip
    territory = rng.integers(0, len(TERRITORIES), size)
    own = done.customer < 0
    moved = replace(done, customer=np.where(own, -1, new), territory=np.where(own, -1, territory[new]))
    return replace(market, ease=ease), moved


def on_top(rng: np.random.Generator, excess: Number, done: Projects, parts: Cast) -> Number:
    """Add to the excess of the projects that over-servers own: (projects,)."""
    low, high = ON_TOP
    more = low + (high - low) * rng.random(done.size)
    return np.where(np.isin(done.owner, parts.over_servers), excess + more, excess)
