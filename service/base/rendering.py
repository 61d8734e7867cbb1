"""Every refusal in the one shape `{code, message, detail}`, whoever raised it; our mistakes show nothing inside."""

from typing import Any

import asyncpg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException

from service.base.errors import AppError, Busy, ErrorBody
from service.base.idempotency import Replayed

log = structlog.get_logger()

ErrorResponse = Response[ErrorBody]
AnyRequest = Request[Any, Any, Any]

RETRY_SECONDS = 1  # where a busy refusal names no time of its own
CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
SENTENCES = {
    404: "there is nothing at this address",
    405: "this address does not take that method",
    413: "the body is too large",
}
# What PostgreSQL or the way to it says when there is too much at once, or when it is not there.
UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.OperatorInterventionError,  # it is being shut down
    OSError,
    TimeoutError,
)


def render_refusal(_: AnyRequest, refusal: AppError) -> ErrorResponse:
    """Render a refusal of ours."""
    detail = dict(refusal.detail)
    headers = {}
    if isinstance(refusal, Busy):
        detail.setdefault("retry_after_seconds", RETRY_SECONDS)
    if "retry_after_seconds" in detail:
        headers["retry-after"] = str(detail["retry_after_seconds"])
    return _response(refusal.status, ErrorBody(refusal.code, str(refusal), detail), headers)


GONE = "client disconnected prematurely"  # what Litestar says of a caller who hung up: no mistake of ours


def render_framework(_: AnyRequest, refusal: HTTPException) -> ErrorResponse:
    """Render what Litestar refuses: unknown addresses, methods, parameters that do not fit, bodies too large."""
    status = refusal.status_code
    if status >= 500 and refusal.detail == GONE:
        return _response(400, ErrorBody("invalid", "the body ended before its end", {}), {})
    if status >= 500:
        return render_mistake(_, refusal)
    detail: dict[str, Any] = {}
    message = SENTENCES.get(status, refusal.detail)
    if isinstance(refusal, ValidationException) and isinstance(refusal.extra, list):
        detail["fields"] = refusal.extra
        message = "; ".join(f"{one.get('key', 'body')}: {one['message']}" for one in refusal.extra)
    headers = dict(refusal.headers or {}) if isinstance(refusal, MethodNotAllowedException) else {}
    return _response(status, ErrorBody(CODES.get(status, "refused"), message, detail), headers)


def render_unreachable(request: AnyRequest, error: Exception) -> ErrorResponse:
    """Render a database that is away or overwhelmed: the caller may try again."""
    log.warning("database_unavailable", route=request.scope.get("path_template"), error=type(error).__name__)
    return render_refusal(request, Busy("the service is busy; try again in a moment"))


def render_several(request: AnyRequest, errors: ExceptionGroup) -> ErrorResponse:
    """Render what went wrong while dependencies were cleaned up: a lost database is no mistake here either."""
    if errors.split(UNREACHABLE)[1] is None:
        return render_unreachable(request, errors.exceptions[0])
    return render_mistake(request, errors)


def render_mistake(request: AnyRequest, error: Exception) -> ErrorResponse:
    """Render our own mistake; the trace goes to the log, nothing of it to the caller."""
    log.error("mistake", route=request.scope.get("path_template"), exc_info=error)
    return _response(500, ErrorBody("mistake", "something went wrong on our side; it is in the log", {}), {})


def render_replay(_: AnyRequest, replayed: Replayed) -> Response[bytes]:
    """Send the answer of the first request again."""
    headers = {"idempotent-replay": "true"}
    body = replayed.kept.response.encode()
    return Response(body, status_code=replayed.kept.status, media_type="application/json", headers=headers)


def _response(status: int, body: ErrorBody, headers: dict[str, str]) -> ErrorResponse:
    return Response(body, status_code=status, media_type="application/json", headers=headers)


HANDLERS: dict[int | type[Exception], Any] = {
    AppError: render_refusal,
    HTTPException: render_framework,
    Replayed: render_replay,
    **dict.fromkeys(UNREACHABLE, render_unreachable),
    ExceptionGroup: render_several,
    Exception: render_mistake,
}
