"""Grant and take roles; who leads a team needs no grant, for that is read from the teams."""

from typing import cast
from uuid import UUID

from service.auth.lookup import sql
from service.auth.model import Grantable, RoleGrant, RoleView
from service.base import db
from service.base.access import Role
from service.base.errors import NotFound, Refused
from service.base.events import record


async def role_now(tx: db.Connection, person_id: UUID) -> Role | None:
    """Return what somebody may do at this moment, or None where they are not here, or not any more."""
    found = await db.maybe(tx, sql.role_now, str, person_id=person_id)
    return None if found is None else Role(found)


async def grant(tx: db.Connection, new: RoleGrant, by: UUID | None) -> RoleView:
    """Grant a role; a session made before is dead, for it carries the role it was made with."""
    if await db.run(tx, sql.grant_role, person_id=new.person_id, role=new.role, granted_by_id=by):
        await record(tx, "role_granted", new.person_id, role=new.role)
    return await db.one(tx, sql.granted, RoleView, person_id=new.person_id, role=new.role)


async def withdraw(tx: db.Connection, held: RoleGrant) -> None:
    """Take a role; sessions and tokens made for it are dead at once.

    Raises
    ------
    NotFound : they do not hold it.
    Refused : nobody would be left to administer the organization.
    """
    await db.run(tx, sql.administrators_alone)
    if not await db.run(tx, sql.withdraw_role, person_id=held.person_id, role=held.role):
        raise NotFound("they were not granted that role in your organization")
    if held.role == Role.ADMINISTRATOR.value and not await db.one(tx, sql.administrators, int):
        raise Refused("this is the last administrator; grant the role to somebody else first")
    await db.run(tx, sql.end_role, person_id=held.person_id, role=held.role)
    await record(tx, "role_withdrawn", held.person_id, role=held.role)


def as_grant(held: RoleView) -> RoleGrant:
    """Return what was granted to whom."""
    return RoleGrant(held.person_id, cast("Grantable", held.role))
