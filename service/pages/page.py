"""A page and its frame: who reads it, in which language, and from which template."""

import hmac
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec
import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache
from litestar import MediaType, Request, Response
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from litestar.response import Redirect
from markupsafe import Markup

from service.auth.actions import cookie_name
from service.base import db
from service.base.access import Actor, Connection
from service.base.border import Input
from service.base.config import Settings
from service.base.errors import Forbidden, Invalid
from service.base.web import Me, Tx
from service.pages import gone, late, static
from service.pages.language import LANGUAGES, Words, choose, translations
from service.pages.navigation import Group, groups_for, here

sql = db.load(Path(__file__).with_name("pages.sql"))

LANGUAGE_COOKIE = "talkoot_language"
FEW_LETTERS, FEW_LINES = 280, 5  # of long words, shown first
A_FEW_MORE = 80  # letters for which nobody should have to click
SEEN = "seen"  # a field of a form: what it showed when it was loaded
LONGEST_PATH = 2000  # characters of a `next`
# The Content-Security-Policy is the one of service.base.envelope, without 'unsafe-inline': Plotly sets styles through
# the CSSOM, once style.css and a mark stand in for the <style> elements it would make (see base.html and charts.html).
# With no referrer at all a browser would send `Origin: null` with our own forms.
HEADERS = {"Referrer-Policy": "same-origin"}
Form = TypeVar("Form", bound=Input)


class StaleForm(Forbidden):
    """The form was made for another session: somebody signed in anew since its page was loaded."""

    code = "stale_form"


class Reader(msgspec.Struct, frozen=True):
    """Who reads the page; without a name where the credential belongs to no person."""

    name: str | None
    language: str | None
    organization: str
    time_zone: str


class View(msgspec.Struct, frozen=True):
    """Everything the frame of a page shows."""

    path: str
    query: str
    words: Words
    me: Actor | None = None
    reader: Reader | None = None
    csrf: str = ""
    groups: tuple[Group, ...] = ()

    @property
    def late(self) -> str:
        """What was to be undone and could not be any more, as the address says."""
        return parse_qs(self.query).get(late.MARK, [""])[0]

    def page(self, template: str, status: int = 200, **content: Any) -> Response[str]:  # noqa: ANN401 - a template's own
        """Fill a template of this reader's language."""
        html = templates(self.words.language).get_template(template).render(view=self, words=self.words, **content)
        return Response(html, status_code=status, headers=HEADERS, media_type=MediaType.HTML)


Seen = NamedDependency[SkipValidation[View]]


async def provide_view(request: Request[Any, Any, Any], tx: Tx, me: Me) -> View:
    """Return the frame of a page for the one who is signed in."""
    reader = await db.one(tx, sql.reader, Reader, person_id=me.person_id)
    language = _language(request, reader.language)
    words = Words(language, ZoneInfo(reader.time_zone))
    groups = groups_for(me, request.app.route_handler_method_map)
    return View(request.url.path, request.url.query, words, me, reader, csrf_token(request), groups)


def stranger(request: Request[Any, Any, Any]) -> View:
    """Return the frame of a page for someone who is not signed in, or not known well enough yet."""
    return View(request.url.path, request.url.query, Words(_language(request, None)), csrf=csrf_token(request))


VIEW = Provide(provide_view)


def csrf_token(connection: Connection) -> str:
    """Return what the forms of this session carry: from its secret, so nothing has to be stored."""
    secret = connection.cookies.get(cookie_name(settings(connection)), "")
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"talkoot form", "sha256").hexdigest() if secret else ""


def session_ended(connection: Connection) -> bool:
    """Tell of somebody who is not signed in whether this browser still holds an earlier session."""
    return cookie_name(settings(connection)) in connection.cookies


def settings(connection: Connection) -> Settings:
    """Return the installation's settings."""
    found: Settings = connection.app.state.settings
    return found


async def form(request: Request[Any, Any, Any], kind: type[Form]) -> Form:
    """Read a form sent by one of our own pages; what a field leaves empty keeps its default.

    Raises
    ------
    Forbidden : it comes from another site.
    StaleForm : it was made for another session.
    Invalid : it does not fit `kind`.
    """
    return read(await own_fields(request), kind)


