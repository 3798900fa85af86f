"""What every verb needs, made once by whoever starts the process, and the transaction in which an act happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.clock import Clock, system_clock
from notify.database import Database
from notify.settings import Settings
from notify.vault import Vault


@dataclass
class Act:
    """One act of an actor, in one transaction: verbs take it, and what they write is committed together."""

    connection: AsyncConnection
    actor: Actor
    now: datetime
    office: Office
    wakes: bool = False  # set by whoever writes work for the worker

    @property
    def vault(self) -> Vault:
        """The node's keys."""
        return self.office.vault


class Follower(Protocol):
    """What must happen in the transaction of a new revision, in a part that notices do not know of."""

    async def __call__(self, act: Act, notice_id: str, content: dict[str, object], status: str) -> None: ...


@dataclass
class Office:
    """The services of one process. ``wake`` tells a worker that there is work; it may be lost."""

    settings: Settings
    database: Database
    vault: Vault
    clock: Clock = system_clock
    wake: Callable[[], Awaitable[None]] | None = None
    followers: Sequence[Follower] = field(default_factory=tuple)

    @asynccontextmanager
    async def act(self, actor: Actor) -> AsyncIterator[Act]:
        """A write transaction; after its commit the worker is woken when there is something for it."""
        async with self.database.write() as connection:
            act = Act(connection, actor, self.clock(), self)
            yield act
        if act.wakes and self.wake is not None:
            await self.wake()

    async def close(self) -> None:
        """Close what was opened."""
        await self.database.close()
