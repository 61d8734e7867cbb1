"""Around every request: a deadline, headers that keep a browser safe, a measurement, a log line for what went wrong."""

import asyncio
from contextlib import suppress
from functools import cache
from time import perf_counter
from typing import Any, Final, cast

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send
from prometheus_client import Histogram

from service.base.deadline import Deadline
from service.base.errors import ErrorBody

log = structlog.get_logger()

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),  # answers are about people; static files say otherwise themselves
)
REFUSED: Final = 400
READ_ON_BYTES: Final = 20_000_000
READ_ON_SECONDS: Final = 2.0
SLOW_SECONDS: Final = 1.0
MORE_TIME: Final = "talkoot.more_time"  # in a request's scope: called with seconds, it moves the deadline
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
LATE: Final = msgspec.json.encode(ErrorBody("busy", "this took too long; try again soon", {"retry_after_seconds": 1}))

seconds = Histogram("talkoot_request_seconds", "Seconds from request to answer", ["method", "route", "status"])


class Envelope:
    """Wraps the whole app, so that also what no route answers goes out with its headers."""

    def __init__(self, app: ASGIApp, deadline_seconds: float) -> None:
        self._app = app
        self._deadline = Deadline(deadline_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        bare = scope["method"] == "HEAD"  # what GET would answer, without its body: no route says that for itself
        inside = cast("Scope", {**scope, **({"method": "GET"} if bare else {}), MORE_TIME: self._deadline.extend})
        answer = _Sealed(receive, send, bare=bare)
        began = perf_counter()
        try:
            await self._deadline.run(self._app(inside, answer.receive, answer))
        except TimeoutError:
            await answer.late()
        finally:
            _tell(scope["method"], inside, answer.status, perf_counter() - began)


class _Sealed:
    """Sends an answer with our headers, except those it brings itself; a bare one is over with its headers."""

    def __init__(self, receive: Receive, send: Send, *, bare: bool) -> None:
        self._receive = receive
        self._send = send
        self._bare = bare
        self._more = True  # of the body, that nobody has read yet
        self.status = 0  # until an answer began

    async def receive(self) -> HTTPReceiveMessage:
        """Hand on a part of the body, or that the client went away."""
        message = cast("HTTPReceiveMessage", await self._receive())
        self._more = bool(message.get("more_body"))
        return message

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status >= REFUSED and self._more:
                await self._read_on()
            given = list(message["headers"])
            names = {name for name, _ in given}
            message["headers"] = given + [header for header in HEADERS if header[0] not in names]
            await self._send(message)
            if self._bare:  # at once: a stream would have no end
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        elif not self._bare:
            await self._send(message)

    async def _read_on(self) -> None:
        """Read what is left of a body: who is cut off while sending never sees why."""
        left = READ_ON_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(READ_ON_SECONDS):
                while self._more and left > 0:
                    message = await self.receive()
                    left -= len(cast("bytes", message.get("body", b"")))

    async def late(self) -> None:
        """Answer 503, unless part of an answer is on its way."""
        if self.status:
            return
        headers = [(b"content-type", b"application/json"), (b"retry-after", b"1")]
        await self({"type": "http.response.start", "status": 503, "headers": headers})
        await self({"type": "http.response.body", "body": LATE, "more_body": False})


def _tell(asked: str, scope: Any, status: int, took: float) -> None:  # noqa: ANN401 - Scope's union hides the template
    route = scope.get("path_template") or "none"  # the template: a path may name people
    method = asked if asked in METHODS else "other"
    _measure(method, route, status).observe(took)
    if status >= REFUSED or took > SLOW_SECONDS:  # the rest is counted, not told: a line for each would cost a fifth
        log.info("request", method=method, route=route, status=status, ms=round(took * 1000, 1))


@cache
def _measure(method: str, route: str, status: int) -> Histogram:
    """Return the measure of one kind of request; there are only so many, and finding it costs."""
    return seconds.labels(method, route, status)
