"""Contacts after a deal over HTTP."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from service.aftercare import actions
from service.aftercare.actions import sql
from service.aftercare.model import CareDone, CareTask, NewCareTask
from service.base.access import project_work
from service.base.paging import BY_DUE, LIMIT
from service.base.web import After, Cut, Limit, Me, Page, Tx, page


@get("/")
async def list_open_care(
    tx: Tx, owner_id: FromQuery[UUID | None] = None, after: After = None, limit: Limit = LIMIT
) -> Page[CareTask]:
    """Contacts that are due, the most urgent first."""
    return await page(tx, sql.open, CareTask, Cut(after, limit, BY_DUE), owner_id=owner_id)


@post("/", guards=[project_work])
async def plan_care(data: JSONBody[NewCareTask], tx: Tx, me: Me) -> CareTask:
    """Plan a contact."""
    return await actions.plan(tx, me, data)


@post("/{task_id:uuid}/done", status_code=200)
async def finish_care(task_id: FromPath[UUID], data: JSONBody[CareDone], tx: Tx, me: Me) -> CareTask:
    """Say how a contact went."""
    return await actions.finish(tx, me, task_id, data)


router = Router("/care-tasks", route_handlers=[list_open_care, plan_care, finish_care], tags=["care"])
