"""The place of thanks that one has hidden: nobody else sees it, and each can be shown again."""

from uuid import UUID

import msgspec
from litestar import Response, get

from service.base import db
from service.base.paging import NEWEST
from service.base.web import Cut, Me, Tx, page
from service.kudos.actions import sql
from service.kudos.model import Kudos
from service.pages.page import Seen
from service.pages.page import sql as pages

MOST = 100  # the API has the rest


class Named(msgspec.Struct, frozen=True):
    """Somebody's name."""

    id: UUID
    name: str


@get("/kudos/hidden")
async def show_hidden(tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show what I hid, with a way to show each again."""
    found = await page(tx, sql.hidden, Kudos, Cut(None, MOST, NEWEST), receiver_id=me.person())
    givers = await db.many(tx, pages.named, Named, ids=[one.giver_id for one in found.items])
    return view.page("hidden.html", thanks=found.items, names={one.id: one.name for one in givers})
