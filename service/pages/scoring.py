"""The page of those who operate scoring: what runs there were, how they stand, and asking for one now."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from service.base import db
from service.base.border import Input
from service.base.web import Me, Tx
from service.exports.routes import office
from service.pages.page import Seen, View, form, redirect
from service.scores import actions
from service.scores.model import TooManyWaiting

sql = db.load(Path(__file__).with_name("scoring.sql"))

MOST = 30  # runs shown; the API has the rest
LOOK_AGAIN = {"Refresh": "3"}  # seconds; while a run waits or is at work
WORKING = ("due", "running")
# English here, Finnish in locale/fi.po.
STATES = {"due": "waits its turn", "running": "at work", "done": "published", "failed": "failed"}
Done = Annotated[str, QueryParameter(max_length=20)]


class RunSeen(msgspec.Struct, frozen=True):
    """A run as this page tells of it; `error` is why the last attempt failed."""

    moment: datetime
    of_night: bool
    asked_by: str | None
    state: str
    tried: bool
    error: str | None
    published_at: datetime | None
    seconds: float | None
    policy_version: int | None


@get("/scoring", guards=[office])
async def show_runs(tx: Tx, me: Me, view: Seen, done: Done = "") -> Response[str]:  # noqa: ARG001 - somebody's page
    """Show the runs of late, newest first; the page looks again by itself while one is at work."""
    return await _page(tx, view, asked=done == "asked")


@post("/scoring", guards=[office])
async def ask_for_run(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Ask for a run of everything given until now."""
    await form(request, Input)
    try:
        await actions.ask_for_run(tx, me)
    except TooManyWaiting:
        return await _page(tx, view, refused=True)
    return redirect("/scoring?done=asked")


async def _page(tx: db.Connection, view: View, *, asked: bool = False, refused: bool = False) -> Response[str]:
    jobs = {"nightly": actions.NIGHTLY, "requested": actions.REQUESTED}
    runs = await db.many(tx, sql.runs, RunSeen, **jobs, most=MOST)
    page = view.page(
        "scoring.html",
        409 if refused else 200,
        runs=runs,
        states=STATES,
        asked=asked,
        refused=refused,
        working=any(one.state in WORKING for one in runs),
    )
    if any(one.state in WORKING for one in runs):
        page.headers.update(LOOK_AGAIN)
    return page
