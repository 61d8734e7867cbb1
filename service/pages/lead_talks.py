"""With whom there was no talk lately: who waits longest comes first, and that one took place is said in a moment."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from service.base.web import Me, Tx
from service.pages import late, lead
from service.pages.page import Seen, form
from service.talks import actions
from service.talks.model import NewTalk


class Held(lead.Act):
    """A talk, as the form says it."""

    held_on: date


@get("/team/talks", guards=[lead.LEADING])
async def show_talks(
    tx: Tx,
    me: Me,
    view: Seen,
    *,
    team: lead.Wanted = "",
    talked: FromQuery[UUID | None] = None,
    undone: FromQuery[str] = "",
) -> Response[str]:
    """Show a team that the reader leads, with whom they talked longest ago first; after a talk a way to take it back.

    Of a team that somebody else leads nothing is shown, to HR neither: a talk is the two people's alone.
    """
    teams = await lead.teams_of(tx, me, team)
    leads = teams is not None and teams.shown.own
    return view.page(
        "lead_talks.html",
        teams=teams,
        people=await actions.with_team(tx, me, teams.shown.id) if teams and leads else [],
        talked=await actions.recorded(tx, me, talked) if talked else None,
        undone=bool(undone),
        today=lead.today(view.words),
        ago=partial(lead.ago, view.words),
    )


@post("/team/people/{person_id:uuid}/talks")
async def hold_talk(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, person_id: FromPath[UUID]) -> Redirect:
    """Record that a talk took place; the same day twice is one talk."""
    sent = await form(request, Held)
    talk_id = await actions.hold(tx, me, person_id, NewTalk(sent.held_on), lead.today(view.words))
    return lead.back("/team/talks", sent.team, f"talked={talk_id}" if talk_id else "")


@post("/team/talks/{talk_id:uuid}/undo", opt=late.to_undo("talk"))
async def take_talk_back(request: Request[Any, Any, Any], tx: Tx, me: Me, talk_id: FromPath[UUID]) -> Redirect:
    """Delete a talk that was recorded by mistake."""
    sent = await form(request, lead.Act)
    await actions.take_back(tx, me, talk_id)
    return lead.back("/team/talks", sent.team, "undone=true")
