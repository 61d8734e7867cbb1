"""Mails over HTTP: which ones I want."""

from litestar import Router, get, patch
from litestar.params import JSONBody

from service.base.web import Me, Tx
from service.notices import actions
from service.notices.model import MailChange, MailChoices


@get("/me/mails")
async def show_mails(tx: Tx, me: Me) -> MailChoices:
    """Which mails I want about what happens."""
    return await actions.choices(tx, me.person())


@patch("/me/mails")
async def change_mails(data: JSONBody[MailChange], tx: Tx, me: Me) -> MailChoices:
    """Turn mails on or off; what is not named stays."""
    return await actions.change(tx, me.person(), data)


router = Router("/", route_handlers=[show_mails, change_mails], tags=["consents"])
