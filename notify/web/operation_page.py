"""How the node runs, for an administrator: findings, workers, what waits, what was given up, and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.delivery.tables import deliveries, workers
from notify.delivery.workers import SILENT_AFTER
from notify.language import Text, text
from notify.operation import doctor, figures
from notify.schema import database_now
from notify.settings import PREFIX, Settings
from notify.web.rendering import page
from notify.web.visit import Visit

LATEST = 25
"""Deliveries that were given up, the newest first; the command lists them all."""


@dataclass(frozen=True)
class Worker:
    """The sign of life of one worker."""

    id: str
    kind: str
    started_at: datetime
    seen_at: datetime
    is_running: bool


async def show(request: Request) -> Response:
    """GET /operation"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("read", "administrator")
    async with visit.office.database.read() as connection:
        counted = await figures.read(connection, visit.now)
        signs = await _workers(connection)
        given_up = await _given_up(connection)
    return page(
        request,
        "operation.html",
        findings=await doctor.findings(visit.office),
        figures=counted,
        workers=signs,
        given_up=given_up,
        settings=settings_shown(visit.office.settings),
    )


async def _workers(connection: AsyncConnection) -> list[Worker]:
    w = workers.c
    alive = w.seen_at > database_now() - SILENT_AFTER * 1_000_000
    rows = await connection.execute(
        sa.select(w.id, w.kind, w.started_at, w.seen_at, sa.case((alive, True), else_=False)).order_by(w.started_at)
    )
    return [Worker(*row) for row in rows]


async def _given_up(connection: AsyncConnection) -> Sequence[Any]:
    """Without what was in them or where they went: an administrator reads no notice and no address."""
    d = deliveries.c
    rows = await connection.execute(
        sa.select(d.id, d.kind, d.party, d.channel, d.status, d.attempts, d.error_class, d.finished_at)
        .where(d.status.in_(("dead", "bounced")))
        .order_by(d.finished_at.desc(), d.id)
        .limit(LATEST)
    )
    return rows.all()


def settings_shown(settings: Settings) -> list[tuple[str, str | int | Text]]:
    """The settings that tell how the node is set up, by the names of their variables; no secret among them."""
    smtp = settings.smtp
    mail: str | Text = f"{smtp.host}:{smtp.port}" if smtp else text("unset: mail is written to files")
    redis: str | Text = _without_password(settings.redis_url) if settings.redis_url else text("unset: worker inside")
    yes_or_no = text("yes") if settings.webhook_allow_private else text("no")
    shown: list[tuple[str, str | int | Text]] = [
        ("BASE_URL", settings.base_url),
        ("DATA_DIR", str(settings.data_dir)),
        ("DATABASE_URL", _without_password(settings.database)),
        ("REDIS_URL", redis),
        ("SMTP_URL", mail),
        ("MAIL_FROM", settings.mail_from),
        ("WEBHOOK_ALLOW_PRIVATE", yes_or_no),
        ("WEBHOOK_PER_HOST", settings.webhook_per_host),
        ("SUBSCRIPTIONS_PER_PARTY", settings.subscriptions_per_party),
        ("LEAD_DAYS", settings.lead_days),
        ("LOG_LEVEL", settings.log_level),
        ("TRUSTED_PROXIES", settings.trusted_proxies or text("none")),
    ]
    return [(PREFIX + name, value) for name, value in shown]


def _without_password(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
