"""The two ways in: an organization's own sign-in service, and a link that comes by e-mail."""

import secrets
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, PathParameter

from service.auth.actions import FLOW_MINUTES, session_cookie
from service.auth.lookup import hash_of
from service.base import db, mail
from service.base.access import OPEN, Actor, Role
from service.base.border import Input
from service.base.config import Settings, address_of
from service.base.errors import NotFound
from service.flows import sign_in as flow
from service.flows.link_mail import Posting, Wanted
from service.pages.language import Words
from service.pages.page import LONGEST_PATH, fields, local, read, redirect, settings, stranger
from service.sign_in import actions
from service.sign_in.actions import Greeting
from service.sign_in.model import Given, ProviderAway, SignInFailed

CALLBACK = "/sign-in/callback"
LONGEST = 4000  # characters of a code or a state; providers make long ones
ANSWERS = ("state", "code", "iss", "error")

Secret = Annotated[str, PathParameter(min_length=1, max_length=200)]
AnyRequest = Request[Any, Any, Any]


class Start(Input):
    """Who wants to sign in: an organization's handle or an e-mail address."""

    who: Given
    next: str = "/"


@post("/sign-in/start", opt=OPEN, status_code=200)
async def start(request: AnyRequest) -> Response[str]:
    """Lead to the organization's sign-in service, or else send a link to whoever has that address.

    For an address the answer is the same, and as quick, whether or not anybody has it.
    """
    sent = read(await fields(request), Start)
    pool = request.app.state.pool
    await actions.let_try(pool, client_of(request))
    doors = await actions.doors(pool, sent.who)
    if doors and doors[0].person_id is None:
        return await _to_provider(request, doors[0].organization_id, local(sent.next))
    view = stranger(request)
    if "@" not in sent.who:
        trouble = view.words.say("No sign-in service goes by this name. Type your work e-mail address.")
        return door(request, sent.who, local(sent.next), trouble)
    posting: Posting = request.app.state.posting
    posting.put(Wanted(sent.who, [(one.organization_id, one.person_id) for one in doors if one.person_id]))
    return view.page("sign_in_sent.html")


@get(CALLBACK, opt=OPEN)
async def come_back(request: AnyRequest) -> Response[Any]:
    """Sign in who comes back from the provider; the state is used up, so this works once, in this browser."""
    await actions.let_try(request.app.state.pool, client_of(request))
    browser = request.cookies.get(flow_cookie_name(settings(request)), "")
    said = {name: value[:LONGEST] for name in ANSWERS if (value := request.query_params.get(name))}
    answer = flow.Answer(**said)
    try:
        entered = await flow.finish(_hall(request), answer, browser)
    except SignInFailed:
        return _take_flow(request, stranger(request).page("sign_in_failed.html", SignInFailed.status, away=False))
    except ProviderAway:
        return _take_flow(request, stranger(request).page("sign_in_failed.html", ProviderAway.status, away=True))
    inside = redirect(local(entered.next))
    inside.set_cookie(session_cookie(settings(request), entered.secret))
    return _take_flow(request, inside)


@get("/sign-in/link/{secret:str}", opt=OPEN)
async def show_link(request: AnyRequest, secret: FromPath[Secret]) -> Response[str]:
    """Ask whether to sign in; looking changes nothing, so that mail scanners may look too."""
    link = await _link(request, secret)
    if link is None:
        return _spent(request)
    async with db.tenant(request.app.state.pool, link.organization_id, readonly=True) as tx:
        whose = await db.maybe(tx, actions.sql.greeting, Greeting, person_id=link.person_id)
    return _spent(request) if whose is None else stranger(request).page("sign_in_link.html", whose=whose)


@post("/sign-in/link/{secret:str}", opt=OPEN)
async def use_link(request: AnyRequest, secret: FromPath[Secret]) -> Response[Any]:
    """Sign in by a link, once."""
    await fields(request)
    await actions.let_try(request.app.state.pool, client_of(request))
    link = await _link(request, secret)
    browser = request.headers.get("user-agent")
    session = None if link is None else await flow.use_link(request.app.state.pool, link, browser)
    if session is None:
        return _spent(request)
    inside = redirect("/")
    inside.set_cookie(session_cookie(settings(request), session))
    return inside


