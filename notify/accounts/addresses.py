"""Mail addresses of accounts: one spelling for one account."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email


def mailbox(value: str) -> str:
    """An address as accounts store it: without spaces around, in lower case. It may be none at all."""
    return value.strip().lower()


def is_mailbox(value: str) -> bool:
    """Whether a mail address can be written to, by its form (RFC 5321) alone; 254 characters at most."""
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return False
    return len(value) <= 254
