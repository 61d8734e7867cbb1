"""Frames of who and what there is: people, teams, customers, projects, members, money, agreements, consents."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.exchange.columns import (
    MONEY_KINDS,
    OUTCOMES,
    PERSON_ROLES,
    PROJECT_KINDS,
    SOURCES,
    STANDARD_CRITERIA,
    TEAM_ROLES,
)  # fmt: skip
from scoring.simulate import words
from scoring.simulate.calendar import NEVER, closing, opening
from scoring.simulate.frames import Cells, choice, decimals, frame, ids, known, named, number
from scoring.simulate.people import LEAD, Index, Mask, People, Span
from scoring.simulate.settings import Settings
from scoring.simulate.trade import AGREED_EFFORT, Agreements, Money
from scoring.simulate.work import DELIVERY, MEMBER_ROLES, OPPORTUNITY, TERRITORIES, Market, Projects, Seats

UNITS = ("EUR", "hours")
BEFORE_DAYS = 5  # working days before the history, on which those who were there consented


@dataclass(frozen=True, slots=True)
class Names:
    """Ids by place, and the moment before which all happened."""

    people: pl.Series
    teams: pl.Series
    customers: pl.Series
    contacts: pl.Series
    projects: pl.Series
    until: int


def names(staff: People, customers: Market, done: Projects, until: int) -> Names:
    """Count everything."""
    return Names(
        people=ids("person", staff.size),
        teams=ids("team", staff.teams),
        customers=ids("customer", customers.ease.size),
        contacts=ids("contact", customers.contact_customer.size),
        projects=ids("project", done.size),
        until=until,
    )


def people(settings: Settings, rng: np.random.Generator, staff: People, of: Names) -> pl.DataFrame:
    """Invented people."""
    given, surname = words.full_names(rng, staff.size)
    cells = {
        "person": of.people,
        "name": given + " " + surname,
        "email": words.e_mails(given, surname, settings.domain),
        "title": words.say(rng, words.TITLES, staff.role),
        "role": choice(PERSON_ROLES, staff.role),
        "joined": known(opening(staff.joined), of.until),
        "left": known(closing(staff.left), of.until),
    }
    return frame("people", cells)


def teams(rng: np.random.Generator, staff: People, of: Names) -> dict[str, pl.DataFrame]:
    """Teams in departments, and who was in them."""
    team = np.arange(staff.teams)
    departments = words.numbered(words.DEPARTMENTS, -(-staff.teams // 4), rng)
    named_teams = "Team " + words.numbered(words.TEAMS, staff.teams, rng)
    cells = {"team": of.teams, "name": named_teams, "department": departments.gather(team // 4)}
    movers = np.flatnonzero(staff.moved < NEVER)
    every = np.arange(staff.size)
    person = np.concatenate([every, movers])
    here = np.where(staff.moved < NEVER, staff.moved, staff.joined)
    members = {
        "team": named(of.teams, np.concatenate([staff.team, staff.former_team[movers]])),
        "person": named(of.people, person),
        "role": choice(TEAM_ROLES, (staff.role[person] == LEAD).astype(np.int64)),
        "from": known(opening(np.concatenate([here, staff.joined[movers]])), of.until),
        "to": known(closing(np.concatenate([staff.left, staff.moved[movers]])), of.until),
    }
    return {"teams": frame("teams", cells), "team_members": frame("team_members", members)}


def customers(rng: np.random.Generator, market: Market, of: Names) -> dict[str, pl.DataFrame]:
    """Invented companies, and people there."""
    size, contacts = market.ease.size, market.contact_customer.size
    every = rng.permutation(len(words.CUSTOMERS) * len(words.BUSINESSES))
    turn, which = np.divmod(np.arange(size), every.size)
    first, second = np.divmod(every[which], len(words.BUSINESSES))
    again = pl.Series(turn + 1).cast(pl.String) + " "
    name = named(pl.Series(words.CUSTOMERS), first) + " " + again.set(pl.Series(turn == 0), "")
    name += named(pl.Series(words.BUSINESSES), second)
    given, surname = words.full_names(rng, contacts)
    domain = of.customers.gather(market.contact_customer)
    cells: Cells = {
        "contact": of.contacts,
        "customer": domain,
        "name": given + " " + surname,
        "email": words.e_mails(given, surname, "") + domain + ".example",
        "role": named(pl.Series(words.CONTACT_ROLES), rng.integers(0, len(words.CONTACT_ROLES), contacts)),
        "known": market.known.astype(np.int8),
        "channel": named(pl.Series(["email", "phone", "meeting"]), rng.choice(3, contacts, p=[0.6, 0.25, 0.15])),
        "rhythm": named(pl.Series(["monthly", "quarterly"]), rng.integers(-1, 2, contacts)),
        "language": named(pl.Series(["en", "fi"]), market.finnish.astype(np.int64)),
    }
    companies = frame("customers", {"customer": of.customers, "name": name})
    return {"customers": companies, "contacts": frame("contacts", cells)}


def criteria() -> pl.DataFrame:
    """Return the standard criteria in words."""
    name, meaning = zip(*words.MEANINGS, strict=True)
    cells = {"criterion": pl.Series(STANDARD_CRITERIA), "name": pl.Series(name), "meaning": pl.Series(meaning)}
    return frame("criteria", cells)


def projects(rng: np.random.Generator, done: Projects, of: Names) -> pl.DataFrame:
    """Projects; a delivery keeps the name of the opportunity it grew from."""
    own = words.numbered(words.PROJECTS, done.size, rng)
    first = np.where(done.continues >= 0, done.continues, np.arange(done.size))
    suffix = pl.Series(np.select([done.kind == OPPORTUNITY, done.kind == DELIVERY], [" offer", " delivery"], ""))
    cells = {
        "project": of.projects,
        "name": own.gather(first) + suffix,
        "kind": choice(PROJECT_KINDS, done.kind),
        "customer": named(of.customers, done.customer),
        "started": known(opening(done.start), of.until),
        "ended": known(closing(done.end), of.until),
        "outcome": choice(OUTCOMES, np.where(closing(done.end) < of.until, done.outcome, -1)),
        "territory": choice(TERRITORIES, done.territory),
        "continues": named(of.projects, done.continues),
    }
    return frame("projects", cells)


def members(seated: Seats, of: Names) -> pl.DataFrame:
    """Who was in which project."""
    cells = {
        "project": named(of.projects, seated.project),
        "person": named(of.people, seated.person),
        "role": choice(MEMBER_ROLES, seated.role),
        "share": number(seated.share),
        "from": known(opening(seated.start), of.until),
        "to": known(closing(seated.end), of.until),
    }
    return frame("members", cells)


def money(earned: Money, of: Names) -> pl.DataFrame:
    """Amounts known before `until`."""
    rows = np.flatnonzero(earned.known < of.until)
    kind = earned.kind[rows]
    cells = {
        "project": named(of.projects, earned.project[rows]),
        "kind": choice(MONEY_KINDS, kind),
        "amount": decimals(earned.amount[rows], 2),
        "currency or unit": choice(UNITS, (kind >= AGREED_EFFORT).astype(np.int64)),
        "known_at": known(earned.known[rows], of.until),
    }
    return frame("money", cells)


def agreements(agreed: Agreements, of: Names) -> pl.DataFrame:
    """Tell what was agreed before `until`."""
    rows = np.flatnonzero(agreed.at < of.until)
    said, communicated, measurable = agreed.flags[rows].T
    cells: Cells = {
        "project": named(of.projects, agreed.project[rows]),
        "scope_agreed": said,
        "scope_communicated": communicated,
        "scope_measurable": measurable,
        "confirmed_by": named(of.contacts, agreed.confirmed_by[rows]),
        "at": known(agreed.at[rows], of.until),
    }
    return frame("agreements", cells)


def leaves(staff: People, of: Names) -> pl.DataFrame:
    """Long absences."""
    rows = np.flatnonzero(opening(staff.away) < of.until)
    cells = {
        "person": named(of.people, rows),
        "from": known(opening(staff.away[rows]), of.until),
        "to": known(opening(staff.back[rows]), of.until),
    }
    return frame("leaves", cells)


def consents(settings: Settings, rng: np.random.Generator, staff: People, when: tuple[Names, Span]) -> pl.DataFrame:
    """Most consent to each source on their first day, some never, some withdraw."""
    of, span = when
    person, source = (grid.ravel() for grid in np.indices((staff.size, len(SOURCES))))
    luck = rng.random(person.size)
    spoken = luck >= settings.no_consent / 2  # half of those who do not consent say so
    given = (luck >= settings.no_consent).astype(np.int64)
    day = np.maximum(staff.joined[person], span.begin - BEFORE_DAYS)
    back = np.flatnonzero((given == 1) & (rng.random(person.size) < settings.withdrawn))
    later = day[back] + 1 + np.floor(rng.random(back.size) * np.maximum(span.end - 2 - day[back], 0)).astype(np.int64)
    rows: Index = np.concatenate([np.flatnonzero(spoken), back])
    at = np.concatenate([opening(day)[spoken], opening(later)])
    cells: Cells = {
        "person": named(of.people, person[rows]),
        "source": choice(SOURCES, source[rows]),
        "given": np.concatenate([given[spoken], np.zeros(back.size, np.int64)]),
        "at": known(at, of.until),
    }
    return frame("consents", cells).filter(pl.col("at").is_not_null())


def refusals(refused: Mask, staff: People, when: tuple[Names, Span]) -> pl.DataFrame:
    """Last words of those who opt out, the day before the last: `refused` is (people, sources)."""
    of, span = when
    person, source = np.nonzero(refused)
    day = np.maximum(staff.joined[person], span.end - 2)
    cells: Cells = {
        "person": named(of.people, person),
        "source": choice(SOURCES, source),
        "given": np.zeros(person.size, np.int64),
        "at": known(opening(day) + 1, of.until),
    }
    return frame("consents", cells).filter(pl.col("at").is_not_null())
