"""The web application: put together once, from settings; no global state but what hangs on ``app.state``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from notify.accounts.throttle import Throttle
from notify.actor import COMMAND
from notify.api.routes import api_routes
from notify.body_limit import BodyLimit
from notify.clock import Clock, system_clock
from notify.database import Database
from notify.demo import prepare
from notify.feeds.routes import feed_routes
from notify.http_errors import exception_handlers
from notify.migrations import require_current
from notify.notices import signatures
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.operation.metrics import CountRequests, Metrics
from notify.operation.routes import operation_routes
from notify.request_ids import RequestIds
from notify.settings import Settings
from notify.vault import Vault
from notify.web.assets import Assets
from notify.web.rendering import Renderer
from notify.web.routes import page_routes
from notify.web.security import SecurityHeaders
from notify.web.visitors import Visitors
from worker.assembly import make_loop
from worker.loop import Loop
from worker.pace import Pace
from worker.wake import RedisWake


class Site(Starlette):
    """Starlette, with what every answer needs outside of everything: a request id, its count, the safe headers.

    So an answer has them too when the service itself failed, which Starlette answers outside of its middleware.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """The application inside."""
        inside = SecurityHeaders(super().build_middleware_stack(), settings=self.state.settings)
        return RequestIds(CountRequests(inside, self.state.metrics))


def create_app(
    settings: Settings, *, demonstration: bool = False, clock: Clock = system_clock, pace: Pace | None = None
) -> Starlette:
    """The application on the settings' database, whose schema must be current; a demonstration's data must be there.

    Without Redis the worker's loop runs inside, at ``pace``. Starting it raises `SchemaError` for another schema.
    """
    office = Office(settings, Database(settings.database), Vault(settings.key()), clock, followers=(follow_revision,))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(office.close)
            await require_current(office.database)
            async with office.act(COMMAND) as act:
                await signatures.ensure_key(act)
            stack.push_async_callback(app.state.throttle.close)
            if settings.redis_url is None:
                loop = make_loop(office, "inside", pace)
                office.wake = loop.wake
                await stack.enter_async_context(_running(loop))
            else:
                wake = RedisWake(settings.redis_url)
                office.wake = wake
                stack.push_async_callback(wake.close)
            yield

    app = Site(
        routes=_routes(demonstration),
        middleware=[Middleware(BodyLimit), Middleware(Visitors, office=office, demonstration=demonstration)],
        exception_handlers=exception_handlers(),
        lifespan=lifespan,
    )
    app.state.office = office
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.throttle = Throttle(settings.redis_url)
    app.state.renderer = Renderer(office, demonstration=demonstration)
    app.state.demonstration = demonstration
    app.state.demo = prepare.load(settings) if demonstration else None
    return app


def _routes(demonstration: bool) -> list[BaseRoute]:
    return [
        *operation_routes(),
        *api_routes(),
        *feed_routes(),
        Mount("/static", Assets(), name="static"),
        *page_routes(demonstration),
    ]


@asynccontextmanager
async def _running(loop: Loop) -> AsyncIterator[None]:
    task = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        await loop.stop()
        await task
