"""What the loop needs of whoever makes messages and of whoever sends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.claims import Claim
from notify.delivery.outcome import Outcome


class Message(Protocol):
    """One delivery made ready: everything that its channel needs, and nothing that must be looked up."""

    @property
    def request_id(self) -> str:
        """Of the request that caused it, for the logs."""
        ...


class Channel(Protocol):
    """One way to reach a subscription: a module with one verb."""

    @property
    def side_by_side(self) -> int:
        """How many it sends at a time. The loop holds the others back, so that none waits after its last check."""
        ...

    async def send(self, message: Message) -> Outcome:
        """Send once and say how it ended; never raises for what a receiver does.

        What tells the receiver of the message is sent within the time that the loop leaves of a lease, or not at all.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


Prepare = Callable[[AsyncConnection, Sequence[Claim]], Awaitable[Mapping[str, "Message | Outcome"]]]
"""Makes the messages of a batch of claims of one kind, by delivery id; an `Outcome` where nothing can be sent."""
