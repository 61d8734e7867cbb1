"""Surveys over HTTP: whom a project's end, or somebody, has asked."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from service.base.access import Role, require_role
from service.base.paging import BY_ASKING, LIMIT
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.surveys import actions
from service.surveys.actions import sql
from service.surveys.model import NewSurvey, Survey

askers = require_role(Role.LEAD, Role.HR, Role.ADMINISTRATOR, Role.SERVICE)


@get("/projects/{project_id:uuid}/surveys", guards=[askers])
async def list_surveys(
    project_id: FromPath[UUID], tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT
) -> Page[Survey]:
    """Whom was asked how this project went, newest first; no answer says nothing."""
    await actions.allow(tx, me, project_id)
    return await page(tx, sql.surveys_of, Survey, Cut(after, limit, BY_ASKING), project_id=project_id)


@post("/projects/{project_id:uuid}/surveys", guards=[askers])
async def ask_contact(project_id: FromPath[UUID], data: JSONBody[NewSurvey], tx: Tx, me: Me) -> Survey:
    """Ask a contact of the project's customer how it went."""
    return await actions.ask(tx, me, project_id, data.contact_id)


router = Router("/", route_handlers=[list_surveys, ask_contact], tags=["surveys"])
