"""The survey behind a link: a customer says how a project went, in a minute, without an account."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, PathParameter

from service.auth.lookup import hash_of
from service.base import db
from service.base.access import OPEN, Actor, Role
from service.base.errors import Invalid
from service.flows import surveys
from service.pages.language import LANGUAGES, Words
from service.pages.page import LANGUAGE_COOKIE, View, fields, read, stranger
from service.surveys import actions
from service.surveys.model import Answer, LinkSpent, Question

Secret = Annotated[str, PathParameter(min_length=1, max_length=200)]
# English here, Finnish in locale/fi.po: what is asked on each scale, and what its ends mean.
SCALES = (
    ("satisfaction", range(1, 6), "How satisfied are you with how the project went?", "Not at all", "Fully"),
    ("listening", range(1, 6), "Did we listen to you?", "Not at all", "Always"),
    ("recommendation", range(11), "Would you recommend us to a colleague?", "Certainly not", "Certainly"),
    ("commitment", range(1, 6), "Would you work with us again?", "Hardly", "Gladly"),
)
ABOUT = {"service": "the service", "people": "the people", "brand": "the company as a whole"}
CHANNELS = {"email": "by e-mail", "phone": "by phone", "meeting": "in a meeting"}
RHYTHMS = {
    "each_project": "after each project",
    "quarterly": "every three months at most",
    "yearly": "once a year at most",
    "never": "not at all",
}


class Way(msgspec.Struct, frozen=True):
    """A link that leads to a question, and the page's frame in the contact's language."""

    link: Actor
    asked: Question
    view: View


@get("/s/{secret:str}", opt=OPEN)
async def show_survey(request: Request[Any, Any, Any], secret: FromPath[Secret]) -> Response[str]:
    """Show the questions; looking changes nothing, so that mail scanners may look too."""
    link = await link_of_contact(request, secret)
    if link is None:
        return _spent(request)
    async with db.tenant(request.app.state.pool, link.organization_id, readonly=True) as tx:
        try:
            way = await _way(request, tx, link)
        except LinkSpent:
            return _spent(request)
    return _form(way, {}, "")


@post("/s/{secret:str}", opt=OPEN, status_code=200)
async def send_survey(request: Request[Any, Any, Any], secret: FromPath[Secret]) -> Response[str]:
    """Take in the answer and thank for it, once; or show what has to be mended."""
    sent = await fields(request)
    link = await link_of_contact(request, secret)
    if link is None:
        return _spent(request)
    try:
        async with db.tenant(request.app.state.pool, link.organization_id) as tx:
            way = await _way(request, tx, link)
            try:
                await surveys.answer(tx, link, way.asked, read(sent, Answer))
            except Invalid:
                return _form(way, sent, way.view.words.say("Say at least one thing; everything else may stay empty."))
    except LinkSpent:
        return _spent(request)
    return way.view.page("survey_thanks.html", asked=way.asked)


async def link_of_contact(request: Request[Any, Any, Any], secret: str) -> Actor | None:
    """Return whose link this is, or None where it leads nowhere: used, expired, replaced, and never there are alike."""
    found: Actor | None = await request.app.state.lookup.of(hash_of(secret))
    return found if found is not None and found.kind == "link" and found.role is Role.CONTACT else None


async def _way(request: Request[Any, Any, Any], tx: db.Connection, link: Actor) -> Way:
    asked = await actions.question(tx, link.credential_id)
    own, chosen = asked.language, request.cookies.get(LANGUAGE_COOKIE)
    view = stranger(request)
    if chosen not in LANGUAGES and own in LANGUAGES:
        view = msgspec.structs.replace(view, words=Words(own, ZoneInfo(asked.time_zone)))
    return Way(link, asked, view)


def _form(way: Way, given: dict[str, str], trouble: str) -> Response[str]:
    return way.view.page(
        "survey.html",
        422 if trouble else 200,
        asked=way.asked,
        given=given,
        errors={"words": trouble} if trouble else {},
        scales=SCALES,
        about=ABOUT,
        channels=CHANNELS,
        rhythms=RHYTHMS,
    )


def _spent(request: Request[Any, Any, Any]) -> Response[str]:
    return stranger(request).page("survey_spent.html", 404)
