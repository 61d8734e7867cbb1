"""What every route stands on: the caller, a transaction of the caller's organization, and strict reading of bodies."""

from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
from litestar import Request as LitestarRequest
from litestar import Response
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from litestar.response.base import ASGIResponse

from service.base import db, idempotency
from service.base.access import OPEN, Actor, Role, caller, require_role
from service.base.border import check_once
from service.base.errors import ErrorBody, Invalid, NotSignedIn, UnsupportedMedia
from service.base.paging import After, Cut, Limit, Page, page

__all__ = [
    "AUDITED",
    "OPEN",
    "Actor",
    "After",
    "Cut",
    "Limit",
    "Me",
    "Page",
    "Pool",
    "Role",
    "Tx",
    "page",
    "require_role",
]

Me = NamedDependency[SkipValidation[Actor]]
Tx = NamedDependency[SkipValidation[db.Connection]]
Pool = NamedDependency[SkipValidation[db.Pool]]

READING = frozenset({"GET", "HEAD", "OPTIONS"})
AUDITED = {"audited": True}  # `opt=AUDITED` on a reading route that writes who looked, in the transaction it reads in

SECRET = {"secret": True}  # `opt=SECRET` on a route whose answer holds a secret, which is kept nowhere
SHOWN_ONCE = (
    409,
    msgspec.json.encode(
        ErrorBody("shown_once", "this was done already, and its secret is shown once; make a new one", {})
    ),
)

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


class Request(LitestarRequest[Any, Any, State]):
    """A request whose JSON is read strictly and straight into the handler's own type."""

    async def json(self) -> Any:  # noqa: ANN401 - the framework's signature
        """Read the body, which must be JSON of the type the handler asks for.

        Raises
        ------
        Invalid : it is not, or names a key twice; the message says where.
        UnsupportedMedia : it does not say that it is JSON.
        """
        if self.content_type[0] != "application/json":
            raise UnsupportedMedia("send JSON, with `Content-Type: application/json`")
        body = await self.body()
        try:
            found = self._decoder().decode(body)
            check_once(body)
        except msgspec.ValidationError as error:
            raise Invalid(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid(f"the body is not JSON: {error}") from error
        return found

    def _decoder(self) -> msgspec.json.Decoder[Any]:
        handler = self.route_handler
        decoder = _decoders.get(handler)
        if decoder is None:
            field = handler.parsed_data_field
            decoder = _decoders[handler] = msgspec.json.Decoder(Any if field is None else field.annotation)
        return decoder


class Answer(Response[Any]):
    """An answer that is rendered before the transaction ends, so that it can be kept with the effect."""

    def to_asgi_response(self, *given: Any, **named: Any) -> ASGIResponse:  # noqa: ANN401 - handed on as it is
        """Render, and leave what was rendered where `provide_tx` finds it."""
        rendered = super().to_asgi_response(*given, **named)
        named["request"].scope["state"]["answer"] = rendered
        return rendered


def provide_me(request: LitestarRequest[Any, Any, State]) -> Actor:
    """Return the caller, whom auth's guard has found."""
    me = caller(request)
    if me is None:
        raise NotSignedIn("sign in, or send a token as `Authorization: Bearer …`")
    return me


async def provide_tx(request: LitestarRequest[Any, Any, State], me: Me) -> AsyncIterator[db.Connection]:
    """Open the request's one transaction; it ends before the answer is sent.

    Reading routes cannot write, but for those that write down who looked.
    """
    pool = cast("db.Pool", request.app.state.pool)
    if request.method in READING:
        audited = bool(request.route_handler.opt.get("audited"))
        async with db.brief(pool, me.organization_id, readonly=not audited) as tx:
            yield tx
        return
    claim = await idempotency.claim_of(request, me.credential_id)
    async with db.tenant(pool, me.organization_id) as tx:
        if claim is not None:
            await idempotency.replay(tx, claim)
        yield tx
        answer = request.scope["state"].get("answer")
        if claim is not None and isinstance(answer, ASGIResponse):
            kept = SHOWN_ONCE if request.route_handler.opt.get("secret") else (answer.status_code, answer.body)
            await idempotency.keep(tx, claim, *kept)


def provide_pool(request: LitestarRequest[Any, Any, State], me: Me) -> db.Pool:  # noqa: ARG001 - one after the other: Litestar resolves independent dependencies in a task group, which is slow
    """Return the pool, for the rare handler that must not hold a transaction while it works."""
    return cast("db.Pool", request.app.state.pool)


DEPENDENCIES = {
    "me": Provide(provide_me, sync_to_thread=False),
    "tx": Provide(provide_tx),
    "pool": Provide(provide_pool, sync_to_thread=False),
}
