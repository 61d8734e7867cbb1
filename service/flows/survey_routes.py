"""The one route of surveys that spans features: a link to hand to the contact."""

from typing import Any
from uuid import UUID

from litestar import Request, Router, post
from litestar.params import FromPath

from service.base.web import SECRET, Me, Tx
from service.flows import surveys
from service.surveys.model import Link
from service.surveys.routes import askers


@post("/surveys/{survey_id:uuid}/link", guards=[askers], opt=SECRET)
async def make_link(request: Request[Any, Any, Any], survey_id: FromPath[UUID], tx: Tx, me: Me) -> Link:
    """Make a link to the survey; it is shown this once, works once, and ends those before it."""
    base = request.app.state.settings.url or str(request.base_url)
    return await surveys.new_link(tx, me, survey_id, base)


router = Router("/", route_handlers=[make_link], tags=["surveys"])
