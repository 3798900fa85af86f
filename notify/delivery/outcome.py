"""How one attempt to deliver ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from notify.language import Text, text

ErrorClass = Literal[
    "timeout", "connection", "tls", "dns", "refused_address", "redirect", "answer_4xx", "answer_5xx", "gone",
    "mailbox", "rejected", "server", "content", "switched_off",
]  # fmt: skip
"""The class of an error: all that the poster of a notice sees of one."""

_WORDS: Mapping[ErrorClass, Text] = {
    "timeout": text("no answer in time"),
    "connection": text("no connection"),
    "tls": text("no secure connection: its certificate or protocol was refused"),
    "dns": text("the name of its server was not found"),
    "refused_address": text("its name leads to a private address"),
    "redirect": text("it answered with another address, which is not followed"),
    "answer_4xx": text("it refused the message"),
    "answer_5xx": text("its server failed"),
    "gone": text("it answered that it is gone"),
    "mailbox": text("the mail server does not know the mailbox"),
    "rejected": text("the mail server refused the mail"),
    "server": text("this service's own mail server did not take the mail"),
    "content": text("the message could not be made"),
    "switched_off": text("the subscription was switched off before it was sent"),
}


def error_words(error_class: str) -> Text:
    """What went wrong, as a clause about the receiver, without a full stop. Raises KeyError for an unknown class."""
    return _WORDS[error_class]  # type: ignore[index]


@dataclass(frozen=True)
class Outcome:
    """``done``: it went through; ``retry``: later; ``gone``: the address is no more; ``dead``: never will.

    ``answer`` is the HTTP status or SMTP code, ``retry_after`` in seconds as the receiver asked, ``text`` the
    receiver's own words or the library's, shown to the subscription's own party only (at most 500 characters).
    Whatever a server said, it is kept as text that every database takes.
    """

    kind: Literal["done", "retry", "gone", "dead"]
    status: Literal["delivered", "handed_over", "bounced"] | None = None
    answer: int | None = None
    error_class: ErrorClass | None = None
    text: str = ""
    retry_after: float | None = None

    def __post_init__(self) -> None:
        clean = self.text.encode("utf-8", "replace").decode().replace("\0", "")
        object.__setattr__(self, "text", clean)


DELIVERED = Outcome("done", "delivered")
HANDED_OVER = Outcome("done", "handed_over")
SWITCHED_OFF = Outcome("dead", error_class="switched_off")
