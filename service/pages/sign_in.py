"""Signing in and out, and choosing a language: the only pages that are open to everyone."""

from itertools import accumulate
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect

from service.auth.actions import revoke, session_cookie, start_session
from service.base import db
from service.base.access import OPEN, Role
from service.base.border import Input
from service.base.errors import NotFound
from service.base.web import Me, Tx
from service.pages.language import LANGUAGES, alphabetical
from service.pages.page import (
    LANGUAGE_COOKIE,
    as_typed,
    fields,
    form,
    local,
    read,
    redirect,
    settings,
    sql,
    stranger,
)
from service.pages.ways_in import door, why_here

MOST = 24  # example people shown of an organization; the search finds the others
MOST_IN_ALL = 96  # example people shown, of the largest organizations; those that follow are found by the search, too
YEAR = 365 * 24 * 3600  # seconds


class Organization(msgspec.Struct, frozen=True):
    """An example organization."""

    organization_id: UUID
    handle: str
    name: str


class Example(msgspec.Struct, frozen=True):
    """Someone whose place a visitor of the demo may take."""

    id: UUID
    name: str
    title: str | None
    team: str | None
    role: str
    matching: int


class Choice(Input):
    """Whose place the visitor takes."""

    organization_id: UUID
    person_id: UUID
    next: str = "/"


class Language(Input):
    """Which language the reader asks for."""

    language: str
    next: str = "/"


@get("/sign-in", opt=OPEN)
async def show_sign_in(request: Request[Any, Any, Any], q: FromQuery[str] = "") -> Response[str]:
    """Show who can be chosen in the demo, or else ask who wants to get in."""
    if not settings(request).demo:
        return door(request, "", _next(request), "")
    wanted = q.replace("\0", "").strip()[:100]
    groups, left_out = await _examples(request.app.state.pool, wanted)
    return stranger(request).page(
        "sign_in.html", groups=groups, left_out=left_out, q=wanted, next=_next(request), **why_here(request)
    )


@post("/sign-in", opt=OPEN)
async def sign_in(request: Request[Any, Any, Any]) -> Redirect:
    """Take the place of an example person; only in the demo, only in its organizations."""
    choice = await form(request, Choice)
    pool = request.app.state.pool
    known = {one.organization_id for one in await _organizations(pool)} if settings(request).demo else set()
    if choice.organization_id not in known:
        raise NotFound("there is no such example person")
    async with db.tenant(pool, choice.organization_id) as tx:
        role = await db.one(tx, sql.demo_role, str, person_id=choice.person_id)
        secret = await start_session(tx, choice.person_id, Role(role), request.headers.get("user-agent"))
    answer = redirect(local(choice.next))
    answer.set_cookie(session_cookie(settings(request), secret))
    return answer


@post("/sign-out")
async def sign_out(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """End this session, everywhere and at once."""
    await form(request, Input)
    await revoke(tx, me.credential_id)
    answer = redirect("/sign-in")
    answer.set_cookie(session_cookie(settings(request), None))
    return answer


@post("/language", opt=OPEN)
async def choose_language(request: Request[Any, Any, Any]) -> Redirect:
    """Remember the language in this browser."""
    sent = read(await fields(request), Language)
    answer = redirect(local(sent.next))
    return remember_language(request, answer, sent.language) if sent.language in LANGUAGES else answer


def remember_language(request: Request[Any, Any, Any], answer: Redirect, language: str) -> Redirect:
    """Let an answer keep the language in this browser."""
    secure = (settings(request).url or "").startswith("https://")
    answer.set_cookie(
        Cookie(LANGUAGE_COOKIE, value=language, max_age=YEAR, httponly=True, samesite="lax", secure=secure)
    )
    return answer


def _next(request: Request[Any, Any, Any]) -> str:
    """Return where to go after signing in."""
    return local(request.query_params.get("next", "/"))


def to_sign_in(path: str, *, ended: bool = False) -> Redirect:
    """Send someone who is not signed in, or whose session has ended, to the sign-in, and afterwards back to `path`."""
    why = ([] if path == "/" else [f"next={quote(path, safe='')}"]) + (["ended=true"] if ended else [])
    return redirect("/sign-in" + ("?" + "&".join(why) if why else ""))


async def _organizations(pool: db.Pool) -> list[Organization]:
    async with db.connection(pool) as conn:
        return await db.many(conn, sql.demo_organizations, Organization)


async def _examples(pool: db.Pool, wanted: str) -> tuple[list[tuple[Organization, list[Example]]], int]:
    """Return the example organizations that are shown with their people, and how many there are besides."""
    groups = []
    for organization in await _organizations(pool):
        async with db.tenant(pool, organization.organization_id, readonly=True) as tx:
            people = await db.many(tx, sql.examples, Example, wanted=as_typed(wanted), most=MOST)
        groups.append((organization, sorted(people, key=lambda one: (one.role == "employee", alphabetical(one.name)))))
    groups.sort(key=lambda group: -group[1][0].matching if group[1] else 0)
    sums = accumulate(len(people) for _, people in groups)
    shown = [group for group, people in zip(groups, sums, strict=True) if people <= MOST_IN_ALL]
    return shown, len(groups) - len(shown)
