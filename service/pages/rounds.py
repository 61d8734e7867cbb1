"""The page of those who run rounds of feedback: open one, see numbers that name nobody, remind, close."""

import re
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from service.base import clock, db
from service.base.errors import Invalid
from service.base.mail import can_send
from service.base.web import Me, Tx
from service.feedback import rounds
from service.feedback.model import BOUNDS, LONGEST_DAYS, NewRound, Round, RoundRuns
from service.feedback.routes import hosts
from service.pages.feedback import Plain
from service.pages.page import Seen, View, form, own_fields, read, redirect, settings

MOST = 50  # rounds shown; the API has the rest
USUAL_DAYS = 14  # of a round, as the form suggests
# English here, Finnish in locale/fi.po.
DONE = {
    "opened": "The round is open. Who is asked about whom is being drawn.",
    "closed": "The round is closed. What was said is being counted.",
    "reminded": "Those who have not answered are being reminded.",
    "noted": "This installation sends no mail, so nobody gets one. Who is asked still finds it on their start page; tell people that the round is open.",  # noqa: E501 - one text
}
Done = Annotated[str, QueryParameter(max_length=60)]
DEFAULTS = {"asks_per_person": "8", "period_days": "180", "reminders": "2"}


@get("/rounds", guards=[hosts])
async def show_rounds(tx: Tx, me: Me, view: Seen, done: Done = "") -> Response[str]:  # noqa: ARG001 - somebody's page
    """Show the rounds, and the form to open one."""
    last = clock.now().astimezone(view.words.zone).date() + timedelta(days=USUAL_DAYS)
    return await _page(tx, view, DEFAULTS | {"closes_on": last.isoformat()}, {}, DONE.get(done, ""))


@post("/rounds", guards=[hosts])
async def open_round(request: Request[Any, Any, Any], tx: Tx, view: Seen) -> Response[str] | Redirect:
    """Open a round, or show what has to be mended."""
    sent = await own_fields(request)
    try:
        opened = await rounds.open_round(tx, read(sent, NewRound))
    except RoundRuns:
        return await _page(tx, view, sent, {"closes_on": view.words.say("A round is open already. Close it first.")})
    except Invalid as wrong:
        return await _page(tx, view, sent, await _unfit(tx, view, wrong))
    await rounds.order(tx, rounds.DRAW, opened.id)
    return redirect("/rounds?done=opened")


@post("/rounds/{round_id:uuid}/close", guards=[hosts])
async def close_round(request: Request[Any, Any, Any], tx: Tx, round_id: FromPath[UUID]) -> Redirect:
    """Close a round before its day."""
    await form(request, Plain)
    await rounds.close(tx, round_id)
    await rounds.order(tx, rounds.CLOSE, round_id)
    return redirect("/rounds?done=closed")


@post("/rounds/{round_id:uuid}/remind", guards=[hosts])
async def remind_of_round(request: Request[Any, Any, Any], tx: Tx, round_id: FromPath[UUID]) -> Redirect:
    """Have those reminded who have not answered."""
    await form(request, Plain)
    await rounds.remind(tx, round_id)
    return redirect("/rounds?done=reminded" if can_send(settings(request)) else "/rounds?done=noted")


async def _unfit(tx: Tx, view: View, wrong: Invalid) -> dict[str, str]:
    """Say below the field that does not fit what would."""
    named = re.search(r"\$\.(\w+)", str(wrong))
    field = str(wrong.detail.get("field", named[1] if named else "closes_on"))
    if field not in BOUNDS:
        return {"closes_on": view.words.say("It closes today or within {days} days.").format(days=LONGEST_DAYS)}
    low, high = (await _bounds(tx))[field]
    return {field: view.words.say("A whole number from {low} to {high}.").format(low=low, high=high)}


async def _bounds(tx: Tx) -> dict[str, tuple[int, int]]:
    """Return the least and the most of each number: nobody is asked about by fewer than their figures need."""
    low, high = BOUNDS["asks_per_person"]
    return BOUNDS | {"asks_per_person": (max(low, (await rounds.place(tx)).k), high)}


async def _page(tx: Tx, view: View, given: dict[str, str], errors: dict[str, str], done: str = "") -> Response[str]:
    now = clock.now()
    found = await db.many(tx, rounds.sql.rounds, Round, after_key=None, after_id=None, most=MOST)
    open_now = next((one for one in found if not one.standing and (one.closed_at is None or one.closed_at > now)), None)
    return view.page(
        "rounds.html",
        422 if errors else 200,
        rounds=found,
        open_now=open_now,
        gap=rounds.REMINDER_GAP,
        now=now,
        given=given,
        errors=errors,
        bounds=await _bounds(tx),
        today=_today(view),
        done=view.words.say(done) if done else "",
    )


def _today(view: View) -> date:
    return clock.now().astimezone(view.words.zone).date()
