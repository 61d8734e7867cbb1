"""Profiles over HTTP: everybody's to read, each person's own to write."""

from uuid import UUID

from litestar import Router, get, post, put
from litestar.params import FromPath, JSONBody

from service.base.web import Me, Tx
from service.profiles import actions
from service.profiles.model import OwnWords, Profile, Told


@get("/people/{person_id:uuid}/profile")
async def show_profile(person_id: FromPath[UUID], tx: Tx, me: Me) -> Told:
    """Show what a person says of themself, and the projects they took part in."""
    return await actions.told(tx, person_id, me.person_id)


@put("/me/profile")
async def change_profile(data: JSONBody[OwnWords], tx: Tx, me: Me) -> Profile:
    """Write my own profile; what is left out is taken away, and can be brought back until the night."""
    return await actions.change(tx, me.person(), data)


@post("/me/profile/undo", status_code=200)
async def undo_change(tx: Tx, me: Me) -> Profile:
    """Undo the last change of my profile; again, and it is done again."""
    return await actions.undo(tx, me.person())


@post("/me/profile/projects/{project_id:uuid}/hide", status_code=204)
async def hide_project(project_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Hide a project from my history."""
    await actions.hide(tx, me.person(), project_id)


@post("/me/profile/projects/{project_id:uuid}/show", status_code=204)
async def show_project(project_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Show a hidden project in my history again."""
    await actions.show(tx, me.person(), project_id)


router = Router(
    "/", route_handlers=[show_profile, change_profile, undo_change, hide_project, show_project], tags=["people"]
)
