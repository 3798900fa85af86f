"""Whether a caller may know of what a path names, and may do what it asks: before the body is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from notify.accounts import tokens
from notify.actor import Actor, Role, Scope
from notify.delivery import deliveries, subscriptions
from notify.errors import NotAllowed
from notify.language import text
from notify.notices import reading
from notify.observers import attendance, decisions
from notify.office import Office

PARTY_ROLES: tuple[Role, ...] = ("officer", "manager", "observer")
READERS: tuple[Role, ...] = (*PARTY_ROLES, "auditor")
ANYBODY: tuple[Role, ...] = (*READERS, "administrator")

Look = Callable[[AsyncConnection, Actor, Request], Awaitable[None]]
"""Raises `NotVisible` for what the caller may not know of, `NotAllowed` for what is another party's to do."""


@dataclass(frozen=True)
class Right:
    """What a call needs: first that its path names something that the caller may see, then a scope and one of roles.

    ``scope`` None: any token.
    """

    look: Look
    scope: Scope | None
    roles: tuple[Role, ...] = ()

    async def __call__(self, connection: AsyncConnection, actor: Actor, request: Request) -> None:
        """Raise `NotVisible` or `NotAllowed`."""
        await self.look(connection, actor, request)
        if self.scope is not None:
            actor.require(self.scope, *self.roles)


async def _nothing(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    """The path names nothing that is hidden from anybody."""


async def _notice(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    await reading.get(connection, actor, request.path_params["id"])


async def _own_notice(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    notice = await reading.get(connection, actor, request.path_params["id"])
    if notice.state != actor.party:
        raise NotAllowed(text("Only the state that posts a notice can change it."))


async def _attendance(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    await attendance.get(connection, actor, request.path_params["id"])


async def _hosted(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    decisions.check_host(actor, (await attendance.get(connection, actor, request.path_params["id"]))["host"])


async def _subscription(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    await subscriptions.get(connection, actor, request.path_params["id"])


async def _delivery(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    await deliveries.get(connection, actor, request.path_params["id"])


async def _token(connection: AsyncConnection, actor: Actor, request: Request) -> None:
    office: Office = request.app.state.office
    await tokens.get(connection, actor, request.path_params["id"], office.clock())


def may(scope: Scope, *roles: Role) -> Right:
    """A right alone, where the path names nothing."""
    return Right(_nothing, scope, roles)


def signed_in() -> Right:
    """Any token: what it acts on is its own person's."""
    return Right(_nothing, None)


def readable_notice(scope: Scope, *roles: Role) -> Right:
    """A notice that the caller may read."""
    return Right(_notice, scope, roles)


def own_notice(scope: Scope, *roles: Role) -> Right:
    """A notice of the caller's own state."""
    return Right(_own_notice, scope, roles)


def visible_attendance(scope: Scope, *roles: Role) -> Right:
    """An attendance that the caller may see."""
    return Right(_attendance, scope, roles)


def hosted_attendance() -> Right:
    """An attendance at a notice of the caller's own state, which decides on it."""
    return Right(_hosted, "decide", ("officer",))


def visible_subscription(scope: Scope, *roles: Role) -> Right:
    """A subscription that the caller may see."""
    return Right(_subscription, scope, roles)


def visible_delivery(scope: Scope, *roles: Role) -> Right:
    """A delivery that the caller may know of."""
    return Right(_delivery, scope, roles)


def visible_token(scope: Scope | None = None, *roles: Role) -> Right:
    """A token of the caller's own, or of somebody whose account the caller manages."""
    return Right(_token, scope, roles)
