"""The web application: put together once, from settings; no global state but what hangs on ``app.state``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from notify import demo
from notify.api.errors import MAX_BODY
from notify.api.routes import api_routes
from notify.clock import Clock, system_clock
from notify.database import Database
from notify.feeds.routes import feed_routes
from notify.migrations import require_current, upgrade
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.operation.routes import operation_routes
from notify.request_ids import RequestIds
from notify.settings import Settings
from notify.vault import Vault
from notify.http_errors import exception_handlers
from notify.web.rendering import Renderer
from notify.web.routes import page_routes
from notify.web.security import SecurityHeaders
from notify.web.visitors import Visitors
from worker.assembly import make_loop
from worker.loop import Loop, Pace
from worker.wake import RedisWake


def create_app(
    settings: Settings, *, demonstration: bool = False, clock: Clock = system_clock, pace: Pace | None = None
) -> Starlette:
    """The application on the settings' database, whose schema must be current (a demonstration makes its own).

    Without Redis the worker's loop runs inside, at ``pace``.
    """
    office = Office(settings, Database(settings.database), Vault(settings.key()), clock, followers=(follow_revision,))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if demonstration:
            await upgrade(office.database, clock)
        else:
            await require_current(office.database)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(office.close)
            loop = make_loop(office, "inside", pace) if settings.redis_url is None else None
            if loop is None:
                wake = RedisWake(settings.redis_url or "")
                office.wake = wake
                stack.push_async_callback(wake.close)
            else:
                office.wake = loop.wake
            if demonstration:
                app.state.demo = await demo.prepare(office)
            if loop is not None:
                await stack.enter_async_context(_running(loop))
            app.state.ready = True
            yield

    app = Starlette(
        routes=[*operation_routes(), *api_routes(), *feed_routes(), *page_routes(demonstration)],
        middleware=[
            Middleware(RequestIds),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(Visitors, office=office),
        ],
        exception_handlers=exception_handlers(),
        lifespan=lifespan,
    )
    app.state.office = office
    app.state.settings = settings
    app.state.demonstration = demonstration
    app.state.demo = None
    app.state.ready = False
    app.state.renderer = Renderer(settings, demonstration=demonstration)
    return app


@asynccontextmanager
async def _running(loop: Loop) -> AsyncIterator[None]:
    task = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        await loop.stop()
        await task


__all__ = ["MAX_BODY", "Any", "Callable", "create_app"]
