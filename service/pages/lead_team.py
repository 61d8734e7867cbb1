"""The lead's first page: what waits for somebody, how the team's people stand, and how the team has gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromQuery

from dashboards import interval_board
from dashboards.interval_board import Row
from service.base import audit, clock, db
from service.base.access import Actor
from service.base.web import AUDITED, Me, Tx
from service.pages import lead, shown
from service.pages.language import Words, alphabetical
from service.pages.lead import Member, Team, sql
from service.pages.lead_care import DUE_SOON, Due
from service.pages.lead_projects import Heard, unheard_of
from service.pages.lead_unseen import unseen_of
from service.pages.page import Seen, View, data
from service.pages.shown import Option, Run
from service.talks import actions as talks

FIRST = "quality"
TREND = timedelta(days=731)
HEARD_FOR, WORDS = timedelta(days=92), 3
MOST = 100  # of what waits; beyond that the number says "many"


class Figure(msgspec.Struct, frozen=True):
    """A released figure of a person: estimate and the range of 8 in 10 cases, in the dimension's unit."""

    id: UUID
    estimate: float
    low: float
    high: float


class Then(msgspec.Struct, frozen=True):
    """A released figure as it was at a moment."""

    as_of: datetime
    estimate: float
    low: float
    high: float


class Line(msgspec.Struct, frozen=True):
    """Somebody of the team and their figure; None where too little is known to tell others anything."""

    member: Member
    figure: Figure | None


@get("/team", guards=[lead.LEADING], opt=AUDITED)
async def show_team(tx: Tx, me: Me, view: Seen, team: lead.Wanted = "", by: FromQuery[str] = FIRST) -> Response[str]:
    """Show a team: the reader's own, or for HR any."""
    teams = await lead.teams_of(tx, me, team)
    if teams is None:
        return view.page("lead_team.html", teams=None)
    if asking := lead.to_choose(view, teams, team):
        return asking
    members = await lead.members_of(tx, teams.shown)
    run = await shown.newest_run(tx)
    content: dict[str, Any] = await _waiting(tx, me, view.words, run, teams.shown)
    if run is not None:
        await audit.looked_at_each(tx, me, [one.id for one in members], "view_team")
        content |= await _standing(tx, view, run, members, by)
        content |= await _trend(tx, view, run, teams.shown.id, content["by"])
    return view.page("lead_team.html", teams=teams, members=members, run=run, **content)


async def _waiting(tx: db.Connection, me: Actor, words: Words, run: Run | None, team: Team) -> dict[str, Any]:
    """Read what waits for somebody, one sentence of each kind, and what customers said lately."""
    now = clock.now()
    care = await db.many(tx, sql.care_due, Due, team_id=team.id, owner_id=None, until=now + DUE_SOON, most=MOST)
    heard = await db.many(tx, sql.heard, Heard, team_id=team.id, since=now - HEARD_FOR, now=now, most=WORDS)
    waits = await talks.with_team(tx, me, team.id) if team.own else []
    return {
        "care": care,
        "heard": heard,
        "unheard": await unheard_of(tx, team, MOST),
        "unseen": [one for one in await unseen_of(tx, run, team) if one.unseen and one.person_id != me.person_id],
        "waits": waits[0] if waits else None,
        "ago": lambda moment: lead.ago(words, moment),
    }


async def _standing(tx: db.Connection, view: View, run: Run, members: Sequence[Member], by: str) -> dict[str, Any]:
    """Read the figures of one dimension, for each of the team; in order of names, so that nobody is last."""
    people = [one.id for one in members]
    options = await dimensions(tx, view.words, run, people)
    chosen = by if by in {one.key for one in options} else next((one.key for one in options), FIRST)
    least = lead.least_voices(run)
    found = await db.many(tx, sql.figures, Figure, run_id=run.id, people=people, dimension=chosen, least=least)
    known = {one.id: one for one in found}
    lines = [Line(one, known.get(one.id)) for one in members]
    words = {**view.words.all(interval_board.WORDS), "measure": shown.unit(view.words, chosen)}
    me = view.me.person_id if view.me else None
    figure = interval_board.figure([_row(place, line, me) for place, line in enumerate(lines, 1)], words)
    return {
        "by": chosen,
        "options": options,
        "lines": lines,
        "unit": words["measure"],
        "figure": data(figure) if known else None,
        "named": shown.board_name(view.words, chosen, next((one.name for one in options if one.key == chosen), None)),
    }


async def dimensions(tx: db.Connection, words: Words, run: Run, people: Sequence[UUID]) -> list[Option]:
    """Return what there are figures of for these people, in the order of the boards."""
    order = list(shown.BOARDS)
    found = await db.many(tx, sql.dimensions, Option, run_id=run.id, people=people)
    named = [Option(one.key, shown.board_name(words, one.key, one.name)) for one in found]
    return sorted(
        named, key=lambda one: (order.index(one.key) if one.key in order else len(order), alphabetical(one.name))
    )


async def _trend(tx: db.Connection, view: View, run: Run, team_id: UUID, dimension: str) -> dict[str, Any]:
    trend = await trend_of(tx, run, team_id, dimension)
    rows = [_month(place, one, team_id) for place, one in enumerate(reversed(trend), 1)]
    words = {**view.words.all(interval_board.WORDS), "measure": shown.unit(view.words, dimension)}
    return {"trend": trend, "ruled_at": await ruled_at(tx), "gone": data(interval_board.figure(rows, words))}


async def trend_of(tx: db.Connection, run: Run, subject_id: UUID, dimension: str) -> list[Then]:
    """Return a subject's released figures of two years, one for each month."""
    given = {"subject_id": subject_id, "dimension": dimension, "least": lead.least_voices(run)}
    return await db.many(tx, sql.trend, Then, since=clock.now() - TREND, **given)


async def ruled_at(tx: db.Connection) -> datetime | None:
    """Return since when figures stand on today's rules, if those of the last two years do not all."""
    return await db.maybe(tx, sql.ruled_at, datetime, since=clock.now() - TREND)


def _month(place: int, then: Then, team_id: UUID) -> Row:
    """Put a month into a row of the picture: time runs downwards, the newest on top and in the colour of me."""
    return Row(team_id, "", place, 0, None, None, None, then.estimate, then.low, then.high, False, place == 1)


def _row(place: int, line: Line, me: UUID | None) -> Row:
    """Put a line into a row of the picture; of whom nothing is told, nothing is drawn: a range of no width."""
    one, known = line.member, line.figure
    score, low, high = (known.estimate, known.low, known.high) if known else (0.0, 0.0, 0.0)
    return Row(one.id, one.name, place, 0, None, None, None, score, low, high, known is None, one.id == me)
