"""What can be refused, in sentences for people. One place turns these into problem+json or a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notify.language import Text, text


@dataclass(frozen=True)
class Fault:
    """One bad field: ``pointer`` is a JSON pointer (RFC 6901) into the body as it was posted, or "" for the whole."""

    pointer: str
    detail: Text


class Refused(Exception):
    """Nothing was changed, and ``detail`` says why and what to do next. ``status`` is the HTTP status of the answer."""

    status = 400
    title = text("The request was refused")

    def __init__(self, detail: Text, faults: Sequence[Fault] = (), *, retry_after: int | None = None) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.faults = tuple(faults)
        self.retry_after = retry_after


class NotSignedIn(Refused):
    """No valid session or token."""

    status = 401
    title = text("Sign in first")


class NotAllowed(Refused):
    """The actor may know that the thing exists, but lacks the role or scope."""

    status = 403
    title = text("You may not do this")


class NotVisible(Refused):
    """The thing is not there, or the viewer may not know that it is: both look the same."""

    status = 404
    title = text("Not found")

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(detail or text("There is nothing here that you may see. Check the address."))


class LifecycleError(Refused):
    """The life cycle forbids the step, or the same decision was already taken."""

    status = 409
    title = text("This step is not possible now")


class Stale(Refused):
    """If-Match named an older version."""

    status = 412
    title = text("The notice has changed since you read it")


class TooLarge(Refused):
    """More than the limits allow."""

    status = 413
    title = text("Too large")


class Invalid(Refused):
    """One or more fields are wrong; all faults are named at once."""

    status = 422
    title = text("Some fields need correcting")

    def __init__(self, faults: Sequence[Fault], detail: Text | None = None) -> None:
        super().__init__(detail or text("Correct the fields named and send again."), faults)


class TooMany(Refused):
    """Too many requests or attempts; `retry_after` is in seconds."""

    status = 429
    title = text("Too many attempts")
