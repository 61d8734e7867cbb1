"""What all pages of a lead stand on: which teams are theirs, who is in them, and the run that is shown."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from babel.dates import format_timedelta
from litestar import Response
from litestar.params import QueryParameter
from litestar.response import Redirect

from scoring.policy import Policy
from service.base import clock, db
from service.base.access import Actor, Role, require_role
from service.base.border import Input
from service.base.errors import NotFound
from service.pages.language import Words, alphabetical
from service.pages.page import View, as_typed, redirect
from service.pages.shown import Run

sql = db.load(Path(__file__).with_name("lead.sql"))

LEADING = require_role(Role.LEAD, Role.HR, Role.ADMINISTRATOR)
EVERY_TEAM = frozenset({Role.HR, Role.ADMINISTRATOR})
LISTED = 100  # teams; of more, one is found by typing
Wanted = Annotated[str, QueryParameter(max_length=200)]  # a team's id, or a part of its name or department


class Team(msgspec.Struct, frozen=True):
    """A team that the reader may look at."""

    id: UUID
    name: str
    department: str | None
    own: bool  # the reader leads it now


class Teams(msgspec.Struct, frozen=True):
    """Those to choose from, own ones first, whether there are more than these, and the one that is shown."""

    all: list[Team]
    more: bool
    shown: Team


class Member(msgspec.Struct, frozen=True):
    """Somebody of a team."""

    id: UUID
    name: str
    title: str | None
    leads: bool


class Act(Input, kw_only=True):
    """What every form of these pages says: of which team the page was, to which it leads back."""

    team: UUID | None = None


async def teams_of(tx: db.Connection, me: Actor, wanted: str) -> Teams | None:
    """Return teams of the reader's and the one wanted, else the first; None where there is no team at all.

    Raises
    ------
    NotFound : the one wanted is none of theirs, which looks as if there were no such team.
    """
    theirs = {"person_id": me.person_id, "every": me.role in EVERY_TEAM}
    team_id = _id(wanted)
    typed = "" if team_id else as_typed(wanted)
    found = await db.many(tx, sql.teams, Team, wanted=typed, most=LISTED + 1, **theirs)
    chosen = await db.maybe(tx, sql.team, Team, id=team_id, **theirs) if team_id else next(iter(found), None)
    if chosen is None and wanted:
        raise NotFound("there is no such team of yours")
    if chosen is None:
        return None
    listed = found if chosen in found else [chosen, *found]
    return Teams(listed[:LISTED], bool(typed) or len(found) > LISTED, chosen)


def to_choose(view: View, teams: Teams | None, wanted: str) -> Response[str] | None:
    """Return the page that asks which team, where its people's figures would be looked at by mere chance."""
    if teams is None or wanted or teams.shown.own or len(teams.all) == 1:
        return None
    return view.page("lead_choose.html", teams=teams)


def _id(wanted: str) -> UUID | None:
    try:
        return UUID(wanted)
    except ValueError:
        return None


async def members_of(tx: db.Connection, team: Team) -> list[Member]:
    """Return a team's people by name; nobody of them is first or last."""
    found = await db.many(tx, sql.members, Member, team_id=team.id)
    return sorted(found, key=lambda one: alphabetical(one.name))


def least_voices(run: Run) -> float:
    """Return the voices from which on anything is told of a person to others than themself."""
    return msgspec.convert(run.policy, Policy).minimum_voices


def today(words: Words) -> date:
    """Return the day it is where the organization is."""
    return clock.now().astimezone(words.zone).date()


def ago(words: Words, moment: date | datetime) -> str:
    """Say how long ago a day was, roughly: `3 weeks ago`; what is still to come, `in 3 weeks`."""
    day = moment.astimezone(words.zone).date() if isinstance(moment, datetime) else moment
    since: timedelta = day - today(words)
    if not since:
        return words.say("today")
    return format_timedelta(since, granularity="day", add_direction=True, locale=words.locale)


def back(path: str, team: UUID | None, mark: str) -> Redirect:
    """Lead back to the page of the team where a form was sent, which then tells what was done: `done=true`."""
    return redirect(f"{path}?{mark}&team={team}" if team else f"{path}?{mark}")
