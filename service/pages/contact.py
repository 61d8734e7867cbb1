"""A contact's own page, behind a link: the projects opened to them, what they said, how they wish to be contacted."""

from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from service.base import clock, db
from service.base.access import OPEN
from service.base.border import Input
from service.customers.actions import change_contact
from service.customers.model import ContactChange
from service.pages.language import LANGUAGES, Words
from service.pages.page import LANGUAGE_COOKIE, View, fields, read, redirect, stranger
from service.pages.survey import ABOUT, CHANNELS, RHYTHMS, SCALES, Secret, link_of_contact
from service.projects import contact_pages
from service.projects.contact_pages import ContactPage, OpenProject, Said
from service.surveys.model import Channel, Rhythm

# English here, Finnish in locale/fi.po: what was asked, in a word.
ASPECTS = {
    "satisfaction": "Satisfied",
    "listening": "Listened to",
    "recommendation": "Would recommend us",
    "commitment": "Would work with us again",
}
HIGHEST = {name: steps[-1] for name, steps, *_ in SCALES}
AnyRequest = Request[Any, Any, Any]


class Wishes(Input):
    """How the contact wishes to be contacted."""

    channel: Channel | None = None
    rhythm: Rhythm | None = None


class Answer(msgspec.Struct, frozen=True):
    """What the contact said at one time: aspects with value and the highest there is, and words."""

    aspects: list[tuple[str, float, int]]
    said: Said
    words: str | None


class Shown(msgspec.Struct, frozen=True):
    """A project with its contact's answers."""

    project: OpenProject
    answers: list[Answer]


@get("/p/{secret:str}", opt=OPEN)
async def show_page(request: AnyRequest, secret: FromPath[Secret]) -> Response[Any]:
    """Show the projects that are open; looking changes nothing, so that mail scanners may look too."""
    link = await link_of_contact(request, secret)
    if link is None:
        return _closed(request)
    async with db.tenant(request.app.state.pool, link.organization_id, readonly=True) as tx:
        page = await contact_pages.page_of(tx, link.credential_id)
        if page is None:
            return _closed(request)
        projects, said = await contact_pages.projects_of(tx, page.contact_id)
    return _view(request, page).page(
        "contact.html",
        page=page,
        shown=[Shown(one, _answers(said, one.id)) for one in projects],
        elsewhere=_elsewhere(said, {one.id for one in projects}),
        now=clock.now(),
        saved="saved" in request.query_params,
        aspects=ASPECTS,
        about=ABOUT,
        channels=CHANNELS,
        rhythms=RHYTHMS,
    )


@post("/p/{secret:str}", opt=OPEN)
async def change_wishes(request: AnyRequest, secret: FromPath[Secret]) -> Response[Any]:
    """Keep how and how often the contact wishes to be contacted; what is left empty stays open."""
    wishes = read(await fields(request), Wishes)
    link = await link_of_contact(request, secret)
    if link is None:
        return _closed(request)
    async with db.tenant(request.app.state.pool, link.organization_id) as tx:
        page = await contact_pages.page_of(tx, link.credential_id)
        if page is None:
            return _closed(request)
        await change_contact(tx, page.contact_id, ContactChange(channel=wishes.channel, rhythm=wishes.rhythm))
    return redirect(f"/p/{secret}?saved=true")


def _view(request: AnyRequest, page: ContactPage) -> View:
    """Return the frame, in the language that was chosen, else the contact's own, on the organization's clocks."""
    view, chosen = stranger(request), request.cookies.get(LANGUAGE_COOKIE)
    own = page.language if chosen not in LANGUAGES and page.language in LANGUAGES else view.words.language
    return msgspec.structs.replace(view, words=Words(own, ZoneInfo(page.time_zone)))


def _answers(said: list[Said], project_id: UUID) -> list[Answer]:
    """Put together what was said at one time about a project, the newest first."""
    about = [one for one in said if one.project_id == project_id]
    answers = []
    for _, rows in groupby(about, key=lambda one: (one.at, one.response)):
        together = list(rows)
        known = {one.aspect: one.value for one in together if one.aspect and one.value is not None}
        aspects = [(name, known[name], HIGHEST[name]) for name in ASPECTS if name in known]
        answers.append(Answer(aspects, together[0], next((one.comment for one in together if one.comment), None)))
    return answers


def _elsewhere(said: list[Said], opened: set[UUID]) -> list[tuple[str, list[Answer]]]:
    """Return what was said of projects that are not open, such as one that a survey has just asked about."""
    others = {one.project_id: one.project for one in said if one.project_id not in opened}
    return [(name, _answers(said, project_id)) for project_id, name in others.items()]


def _closed(request: AnyRequest) -> Response[Any]:
    return stranger(request).page("contact_closed.html", 404)
