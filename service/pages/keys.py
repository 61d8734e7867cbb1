"""What opens Talkoot: one's own sessions and, for administrators, the tokens of programs."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from service.auth import actions
from service.auth.actions import session_cookie
from service.auth.lookup import sql
from service.auth.model import LONGEST_DAYS, Days, NewToken, SessionView, TokenView
from service.auth.routes import administrator
from service.base import db, way_back
from service.base.access import Actor, Role, Scope
from service.base.border import Input, Name
from service.base.errors import AppError
from service.base.idempotency import Replayed
from service.base.once import once
from service.base.paging import BY_CREATION
from service.base.way_back import Change
from service.base.web import After, Cut, Me, Tx, page
from service.pages.page import Seen, View, form, own_fields, read, redirect, settings

SHOWN = 50  # tokens at a time
# English here, Finnish in locale/fi.po.
ROLES = {
    Role.EMPLOYEE: "employee",
    Role.LEAD: "lead of a team",
    Role.HR: "HR",
    Role.ADMINISTRATOR: "administrator",
    Role.SERVICE: "a program, for nobody",
}
SCOPES = {Scope.READ: "read", Scope.WRITE: "write", Scope.EXPORT: "export"}
DEFAULTS = {"days": "90", Scope.READ.value: "true"}


class Wish(Input, kw_only=True):
    """A token as the form asks for it."""

    key: UUID  # the form's own, so that sending it twice makes one token
    name: Name
    role: Role
    days: Days = 90
    read: bool = False
    write: bool = False
    export: bool = False


class Filled(msgspec.Struct, frozen=True):
    """The form of a token: what is in it, and what has to be mended."""

    given: dict[str, str]
    errors: dict[str, str]


EMPTY = Filled(DEFAULTS, {})
NOTHING_TOLD: Mapping[str, object] = {"said": "", "undo": "", "again": False}
DONE = {  # English here, Finnish in locale/fi.po
    "ended": "The token is ended: what used it is shut out.",
    "undone": "The token works again, with the secret it had.",
}
Done = Annotated[str, QueryParameter(max_length=20)]


@get("/sessions")
async def show_sessions(tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show where one is signed in."""
    sessions = await db.many(tx, sql.sessions, SessionView, person_id=me.person())
    return view.page("sessions.html", sessions=sessions)


@post("/sessions/end")
async def sign_out_everywhere(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """End all of one's sessions, this one too."""
    await form(request, Input)
    await actions.end_sessions(tx, me.person())
    answer = redirect("/sign-in")
    answer.set_cookie(session_cookie(settings(request), None))
    return answer


@post("/sessions/others/end")
async def sign_out_elsewhere(request: Request[Any, Any, Any], tx: Tx, me: Me) -> Redirect:
    """End all of one's sessions but this one."""
    await form(request, Input)
    await actions.end_other_sessions(tx, me.person(), me.credential_id)
    return redirect("/sessions")


@post("/sessions/{session_id:uuid}/end")
async def sign_out_there(request: Request[Any, Any, Any], session_id: FromPath[UUID], tx: Tx, me: Me) -> Redirect:
    """End one of one's sessions."""
    await form(request, Input)
    await actions.end_session(tx, me.person(), session_id)
    return redirect("/sessions")


@get("/tokens", guards=[administrator])
async def show_tokens(
    tx: Tx, me: Me, view: Seen, *, again: FromQuery[bool] = False, after: After = None,
    done: Done = "", way: FromQuery[UUID | None] = None,
) -> Response[str]:  # fmt: skip
    """Show the organization's tokens, and a form for a new one; `again` leads here from a form sent twice."""
    back = await way_back.told(tx, me, way) if way else None
    said = view.words.say(DONE[done]) if done == "undone" or (back and done in DONE) else ""
    told = {"said": said, "undo": f"/undo/{back.id}" if back else "", "again": again}
    return await _tokens(tx, me, view, after=after, told=told)


@post("/tokens", guards=[administrator], status_code=200)
async def make_token(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str] | Redirect:
    """Make a token and show its secret, this once; or say what has to be mended. Sent twice, the form makes one."""
    sent = await own_fields(request)
    errors = _errors(view, sent)
    if errors:
        return await _tokens(tx, me, view, filled=Filled(sent, errors))
    try:
        wish = read(sent, Wish)
        async with once(tx, me, "POST /tokens", str(wish.key)):
            made = await _make(tx, me, wish)
    except Replayed:
        return redirect("/tokens?again=true")
    except AppError:
        refused = view.words.say("That token cannot be made. Choose again.")
        return await _tokens(tx, me, view, filled=Filled(sent, {"form": refused}))
    return await _tokens(tx, me, view, made=made)


@post("/tokens/{token_id:uuid}/end", guards=[administrator])
async def end_token(request: Request[Any, Any, Any], token_id: FromPath[UUID], tx: Tx, me: Me) -> Redirect:
    """End a token, at once; until the night who ended it can let it work again."""
    await form(request, Input)
    before = await db.one(tx, sql.token, TokenView, id=token_id)
    after = await actions.end_token(tx, token_id)
    if before.revoked_at is not None:
        return redirect("/tokens")
    way_id = await way_back.keep(tx, me, Change("token", token_id, before, after))
    return redirect(f"/tokens?done=ended&way={way_id}")


def _errors(view: View, sent: dict[str, str]) -> dict[str, str]:
    """Say for each field what has to be mended."""
    errors = {}
    if not sent.get("name", "").strip():
        errors["name"] = view.words.say("Write what it is for; by that you find it again.")
    days = sent.get("days", DEFAULTS["days"])
    if not days.isdecimal() or not 1 <= int(days[:9]) <= LONGEST_DAYS:
        errors["days"] = view.words.say("A whole number from {low} to {high}.").format(low=1, high=LONGEST_DAYS)
    if not any(scope.value in sent for scope in Scope):
        errors["scopes"] = view.words.say("Choose at least one thing it may do.")
    return errors


async def _make(tx: db.Connection, me: Actor, wish: Wish) -> tuple[TokenView, str]:
    scopes = tuple(scope for scope in Scope if getattr(wish, scope.value))
    mine = None if wish.role is Role.SERVICE else me.person_id
    new = NewToken(role=wish.role, person_id=mine, days=wish.days, name=wish.name, scopes=scopes)
    return await actions.make_token_for(tx, me, new)


async def _tokens(
    tx: db.Connection,
    me: Actor,
    view: View,
    *,
    after: str | None = None,
    made: tuple[TokenView, str] | None = None,
    filled: Filled = EMPTY,
    told: Mapping[str, object] = NOTHING_TOLD,
) -> Response[str]:
    found = await page(tx, sql.tokens, TokenView, Cut(after, SHOWN, BY_CREATION))
    own = await actions.roles_for_tokens(tx, me)
    return view.page(
        "tokens.html",
        422 if filled.errors else 200,
        tokens=found.items,
        longest=LONGEST_DAYS,
        older=f"/tokens?{urlencode({'after': found.next})}" if found.next else "",
        newest="/tokens" if after else "",
        made=made,
        given=filled.given,
        errors=filled.errors,
        key=uuid4(),
        roles=ROLES,
        offered=[role for role in ROLES if role in own],
        scopes=SCOPES,
        **told,
    )
