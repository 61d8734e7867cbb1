"""The pages' own files: style, scripts, logo and Plotly from its installed package, kept by browsers for ever."""

import asyncio
import gzip
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from litestar import Request, Response, get
from litestar.params import FromPath

from service.base.access import OPEN
from service.base.errors import NotFound

FOLDER = Path(__file__).parent / "static"
FILES: dict[str, tuple[Path, str]] = {
    "style.css": (FOLDER / "style.css", "text/css"),
    "chart.css": (FOLDER / "chart.css", "text/css"),
    "lead.css": (FOLDER / "lead.css", "text/css"),
    "log.css": (FOLDER / "log.css", "text/css"),
    "answer.css": (FOLDER / "answer.css", "text/css"),
    "policy.css": (FOLDER / "policy.css", "text/css"),
    "mine.css": (FOLDER / "mine.css", "text/css"),
    "page.js": (FOLDER / "page.js", "text/javascript"),
    "chart.js": (FOLDER / "chart.js", "text/javascript"),
    "copy.js": (FOLDER / "copy.js", "text/javascript"),
    "left.js": (FOLDER / "left.js", "text/javascript"),
    "send.js": (FOLDER / "send.js", "text/javascript"),
    "suggest.js": (FOLDER / "suggest.js", "text/javascript"),
    "thank.js": (FOLDER / "thank.js", "text/javascript"),
    "take.js": (FOLDER / "take.js", "text/javascript"),
    "logo.svg": (FOLDER / "logo.svg", "image/svg+xml"),
    "plotly.js": (Path(plotly.__file__).parent / "package_data" / "plotly.min.js", "text/javascript"),
}
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def url(name: str) -> str:
    """Return the address of a file; it holds the digest of its content, so a new content has a new address."""
    return f"/static/{_digest(name)}/{name}"


@cache
def _digest(name: str) -> str:
    with FILES[name][0].open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


@cache
def _plain(name: str) -> bytes:
    return FILES[name][0].read_bytes()


@cache
def _packed(name: str) -> bytes:
    """Compress once; 4.8 MB of Plotly take 0.4 s at level 6, which is why this runs in a thread."""
    return gzip.compress(_plain(name), 6, mtime=0)


@cache
def plotly_marks() -> tuple[str, ...]:
    """Return the ids of elements that keep Plotly from making <style> elements, which our policy forbids.

    Its map traces, which we do not draw, bring a style sheet; it is left out where an element of that id is there.
    """
    found = re.search(rb'getElementById\("([0-9a-f]{64})"\)', _plain("plotly.js"))
    return (found[1].decode(),) if found else ()


@get("/static/{digest:str}/{name:str}", opt=OPEN)
async def get_file(request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Return one of the pages' files."""
    if name not in FILES:
        raise NotFound("there is no such file")
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "ETag": f'"{_digest(name)}{"-gzip" if packed else ""}"',
        "Cache-Control": FOR_EVER if digest == _digest(name) else "no-cache",
        "Vary": "Accept-Encoding",
        **({"Content-Encoding": "gzip"} if packed else {}),
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers)
    content = await asyncio.to_thread(_packed if packed else _plain, name)
    return Response(content, headers=headers, media_type=FILES[name][1])
