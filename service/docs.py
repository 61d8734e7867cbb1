"""The page that shows the API, served from this machine alone; it shows what exists, never what is in it."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import openapi_ui_bundles
from litestar import MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from service.base.web import OPEN
from service.contract import complete

FOLDER = Path(openapi_ui_bundles.swagger_ui.static_path)
SHOWN = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
START = 'window.ui = SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#api", validatorUrl: null});'
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Talkoot API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png"><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="api"></div><script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script></body></html>
"""
# Swagger UI sets style attributes; scripts stay strict.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LASTING = {"cache-control": "public, max-age=86400"}


@get("/openapi.json", opt=OPEN, include_in_schema=False)
async def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the OpenAPI 3.1 description, written once: anybody may ask for it, and writing it takes long."""
    state = request.app.state
    if "description" not in state:
        state["description"] = msgspec.json.encode(complete(request.app.openapi_schema.to_schema()))
    return Response(state["description"], media_type=MediaType.JSON)


@get("/docs", opt=OPEN, include_in_schema=False, media_type=MediaType.HTML)
async def show() -> Response[str]:
    """Show the API."""
    return Response(PAGE, media_type=MediaType.HTML, headers={"content-security-policy": POLICY})


@get("/docs/{name:str}", opt=OPEN, include_in_schema=False)
async def asset(name: FromPath[str]) -> Response[bytes]:
    """Return a file of the page."""
    if name == "start.js":
        return Response(START.encode(), media_type="text/javascript", headers=LASTING)
    if name not in SHOWN:
        raise NotFoundException
    return Response(_packed(name), media_type=SHOWN[name], headers={**LASTING, "content-encoding": "gzip"})


@cache
def _packed(name: str) -> bytes:
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)


router = Router("/", route_handlers=[schema, show, asset])