def compose(whose: Greeting, link: str) -> mail.Mail:
    """Write the mail that brings a link, in its reader's language."""
    words = Words(whose.language)
    given = {"person": whose.person, "organization": whose.organization, "link": link}
    parts = (
        words.say("Hello %(person)s,"),
        words.say("this link signs you in to Talkoot of %(organization)s. It works once, for 15 minutes:"),
        "%(link)s",
        words.say("If you did not ask for it, do nothing: without the link nobody gets in."),
    )
    subject = words.say("Sign in to Talkoot")
    return mail.Mail(whose.email or "", subject, "\n\n".join(parts) % given + "\n")


def why_here(request: AnyRequest) -> dict[str, bool]:
    """Tell the sign-in page why one is there: a session ended, or a page was asked for without one."""
    return {"ended": "ended" in request.query_params, "asked": local(request.query_params.get("next", "/")) != "/"}


def door(request: AnyRequest, who: str, next_path: str, trouble: str) -> Response[str]:
    """Ask who wants to sign in."""
    return stranger(request).page(
        "sign_in_door.html",
        422 if trouble else 200,
        who=who,
        next=next_path,
        errors={"who": trouble} if trouble else {},
        mails=mail.can_send(settings(request)),
        **why_here(request),
    )


def client_of(request: AnyRequest) -> str:
    """Return which client this is: what the nearest proxy says where one stands in front, else who is connected.

    Of an IPv6 address it is the network, for one household has more addresses than could be counted.
    """
    said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    host = said[:100] if said and settings(request).url else request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ip_network((address, 64), strict=False))


def flow_cookie_name(given: Settings) -> str:
    """Return the name of the cookie that binds a sign-in to its browser."""
    return "__Host-talkoot_flow" if address_of(given).startswith("https://") else "talkoot_flow"


async def _to_provider(request: AnyRequest, organization_id: UUID, next_path: str) -> Response[str]:
    """Answer with a page that goes on to the provider: a redirect would be one of a form, which our CSP keeps here."""
    browser = secrets.token_urlsafe(32)
    try:
        address = await flow.begin(_hall(request), organization_id, browser, next_path[:LONGEST_PATH])
    except NotFound:  # the setting was taken away a moment ago
        return door(request, "", next_path, "")
    except (ProviderAway, SignInFailed) as trouble:
        return stranger(request).page("sign_in_failed.html", trouble.status, away=True)
    answer = stranger(request).page("sign_in_on.html", address=address)
    answer.set_cookie(_flow_cookie(settings(request), browser))
    return answer


def _hall(request: AnyRequest) -> flow.Hall:
    state = request.app.state
    back, user_agent = address_of(settings(request)) + CALLBACK, request.headers.get("user-agent")
    return flow.Hall(state.pool, state.lookup, state.providers, back, user_agent)


def _flow_cookie(given: Settings, browser: str) -> Cookie:
    secure = address_of(given).startswith("https://")
    life = FLOW_MINUTES * 60 if browser else 0
    # Lax, not Strict: it has to come along when the provider sends the browser back.
    return Cookie(
        flow_cookie_name(given), value=browser, max_age=life, path="/", secure=secure, httponly=True, samesite="lax"
    )


def _take_flow(request: AnyRequest, answer: Response[Any]) -> Response[Any]:
    answer.set_cookie(_flow_cookie(settings(request), ""))
    return answer


async def _link(request: AnyRequest, secret: str) -> Actor | None:
    """Return whose link this is, or None where it leads nowhere: used, expired, and never there are alike."""
    found: Actor | None = await request.app.state.lookup.of(hash_of(secret))
    fits = found is not None and found.kind == "link" and found.role is not Role.CONTACT and found.person_id is not None
    return found if fits else None


def _spent(request: AnyRequest) -> Response[str]:
    return stranger(request).page("sign_in_spent.html", 404)
