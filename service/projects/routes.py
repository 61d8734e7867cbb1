"""Projects and their members over HTTP."""

from uuid import UUID

from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody

from service.base import db
from service.base.access import project_work
from service.base.paging import BY_PERSON, BY_START, LIMIT
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.projects import actions
from service.projects.actions import sql
from service.projects.model import Member, MemberChange, NewMember, NewProject, Project, ProjectChange


@get("/")
async def list_projects(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Project]:
    """All projects, those that started last first."""
    return await page(tx, sql.projects, Project, Cut(after, limit, BY_START))


@get("/{project_id:uuid}")
async def show_project(project_id: FromPath[UUID], tx: Tx) -> Project:
    """One project."""
    return await db.one(tx, sql.project, Project, id=project_id)


@post("/", guards=[project_work])
async def add_project(data: JSONBody[NewProject], tx: Tx) -> Project:
    """Add a project."""
    return await actions.add(tx, data)


@patch("/{project_id:uuid}", guards=[project_work])
async def change_project(project_id: FromPath[UUID], data: JSONBody[ProjectChange], tx: Tx, me: Me) -> Project:
    """Edit a project, or close it."""
    return await actions.change(tx, me, project_id, data)


@get("/{project_id:uuid}/members")
async def list_members(project_id: FromPath[UUID], tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Member]:
    """Who takes part in a project, with which share."""
    await db.one(tx, sql.project, Project, id=project_id)
    return await page(tx, sql.members, Member, Cut(after, limit, BY_PERSON), project_id=project_id)


@post("/{project_id:uuid}/members", guards=[project_work])
async def add_member(project_id: FromPath[UUID], data: JSONBody[NewMember], tx: Tx, me: Me) -> Member:
    """Let somebody take part in a project."""
    return await actions.add_member(tx, me, project_id, data)


@patch("/{project_id:uuid}/members/{member_id:uuid}", guards=[project_work])
async def change_member(
    project_id: FromPath[UUID], member_id: FromPath[UUID], data: JSONBody[MemberChange], tx: Tx, me: Me
) -> Member:
    """Edit somebody's part, or end it by its `to_at`."""
    return await actions.change_member(tx, me, project_id, member_id, data)


router = Router(
    "/projects",
    route_handlers=[
        list_projects, show_project, add_project, change_project, list_members, add_member, change_member,
    ],
    tags=["projects"],
)  # fmt: skip
