"""What customers say of projects: how many said what, when and where, in their own words; and who is silent."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from dashboards import satisfaction
from dashboards.satisfaction import Row
from service.base import clock, db
from service.base.access import Actor, Role, require_role
from service.base.config import address_of
from service.base.errors import NotFound
from service.base.idempotency import Replayed
from service.base.mail import can_send
from service.base.once import once
from service.base.web import SECRET, Me, Tx
from service.flows import contact_mail
from service.flows.surveys import new_link
from service.pages import lead, openings
from service.pages.language import Words
from service.pages.lead import Team, sql
from service.pages.page import Seen, View, form, settings
from service.pages.page import data as figure_data
from service.pages.shown import Option
from service.surveys import actions as surveys
from service.surveys.model import Link

OFFICE = require_role(Role.HR, Role.ADMINISTRATOR)
chart = db.load(Path(satisfaction.__file__).with_suffix(".sql"))

SHOWN_FOR, NARROW_FOR = timedelta(days=731), timedelta(days=366)  # on wide screens and on narrow ones
SPOKEN, WORDS, MOST = timedelta(days=548), 8, 40
RUNNING = timedelta(days=90)  # after which a project without a customer's word is listed
# English here, Finnish in locale/fi.po.
ASPECTS = {
    "satisfaction": "How satisfied are they?",
    "recommendation": "Would they recommend us?",
    "commitment": "Do they want to go on with us?",
    "listening": "Do they feel listened to?",
}
KINDS = {
    "survey": "Surveys",
    "interview": "Interviews",
    "meeting": "Meetings",
    "group": "Group talks",
    "call": "Calls",
    "observation": "What our own people saw",
    "usage": "Use of what was delivered",
    "complaint": "Complaints",
    "referral": "Referrals",
}


AnyRequest = Request[Any, Any, Any]


class Heard(msgspec.Struct, frozen=True):
    """What a customer said, of which project, and where we heard it."""

    comment: str
    at: datetime
    project_id: UUID
    project: str
    customer: str | None
    source: str
    signed: str | None  # by whom, where they allow that


class Project(msgspec.Struct, frozen=True):
    """The project that a page is about."""

    id: UUID
    name: str
    customer: str | None
    ended_at: datetime | None


class Silent(msgspec.Struct, frozen=True):
    """A project of which no customer has been heard, and whom one could ask."""

    id: UUID
    name: str
    customer: str
    started_at: datetime
    ended_at: datetime | None
    people: list[str]
    asked_at: datetime | None
    asked_contact_id: UUID | None
    asked_contact: str | None
    contact_id: UUID | None
    contact: str | None
    resting: str | None  # who is left in peace as they wish: until a day, or for good
    rests_until: datetime | None


class Resting(msgspec.Struct, frozen=True):
    """A contact who is not asked now, as they wish; without a day they wish not to be asked at all."""

    name: str
    until: datetime | None


class Asking(lead.Act):
    """Whom to ask."""

    contact_id: UUID


class Handing(Asking):
    """Whom to hand a link; `key` is the form's own, so that sending it twice makes one link for them."""

    key: UUID


@get("/team/satisfaction", guards=[lead.LEADING])
async def show_satisfaction(
    tx: Tx, me: Me, view: Seen, team: lead.Wanted = "", about: FromQuery[str] = "satisfaction"
) -> Response[str]:
    """Show what customers answered about the projects of a team's people."""
    teams, now = await lead.teams_of(tx, me, team), clock.now()
    aspect = about if about in ASPECTS else "satisfaction"
    rows = await _answers(tx, teams.shown, aspect) if teams else []
    given = {"since": now - SPOKEN, "now": now, "most": WORDS}
    return view.page(
        "lead_satisfaction.html",
        teams=teams,
        about=aspect,
        aspects=ASPECTS,
        kinds=KINDS,
        heard=await db.many(tx, sql.heard, Heard, team_id=teams.shown.id, **given) if teams else [],
        **pictures(view.words, rows),
    )


async def _answers(tx: db.Connection, team: Team, aspect: str) -> list[Row]:
    now = clock.now()
    given = {"team_id": team.id, "project_id": None, "since": now - SHOWN_FOR, "now": now}
    return await db.many(tx, chart.answers, Row, aspect=aspect, **given)


def pictures(words: Words, rows: list[Row]) -> dict[str, Any]:
    """Return both shapes of the picture, and its table: sources in a fixed order, the newest quarter first."""
    order = list(KINDS)
    rows = sorted(rows, key=lambda row: (order.index(row.source), row.quarter, row.step))
    lately = [row for row in rows if row.quarter >= (clock.now() - NARROW_FOR).date()]
    said, name = words.all(satisfaction.WORDS), lambda source: words.say(KINDS[source])
    drawn = satisfaction.figure(rows, said, name)
    narrow = satisfaction.figure(lately, said, name, narrow=True)
    return {
        "rows": sorted(rows, key=lambda row: (order.index(row.source), -row.quarter.toordinal(), row.step)),
        "answers": sum(row.answers for row in rows),
        "figure": figure_data(drawn) if rows else None,
        "height": drawn.layout.height,
        "narrow": figure_data(narrow) if lately else None,
        "narrow_height": narrow.layout.height,
        "quarter": satisfaction.quarter_name,
    }


