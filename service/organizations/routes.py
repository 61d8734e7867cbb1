"""Teams and memberships over HTTP."""

from uuid import UUID

from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody

from service.base import db
from service.base.access import administration
from service.base.paging import BY_NAME, BY_PERSON, LIMIT
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.organizations import teams
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


@get("/")
async def list_teams(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Team]:
    """All teams, by name."""
    return await page(tx, sql.teams, Team, Cut(after, limit, BY_NAME))


@get("/{team_id:uuid}")
async def show_team(team_id: FromPath[UUID], tx: Tx) -> Team:
    """One team."""
    return await db.one(tx, sql.team, Team, id=team_id)


@post("/", guards=[administration])
async def add_team(data: JSONBody[NewTeam], tx: Tx, me: Me) -> Team:
    """Add a team."""
    return await teams.add_team(tx, me, data)


@patch("/{team_id:uuid}", guards=[administration])
async def change_team(team_id: FromPath[UUID], data: JSONBody[TeamChange], tx: Tx, me: Me) -> Team:
    """Edit a team."""
    return await teams.change_team(tx, me, team_id, data)


@get("/{team_id:uuid}/members")
async def list_team_members(
    team_id: FromPath[UUID], tx: Tx, after: After = None, limit: Limit = LIMIT
) -> Page[TeamMember]:
    """Who is or was in a team."""
    await db.one(tx, sql.team, Team, id=team_id)
    return await page(tx, sql.members, TeamMember, Cut(after, limit, BY_PERSON), team_id=team_id)


@post("/{team_id:uuid}/members", guards=[administration])
async def add_team_member(team_id: FromPath[UUID], data: JSONBody[NewTeamMember], tx: Tx, me: Me) -> TeamMember:
    """Let somebody join a team."""
    return await teams.add_member(tx, me, team_id, data)


@patch("/{team_id:uuid}/members/{member_id:uuid}", guards=[administration])
async def change_team_member(
    team_id: FromPath[UUID], member_id: FromPath[UUID], data: JSONBody[TeamMemberChange], tx: Tx, me: Me
) -> TeamMember:
    """Edit a membership, or end it by its `to_at`."""
    _, member = await teams.change_member(tx, me, (team_id, member_id), data)
    return member


@post("/{team_id:uuid}/members/{member_id:uuid}/role", guards=[administration])
async def take_part(
    team_id: FromPath[UUID], member_id: FromPath[UUID], data: JSONBody[NewTeamRole], tx: Tx, me: Me
) -> TeamMember:
    """Let a member lead, or a lead lead no more: the membership ends and another begins, which is returned."""
    return (await teams.take_part(tx, me, (team_id, member_id), data))[-1]


router = Router(
    "/teams",
    route_handlers=[
        list_teams, show_team, add_team, change_team, list_team_members, add_team_member, change_team_member,
        take_part,
    ],
    tags=["teams"],
)  # fmt: skip
