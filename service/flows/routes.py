"""Flows over HTTP: deciding on a contest, and a link to hand to a contact."""

from typing import Any
from uuid import UUID

from litestar import Request, Router, post
from litestar.params import FromPath, JSONBody

from service.base.access import Role, require_role
from service.base.config import address_of
from service.base.web import SECRET, Me, Tx
from service.contests.model import Contest, Verdict
from service.flows import contact_mail, resolving, surveys
from service.surveys.model import Link

# Not leads: whoever holds a link answers, and the answer is about them and theirs.
office = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)


@post("/contests/{contest_id:uuid}/decision", status_code=200, tags=["contests"])
async def decide_contest(contest_id: FromPath[UUID], data: JSONBody[Verdict], tx: Tx, me: Me) -> Contest:
    """Decide on a contest, with reasons; HR or the named reviewer, never the person or their lead."""
    return await resolving.resolve(tx, me, contest_id, data)


@post("/surveys/{survey_id:uuid}/link", guards=[office], opt=SECRET, tags=["surveys"])
async def make_link(request: Request[Any, Any, Any], survey_id: FromPath[UUID], tx: Tx) -> Link:
    """Make a link to the survey; it is shown this once, works once, and ends those before it."""
    return await surveys.new_link(tx, survey_id, address_of(request.app.state.settings))


@post("/contacts/{contact_id:uuid}/page-link", guards=[office], opt=SECRET, tags=["contacts"])
async def make_page_link(request: Request[Any, Any, Any], contact_id: FromPath[UUID], tx: Tx, me: Me) -> Link:
    """Make a link to the contact's own page of open projects; it is shown this once, and ends those before it."""
    base = address_of(request.app.state.settings)
    return await contact_mail.new_link(tx, contact_id, me.person_id, base)


router = Router("/", route_handlers=[decide_contest, make_link, make_page_link])
