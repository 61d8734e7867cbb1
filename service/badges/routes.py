"""Badges over HTTP."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from service.badges import actions
from service.badges.actions import sql
from service.badges.catalog import BADGES
from service.badges.model import BadgeView, Grant, NewGrant
from service.base.paging import LIMIT, NEWEST
from service.base.web import After, Cut, Limit, Me, Page, Role, Tx, page, require_role

grants_badges = require_role(Role.LEAD, Role.HR, Role.ADMINISTRATOR, Role.SERVICE)


@get("/")
async def list_badges() -> list[BadgeView]:
    """Show the badges that can be granted."""
    return [BadgeView(badge.key, badge.name, badge.meaning) for badge in BADGES]


@post("/{badge:str}/grants", guards=[grants_badges])
async def grant_badge(badge: FromPath[str], data: JSONBody[NewGrant], tx: Tx, me: Me) -> Grant:
    """Grant a badge to a colleague."""
    return await actions.grant(tx, me, badge, data)


@get("/grants")
async def list_grants(receiver_id: FromQuery[UUID], tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Grant]:
    """List the badges that somebody holds, newest first."""
    return await page(tx, sql.received, Grant, Cut(after, limit, NEWEST), receiver_id=receiver_id)


router = Router("/badges", route_handlers=[list_badges, grant_badge, list_grants], tags=["badges"])
