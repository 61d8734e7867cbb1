"""Change teams: name and department, who is in them and who leads, from a day on; each with a way back."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta
from msgspec.structs import replace

from service.auth.routes import administrator
from service.base import db, way_back
from service.base.access import Actor
from service.base.border import Input
from service.base.errors import AlreadyExists, Invalid, Refused
from service.base.way_back import Change
from service.base.web import Me, Tx
from service.organizations import teams
from service.organizations.actions import sql as stored
from service.organizations.model import (
    NewTeam,
    NewTeamMember,
    NewTeamRole,
    Team,
    TeamChange,
    TeamMember,
    TeamMemberChange,
    TeamRole,
)
from service.pages.meant import Match, Named, alike, meant
from service.pages.page import Seen, View, own_fields, read, redirect
from service.pages.teams import Asked, moment_of, team_form, team_page

Short = Annotated[str, Meta(max_length=200)]


class Joining(Input):
    """Who joins a team, as what, and from which day on."""

    on: date
    to: Short = ""
    to_id: Short = ""
    picked: Short = ""
    role: TeamRole = "member"

    def __post_init__(self) -> None:
        """Refuse what no text may hold; blank fields are told apart by what they lack."""
        if "\0" in self.to:
            raise ValueError("`to` holds the character NUL, which no text may")


class Turn(Input):
    """What becomes of a membership, and from which day on."""

    on: date
    act: Literal["lead", "member", "end"]


@post("/teams", guards=[administrator])
async def add_team(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Add a team, or show what has to be mended."""
    sent = await own_fields(request)
    try:
        new = read(sent, NewTeam)
    except Invalid:
        return await team_form(tx, view, None, sent, view.words.say("A team has a name."))
    try:
        team = await teams.add_team(tx, me, new)
    except AlreadyExists:
        return await team_form(tx, view, None, sent, _twin(view))
    way_id = await way_back.keep(tx, me, Change("team", team.id, None, team))
    return redirect(f"/teams/{team.id}?done=added&way={way_id}")


@post("/teams/{team_id:uuid}/edit", guards=[administrator])
async def change_team(
    request: Request[Any, Any, Any], team_id: FromPath[UUID], tx: Tx, me: Me, view: Seen
) -> Response[str] | Redirect:
    """Rename a team or set its department, or show what has to be mended; an emptied department is none."""
    sent = await own_fields(request)
    before = await db.one(tx, stored.team, Team, id=team_id)
    try:
        wanted = read({"department": None, **sent}, TeamChange)  # type: ignore[dict-item]
        after = await teams.change_team(tx, me, team_id, wanted)
    except Invalid:
        return await team_form(tx, view, before, sent, view.words.say("A team has a name."))
    except AlreadyExists:
        return await team_form(tx, view, before, sent, _twin(view))
    way_id = await way_back.keep(tx, me, Change("team", team_id, before, after))
    return redirect(f"/teams/{team_id}?done=saved&way={way_id}")


@post("/teams/{team_id:uuid}/members", guards=[administrator])
async def add_member(
    request: Request[Any, Any, Any], team_id: FromPath[UUID], tx: Tx, me: Me, view: Seen
) -> Response[str] | Redirect:
    """Let somebody join, or show what has to be mended."""
    sent = await own_fields(request)
    await db.one(tx, stored.team, Team, id=team_id)
    joining, found, errors = await _who(tx, view, sent)
    namesakes = found if errors else []
    if joining is not None and not errors:
        try:
            member = await _join(tx, me, view, team_id, (joining, found[0]))
        except AlreadyExists:
            errors = {"to": view.words.say("This person is in the team already.")}
        except Invalid:
            errors = {"on": view.words.say("Choose a day that is not more than a year ahead.")}
        else:
            return await _done(tx, me, "joined", (team_id, [_never(member)], [member]))
    return await team_page(tx, me, view, team_id, Asked(given=sent, errors=errors, namesakes=namesakes))


@post("/teams/{team_id:uuid}/members/{member_id:uuid}", guards=[administrator])
async def change_member(
    request: Request[Any, Any, Any], team_id: FromPath[UUID], member_id: FromPath[UUID], *, tx: Tx, me: Me, view: Seen
) -> Response[str] | Redirect:
    """Let a member lead, a lead lead no more, or either leave; or show what has to be mended."""
    sent = await own_fields(request)
    await db.one(tx, stored.member_for_change, TeamMember, id=member_id, team_id=team_id)
    try:
        async with tx.transaction():  # a savepoint: what follows must still be able to read
            turn = read(sent, Turn)
            before, after = await _turn(tx, me, view, (team_id, member_id), turn)
    except (Invalid, Refused):
        trouble = view.words.say("That day does not fit: it lies before this membership began or after it ended.")
        return await team_page(tx, me, view, team_id, Asked(given=sent, errors={str(member_id): trouble}))
    return await _done(tx, me, turn.act, (team_id, before, after))


def _twin(view: View) -> str:
    return view.words.say("There is such a team already. Name the department, or call this one differently.")


async def _who(tx: Tx, view: View, sent: dict[str, str]) -> tuple[Joining | None, list[Match], dict[str, str]]:
    """Read who is to join; say what is missing."""
    say = view.words.say
    try:
        joining = read(sent, Joining)
    except Invalid as wrong:
        field = "on" if "$.on" in str(wrong) or "`on`" in str(wrong) else "to"
        return None, [], {field: say("Choose a day.") if field == "on" else say("Whom do you mean?")}
    found = await meant(tx, None, Named(joining.to, joining.to_id, joining.picked))
    if not found:
        near = await alike(tx, None, None, joining.to)
        text = say("Nobody here is called exactly that. A part of the name will do, too.")
        if near:
            text = say("Nobody here is called exactly that. Do you mean one of these?")
        return joining, near, {"to": text if joining.to else say("Whom do you mean?")}
    several = say("Several people have this name. Which one do you mean?")
    return joining, found, {"to": several} if len(found) > 1 else {}


async def _join(tx: Tx, me: Actor, view: View, team_id: UUID, who: tuple[Joining, Match]) -> TeamMember:
    joining, person = who
    new = NewTeamMember(person_id=person.id, role=joining.role, from_at=moment_of(view.words, joining.on))
    return await teams.join(tx, me, team_id, new)


async def _turn(
    tx: Tx, me: Actor, view: View, at: tuple[UUID, UUID], turn: Turn
) -> tuple[list[TeamMember], list[TeamMember]]:
    """Do it; return the memberships as they would be without it, and as they are."""
    moment = moment_of(view.words, turn.on)
    if turn.act == "end":
        stood, ended = await teams.change_member(tx, me, at, TeamMemberChange(to_at=moment))
        return [stood], [ended]
    stood, ended, begun = await teams.take_part(tx, me, at, NewTeamRole(role=turn.act, from_at=moment))
    if begun.id == stood.id:  # from its first day on
        return [stood], [begun]
    return [stood, _never(begun)], [ended, begun]


async def _done(
    tx: Tx, me: Actor, done: str, what: tuple[UUID, Sequence[TeamMember], Sequence[TeamMember]]
) -> Redirect:
    team_id, before, after = what
    change = Change("membership", team_id, before, after, after[0].person_id)
    return redirect(f"/teams/{team_id}?done={done}&way={await way_back.keep(tx, me, change)}")


def _never(member: TeamMember) -> TeamMember:
    """Return a membership that never lasted, which is what is left of one that was taken back."""
    return replace(member, to_at=member.from_at)
