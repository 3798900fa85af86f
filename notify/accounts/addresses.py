"""Mail addresses of accounts: one spelling for one account."""

from __future__ import annotations

from notify.mailboxes import ascii_mailbox


def mailbox(value: str) -> str:
    """An address as accounts store it: without spaces around, in lower case, in ASCII. It may be none at all."""
    plain = value.strip().lower()
    return ascii_mailbox(plain) or plain


def is_mailbox(value: str) -> bool:
    """Whether a mail address can be written to, by its form alone."""
    return ascii_mailbox(value, reserved=False) is not None
