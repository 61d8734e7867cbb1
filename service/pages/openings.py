"""Opening a project to a contact of its customer or of a partner, and closing it again; on the project's page."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.base import db
from service.base.access import Actor, Role, project_work
from service.base.border import Input
from service.base.errors import NotFound
from service.base.web import Me, Tx
from service.pages.page import View, form, redirect
from service.pages.shown import Option
from service.projects import actions, openings

sql = db.load(Path(__file__).with_suffix(".sql"))

OPENING = frozenset({Role.LEAD, Role.ADMINISTRATOR})  # of those who look at pages, whom the API lets open a project
AnyRequest = Request[Any, Any, Any]
# What was just done, by whether it is open now: English here, Finnish in locale/fi.po.
DONE = {True: "It is open to {name} now.", False: "It is closed to {name}, from their next click on."}
UNDO = {True: "close", False: "reopen"}


class Chosen(Input):
    """To whom a project is opened."""

    contact_id: UUID


class OpenTo(msgspec.Struct, frozen=True):
    """A contact to whom the project is open, and how they get in."""

    id: UUID
    contact: str
    customer: str
    opened_at: datetime
    link_until: datetime | None  # of the link to their page that works now
    by_mail: bool  # where mails are sent, the link comes by mail


class Opened(msgspec.Struct, frozen=True):
    """An opening that was just made or ended."""

    id: UUID
    contact_id: UUID
    contact: str
    is_open: bool


async def shown(tx: db.Connection, me: Actor, view: View, project_id: UUID, done: UUID | None) -> dict[str, Any]:
    """Return what the project's page shows of this to whoever may open it; nothing to others."""
    if me.role not in OPENING:
        return {"opens": False, "told": "", "undo": ""}
    opening = await db.maybe(tx, sql.opening, Opened, id=done, project_id=project_id) if done else None
    return {
        "opens": True,
        "open_to": await db.many(tx, sql.open_now, OpenTo, project_id=project_id),
        "offered": await db.many(tx, sql.offered, Option, project_id=project_id),
        "told": view.words.say(DONE[opening.is_open]).format(name=opening.contact) if opening else "",
        "undo": f"/team/projects/{project_id}/openings/{opening.id}/{UNDO[opening.is_open]}" if opening else "",
    }


@post("/team/projects/{project_id:uuid}/openings", guards=[project_work])
async def open_to_contact(request: AnyRequest, tx: Tx, me: Me, project_id: FromPath[UUID]) -> Redirect:
    """Open the project to a contact of its customer or of a partner."""
    contact_id = (await form(request, Chosen)).contact_id
    if not await db.one(tx, sql.known, bool, project_id=project_id, contact_id=contact_id):
        raise NotFound("neither this project's customer nor a partner has such a contact")
    return await _open(tx, me, project_id, contact_id)


@post("/team/projects/{project_id:uuid}/openings/{opening_id:uuid}/close", guards=[project_work])
async def close_to_contact(
    request: AnyRequest, tx: Tx, me: Me, project_id: FromPath[UUID], opening_id: FromPath[UUID]
) -> Redirect:
    """Close the project to a contact; the page it leads to can undo that."""
    await form(request, Input)
    closed = await openings.close(tx, me, project_id, opening_id)
    return _back(project_id, closed.id)


@post("/team/projects/{project_id:uuid}/openings/{opening_id:uuid}/reopen", guards=[project_work])
async def reopen_to_contact(
    request: AnyRequest, tx: Tx, me: Me, project_id: FromPath[UUID], opening_id: FromPath[UUID]
) -> Redirect:
    """Open the project again to a contact to whom it was closed."""
    await form(request, Input)
    before = await db.one(tx, sql.opening, Opened, id=opening_id, project_id=project_id)
    return await _open(tx, me, project_id, before.contact_id)


async def _open(tx: db.Connection, me: Actor, project_id: UUID, contact_id: UUID) -> Redirect:
    """Open it, where it is not open already; twice is once."""
    await actions.allow(tx, me, project_id)
    already = await db.maybe(tx, sql.open_one, UUID, project_id=project_id, contact_id=contact_id)
    return _back(project_id, already or (await openings.open_to(tx, me, project_id, contact_id)).id)


def _back(project_id: UUID, opening_id: UUID) -> Redirect:
    return redirect(f"/team/projects/{project_id}?opening={opening_id}#open")
