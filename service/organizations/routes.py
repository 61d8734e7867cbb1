"""Teams and memberships over HTTP."""

from uuid import UUID

from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody

from service.base import db
from service.base.access import administration
from service.base.paging import BY_NAME, BY_PERSON, LIMIT
from service.base.web import After, Cut, Limit, Page, Tx, page
from service.organizations import actions
from service.organizations.actions import sql
from service.organizations.model import NewTeam, NewTeamMember, Team, TeamChange, TeamMember, TeamMemberChange


@get("/")
async def list_teams(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Team]:
    """All teams, by name."""
    return await page(tx, sql.teams, Team, Cut(after, limit, BY_NAME))


@get("/{team_id:uuid}")
async def show_team(team_id: FromPath[UUID], tx: Tx) -> Team:
    """One team."""
    return await db.one(tx, sql.team, Team, id=team_id)


@post("/", guards=[administration])
async def add_team(data: JSONBody[NewTeam], tx: Tx) -> Team:
    """Add a team."""
    return await actions.add_team(tx, data)


@patch("/{team_id:uuid}", guards=[administration])
async def change_team(team_id: FromPath[UUID], data: JSONBody[TeamChange], tx: Tx) -> Team:
    """Edit a team."""
    return await actions.change_team(tx, team_id, data)


@get("/{team_id:uuid}/members")
async def list_team_members(
    team_id: FromPath[UUID], tx: Tx, after: After = None, limit: Limit = LIMIT
) -> Page[TeamMember]:
    """Who is or was in a team."""
    await db.one(tx, sql.team, Team, id=team_id)
    return await page(tx, sql.members, TeamMember, Cut(after, limit, BY_PERSON), team_id=team_id)


@post("/{team_id:uuid}/members", guards=[administration])
async def add_team_member(team_id: FromPath[UUID], data: JSONBody[NewTeamMember], tx: Tx) -> TeamMember:
    """Let somebody join a team."""
    return await actions.add_member(tx, team_id, data)


@patch("/{team_id:uuid}/members/{member_id:uuid}", guards=[administration])
async def change_team_member(
    team_id: FromPath[UUID], member_id: FromPath[UUID], data: JSONBody[TeamMemberChange], tx: Tx
) -> TeamMember:
    """Edit a membership, or end it by its `to_at`."""
    return await actions.change_member(tx, team_id, member_id, data)


router = Router(
    "/teams",
    route_handlers=[
        list_teams, show_team, add_team, change_team, list_team_members, add_team_member, change_team_member,
    ],
    tags=["teams"],
)  # fmt: skip
