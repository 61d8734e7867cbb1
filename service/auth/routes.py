"""Tokens and granted roles over HTTP, for administrators."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from service.auth import actions, roles
from service.auth.lookup import sql
from service.auth.model import MadeToken, NewToken, RoleGrant, RoleView, TokenView
from service.base import db
from service.base.access import Role, require_role
from service.base.paging import BY_CREATION, BY_GRANT, LIMIT
from service.base.web import SECRET, After, Cut, Limit, Me, Page, Tx, page

administrator = require_role(Role.ADMINISTRATOR)  # no program: one could make others that do more


@get("/tokens")
async def list_tokens(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[TokenView]:
    """All tokens, the newest first; their secrets are not known."""
    return await page(tx, sql.tokens, TokenView, Cut(after, limit, BY_CREATION))


@post("/tokens", opt=SECRET)
async def make_token(data: JSONBody[NewToken], tx: Tx, me: Me) -> MadeToken:
    """Make a token; its secret is shown this once."""
    token, secret = await actions.make_token_for(tx, me, data)
    return MadeToken(token, secret)


@post("/tokens/{token_id:uuid}/end", status_code=200)
async def end_token(token_id: FromPath[UUID], tx: Tx) -> TokenView:
    """End a token; it is dead at once."""
    return await actions.end_token(tx, token_id)


@get("/roles")
async def list_roles(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[RoleView]:
    """Who was granted which role, the newest first; leads are read from the teams."""
    return await page(tx, sql.grants, RoleView, Cut(after, limit, BY_GRANT))


@post("/roles")
async def grant_role(data: JSONBody[RoleGrant], tx: Tx, me: Me) -> RoleView:
    """Grant somebody a role; they sign in anew."""
    return await roles.grant(tx, data, me.person_id)


@post("/roles/{role_id:uuid}/end", status_code=200)
async def end_role(role_id: FromPath[UUID], tx: Tx) -> RoleView:
    """Take a role from somebody; sessions and tokens made for it are dead at once."""
    held = await db.one(tx, sql.grant_of, RoleView, id=role_id)
    await roles.withdraw(tx, roles.as_grant(held))
    return held


router = Router(
    "/",
    route_handlers=[list_tokens, make_token, end_token, list_roles, grant_role, end_role],
    guards=[administrator],
    tags=["access"],
)
