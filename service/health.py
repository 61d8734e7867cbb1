"""Whether this process lives, whether it can serve, and what it measures."""

from collections.abc import Sequence

import asyncpg
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.base import migrate
from service.base.errors import Busy
from service.base.gathered import Gathered
from service.base.place import DatabaseTrouble
from service.base.web import OPEN, Role, require_role

Readiness = NamedDependency[SkipValidation[Gathered[str, str]]]

CHECK_SECONDS = 3.0
MEASURES = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")  # which the framework adds to any text


@get("/health/live", opt=OPEN, summary="Is this process alive?")
async def live() -> dict[str, str]:
    """Answer without touching the database."""
    return {"status": "live"}


@get("/health/ready", opt=OPEN, summary="Can it serve?")
async def ready(readiness: Readiness) -> dict[str, str]:
    """Answer 200 where the database is reachable and its migrations are this code's, else 503."""
    trouble = await readiness.of("trouble")
    if trouble:
        raise Busy(trouble)
    return {"status": "ready"}


@get("/metrics", guards=[require_role(Role.ADMINISTRATOR, Role.SERVICE)], media_type="text/plain")
async def metrics() -> Response[bytes]:
    """Show this process's measurements in Prometheus' text format."""
    return Response(generate_latest(), media_type=MEASURES)


def readiness_of(url: str) -> Gathered[str, str]:
    """Return the check of one database; many probes at once are one connection."""

    async def check(_: Sequence[str]) -> dict[str, str]:
        return {"trouble": await _trouble(url)}

    return Gathered(check)


async def _trouble(url: str) -> str:
    try:
        pending = await migrate.check(url)
    except (DatabaseTrouble, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return "the database cannot be reached, or is not the one this code knows"
    return "the database waits for a migration" if pending else ""


router = Router("/", route_handlers=[live, ready, metrics], tags=["health"])
