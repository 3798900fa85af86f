"""Mail addresses that mail can be handed over to: in ASCII, whatever server takes it."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

LONGEST = 254
"""Characters (RFC 5321, 4.5.3.1.3, without the brackets)."""


def ascii_mailbox(address: str, *, reserved: bool = True) -> str | None:
    """The address in its normal form (RFC 5321), its domain by IDNA; None for what is no address.

    A local part beyond ASCII (RFC 6531) is none: too many servers refuse it. ``reserved``: whether it may lie in a
    domain that is kept for tests.
    """
    if len(address) > LONGEST:
        return None
    try:
        found = validate_email(address, check_deliverability=False, test_environment=reserved, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.ascii_email
