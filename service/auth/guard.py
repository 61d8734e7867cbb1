"""Every route asks who is calling, before anything else, unless it says that it is open.

A middleware and not one of the framework's guards: these copy the whole route handler for each request.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.types import ASGIApp, Receive, Scope, Send

from service.auth.lookup import hash_of
from service.base.access import Actor, admit
from service.base.access import Scope as TokenScope
from service.base.errors import Forbidden, NotSignedIn
from service.base.gathered import Gathered
from service.base.web import READING

LONGEST_SECRET = 200  # characters


class SignedIn:
    """Finds the caller of a request, by a token or by the session cookie named `cookie`."""

    def __init__(self, app: ASGIApp, cookie: str) -> None:
        self._app = app
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on once it is known who is calling."""
        opt = scope["route_handler"].opt
        if not opt.get("open"):
            scope["auth"] = admit(await self._caller(scope), opt)
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Actor:
        token = _bearer(scope)
        secret = token
        if token is None:
            connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
            secret = connection.cookies.get(self._cookie)
            if secret:
                _refuse_other_sites(connection)
        me = await _whose(scope, secret)
        if me is None or me.kind != ("session" if token is None else "token"):
            raise NotSignedIn("sign in, or send a token as `Authorization: Bearer …`")
        _refuse_beyond_scope(scope, me)
        return me


def _refuse_beyond_scope(scope: Scope, me: Actor) -> None:
    """Refuse what a token was not made for: a route says its scope, or else its method does."""
    by_method = TokenScope.READ if scope.get("method") in READING else TokenScope.WRITE
    wanted = scope["route_handler"].opt.get("scope", by_method)
    if wanted not in me.scopes:
        raise Forbidden(f"this takes a token with the scope {wanted}; yours has {', '.join(sorted(me.scopes))}")


def _bearer(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.partition(b" ")
            return token.strip().decode("latin-1") if kind.lower() == b"bearer" else ""
    return None


async def _whose(scope: Scope, secret: str | None) -> Actor | None:
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    lookup: Gathered[bytes, Actor] = scope["litestar_app"].state.lookup
    return await lookup.of(hash_of(secret))


def _refuse_other_sites(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Refuse what another site makes a signed-in browser send; browsers say where a request comes from."""
    if connection.scope.get("method") in READING:
        return
    site = connection.headers.get("sec-fetch-site")
    if site is None:  # an old browser, or none
        origin = connection.headers.get("origin")
        site = "none" if origin is None or urlsplit(origin).netloc == connection.headers.get("host") else "cross-site"
    if site not in {"same-origin", "none"}:
        raise Forbidden("this request comes from another site")
