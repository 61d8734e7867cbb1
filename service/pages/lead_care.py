"""Calls to customers that are due in a team, each with what the customer last said, and how it went once it is made."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from service.aftercare import actions
from service.aftercare.model import CareDone, CareOutcome, CareTask
from service.base import clock, db
from service.base.web import Me, Tx
from service.pages import late, lead
from service.pages.lead import sql
from service.pages.page import Seen, View, form

DUE_SOON = timedelta(days=14)
MOST = 60
# English here, Finnish in locale/fi.po.
KINDS = {
    "3m": "three months after the deal",
    "12m": "a year after the deal",
    "24m": "two years after the deal",
    "recurring": "as agreed, again and again",
}
OUTCOMES = {
    "well": "All is well",
    "repaired": "Something was wrong, and we put it right",
    "open": "Something is still open",
}


class Due(msgspec.Struct, frozen=True):
    """A call that is due, whose it is, and what the customer last said."""

    id: UUID
    kind: str
    due_at: datetime
    owner_id: UUID
    owner: str
    project_id: UUID
    project: str
    customer: str | None
    comment: str | None
    said_at: datetime | None
    contact: str | None  # of the customer, whom one could call


class Done(lead.Act):
    """How a call went, as the form says it; a box that is not ticked is not sent."""

    outcome: CareOutcome
    needs_changed: bool = False


@get("/team/care", guards=[lead.LEADING])
async def show_care(
    tx: Tx,
    me: Me,
    view: Seen,
    *,
    team: lead.Wanted = "",
    done: FromQuery[UUID | None] = None,
    undone: FromQuery[str] = "",
) -> Response[str]:
    """Show which calls are due, the most overdue first; after one was made, a way to take that back."""
    teams = await lead.teams_of(tx, me, team)
    calls = await due(tx, team_id=teams.shown.id) if teams else []
    may = teams is not None and (teams.shown.own or me.role in actions.ANYWHERE)
    return view.page("lead_care.html", teams=teams, may=may, **await _shown(tx, view, calls, done), undone=bool(undone))


@get("/me/calls")
async def show_my_calls(
    tx: Tx, me: Me, view: Seen, done: FromQuery[UUID | None] = None, undone: FromQuery[str] = ""
) -> Response[str]:
    """Show the calls that the reader has promised, each with what the customer last said."""
    calls = await due(tx, owner_id=me.person())
    return view.page("my_calls.html", may=True, **await _shown(tx, view, calls, done), undone=bool(undone))


async def due(tx: db.Connection, *, team_id: UUID | None = None, owner_id: UUID | None = None) -> list[Due]:
    """Return the calls of a team's people, or of one person, that are due within two weeks; the most overdue first."""
    whose = {"team_id": team_id, "owner_id": owner_id}
    return await db.many(tx, sql.care_due, Due, until=clock.now() + DUE_SOON, most=MOST, **whose)


async def _shown(tx: db.Connection, view: View, calls: list[Due], done: UUID | None) -> dict[str, Any]:
    made = await db.maybe(tx, actions.sql.by_id, CareTask, id=done) if done else None
    return {
        "calls": calls,
        "made": made if made and actions.undoable(made) else None,
        "now": clock.now(),
        "kinds": KINDS,
        "outcomes": OUTCOMES,
        "ago": partial(lead.ago, view.words),
    }


@post("/team/care/{task_id:uuid}/done")
async def finish_call(request: Request[Any, Any, Any], tx: Tx, me: Me, task_id: FromPath[UUID]) -> Redirect:
    """Say how a call went."""
    said = await form(request, Done)
    await actions.finish(tx, me, task_id, CareDone(said.outcome, said.needs_changed))
    return _back(said.team, f"done={task_id}")


@post("/team/care/{task_id:uuid}/undo", opt=late.to_undo("call"))
async def reopen_call(request: Request[Any, Any, Any], tx: Tx, me: Me, task_id: FromPath[UUID]) -> Redirect:
    """Take back, within the minute, that a call was made."""
    sent = await form(request, lead.Act)
    await actions.reopen(tx, me, task_id)
    return _back(sent.team, "undone=true")


def _back(team: UUID | None, what: str) -> Redirect:
    """Lead back to the team's calls, or to one's own where no team was named."""
    return lead.back("/team/care" if team else "/me/calls", team, what)
