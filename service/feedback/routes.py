"""Feedback over HTTP: what I am asked and what I say, what I may read, and the rounds themselves."""

from datetime import datetime
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from service.base import clock, db
from service.base.access import Role, require_role
from service.base.own import be
from service.base.paging import LIMIT, Order
from service.base.web import After, Cut, Limit, Me, Page, Tx, page
from service.feedback import actions, asks, rounds
from service.feedback.actions import sql
from service.feedback.model import (
    Ask,
    AskView,
    Criterion,
    Heard,
    NewAnswer,
    NewFeedback,
    NewRound,
    Receipt,
    Round,
)

BY_RECEIVER = Order("receiver", tuple[str, UUID])
BY_OPENING = Order("opened_at", tuple[datetime, UUID])
BY_CLOSING = Order("closed_at", tuple[datetime, UUID])

hosts = require_role(Role.HR, Role.ADMINISTRATOR, Role.SERVICE)


@post("/feedback")
async def give_feedback(data: JSONBody[NewFeedback], tx: Tx, me: Me) -> Receipt:
    """Say in confidence how a colleague works: any of the criteria, and words.

    The words are read by that colleague alone, word for word and in mixed order, after the round (or the quarter) has
    closed and enough people have answered; nobody is told whose they are.
    """
    return await actions.give(tx, me, data)


@get("/criteria")
async def list_criteria(tx: Tx) -> list[Criterion]:
    """List what feedback can be about in this organization."""
    return await db.many(tx, sql.criteria, Criterion)


@get("/asks")
async def list_asks(tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT) -> Page[Ask]:
    """Whom I am asked about in rounds that are open, by name; nobody else can see this list."""
    await be(tx, me)
    return await page(tx, asks.sql.open_asks, Ask, Cut(after, limit, BY_RECEIVER), now=clock.now())


@get("/asks/{ask_id:uuid}")
async def show_ask(ask_id: FromPath[UUID], tx: Tx, me: Me) -> AskView:
    """One of my asks: its questions, what I have said so far, and who will read it."""
    return await asks.view(tx, me, ask_id)


@post("/asks/{ask_id:uuid}/answer")
async def answer_ask(ask_id: FromPath[UUID], data: JSONBody[NewAnswer], tx: Tx, me: Me) -> Receipt:
    """Answer any of the questions; until the night it can be said anew or taken back."""
    return await asks.answer(tx, me, ask_id, data)


@post("/asks/{ask_id:uuid}/decline")
async def decline_ask(ask_id: FromPath[UUID], tx: Tx, me: Me) -> Ask:
    """Say nothing about this colleague; nobody learns that you were asked and declined."""
    return await asks.decline(tx, me, ask_id)


@post("/asks/{ask_id:uuid}/undo")
async def take_back(ask_id: FromPath[UUID], tx: Tx, me: Me) -> Ask:
    """Take back what you declined, until the round closes; or what you answered, until the night."""
    return await asks.take_back(tx, me, ask_id)


@get("/feedback/heard")
async def list_heard(tx: Tx, me: Me, after: After = None, limit: Limit = LIMIT) -> Page[Heard]:
    """Words colleagues wrote to me in rounds that have closed, in mixed order; I alone can read them."""
    await be(tx, me)
    return await page(tx, asks.sql.heard, Heard, Cut(after, limit, BY_CLOSING))


@get("/rounds", guards=[hosts])
async def list_rounds(tx: Tx, after: After = None, limit: Limit = LIMIT) -> Page[Round]:
    """List rounds of feedback, the newest first, with numbers that name nobody."""
    return await page(tx, rounds.sql.rounds, Round, Cut(after, limit, BY_OPENING))


@get("/rounds/{round_id:uuid}", guards=[hosts])
async def show_round(round_id: FromPath[UUID], tx: Tx) -> Round:
    """One round."""
    return await db.one(tx, rounds.sql.by_id, Round, id=round_id)


@post("/rounds", guards=[hosts])
async def open_round(data: JSONBody[NewRound], tx: Tx) -> Round:
    """Open a round: a worker draws in seconds who is asked about whom, in balance, from those who worked together."""
    opened = await rounds.open_round(tx, data)
    await rounds.order(tx, rounds.DRAW, opened.id)
    return opened


@post("/rounds/{round_id:uuid}/close", guards=[hosts])
async def close_round(round_id: FromPath[UUID], tx: Tx) -> Round:
    """Close a round before its day."""
    closed = await rounds.close(tx, round_id)
    await rounds.order(tx, rounds.CLOSE, round_id)
    return closed


@post("/rounds/{round_id:uuid}/remind", guards=[hosts])
async def remind_of_round(round_id: FromPath[UUID], tx: Tx) -> Round:
    """Have those reminded who have not answered, as often as was promised at most; who they are is not said."""
    return await rounds.remind(tx, round_id)


router = Router(
    "/",
    route_handlers=[
        give_feedback,
        list_criteria,
        list_asks,
        show_ask,
        answer_ask,
        decline_ask,
        take_back,
        list_heard,
        list_rounds,
        show_round,
        open_round,
        close_round,
        remind_of_round,
    ],
    tags=["feedback"],
)
