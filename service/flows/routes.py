"""Flows over HTTP: deciding on a contest."""

from uuid import UUID

from litestar import Router, post
from litestar.params import FromPath, JSONBody

from service.base.web import Me, Tx
from service.contests.model import Contest, Verdict
from service.flows import resolving


@post("/contests/{contest_id:uuid}/decision", status_code=200)
async def decide_contest(contest_id: FromPath[UUID], data: JSONBody[Verdict], tx: Tx, me: Me) -> Contest:
    """Decide on a contest, with reasons; HR or the named reviewer, never the person or their lead."""
    return await resolving.resolve(tx, me, contest_id, data)


router = Router("/", route_handlers=[decide_contest], tags=["contests"])
