"""What opens Talkoot: one's own sessions and, for administrators, the tokens of programs."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.auth import actions
from service.auth.actions import session_cookie
from service.auth.lookup import sql
from service.auth.model import Days, NewToken, SessionView, TokenView
from service.auth.routes import administrator
from service.base import db
from service.base.access import Role, Scope
from service.base.border import Input, Name
from service.base.errors import AppError
from service.base.web import Me, Tx
from service.pages.page import Seen, View, form, redirect, settings

MOST = 200  # tokens of the page; `talkoot token list` shows more
# English here, Finnish in locale/fi.po.
ROLES = {
    Role.EMPLOYEE: "employee",
    Role.LEAD: "lead of a team",
    Role.HR: "HR",
    Role.ADMINISTRATOR: "administrator",
    Role.SERVICE: "a program, for nobody",
}
SCOPES = {Scope.READ: "read", Scope.WRITE: "write", Scope.EXPORT: "export"}


class Wish(Input, kw_only=True):
    """A token as the form asks for it."""

    role: Role
    days: Days = 90
    name: Name | None = None
    read: bool = False
    write: bool = False
    export: bool = False


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
async def show_tokens(tx: Tx, view: Seen) -> Response[str]:
    """Show the organization's tokens, and a form for a new one."""
    return await _tokens(tx, view)


@post("/tokens", guards=[administrator], status_code=200)
async def make_token(request: Request[Any, Any, Any], tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Make a token and show its secret, this once; or say what has to be mended."""
    wish = await form(request, Wish)
    scopes = tuple(scope for scope in Scope if getattr(wish, scope.value))
    if not scopes:
        return await _tokens(tx, view, trouble=view.words.say("Choose at least one thing it may do."))
    try:
        mine = None if wish.role is Role.SERVICE else me.person_id
        new = NewToken(role=wish.role, person_id=mine, days=wish.days, name=wish.name, scopes=scopes)
        token, secret = await actions.make_token_for(tx, me, new)
    except AppError:
        trouble = view.words.say("That token cannot be made. Choose again.")
        return await _tokens(tx, view, trouble=trouble)
    return await _tokens(tx, view, made=(token, secret))


@post("/tokens/{token_id:uuid}/end", guards=[administrator])
async def end_token(request: Request[Any, Any, Any], token_id: FromPath[UUID], tx: Tx) -> Redirect:
    """End a token, at once."""
    await form(request, Input)
    await actions.end_token(tx, token_id)
    return redirect("/tokens")


async def _tokens(
    tx: db.Connection, view: View, *, made: tuple[TokenView, str] | None = None, trouble: str = ""
) -> Response[str]:
    tokens = await db.many(tx, sql.tokens, TokenView, after_key=None, after_id=None, most=MOST)
    status = 422 if trouble else 200
    return view.page("tokens.html", status, tokens=tokens, made=made, trouble=trouble, roles=ROLES, scopes=SCOPES)
