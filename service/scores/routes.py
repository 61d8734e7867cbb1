"""Boards, standings and runs over HTTP.

Individual boards list those who chose to be seen on them; each reader also finds their own place.
"""

from typing import Annotated, Any, cast
from uuid import UUID

from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter, SkipValidation

from service.base.access import Role, require_role
from service.base.audit import Purpose
from service.base.errors import Invalid
from service.base.paging import LIMIT, NEWEST
from service.base.web import AUDITED, After, Cut, Limit, Me, Page, Tx, page
from service.scores import actions
from service.scores.actions import sql
from service.scores.model import BoardKey, Boards, Run, RunState, Standing, Standings, SubjectKind
from service.scores.reading import Reading, Wanted, WantedBoards, board_after, places_seen
from service.scores.standing import standing

Read = NamedDependency[SkipValidation[Reading]]
Named = Annotated[str, PathParameter(max_length=200)]
Word = Annotated[str, QueryParameter(max_length=420)]
Scope = Annotated[str, QueryParameter(name="scope", max_length=420)]  # `scope` itself is a word of the framework's
ScopeFilter = Annotated[str | None, QueryParameter(name="scope", max_length=420)]
Filter = Annotated[str | None, QueryParameter(max_length=420)]

operators = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)
# Customers and partners never see a person's score, on any board.
colleagues = require_role(Role.EMPLOYEE, Role.LEAD, Role.HR, Role.ADMINISTRATOR, Role.SERVICE)


def provide_reading(request: Request[Any, Any, Any], me: Me) -> Reading:  # noqa: ARG001 - one after the other, as in base.web
    """Return the app's boards."""
    state = request.app.state
    if "boards" not in state:
        state["boards"] = Reading(state["pool"])
    return cast("Reading", state["boards"])


def _text(*words: str | None) -> None:
    if any(word is not None and "\0" in word for word in words):
        raise Invalid("names of boards, scopes and periods hold no character NUL")


@get("/boards", media_type=MediaType.JSON, guards=[colleagues])
async def list_boards(
    reading: Read,
    me: Me,
    *,
    within: ScopeFilter = None,
    period: Filter = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Response[Boards]:
    """Boards of the newest run, by name."""
    _text(within, period)
    wanted = WantedBoards(board_after(after), within, period, limit)
    return cast("Response[Boards]", Response(await reading.boards(me.organization_id, wanted)))


@get("/boards/{board:str}", media_type=MediaType.JSON, guards=[colleagues])
async def show_board(
    reading: Read,
    me: Me,
    board: Named,
    *,
    within: Scope = "organization",
    period: Word = "all",
    kind: FromQuery[SubjectKind] = SubjectKind.PERSON,
    after: After = None,
    limit: Limit = LIMIT,
) -> Response[Standings]:
    """One board: its upper half, a page at a time, and me with my neighbours; never the bottom."""
    _text(board, within, period)
    wanted = Wanted(BoardKey(board, within, period, kind), me.person_id, places_seen(after), limit)
    return cast("Response[Standings]", Response(await reading.standings(me.organization_id, wanted)))


@get("/people/{person_id:uuid}/standing", guards=[colleagues], opt=AUDITED)
async def show_standing(
    person_id: FromPath[UUID], tx: Tx, me: Me, purpose: FromQuery[Purpose | None] = None
) -> Standing:
    """Show a person's level, scores with intervals, stages, and why; for them, their leads and HR.

    They can see in which role somebody looked, and for which purpose.
    """
    return await standing(tx, me, person_id, purpose)


@get("/scoring/runs", guards=[operators])
async def list_runs(tx: Tx, reading: Read, me: Me, *, after: After = None, limit: Limit = LIMIT) -> Page[Run]:
    """List published runs, those of the newest moment first."""
    reading.forget(me.organization_id)
    return await page(tx, sql.runs, Run, Cut(after, limit, NEWEST))


@post("/scoring/runs", guards=[operators], status_code=202)
async def run_now(tx: Tx, me: Me) -> RunState:
    """Ask for a run of everything given until now."""
    return await actions.ask_for_run(tx, me)


@get("/scoring/runs/{run_id:uuid}", guards=[operators])
async def show_run(run_id: FromPath[UUID], tx: Tx, reading: Read, me: Me) -> RunState:
    """How a run stands, by the id under which it was asked for."""
    reading.forget(me.organization_id)
    return await actions.state_of(tx, run_id)


router = Router(
    "/",
    route_handlers=[list_boards, show_board, show_standing, list_runs, run_now, show_run],
    dependencies={"reading": Provide(provide_reading, sync_to_thread=False)},
    tags=["scores"],
)
