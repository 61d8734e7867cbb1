"""An organization's sign-in service over HTTP, for its administrators."""

from litestar import Router, get, post, put
from litestar.params import JSONBody

from service.base import db
from service.base.access import Role, require_role
from service.base.web import Tx
from service.sign_in import actions
from service.sign_in.actions import sql
from service.sign_in.model import NewSetting, SettingView, checked_issuer


@get("/")
async def show_setting(tx: Tx) -> SettingView:
    """Where the organization's people sign in; 404 where they do so by e-mail."""
    return await db.one(tx, sql.setting_view, SettingView)


@put("/")
async def set_setting(data: JSONBody[NewSetting], tx: Tx) -> SettingView:
    """Set the OpenID provider; a client secret that is left out stays. Domains are set in the operator's shell."""
    checked_issuer(data.issuer)
    return await actions.put_setting(tx, data)


@post("/end", status_code=204)
async def end_setting(tx: Tx) -> None:
    """Let people sign in by e-mail instead."""
    await actions.end_setting(tx)


router = Router(
    "/sign-in-setting",
    route_handlers=[show_setting, set_setting, end_setting],
    guards=[require_role(Role.ADMINISTRATOR)],
    tags=["access"],
)
