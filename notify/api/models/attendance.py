"""Observers of a notice, as the API answers it, and the bodies that ask for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from notify.api.models.shared import Answered, Code, Moment, Page, Uuid
from notify.codes import AttendanceStatus, Language, Reply
from notify.notices.fields import STRICT, FreeText, Line, Mailbox, ShortLine


class ObserverShown(Answered):
    """The person who would attend."""

    name: str
    rank: str
    function: str
    email: str
    language: Language


class Attendance(Answered):
    """An observer's attendance at what a notice announces."""

    id: Uuid
    notice: Uuid
    party: Code
    observer: ObserverShown
    status: AttendanceStatus
    reply: Reply
    remarks: str
    reason: FreeText | None
    created_at: Moment
    endorsed_at: Moment | None
    decided_at: Moment | None
    replied_at: Moment | None


class AttendanceList(Page[Attendance]):
    """For host and own party all that concerns them; for an observer their own."""


class ObserverGiven(BaseModel):
    """The person who is nominated."""

    model_config = STRICT

    name: Line
    email: Mailbox
    language: Language
    rank: ShortLine | None = None
    function: Line | None = None


class AttendanceBody(BaseModel):
    """A request of an observer for oneself; with ``observer``, an officer's nomination of that person."""

    model_config = STRICT

    observer: ObserverGiven | None = None
    remarks: Annotated[str | None, Field(max_length=2_000)] = None


class DecisionBody(BaseModel):
    """Why, for the other side to read."""

    model_config = STRICT

    reason: FreeText | None = None


class ReplyBody(BaseModel):
    """The observer's answer to the invitation."""

    model_config = STRICT

    reply: Literal["accepted", "tentative", "declined"]
