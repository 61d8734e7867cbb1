"""Projects opened to a contact of a customer or partner: its name, who takes part, and what they said themselves."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from service.base import db
from service.base.access import FOR_CONTACTS, Actor, contacts_only, project_work
from service.base.border import Input
from service.base.events import record
from service.base.paging import BY_CONTACT, BY_NAME, LIMIT, NEWEST
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.projects import actions
from service.projects.model import Project

sql = db.load(Path(__file__).with_suffix(".sql"))


class NewOpening(Input):
    """To whom a project is opened."""

    contact_id: UUID


class Opening(msgspec.Struct, frozen=True):
    """That a contact may look into a project, until it is closed to them."""

    id: UUID
    project_id: UUID
    contact_id: UUID
    opened_at: datetime
    closed_at: datetime | None


class OpenedProject(msgspec.Struct, frozen=True):
    """A project, as a contact finds it in a list."""

    id: UUID
    name: str


class OpenedProjectView(msgspec.Struct, frozen=True):
    """A project, as a contact sees it: names and nothing that was measured."""

    id: UUID
    name: str
    members: list[str]


class OwnSignal(msgspec.Struct, frozen=True):
    """One thing that the contact let us learn."""

    id: UUID
    kind: str
    aspect: str | None
    value: float | None
    about: str | None
    comment: str | None
    at: datetime


async def open_to(tx: db.Connection, me: Actor, project_id: UUID, contact_id: UUID) -> Opening:
    """Open a project to a contact."""
    await db.one(tx, actions.sql.project, Project, id=project_id)
    await actions.allow(tx, me, project_id)
    opening = await db.one(
        tx, sql.insert, Opening, project_id=project_id, contact_id=contact_id, opened_by_id=me.person_id
    )
    await record(tx, "project_opened_to_contact", opening.id)
    return opening


async def close(tx: db.Connection, me: Actor, project_id: UUID, opening_id: UUID) -> Opening:
    """Close a project to a contact; it acts on their next request."""
    await db.one(tx, actions.sql.project, Project, id=project_id)
    await actions.allow(tx, me, project_id)
    opening = await db.one(tx, sql.close, Opening, id=opening_id, project_id=project_id)
    await record(tx, "project_closed_to_contact", opening.id)
    return opening


@post("/projects/{project_id:uuid}/openings", guards=[project_work])
async def open_project(project_id: FromPath[UUID], data: JSONBody[NewOpening], tx: Tx, me: Me) -> Opening:
    """Open a project to a contact."""
    return await open_to(tx, me, project_id, data.contact_id)


@get("/projects/{project_id:uuid}/openings", guards=[project_work])
async def list_openings(project_id: FromPath[UUID], tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Opening]:
    """List to whom a project is or was open."""
    await db.one(tx, actions.sql.project, Project, id=project_id)
    return await page(tx, sql.of_project, Opening, Cut(after, limit, BY_CONTACT), project_id=project_id)


@post("/projects/{project_id:uuid}/openings/{opening_id:uuid}/close", guards=[project_work], status_code=200)
async def close_opening(project_id: FromPath[UUID], opening_id: FromPath[UUID], tx: Tx, me: Me) -> Opening:
    """Close a project to a contact; it acts on their next request."""
    return await close(tx, me, project_id, opening_id)


@get("/opened-projects", guards=[contacts_only], opt=FOR_CONTACTS)
async def list_opened_projects(tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT) -> Page[OpenedProject]:
    """List the projects that are open to the contact who asks."""
    return await page(tx, sql.opened, OpenedProject, Cut(after, limit, BY_NAME), credential_id=me.credential_id)


@get("/opened-projects/{project_id:uuid}", guards=[contacts_only], opt=FOR_CONTACTS)
async def show_opened_project(project_id: FromPath[UUID], tx: Tx, me: Me) -> OpenedProjectView:
    """Show a project that is open to the contact who asks, and who takes or took part."""
    which = {"credential_id": me.credential_id, "project_id": project_id}
    return await db.one(tx, sql.look_into, OpenedProjectView, **which)


@get("/opened-projects/{project_id:uuid}/signals", guards=[contacts_only], opt=FOR_CONTACTS)
async def list_own_signals(
    project_id: FromPath[UUID], tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT
) -> Page[OwnSignal]:
    """List what the contact who asks said about an open project, newest first."""
    which = {"credential_id": me.credential_id, "project_id": project_id}
    await db.one(tx, sql.look_into, OpenedProjectView, **which)
    return await page(tx, sql.own_signals, OwnSignal, Cut(after, limit, NEWEST), **which)


router = Router(
    "/",
    route_handlers=[
        open_project, list_openings, close_opening, list_opened_projects, show_opened_project, list_own_signals,
    ],
    tags=["contacts"],
)  # fmt: skip
