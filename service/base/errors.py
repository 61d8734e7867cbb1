"""How Talkoot refuses: one exception, one shape, and a name for every constraint a caller can hit."""

from typing import Any

import asyncpg
import msgspec


class ErrorBody(msgspec.Struct):
    """The one shape of every error: a stable code, a sentence that says what to do, and what it is about."""

    code: str
    message: str
    detail: dict[str, Any]


class AppError(Exception):
    """A refusal that the caller can understand; anything else raised is our bug."""

    code = "refused"
    status = 400

    def __init__(self, message: str, **detail: object) -> None:
        super().__init__(message)
        self.detail = detail


class Invalid(AppError):
    """The input does not fit: a field is missing, unknown, of the wrong type or out of bounds."""

    code = "invalid"


class Refused(AppError):
    """The input fits, but a rule forbids it."""

    code = "refused"
    status = 409


class NotSignedIn(AppError):
    """No credential, or one that is unknown, expired or revoked."""

    code = "not_signed_in"
    status = 401


class Forbidden(AppError):
    """The caller's role does not allow it."""

    code = "forbidden"
    status = 403


class NotFound(AppError):
    """There is no such thing in the caller's organization; other organizations' things look the same."""

    code = "not_found"
    status = 404


class UnknownReference(AppError):
    """The body names a person, project, … that does not exist in the caller's organization."""

    code = "unknown_reference"
    status = 422


class AlreadyExists(Refused):
    """Something of that id is there already."""

    code = "already_exists"


class NotToSelf(Refused):
    """Thanks, feedback, badges and hand-overs are from one person to another."""

    code = "not_to_self"


class UnsupportedMedia(AppError):
    """The body is of a kind that this route does not read."""

    code = "unsupported_media_type"
    status = 415


class Busy(AppError):
    """Too much at once; the caller may try again in a moment."""

    code = "busy"
    status = 503


def from_violation(violation: asyncpg.IntegrityConstraintViolationError) -> AppError | None:
    """Name the refusal behind a constraint; None where no caller should ever hit it (then it is our bug).

    Constraints that callers can hit are named for it: `<table>_<column>_fk`, `<table>_…_unique`, `…_not_to_self`,
    and the checks `…_after_start`, `…_after_joining`, `…_after_opening`, `…_on_its_scale`.
    """
    name, table = violation.constraint_name or "", violation.table_name or ""
    if name.endswith("_fk"):
        field = name.removeprefix(f"{table}_").removesuffix("_fk")
        return UnknownReference(f"{field}: there is no such {field} in your organization", field=field)
    if name.endswith("_unique"):
        return AlreadyExists(f"there is such a {table} already", thing=table)
    if name.endswith(("_not_to_self", "_not_about_self")):
        return NotToSelf("giver and receiver must be two people")
    if name.endswith(("_after_start", "_after_joining", "_after_opening")):
        return Invalid("the end must not lie before the start", constraint=name)
    if name.endswith("_on_its_scale"):
        return Invalid("an aspect needs a value on its scale: recommendation 0–10, the others 1–5", field="value")
    return None