async def own_fields(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the fields of a form sent by one of our own pages, as they were filled in.

    Raises
    ------
    Forbidden : it comes from another site.
    StaleForm : it was made for another session.
    """
    sent = await fields(request)
    request.state.sent = sent  # a page that refuses it gives the words back
    if not hmac.compare_digest(sent.pop("csrf", "").encode(), csrf_token(request).encode()):
        raise StaleForm("this form was made for another session; load the page again")
    return sent


async def fields(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the fields of a form of this site that were filled in; files are not among them.

    Raises
    ------
    Forbidden : it comes from another site.
    """
    refuse_other_sites(request)
    return {key: value for key, value in (await request.form()).items() if isinstance(value, str) and value}


def read(sent: dict[str, str], kind: type[Form]) -> Form:
    """Read what a form sent into `kind`.

    Raises
    ------
    Invalid : it does not fit.
    """
    try:
        return msgspec.convert(sent, kind, strict=False)
    except msgspec.ValidationError as wrong:
        raise Invalid(str(wrong)) from wrong


def refuse_other_sites(request: Request[Any, Any, Any]) -> None:
    """Refuse a form that another site made the browser send; needed where nobody is signed in yet."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        site = "cross-site"
    if site not in {None, "same-origin", "none"}:
        raise Forbidden("this request comes from another site")


def data(figure: go.Figure) -> Markup:
    """Write a figure for a `<script type="application/json">`, which no text inside can end."""
    text = msgspec.json.encode({"data": figure.to_plotly_json()["data"], "layout": figure.to_plotly_json()["layout"]})
    return Markup(text.decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def redirect(path: str) -> Redirect:
    """Send the browser to one of our own pages, by GET."""
    return Redirect(path, status_code=303)


def local(path: str) -> str:
    """Return `path` where it is one of ours, else the start page: nobody is sent to another site."""
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if plain and len(path) <= LONGEST_PATH else "/"


def as_typed(wanted: str) -> str:
    """Return a pattern for `ilike` that finds what was typed as itself; NUL, which no text holds, is left out."""
    return wanted.replace("\0", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").strip()


def initials(name: str) -> str:
    """Return one or two letters that stand for a face."""
    if name == gone.NAME:
        return "–"
    parts = [part for part in name.replace("-", " ").split() if part[0].isalnum()]
    letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [name.strip()[:2]]
    return "".join(letters).upper()


def shortened(words: str) -> str | None:
    """Return the beginning of long words, to be shown in a few lines; None where all of them fit."""
    begin = "\n".join(words.splitlines()[:FEW_LINES])
    if len(words) <= FEW_LETTERS + A_FEW_MORE and begin == "\n".join(words.splitlines()):
        return None
    whole_words = begin[:FEW_LETTERS].rsplit(None, 1)[0] if len(begin) > FEW_LETTERS else begin
    return whole_words.rstrip() + "…"


def _language(request: Request[Any, Any, Any], own: str | None) -> str:
    return choose(request.cookies.get(LANGUAGE_COOKIE), own, request.headers.get("accept-language"))


class _Compiled(BytecodeCache):
    """The code of templates, which is the same in every language: only their words differ."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template that was compiled for another language."""
        bucket.code = self._code.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        if bucket.code is not None:
            self._code[bucket.key] = bucket.code


COMPILED = _Compiled()


@cache
def templates(language: str) -> Environment:
    """Return the templates of a language."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=partial(gone.said, translations(language).gettext),
        bytecode_cache=COMPILED,
    )
    install = environment.install_gettext_translations  # type: ignore[attr-defined] # the extension adds it
    install(translations(language), newstyle=True)
    environment.globals.update(
        static=static.url,
        shortened=shortened,
        plotly_marks=static.plotly_marks,
        initials=initials,
        here=here,
        LANGUAGES=LANGUAGES,
        LATE=late.TEXTS,
    )
    return environment
