"""Builds the web app: its routes, its dependencies, how it refuses, and what lives as long as it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any, cast

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from service import docs, health
from service.aftercare import routes as aftercare
from service.auth import routes as access
from service.auth.actions import cookie_name
from service.auth.guard import SignedIn
from service.auth.lookup import lookup
from service.badges import routes as badges
from service.base import db, logs
from service.base.asking import know_parameters, only_known
from service.base.config import Settings
from service.base.envelope import Envelope
from service.base.limits import Allowances, Limited
from service.base.live import Live
from service.base.web import DEPENDENCIES, Answer, Request
from service.consents import routes as consents
from service.contests import routes as contests
from service.customers import routes as customers
from service.exports import routes as exports
from service.feedback import routes as feedback
from service.flows import routes as flows
from service.flows.link_mail import Posting
from service.kudos import actions as giving
from service.kudos import routes as kudos
from service.notes import routes as notes
from service.notices import routes as notices
from service.organizations import routes as organizations
from service.pages import routes as pages
from service.pages.errors import HANDLERS
from service.pages.warm import warming
from service.pages.ways_in import compose
from service.people import routes as people
from service.policies import routes as policies
from service.profiles import routes as profiles
from service.projects import openings
from service.projects import routes as projects
from service.rights import routes as rights
from service.scores import routes as scores
from service.sign_in import routes as sign_in
from service.sign_in.provider import outgoing
from service.surveys import routes as surveys

FEATURES = (
    organizations,
    people,
    customers,
    projects,
    openings,
    kudos,
    feedback,
    notes,
    notices,
    profiles,
    badges,
    aftercare,
    scores,
    policies,
    surveys,
    consents,
    rights,
    contests,
    flows,
    access,
    sign_in,
    exports,
)
CLOSE_SECONDS = 5.0  # for requests that still hold a connection when the service stops
LOOKUP_CONNECTIONS = 2  # of their own, so that knowing who calls never waits for somebody's long query


def create_app(settings: Settings, url: str) -> Litestar:
    """Build the app for the database at `url`, whose login owns the tables."""
    logs.configure()
    app = Litestar(
        route_handlers=_routes(),
        lifespan=[_lifespan(settings, url)],
        dependencies=DEPENDENCIES | {"readiness": _constant(health.readiness_of(url))},
        middleware=[DefineMiddleware(SignedIn, cookie=cookie_name(settings)), Limited],
        exception_handlers=HANDLERS,
        request_class=Request,
        response_class=Answer,
        request_max_body_size=settings.body_bytes,
        openapi_config=_description(),
        logging_config=None,  # ours is structlog; the framework would set up the root logger
        state=State({"settings": settings}),
    )
    know_parameters(app)
    app.asgi_handler = cast("Any", Envelope(app.asgi_handler, settings.statement_seconds + db.ACQUIRE_SECONDS + 3))
    return app


def _routes() -> list[ControllerRouterHandler]:
    api = Router("/api", guards=[only_known], route_handlers=[*(feature.router for feature in FEATURES), docs.router])
    return [api, health.router, pages.router]


def _lifespan(settings: Settings, url: str) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            web = db.PoolSettings("talkoot_web", settings.pool_size, settings.statement_seconds, reset=False)
            pool = await stack.enter_async_context(_pool(url, web))
            lookups = await stack.enter_async_context(_pool(url, replace(web, size=LOOKUP_CONNECTIONS)))
            thanks = giving.sharing(pool)
            stack.push_async_callback(thanks.close)
            allowances = Allowances(lookups)
            app.state.update({"pool": pool, "lookup": lookup(lookups), "thanks": thanks, "allowances": allowances})
            app.state.live = await stack.enter_async_context(Live(url, web.role).running())
            app.state.providers = await stack.enter_async_context(outgoing())
            app.state.posting = await stack.enter_async_context(Posting(pool, settings, compose).running())
            await stack.enter_async_context(warming())
            yield

    return lifespan


@asynccontextmanager
async def _pool(url: str, settings: db.PoolSettings) -> AsyncIterator[db.Pool]:
    pool = await db.open_pool(url, settings)
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()


def _constant(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def _description() -> OpenAPIConfig:
    token = SecurityScheme(type="http", scheme="bearer", description="`talkoot token create` makes one")
    return OpenAPIConfig(
        title="Talkoot",
        version=version("talkoot"),
        description="Thanks, feedback and customers' words become levels and boards.",
        security=[{"token": []}],
        components=Components(security_schemes={"token": token}),
        render_plugins=[JsonRenderPlugin()],  # with none the framework adds pages that load from other hosts
        use_handler_docstrings=True,
    )
