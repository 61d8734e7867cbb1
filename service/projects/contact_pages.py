"""The page of a contact, behind a link of their own: which projects are open to them, and what they said."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import db

sql = db.load(Path(__file__).with_suffix(".sql"))

MOST_PROJECTS = 50
MOST_SAID = 500  # rows: an answer has one for each aspect


class Letter(msgspec.Struct, frozen=True):
    """What the mail that brings a link needs; `home` is the organization's language."""

    contact_id: UUID
    email: str
    language: str | None
    contact: str | None
    organization: str
    home: str


class ContactPage(msgspec.Struct, frozen=True):
    """Whose page it is, and how they wish to be contacted."""

    contact_id: UUID
    contact: str | None
    language: str | None
    channel: str | None
    rhythm: str | None
    organization: str
    time_zone: str


class OpenProject(msgspec.Struct, frozen=True):
    """A project as a contact sees it: nothing in it was measured."""

    id: UUID
    name: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    members: list[str]
    next_at: datetime | None  # when somebody calls next, and who
    next_by: str | None


class Said(msgspec.Struct, frozen=True):
    """One aspect of what the contact said at one time, or their words."""

    project_id: UUID
    project: str
    response: str
    aspect: str | None
    value: float | None
    about: str | None
    comment: str | None
    at: datetime


async def page_of(tx: db.Connection, link_id: UUID) -> ContactPage | None:
    """Return whose page a link opens; None where it opens none."""
    return await db.maybe(tx, sql.page, ContactPage, link_id=link_id)


async def projects_of(tx: db.Connection, contact_id: UUID) -> tuple[list[OpenProject], list[Said]]:
    """Return the projects open to a contact at this moment, and what they themselves said about any."""
    projects = await db.many(tx, sql.projects, OpenProject, contact_id=contact_id, most=MOST_PROJECTS)
    return projects, await db.many(tx, sql.said, Said, contact_id=contact_id, most=MOST_SAID)
