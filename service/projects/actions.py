"""Add, edit and close projects; let people take part."""

from pathlib import Path
from uuid import UUID

from msgspec.structs import asdict

from service.base import db
from service.base.access import Actor, Role
from service.base.changes import changed
from service.base.errors import Forbidden
from service.base.events import record
from service.projects.model import Member, MemberChange, NewMember, NewProject, Project, ProjectChange

sql = db.load(Path(__file__).with_name("queries.sql"))


async def add(tx: db.Connection, new: NewProject) -> Project:
    """Add a project."""
    project = await db.one(tx, sql.insert, Project, **asdict(new))
    await record(tx, "project_added", project.id, project_kind=project.kind)
    return project


async def change(tx: db.Connection, me: Actor, project_id: UUID, wanted: ProjectChange) -> Project:
    """Edit a project; that it ends is an event of its own."""
    before = await db.one(tx, sql.for_change, Project, id=project_id)
    await allow(tx, me, project_id)
    fields = asdict(changed(before, wanted))
    del fields["external_id"], fields["kind"], fields["started_at"]
    project = await db.one(tx, sql.update, Project, **fields)
    ends = before.ended_at is None and project.ended_at is not None
    await record(tx, "project_ended" if ends else "project_changed", project_id, project_kind=project.kind)
    return project


async def add_member(tx: db.Connection, me: Actor, project_id: UUID, new: NewMember) -> Member:
    """Let somebody take part."""
    await db.one(tx, sql.project, Project, id=project_id)
    await allow(tx, me, project_id)
    member = await db.one(tx, sql.insert_member, Member, project_id=project_id, **asdict(new))
    await record(tx, "project_member_added", member.id)
    return member


async def change_member(
    tx: db.Connection, me: Actor, project_id: UUID, member_id: UUID, wanted: MemberChange
) -> Member:
    """Edit or end somebody's part."""
    stored = changed(await db.one(tx, sql.member_for_change, Member, id=member_id, project_id=project_id), wanted)
    await allow(tx, me, project_id)
    member = await db.one(tx, sql.update_member, Member, id=member_id, share=stored.share, to_at=stored.to_at)
    await record(tx, "project_member_changed", member_id)
    return member


async def allow(tx: db.Connection, me: Actor, project_id: UUID) -> None:
    """Refuse a lead whose people have no part in this project."""
    if me.role is Role.LEAD and not await db.one(tx, sql.may_work, bool, project_id=project_id, person_id=me.person_id):
        raise Forbidden("a lead changes projects in which they, or somebody they lead, take part")
