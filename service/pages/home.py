"""The start page: what customers and colleagues said of my work, where I am, and what I could do next."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery
from litestar.response import Redirect

from dashboards.journey import Row as Stage
from service.base import clock, db
from service.base.mail import can_send
from service.base.own import be
from service.base.web import Me, Tx
from service.consents.actions import choices
from service.feedback import asks
from service.feedback.model import Ask
from service.kudos.actions import UNDO_SECONDS
from service.pages import lead, shown
from service.pages.contests import waiting_for
from service.pages.lead_care import due
from service.pages.my_journey import Cleared, next_level, sql, stages_of
from service.pages.page import Seen, redirect, settings
from service.pages.people import Thanks
from service.profiles.actions import sql as profiles
from service.profiles.model import Profile
from service.surveys.actions import sql as surveys

thanking = db.load(Path(__file__).with_name("thanks.sql"))

WORDS, THANKS, COLLEAGUES, STAGES, ASKS = 3, 3, 4, 3, 3  # how many of each the page shows
MOST_ASKS = 50  # of one round; those that wait are counted
HANDED_DAYS = 60  # that a contact who is to be asked is told to who can make a link
TOLD_DAYS = 14  # that a decision on what one contested is told on the start page


class Heard(msgspec.Struct, frozen=True):
    """What a customer said."""

    comment: str
    at: datetime
    project: str
    customer: str | None
    source: str  # a survey is the customer's own writing; all else somebody of ours wrote down
    signed: str | None  # by whom, where they allow that


class Colleague(msgspec.Struct, frozen=True):
    """Someone I worked with, and on what."""

    id: UUID
    name: str
    title: str | None
    project_id: UUID
    project: str


class Sent(msgspec.Struct, frozen=True):
    """Thanks I just gave."""

    id: UUID
    at: datetime
    receiver: str

    @property
    def undoable(self) -> bool:
        """Tell whether the moment to take it back has not passed."""
        return (clock.now() - self.at).total_seconds() < UNDO_SECONDS


@get("/")
async def show_home(  # noqa: PLR0917 - the frame's own, and what was just done
    request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen, sent: FromQuery[UUID | None] = None,
    undone: FromQuery[str] = "",
) -> Response[str] | Redirect:  # fmt: skip
    """Show the start page; after thanks were sent, with a way to take them back; who never chose is asked first."""
    if not (await choices(tx, me.person())).joined:
        return redirect("/joining")
    given = {"person_id": await be(tx, me)}
    run = await shown.newest_run(tx)
    cleared = await db.one(tx, sql.cleared, Cleared, run_id=run.id, **given) if run else None
    waiting = await _waiting(tx)
    colleagues = await db.many(tx, sql.could_thank, Colleague, most=COLLEAGUES, **given)
    profile = await db.one(tx, profiles.profile, Profile, **given)
    to_decide = await waiting_for(tx, me)
    return view.page(
        "home.html",
        act="decide" if to_decide else _act(waiting, colleagues, profile),
        to_decide=to_decide,
        heard=await db.many(tx, sql.words, Heard, most=WORDS, **given),
        thanks=await db.many(tx, sql.thanks, Thanks, most=THANKS, **given),
        colleagues=colleagues,
        asks=waiting[:ASKS],
        asked=len(waiting),
        cleared=cleared,
        stages=await db.many(tx, stages_of.stages, Stage, run_id=run.id, most=STAGES, **given) if run else [],
        level=await next_level(tx, run, view.words, me.person()),
        sent=await db.maybe(tx, thanking.sent, Sent, id=sent, giver_id=me.person()) if sent else None,
        undone=bool(undone),
        calls=await due(tx, owner_id=me.person()),
        to_hand=0 if can_send(settings(request)) else await _to_hand(tx, me),
        decided=await db.many(tx, sql.decided, UUID, since=clock.now() - timedelta(days=TOLD_DAYS), **given),
    )


async def _to_hand(tx: Tx, me: Me) -> int:
    """Return how many contacts wait for a link that the reader could hand them, where no mail is sent."""
    if me.role not in lead.EVERY_TEAM:
        return 0
    return await db.one(tx, surveys.to_hand, int, since=clock.now() - timedelta(days=HANDED_DAYS))


async def _waiting(tx: Tx) -> list[Ask]:
    """Return whom I am asked about and have not answered, in the order of names."""
    found = await db.many(tx, asks.sql.open_asks, Ask, now=clock.now(), after_key=None, after_id=None, most=MOST_ASKS)
    return [one for one in found if one.state == "open"]


def _act(waiting: list[Ask], colleagues: list[Colleague], profile: Profile) -> str:
    """Choose the one next act that the page offers first."""
    if waiting:
        return "answer"
    if colleagues:
        return "thank"
    return "journey" if profile.changed_at else "profile"
