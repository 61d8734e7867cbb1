"""Unseen and deserving: whose work is good and who gets few thanks for it, with a word on what for."""

from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import msgspec
from litestar import Response, get

from dashboards import unseen
from dashboards.unseen import Row
from service.base import audit, db
from service.base.web import AUDITED, Me, Tx
from service.pages import lead, shown
from service.pages.lead import Team
from service.pages.page import Seen, data
from service.pages.shown import Run

chart = db.load(Path(unseen.__file__).with_suffix(".sql"))
praise = db.load(Path(__file__).with_name("lead_brief.sql"))


class Praise(msgspec.Struct, frozen=True):
    """What somebody could be thanked for: their last project of which a customer said something."""

    person_id: UUID
    project_id: UUID
    project: str
    comment: str
    at: datetime


@get("/team/unseen", guards=[lead.LEADING], opt=AUDITED)
async def show_unseen(tx: Tx, me: Me, view: Seen, team: lead.Wanted = "") -> Response[str]:
    """Show quality against recognition of a team's people, and whom to thank for what."""
    teams = await lead.teams_of(tx, me, team)
    if asking := lead.to_choose(view, teams, team):
        return asking
    run = await shown.newest_run(tx)
    if teams is None or run is None:
        return view.page("lead_unseen.html", teams=teams, run=run, rows=[], named=[])
    members = await lead.members_of(tx, teams.shown)
    await audit.looked_at_each(tx, me, [one.id for one in members], "view_team")
    rows = await unseen_of(tx, run, teams.shown)
    named = [one for one in rows if one.unseen and one.person_id != me.person_id]
    words = view.words.all(unseen.WORDS)
    known = [one for one in rows if one.quality is not None]
    return view.page(
        "lead_unseen.html",
        teams=teams,
        run=run,
        rows=rows,
        named=named,
        corner=any(_in_corner(one) for one in known if one.person_id != me.person_id),
        praise={one.person_id: one for one in await _praise(tx, [one.person_id for one in named])},
        figure=data(unseen.figure(rows, words)) if known else None,
        pairs=data(unseen.pairs(rows, words)) if known else None,
        ago=partial(lead.ago, view.words),
    )


async def unseen_of(tx: db.Connection, run: Run | None, team: Team) -> list[Row]:
    """Return a team's people, those to thank first; nobody before the first run."""
    if run is None:
        return []
    least = lead.least_voices(run)
    return await db.many(tx, chart.people, Row, run_id=run.id, team_id=team.id, least=least)


def _in_corner(one: Row) -> bool:
    """Tell whether the picture shows somebody in its shaded corner, by best estimates and however doubtful."""
    return one.quality is not None and one.quality > 0 and (one.recognition is None or one.recognition < 0)


async def _praise(tx: db.Connection, people: list[UUID]) -> list[Praise]:
    return await db.many(tx, praise.praise, Praise, people=people)
