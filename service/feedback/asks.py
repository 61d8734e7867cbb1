"""Answer what is asked, or decline; until the night an answer is its giver's to change or to take back.

In the night it goes among everybody's, in mixed order and with the round's time: nothing then leads back to its giver.
"""

from pathlib import Path
from uuid import UUID

from service.base import clock, db
from service.base.access import Actor
from service.base.errors import NotFound
from service.base.own import be
from service.feedback.actions import refuse_unknown
from service.feedback.actions import sql as feedback
from service.feedback.model import WARNING, Ask, AskView, Criterion, Held, NewAnswer, Receipt, RoundClosed, TakenIn

sql = db.load(Path(__file__).with_name("asks.sql"))

NOTHING = Held({}, None)


async def view(tx: db.Connection, me: Actor, ask_id: UUID) -> AskView:
    """Return an ask of mine with its questions and the warning."""
    await be(tx, me)
    ask = await _mine(tx, ask_id)
    criteria = await db.many(tx, feedback.criteria, Criterion)
    held = await db.maybe(tx, sql.held, Held, ask_id=ask_id) or NOTHING
    return AskView(ask, criteria, held.ratings, held.comment, WARNING.format(k=ask.k, receiver=ask.receiver))


async def hold_still(tx: db.Connection, me: Actor, ask_id: UUID) -> None:
    """Let nobody else, me in another window, change what is said here before this transaction has ended."""
    await be(tx, me)
    await db.maybe(tx, sql.lock, UUID, id=ask_id)


async def answer(tx: db.Connection, me: Actor, ask_id: UUID, new: NewAnswer) -> Receipt:
    """Say how I see a colleague; saying it again before the night says it anew.

    Raises
    ------
    RoundClosed, TakenIn, NotFound : nothing can be said any more, or I was not asked.
    """
    giver_id = await be(tx, me)
    await _changeable(tx, ask_id)
    await refuse_unknown(tx, list(new.ratings))
    await db.run(tx, sql.hold, ask_id=ask_id, giver_id=giver_id, ratings=new.ratings, comment=new.comment)
    await db.run(tx, sql.mark, id=ask_id, answered=True, declined=False)
    return Receipt(len(new.ratings))


async def decline(tx: db.Connection, me: Actor, ask_id: UUID) -> Ask:
    """Say nothing about a colleague; nobody else ever learns that I was asked and declined."""
    return await _settle(tx, me, ask_id, declined=True)


async def take_back(tx: db.Connection, me: Actor, ask_id: UUID) -> Ask:
    """Undo my answer or my declining: the ask is open again."""
    return await _settle(tx, me, ask_id, declined=False)


async def _settle(tx: db.Connection, me: Actor, ask_id: UUID, *, declined: bool) -> Ask:
    await be(tx, me)
    await _changeable(tx, ask_id)
    await db.run(tx, sql.let_go, ask_id=ask_id)
    await db.run(tx, sql.mark, id=ask_id, answered=False, declined=declined)
    return await _mine(tx, ask_id)


async def _changeable(tx: db.Connection, ask_id: UUID) -> None:
    if (await _mine(tx, ask_id)).state == "answered":
        raise TakenIn("your answer went in with everybody's in the night; nobody can tell it from the others now")


async def _mine(tx: db.Connection, ask_id: UUID) -> Ask:
    found = await db.maybe(tx, sql.ask, Ask, id=ask_id, now=clock.now())
    if found is not None:
        return found
    if await db.maybe(tx, sql.exists, UUID, id=ask_id) is not None:
        raise RoundClosed("this round has closed, or the colleague is not asked about any more")
    raise NotFound("you are not asked that")
