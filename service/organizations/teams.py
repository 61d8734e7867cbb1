"""Add and change teams and memberships, which end by their `to_at`, never by deletion; all of it is written down."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict, replace

from service.base import audit, clock, db
from service.base.access import Actor
from service.base.changes import changed, delete_unused
from service.base.errors import AlreadyExists, Invalid, Refused
from service.base.events import record
from service.organizations.actions import sql
from service.organizations.model import (
    NewTeam,
    NewTeamMember,
    NewTeamRole,
    Team,
    TeamChange,
    TeamMember,
    TeamMemberChange,
)


async def add_team(tx: db.Connection, me: Actor, new: NewTeam) -> Team:
    """Add a team.

    Raises
    ------
    AlreadyExists : its department has a team of that name.
    """
    await _refuse_a_twin(tx, new.name, new.department, None)
    team = await db.one(tx, sql.insert_team, Team, **asdict(new))
    await audit.looked(tx, me, None, "change_team")
    await record(tx, "team_added", team.id)
    return team


async def change_team(tx: db.Connection, me: Actor, team_id: UUID, wanted: TeamChange) -> Team:
    """Edit a team.

    Raises
    ------
    AlreadyExists : its department has another team of that name.
    """
    before = await db.one(tx, sql.team_for_change, Team, id=team_id)
    stored = changed(before, wanted)
    if (stored.name, stored.department) != (before.name, before.department):
        await _refuse_a_twin(tx, stored.name, stored.department, team_id)
    await audit.looked(tx, me, None, "change_team")
    team = await db.one(tx, sql.update_team, Team, id=team_id, name=stored.name, department=stored.department)
    await record(tx, "team_changed", team_id)
    return team


async def take_team_away(tx: db.Connection, me: Actor, team_id: UUID) -> None:
    """Take away a team that was added by mistake and never had anybody.

    Raises
    ------
    Refused : somebody is or was in it.
    """
    await audit.looked(tx, me, None, "change_team")
    used = "somebody is or was in this team already; its history stays"
    await delete_unused(tx, sql.delete_team, team_id, used)
    await record(tx, "team_taken_away", team_id)


async def add_member(tx: db.Connection, me: Actor, team_id: UUID, new: NewTeamMember) -> TeamMember:
    """Let somebody join a team.

    Raises
    ------
    AlreadyExists : they joined it at that very moment before.
    """
    await db.one(tx, sql.team, Team, id=team_id)
    await audit.looked(tx, me, new.person_id, "change_membership")
    member = await db.maybe(tx, sql.insert_member, TeamMember, team_id=team_id, **asdict(new))
    if member is None:
        raise AlreadyExists("there is such a team_member already", thing="team_member")
    await record(tx, "team_member_added", member.id)
    return member


async def join(tx: db.Connection, me: Actor, team_id: UUID, new: NewTeamMember) -> TeamMember:
    """Let somebody join a team who is not in it then, nor will be later.

    Raises
    ------
    AlreadyExists : they are, or will be.
    """
    await db.one(tx, sql.team_for_change, Team, id=team_id)  # one after the other
    at = new.from_at or clock.now()
    if await db.one(tx, sql.is_member, bool, team_id=team_id, person_id=new.person_id, at=at):
        raise AlreadyExists("this person is in the team already", thing="team_member")
    return await add_member(tx, me, team_id, new)


async def change_member(
    tx: db.Connection, me: Actor, at: tuple[UUID, UUID], wanted: TeamMemberChange
) -> tuple[TeamMember, TeamMember]:
    """Edit or end a membership, `at` its team's and its own id; return it as it was and as it is."""
    team_id, member_id = at
    stored = await db.one(tx, sql.member_for_change, TeamMember, id=member_id, team_id=team_id)
    member = await _write(tx, me, changed(stored, wanted))
    return stored, member


async def take_part(
    tx: db.Connection, me: Actor, at: tuple[UUID, UUID], new: NewTeamRole
) -> tuple[TeamMember, TeamMember, TeamMember]:
    """Let a member lead, or a lead lead no more: one membership ends and the next begins, so that history holds.

    Return the membership as it was, as it ended, and the one that began.

    Raises
    ------
    Refused : that is their part already, or the membership has ended by then.
    Invalid : the membership begins later.
    """
    team_id, member_id = at
    moment = new.from_at or clock.now()
    stored = await db.one(tx, sql.member_for_change, TeamMember, id=member_id, team_id=team_id)
    _may_turn(stored, new, moment)
    ended = await _write(tx, me, replace(stored, to_at=moment))
    begun = NewTeamMember(person_id=stored.person_id, role=new.role, from_at=moment, to_at=stored.to_at)
    return stored, ended, await add_member(tx, me, team_id, begun)


async def put_back(tx: db.Connection, me: Actor, members: Sequence[TeamMember]) -> None:
    """Put role and end of memberships back to what they were."""
    for member in members:
        await _write(tx, me, member)


def _may_turn(stored: TeamMember, new: NewTeamRole, moment: datetime) -> None:
    if stored.role == new.role:
        raise Refused(f"this person's part is {new.role} already", field="role")
    if stored.to_at is not None and stored.to_at <= moment:
        raise Refused("this membership has ended by then", field="from_at")
    if stored.from_at is not None and stored.from_at > moment:
        raise Invalid("the membership begins later than that", field="from_at")


async def _write(tx: db.Connection, me: Actor, wanted: TeamMember) -> TeamMember:
    await audit.looked(tx, me, wanted.person_id, "change_membership")
    given = {"id": wanted.id, "role": wanted.role, "to_at": wanted.to_at}
    member = await db.one(tx, sql.update_member, TeamMember, **given)
    await record(tx, "team_member_changed", member.id)
    return member


async def _refuse_a_twin(tx: db.Connection, name: str, department: str | None, team_id: UUID | None) -> None:
    """Refuse a second team of one name in one department: nobody could choose between them."""
    if await db.maybe(tx, sql.twin, UUID, name=name, department=department, id=team_id) is not None:
        raise AlreadyExists("this department has a team of that name already", thing="team", field="name")
