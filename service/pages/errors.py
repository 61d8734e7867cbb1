"""Refusals as pages: whoever looks with a browser gets words in the same look, everyone else the one JSON shape."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from service.base.errors import ErrorBody, Invalid
from service.base.rendering import HANDLERS as SHAPES
from service.base.rendering import ErrorResponse
from service.feedback.model import RoundClosed, TakenIn
from service.pages import late
from service.pages.language import Words
from service.pages.page import SEEN, StaleForm, local, session_ended, settings, stranger
from service.pages.sign_in import to_sign_in
from service.surveys.model import AskedLately, NotAsked

AnyRequest = Request[Any, Any, Any]
Renderer = Callable[[AnyRequest, Any], Response[Any]]

NOT_PAGES = ("/api", "/static", "/health", "/metrics")
NOT_SIGNED_IN, MISTAKEN = 401, 500
A_SENTENCE = 12  # letters of words that somebody would not like to write again
OF_FEEDBACK = {RoundClosed.code, TakenIn.code}
TOO_LONG = "too_long"
ROLES = {"lead": "who leads a team", "hr": "HR", "administrator": "administrators"}  # of those who look at pages
# English here, Finnish in locale/fi.po: a title, and what to do.
TEXTS = {
    400: ("This did not fit", "Something in the address or the form was not as it should be. Go back and try again."),
    403: ("Not for your role", "Your role does not open this, or the request came from another site."),
    StaleForm.code: (
        "This page is of an earlier sign-in",
        "Somebody signed in anew in this browser since it was loaded, so nothing is saved.",
    ),
    RoundClosed.code: (
        "This round has closed",
        "A closed round takes no answers any more. In the next round you can answer anew; a signed note reaches your colleague at once.",  # noqa: E501 - one text
    ),
    TakenIn.code: (
        "Your answer is in already",
        "It went in with everybody’s in the night, and nobody can tell it from the others, so it cannot be changed any more. In the next round you can answer anew.",  # noqa: E501 - one text
    ),
    NotAsked.code: (
        "They wish not to be asked",
        "This contact has said so themselves. What they think can still be heard when you meet or talk.",
    ),
    AskedLately.code: (
        "They were asked a little while ago",
        "This contact has said how often they wish to be asked, and that time has not passed yet. When you talk you can still hear what they think.",  # noqa: E501 - one text
    ),
    404: ("Nothing here", "There is no such page, or it is not yours to see."),
    409: ("That is not possible", "Something stands against it, or it has been done already."),
    413: ("Too much at once", "What was sent is too large: at most {most} MB fit."),
    TOO_LONG: (
        "That text is too long",
        "At most {most} characters fit in one field. Nothing was saved; what you wrote stands below, to copy.",
    ),
    429: ("Not so fast", "There was a lot in a short time. Wait a while, then try again."),
    503: ("Busy for a moment", "Talkoot has a lot to do just now. Try again in a few seconds."),
}
MISTAKE = ("Something went wrong", "The fault is ours, and it has been noted. Try again a little later.")


def _as_page(shape: Callable[[AnyRequest, Any], Response[Any]]) -> Renderer:
    """Return a renderer that answers like `shape`, but with a page where a browser shows it."""

    def render(request: AnyRequest, error: Any) -> Response[Any]:  # noqa: ANN401 - of the kind that `shape` renders
        answer: ErrorResponse = shape(request, error)
        if not _is_page(request) or not isinstance(answer.content, ErrorBody):
            return answer
        status = answer.status_code or MISTAKEN
        if status == NOT_SIGNED_IN:
            return to_sign_in(_asked(request), ended=session_ended(request))
        too_late = late.to_page(request, status, _page_before(request))
        if too_late is not None:
            return too_late
        usual = TEXTS.get(status, TEXTS[400] if status < MISTAKEN else MISTAKE)
        title, text = TEXTS.get(TOO_LONG if _longest(answer.content) else answer.content.code, usual)
        view = stranger(request)
        told = view.words.say(text).replace("{most}", _longest(answer.content) or _largest(request))
        say = {"title": view.words.say(title), "text": told + _who_may(view.words, answer.content)}
        onward = _onward(request, view.words, answer.content.code)
        unsent = answer.content.code in OF_FEEDBACK and request.method == "GET"
        page = view.page("error.html", status, onward=onward, written=_written(request), unsent=unsent, **say)
        page.headers.update({key: value for key, value in answer.headers.items() if key.lower() == "retry-after"})
        return page

    return render


HANDLERS = {kind: _as_page(shape) for kind, shape in SHAPES.items()}


def _longest(refusal: ErrorBody) -> str:
    """Return how many characters a text may have, where one has more; else nothing."""
    found = re.search(r"`str` of length <= (\d+)", refusal.message) if refusal.code == Invalid.code else None
    return f"{int(found[1]):,}".replace(",", "\N{NO-BREAK SPACE}") if found else ""


def _largest(request: AnyRequest) -> str:
    """Return how many whole megabytes this address takes; less than one is told as one."""
    handler = request.scope.get("route_handler")
    most = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    return str(max(1, (most or settings(request).body_bytes) // 1_000_000))


def _is_page(request: AnyRequest) -> bool:
    """Tell whether a person looks: the browser asks for HTML, at an address of a page."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(NOT_PAGES)


def _asked(request: AnyRequest) -> str:
    """Return the address to come back to: of what was read; what was written is not sent again, but its page is."""
    if request.method != "GET":
        return _came_from(request)
    return local(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def _came_from(request: AnyRequest) -> str:
    """Return the address of our page that sent this; the start page where none can be read there."""
    said = _page_before(request)
    return local(said.path + (f"?{said.query}" if said.query else "")) if said else "/"


def _page_before(request: AnyRequest) -> SplitResult | None:
    """Return where our page is that sent this, if the browser tells and one can read it there."""
    said = urlsplit(request.headers.get("referer", ""))
    ours = said.netloc == request.headers.get("host") and not said.path.startswith(NOT_PAGES)
    pages = (path for path, methods in request.app.route_handler_method_map.items() if "GET" in methods)
    if not ours or not any(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), said.path) for path in pages):
        return None
    return said if local(said.path) == said.path else None


def _onward(request: AnyRequest, words: Words, code: str) -> tuple[str, ...]:
    """Return the address and the name of the page on which to go on; nothing where that is the start page."""
    if code in OF_FEEDBACK:
        return "/feedback", words.say("To feedback")
    before = _came_from(request) if code == StaleForm.code else "/"
    return (before, words.say("Load the page again")) if before != "/" else ()


def _written(request: AnyRequest) -> list[str]:
    """Return what somebody wrote in their own words and sent in vain, so that it can be copied."""
    sent = {key: text for key, text in request.state.get("sent", {}).items() if key != SEEN}
    return [text for text in sent.values() if len(text) >= A_SENTENCE and " " in text.strip()]


def _who_may(words: Words, refusal: ErrorBody) -> str:
    """Say who may see it, where a role is what lacks."""
    roles = [words.say(ROLES[role]) for role in refusal.detail.get("roles", ()) if role in ROLES]
    return " " + words.say("It is for: {roles}.").format(roles=", ".join(roles)) if roles else ""
