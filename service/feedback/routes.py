"""Feedback over HTTP."""

from litestar import Router, get, post
from litestar.params import JSONBody

from service.base import db
from service.base.web import Me, Tx
from service.feedback import actions
from service.feedback.actions import sql
from service.feedback.model import Criterion, NewFeedback, Receipt


@post("/feedback")
async def give_feedback(data: JSONBody[NewFeedback], tx: Tx, me: Me) -> Receipt:
    """Say in confidence how a colleague works: any of the criteria, and words."""
    return await actions.give(tx, me, data)


@get("/criteria")
async def list_criteria(tx: Tx) -> list[Criterion]:
    """List what feedback can be about in this organization."""
    return await db.many(tx, sql.criteria, Criterion)


router = Router("/", route_handlers=[give_feedback, list_criteria], tags=["feedback"])