@get("/team/projects/{project_id:uuid}", guards=[lead.LEADING])
async def show_project(  # noqa: PLR0917 - the frame's own three, which project, and what is shown of it
    request: AnyRequest, tx: Tx, me: Me, view: Seen, project_id: FromPath[UUID],
    about: FromQuery[str] = "satisfaction", opening: FromQuery[UUID | None] = None,
) -> Response[str]:  # fmt: skip
    """Show what customers said of one project in which somebody the reader leads takes part; to HR of any."""
    every, now = me.role in lead.EVERY_TEAM, clock.now()
    project = await db.one(tx, sql.project, Project, project_id=project_id, person_id=me.person_id, every=every)
    aspect = about if about in ASPECTS else "satisfaction"
    given = {"team_id": None, "project_id": project_id, "since": now - SHOWN_FOR, "now": now}
    rows = await db.many(tx, chart.answers, Row, aspect=aspect, **given)
    return view.page(
        "lead_satisfaction.html",
        project=project,
        about=aspect,
        aspects=ASPECTS,
        kinds=KINDS,
        askable=await db.many(tx, sql.askable, Option, project_id=project_id) if every else [],
        resting=await db.many(tx, sql.resting, Resting, project_id=project_id) if every else [],
        contacts=await db.many(tx, sql.contacts, Option, project_id=project_id) if every else [],
        heard=await db.many(tx, sql.said, Heard, project_id=project_id, most=MOST),
        sends=can_send(settings(request)),
        hands=every,
        key=uuid4(),
        **await openings.shown(tx, me, view, project_id, opening),
        **pictures(view.words, rows),
    )


@get("/team/unheard", guards=[lead.LEADING])
async def show_unheard(request: AnyRequest, tx: Tx, me: Me, view: Seen, team: lead.Wanted = "") -> Response[str]:
    """Show projects of a team's people of which no customer has been heard, those silent longest first."""
    teams, sends = await lead.teams_of(tx, me, team), can_send(settings(request))
    return view.page(
        "lead_unheard.html",
        teams=teams,
        projects=await unheard_of(tx, teams.shown, MOST, mails=sends) if teams else [],
        asked="asked" in request.query_params,
        sends=sends,
        hands=me.role in lead.EVERY_TEAM,
        key=uuid4(),
        ago=partial(lead.ago, view.words),
    )


async def unheard_of(tx: db.Connection, team: Team, most: int, *, mails: bool = True) -> list[Silent]:
    """Return projects of which no customer has been heard, and whom to ask: with `mails` only who has an address."""
    now = clock.now()
    given = {"since": now - SPOKEN, "young": now - RUNNING, "now": now, "mails": mails, "most": most}
    return await db.many(tx, sql.unheard, Silent, team_id=team.id, **given)


@post("/team/unheard/{project_id:uuid}/ask", guards=[lead.LEADING])
async def ask_customer(request: AnyRequest, tx: Tx, me: Me, project_id: FromPath[UUID]) -> Redirect:
    """Ask a contact of the customer how it went: by one mail, with one reminder at most, where mails are sent."""
    wanted = await form(request, Asking)
    await surveys.ask(tx, me, project_id, wanted.contact_id)
    return lead.back("/team/unheard", wanted.team, "asked=true")


# Not leads: whoever holds a link answers, and the answer is about them and theirs.
@post("/team/projects/{project_id:uuid}/link", guards=[OFFICE], opt=SECRET, status_code=200)
async def make_link(request: AnyRequest, tx: Tx, me: Me, view: Seen, project_id: FromPath[UUID]) -> Response[str]:
    """Ask a contact, unless somebody did, and show the link to hand to them, this once; those before it end."""
    wanted = await form(request, Handing)
    project = await db.one(tx, sql.project, Project, project_id=project_id, person_id=me.person_id, every=True)

    async def make() -> Link:
        which = {"project_id": project_id, "contact_id": wanted.contact_id}
        survey_id = await db.maybe(tx, surveys.sql.asked, UUID, **which)
        if survey_id is None:
            survey_id = (await surveys.ask(tx, me, project_id, wanted.contact_id)).id
        return await new_link(tx, survey_id, address_of(settings(request)))

    link = await _first(tx, me, view, wanted, make)
    return await _handed(tx, view, project, wanted, link, own=False)


@post("/team/projects/{project_id:uuid}/page-link", guards=[OFFICE], opt=SECRET, status_code=200)
async def make_page_link(request: AnyRequest, tx: Tx, me: Me, view: Seen, project_id: FromPath[UUID]) -> Response[str]:
    """Show the link to the own page of one of the customer's contacts, this once; those before it end."""
    wanted = await form(request, Handing)
    project = await db.one(tx, sql.project, Project, project_id=project_id, person_id=me.person_id, every=True)
    if not await db.one(tx, sql.has_contact, bool, project_id=project_id, contact_id=wanted.contact_id):
        raise NotFound("this project's customer has no such contact, and it is open to no such one")
    making = partial(contact_mail.new_link, tx, wanted.contact_id, me.person_id, address_of(settings(request)))
    link = await _first(tx, me, view, wanted, making)
    return await _handed(tx, view, project, wanted, link, own=True)


async def _first(
    tx: db.Connection, me: Actor, view: View, wanted: Handing, make: Callable[[], Awaitable[Link]]
) -> Link | None:
    """Make a link for a contact, which ends those before it; None where the form has: that one is to go on working."""
    try:
        async with once(tx, me, f"POST {view.path}", f"{wanted.key} {wanted.contact_id}"):
            return await make()
    except Replayed:
        return None


async def _handed(
    tx: db.Connection, view: View, project: Project, wanted: Handing, link: Link | None, *, own: bool
) -> Response[str]:
    named = {one.key: one.name for one in await db.many(tx, sql.contacts, Option, project_id=project.id)}
    contact = named.get(str(wanted.contact_id), "–")
    content: dict[str, Any] = {"project": project, "contact": contact, "link": link, "wanted": wanted, "own": own}
    return view.page("lead_link.html", key=uuid4(), **content)
