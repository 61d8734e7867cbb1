"""Kudos over HTTP."""

from typing import Any, cast
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from service.base.idempotency import claim_of
from service.base.paging import LIMIT, NEWEST
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.kudos import actions
from service.kudos.actions import sql
from service.kudos.model import Kudos, NewKudos

AnyRequest = Request[Any, Any, Any]


@post("/")
async def give_kudos(data: JSONBody[NewKudos], me: Me, request: AnyRequest) -> Kudos:
    """Thank a colleague, in public."""
    thanks = cast("actions.Thanks", request.app.state.thanks)
    return await actions.give(thanks, me, data, await claim_of(request, me.credential_id))


@get("/")
async def list_kudos(
    tx: Tx, receiver_id: FromQuery[UUID | None] = None, after: After = None, limit: Limit = LIMIT
) -> Page[Kudos]:
    """Thanks, newest first; with `receiver_id`, those one person received."""
    cut = Cut(after, limit, NEWEST)
    if receiver_id is None:
        return await page(tx, sql.newest, Kudos, cut)
    return await page(tx, sql.received, Kudos, cut, receiver_id=receiver_id)


@get("/hidden")
async def list_hidden(tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT) -> Page[Kudos]:
    """Thanks that I received and hid, newest first; I alone am shown them."""
    return await page(tx, sql.hidden, Kudos, Cut(after, limit, NEWEST), receiver_id=me.person())


@post("/{kudos_id:uuid}/undo", status_code=204)
async def take_kudos_back(kudos_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Take thanks back that I gave less than a minute ago."""
    await actions.take_back(tx, me, kudos_id)


@post("/{kudos_id:uuid}/hide", status_code=204)
async def hide_kudos(kudos_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Hide thanks that I received."""
    await actions.hide(tx, me, kudos_id)


@post("/{kudos_id:uuid}/show", status_code=204)
async def show_kudos(kudos_id: FromPath[UUID], tx: Tx, me: Me) -> None:
    """Show thanks again that I hid."""
    await actions.show(tx, me, kudos_id)


router = Router(
    "/kudos",
    route_handlers=[give_kudos, list_kudos, list_hidden, take_kudos_back, hide_kudos, show_kudos],
    tags=["kudos"],
)
