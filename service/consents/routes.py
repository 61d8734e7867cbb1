"""Consent and visibility over HTTP: everyone's own, and how the organization asks."""

from typing import Any

from litestar import Request, Router, get, patch
from litestar.params import JSONBody

from service.base.access import Role, require_role
from service.base.web import Me, Tx
from service.consents import actions
from service.consents.model import Asking, ChoiceChange, Choices

personnel = require_role(Role.HR, Role.ADMINISTRATOR)


def boards_are_stale(request: Request[Any, Any, Any], me: Me) -> None:
    """Let this process ask at once who is on boards; others ask anew within a quarter of a second."""
    boards = request.app.state.get("boards")
    if boards is not None:
        boards.forget(me.organization_id)


@get("/me/consents")
async def show_choices(tx: Tx, me: Me) -> Choices:
    """Show what I allow: sources that may count, and being seen on individual boards."""
    return await actions.choices(tx, me.person())


@patch("/me/consents")
async def change_choices(data: JSONBody[ChoiceChange], request: Request[Any, Any, Any], tx: Tx, me: Me) -> Choices:
    """Turn sources on or off, and step onto or off the individual boards; what is not named stays."""
    chosen = await actions.change(tx, me.person(), data)
    boards_are_stale(request, me)
    return chosen


@patch("/consents/preset", guards=[personnel])
async def set_preset(data: JSONBody[Asking], tx: Tx) -> Asking:
    """Set how the organization asks: `fi` before others are asked about a person, `eu` before anything counts."""
    await actions.ask_by(tx, data.preset)
    return data


router = Router("/", route_handlers=[show_choices, change_choices, set_preset], tags=["consents"])
