"""What can no longer be undone: the page where one was says why, and what to do instead."""

from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode

from litestar import Request, Response
from litestar.response import Redirect

# By what the undo is of, which `opt=late.to_undo(…)` of its route names: English here, Finnish in locale/fi.po.
TEXTS = {
    "thanks": "These thanks can no longer be taken back: the minute for it has passed. Who received them can hide them; ask them to, and tell them what you would rather have said.",  # noqa: E501 - one text
    "change": "This can no longer be undone: it was undone already, was changed or put to use since, or a night has passed. What stands now was left as it is; correct it by its form.",  # noqa: E501 - one text
    "answer": "This can no longer be taken back: the round has closed, or the answer went in with everybody’s in the night, and nobody can tell it from the others. In the next round you can answer anew.",  # noqa: E501 - one text
    "call": "This can no longer be taken back: the minute for it has passed, or it was taken back already. What was noted stands; say what was different at the next call.",  # noqa: E501 - one text
    "talk": "This talk was taken back already, so there is nothing left to undo. If it took place, record it again.",
}
MARK = "late"  # in the address of the page that says so
KEPT = "team"  # of what the address said before: what was just done there must not be told again
TOO_LATE = {404, 409}


def to_undo(what: str) -> dict[str, str]:
    """Return what a route says that undoes `what`."""
    return {MARK: what}


def to_page(request: Request[Any, Any, Any], status: int, before: SplitResult | None) -> Response[Any] | None:
    """Lead back to the page `before` where this was an undo that came too late; else None."""
    handler = request.scope.get("route_handler")
    what = handler.opt.get(MARK) if handler else None
    if what is None or before is None or status not in TOO_LATE:
        return None
    query = {key: values[0] for key, values in parse_qs(before.query).items() if key == KEPT}
    return Redirect(f"{before.path}?{urlencode(query | {MARK: what})}", status_code=303)
