"""Who is told of a notice, over what, and who said so, as the API answers it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from notify.api.models.shared import Answered, Code, Moment, Page, Uuid
from notify.codes import Channel, DeliveryStatus, Rule
from notify.notices.fields import FreeText

ReceivedOver = Literal["page", "api", "link", "manual"]


class ReasonShown(Answered):
    """Why a party is told."""

    rule: Rule
    text: Annotated[str, Field(description="In the language of Accept-Language.")]


class Acknowledged(Answered):
    """The party's receipt for the latest revision that it acknowledged."""

    revision: Annotated[int, Field(ge=1)]
    at: Moment
    by: str | None
    via: ReceivedOver


class Recipient(Answered):
    """A party that was told of the latest revision."""

    party: Code
    reasons: list[ReasonShown]
    reachable: Annotated[bool, Field(description="Whether a working official channel leads to it.")]
    acknowledged: Acknowledged | None


class RecipientList(Page[Recipient]):
    """All of them for the poster and auditors, its own for a recipient, none for other readers."""


class PreviewItem(Answered):
    """A party that would be told."""

    party: Code
    reachable: bool
    reasons: list[ReasonShown]


class BorderingTerritory(Answered):
    """A territory outside the system that borders the posting state. Lines and names state no opinion."""

    territory: str
    administered_by: str
    name: Annotated[str, Field(description="In the language of Accept-Language.")]
    reasons: list[ReasonShown]


class PreviewShown(Answered):
    """Who would be told of a notice published now, and what borders but is not reached."""

    items: list[PreviewItem]
    also_bordering: list[BorderingTerritory]


class Delivery(Answered):
    """A piece of news on its way to a subscription, or an invitation on its way to an observer."""

    id: Uuid
    party: Code
    channel: Channel
    revision: int | None
    attendance: Annotated[Uuid | None, Field(description="Of the observer whom an invitation goes to.")]
    status: DeliveryStatus
    attempts: Annotated[int, Field(ge=0)]
    created_at: Moment
    finished_at: Moment | None
    error_class: Annotated[str | None, Field(description="All that the poster sees of an error.")]
    subscription: Annotated[Uuid, Field(description="This and what follows: only where the caller sees it.")] = ""
    address: str = ""
    error: Annotated[str | None, Field(description="In the receiver's words.")] = None
    due_at: Annotated[Moment | None, Field(description="Of the next attempt.")] = None


class DeliveryList(Page[Delivery]):
    """All of them for the poster and auditors, invitations too, without addresses; its own for a recipient."""


class Receipt(Answered):
    """An acknowledgement: a receipt for one revision, without prejudice."""

    party: Code
    revision: Annotated[int, Field(ge=1)]
    at: Moment
    by: str | None
    via: ReceivedOver
    statement: FreeText | None


class ReceiptList(Page[Receipt]):
    """All of them for the poster and auditors, its own for a recipient, none for other readers."""
