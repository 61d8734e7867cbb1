"""Teams for HR and administrators: found by typing, who is in each, who leads, since when, and who was."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from service.auth.routes import administrator
from service.base import clock, db, way_back
from service.base.access import Actor, Role, require_role
from service.base.errors import Invalid
from service.base.paging import BY_NAME, NEWEST, Order
from service.base.web import After, Cut, Me, Tx, page
from service.organizations.actions import sql as stored
from service.organizations.model import Team
from service.pages.language import Words
from service.pages.lead import today
from service.pages.meant import Match, nearest
from service.pages.page import Seen, View, as_typed

sql = db.load(Path(__file__).with_suffix(".sql"))

office = require_role(Role.HR, Role.ADMINISTRATOR)
SHOWN, DEPARTMENTS = 50, 200  # of a page
EARLIEST, AHEAD = date(1950, 1, 1), timedelta(days=366)
BY_PART = Order("key", tuple[str, UUID])  # leads, then members, by name
Wanted = Annotated[str, QueryParameter(max_length=200)]
Done = Annotated[str, QueryParameter(max_length=20)]
# What was done: English here, Finnish in locale/fi.po.
DONE = {
    "joined": "%(name)s joins the team.",
    "lead": "%(name)s leads the team.",
    "member": "%(name)s leads no longer and stays in the team.",
    "end": "%(name)s leaves the team.",
    "added": "The team is here. Who is in it?",
    "saved": "Saved.",
    "undone": "As it was before.",
}


class Listed(msgspec.Struct, frozen=True):
    """A team in the list."""

    id: UUID
    name: str
    department: str | None
    leads: str | None
    people: int


class Member(msgspec.Struct, frozen=True):
    """Somebody who is in a team, or will be."""

    id: UUID
    person_id: UUID
    name: str
    title: str | None
    role: str
    from_at: datetime | None
    to_at: datetime | None
    key: str


class Earlier(msgspec.Struct, frozen=True):
    """Somebody who was in a team, and until when."""

    id: UUID
    person_id: UUID
    name: str
    role: str
    from_at: datetime | None
    at: datetime


class Asked(msgspec.Struct, frozen=True):
    """Which part of a team is looked at, what was just done, and what has to be mended."""

    after: str | None = None
    earlier: str | None = None
    done: str = ""
    way: UUID | None = None
    given: dict[str, str] = {}
    errors: dict[str, str] = {}
    namesakes: list[Match] = []


@get("/teams", guards=[office])
async def show_teams(tx: Tx, view: Seen, q: Wanted = "", after: After = None, done: Done = "") -> Response[str]:
    """Show the teams whose name, department or lead has what was typed."""
    found = await page(tx, sql.teams, Listed, Cut(after, SHOWN, BY_NAME), wanted=as_typed(q))
    said = view.words.say(DONE[done]) if done == "undone" else ""
    return view.page("teams.html", teams=found.items, more=found.next, wanted=q, said=said)


@get("/teams/new", guards=[administrator])
async def show_new_team(tx: Tx, view: Seen) -> Response[str]:
    """Show an empty form."""
    return await team_form(tx, view, None, {})


@get("/teams/{team_id:uuid}", guards=[office])
async def show_team(
    team_id: FromPath[UUID],
    tx: Tx,
    me: Me,
    view: Seen,
    *,
    after: After = None,
    earlier: After = None,
    done: Done = "",
    way: FromQuery[UUID | None] = None,
) -> Response[str]:
    """Show who is and was in a team, and to administrators the forms to change that."""
    return await team_page(tx, me, view, team_id, Asked(after, earlier, done, way))


@get("/teams/{team_id:uuid}/edit", guards=[administrator])
async def show_team_form(team_id: FromPath[UUID], tx: Tx, view: Seen) -> Response[str]:
    """Show the form of a team's name and department."""
    team = await db.one(tx, stored.team, Team, id=team_id)
    return await team_form(tx, view, team, {"name": team.name, "department": team.department or ""})


async def team_form(tx: Tx, view: View, team: Team | None, given: dict[str, str], trouble: str = "") -> Response[str]:
    """Fill the form of a team; without one, of a new team."""
    departments = await db.many(tx, sql.departments, str, most=DEPARTMENTS)
    errors = {"name": trouble} if trouble else {}
    content = {"team": team, "given": given, "errors": errors, "departments": departments}
    return view.page("team_form.html", 422 if trouble else 200, **content)


async def team_page(tx: Tx, me: Actor, view: View, team_id: UUID, asked: Asked) -> Response[str]:
    """Fill the page of a team."""
    team = await db.one(tx, stored.team, Team, id=team_id)
    members = await page(tx, sql.members, Member, Cut(asked.after, SHOWN, BY_PART), team_id=team_id)
    before = await page(tx, sql.earlier, Earlier, Cut(asked.earlier, SHOWN, NEWEST), team_id=team_id)
    keeps = me.role is Role.ADMINISTRATOR
    content: dict[str, Any] = {
        "team": team,
        "members": members,
        "earlier": before,
        "asked": asked,
        "now": clock.now(),
        "keeps": keeps,
        "today": today(view.words),
        "latest": today(view.words) + AHEAD,
        "near": await nearest(tx, me.person(), None) if keeps else [],
        **await told(tx, me, view.words, asked.done, asked.way),
    }
    return view.page("team.html", 422 if asked.errors else 200, **content)


async def told(tx: Tx, me: Actor, words: Words, done: str, way_id: UUID | None) -> dict[str, str]:
    """Say what was just done, and where the form goes that undoes it."""
    way = await way_back.told(tx, me, way_id) if way_id and done in DONE else None
    if done == "undone":
        return {"said": words.say(DONE[done]), "undo": ""}
    if way is None:
        return {"said": "", "undo": ""}
    return {"said": words.say(DONE[done]).replace("%(name)s", way.name or ""), "undo": f"/undo/{way.id}"}


def moment_of(words: Words, day: date) -> datetime:
    """Return when a day begins where the organization is; of today, this moment.

    Raises
    ------
    Invalid : the day lies too far away.
    """
    now = today(words)
    if not EARLIEST <= day <= now + AHEAD:
        raise Invalid("a day lies between 1950 and a year from now", field="on")
    return clock.now() if day == now else datetime(day.year, day.month, day.day, tzinfo=words.zone)
