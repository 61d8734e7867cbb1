"""Undo what one changed of people, teams and tokens, as long as nobody changed it since."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.auth import actions as auth
from service.auth.lookup import sql as tokens
from service.auth.model import TokenView
from service.auth.routes import administrator
from service.base import db, way_back
from service.base.access import Actor
from service.base.border import Input
from service.base.way_back import Way
from service.base.web import Me, Tx
from service.organizations import teams
from service.organizations.actions import sql as organizing
from service.organizations.model import Team, TeamChange, TeamMember
from service.pages import late
from service.pages.page import form, redirect
from service.people import actions as people
from service.people.model import Person, PersonChange


@post("/undo/{way_back_id:uuid}", guards=[administrator], opt=late.to_undo("change"))
async def undo(request: Request[Any, Any, Any], way_back_id: FromPath[UUID], tx: Tx, me: Me) -> Redirect:
    """Undo one change of one's own, once."""
    await form(request, Input)
    way = await way_back.take(tx, me, way_back_id)
    return redirect(f"{await BACK[way.kind](tx, me, way)}?done=undone")


async def _person(tx: Tx, me: Actor, way: Way) -> str:
    way_back.unchanged(await db.one(tx, people.sql.for_change, Person, id=way.thing_id), way)
    if way.before is None:
        await people.take_away(tx, me, way.thing_id)
        return "/people"
    before = msgspec.structs.asdict(msgspec.convert(way.before, Person))
    wanted = PersonChange(**{field: before[field] for field in PersonChange.__struct_fields__})
    await people.change(tx, me, way.thing_id, wanted)
    return f"/people/{way.thing_id}/edit"


async def _team(tx: Tx, me: Actor, way: Way) -> str:
    way_back.unchanged(await db.one(tx, organizing.team_for_change, Team, id=way.thing_id), way)
    if way.before is None:
        await teams.take_team_away(tx, me, way.thing_id)
        return "/teams"
    before = msgspec.convert(way.before, Team)
    await teams.change_team(tx, me, way.thing_id, TeamChange(name=before.name, department=before.department))
    return f"/teams/{way.thing_id}"


async def _membership(tx: Tx, me: Actor, way: Way) -> str:
    after = msgspec.convert(way.after, list[TeamMember])
    now = [await db.one(tx, organizing.member_for_change, TeamMember, id=one.id, team_id=way.thing_id) for one in after]
    way_back.unchanged(now, way)
    await teams.put_back(tx, me, msgspec.convert(way.before, list[TeamMember]))
    return f"/teams/{way.thing_id}"


async def _token(tx: Tx, _: Actor, way: Way) -> str:
    way_back.unchanged(await db.one(tx, tokens.token, TokenView, id=way.thing_id), way)
    await auth.revive_token(tx, way.thing_id)
    return "/tokens"


BACK: Mapping[str, Callable[[Tx, Actor, Way], Awaitable[str]]] = {
    "person": _person,
    "team": _team,
    "membership": _membership,
    "token": _token,
}
