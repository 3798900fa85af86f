"""Whether a caller may know of what a path names, and may do what it asks: before the body is looked at."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from notify.actor import Actor, Role, Scope
from notify.api.call import Check
from notify.delivery import deliveries, subscriptions
from notify.errors import NotAllowed
from notify.language import text
from notify.notices import reading
from notify.observers import attendance

PARTY_ROLES: tuple[Role, ...] = ("officer", "manager", "observer")
READERS: tuple[Role, ...] = (*PARTY_ROLES, "auditor")
ANYBODY: tuple[Role, ...] = (*READERS, "administrator")


def may(scope: Scope, *roles: Role) -> Check:
    """A right alone, where the path names nothing."""

    async def check(connection: AsyncConnection, actor: Actor, request: Request) -> None:
        actor.require(scope, *roles)

    return check


def readable_notice(scope: Scope, *roles: Role) -> Check:
    """A notice that the caller may read, and a right."""

    async def check(connection: AsyncConnection, actor: Actor, request: Request) -> None:
        await reading.get(connection, actor, request.path_params["id"])
        actor.require(scope, *roles)

    return check


def own_notice(scope: Scope, *roles: Role) -> Check:
    """A notice of the caller's own state, and a right."""

    async def check(connection: AsyncConnection, actor: Actor, request: Request) -> None:
        notice = await reading.get(connection, actor, request.path_params["id"])
        if notice.state != actor.party:
            raise NotAllowed(text("Only the state that posts a notice can change it."))
        actor.require(scope, *roles)

    return check


def visible_attendance(scope: Scope, *roles: Role) -> Check:
    """An attendance that the caller may see, and a right."""

    async def check(connection: AsyncConnection, actor: Actor, request: Request) -> None:
        await attendance.get(connection, actor, request.path_params["id"])
        actor.require(scope, *roles)

    return check


def visible_subscription(scope: Scope, *roles: Role) -> Check:
    """A subscription that the caller may see, and a right."""

    async def check(connection: AsyncConnection, actor: Actor, request: Request) -> None:
        await subscriptions.get(connection, actor, request.path_params["id"])
        actor.require(scope, *roles)

    return check


def own_delivery(scope: Scope, *roles: Role) -> Check:
    """A delivery to a subscription that the caller may see, and a right."""

    async def check(connection: AsyncConnection, actor: Actor, request: Request) -> None:
        await deliveries.own(connection, actor, request.path_params["id"])
        actor.require(scope, *roles)

    return check
