"""Notices and their revisions, as the API answers them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, RootModel, with_config
from typing_extensions import TypedDict

from notify.api.models.shared import Answered, Moment, Page, Sha256, Uuid
from notify.codes import RevisionStep, Status
from notify.notices.bodies import Outcome
from notify.notices.content import DestructionNotice, ExerciseNotice, VisitNotice
from notify.notices.fields import FreeText


@with_config(ConfigDict(extra="forbid"))
class Utc(TypedDict):
    """The period in UTC. Its local times are what holds when the law of clocks changes."""

    starts: Moment
    ends: Moment


class _Added(TypedDict):
    id: Uuid
    reference: Annotated[
        str | None,
        Field(description="Given at the first publication, never used again.", examples=["PER-2027-M4-003"]),
    ]
    status: Status
    revision: Annotated[int, Field(ge=0, description="0: a draft.")]
    joint: Annotated[bool, Field(description="Two services or more.")]
    combined: Annotated[bool, Field(description="Personnel of two states or more.")]
    utc: Utc | None
    lead_days: Annotated[int | None, Field(description="Days from the announcement of the dates to the start.")]
    lead_days_required: Annotated[int | None, Field(description="By the posting state's policy; null: none.")]
    late: bool
    created_at: Moment
    updated_at: Moment
    published_at: Moment | None
    etag: Annotated[str, Field(description="Of content and status alone: the header ETag without its quotes.")]


class _AddedLater(TypedDict, total=False):
    outcome: Annotated[Outcome, Field(description="How it went, from a completion that said so.")]


class ExerciseView(ExerciseNotice, _Added, _AddedLater):
    """A notice by measure 4: an exercise or an operation."""


class VisitView(VisitNotice, _Added, _AddedLater):
    """A notice by measure 5: a defence visit."""


class DestructionView(DestructionNotice, _Added, _AddedLater):
    """A notice by measure 18: a destruction of small arms and light weapons."""


class NoticeView(RootModel[Annotated[ExerciseView | VisitView | DestructionView, Field(discriminator="measure")]]):
    """A notice as it stands: what was posted, and what the server adds. What was not given is absent."""


class NoticeList(Page[NoticeView]):
    """Notices that the caller may read, the newest first."""


class Change(Answered):
    """A field that differs from the revision before; null: it was not there, or is no more."""

    pointer: str
    before: Any
    after: Any


class RevisionSummary(Answered):
    """A revision, which never changes."""

    revision: Annotated[int, Field(ge=1)]
    step: RevisionStep
    status: Status
    published_at: Moment
    reason: FreeText | None
    outcome: Outcome | None
    changes: list[Change]
    fingerprint: Annotated[Sha256, Field(description="SHA-256 of the signed payload.")]


class RevisionList(Page[RevisionSummary]):
    """The revisions of a notice, the latest first."""


class Signature(Answered):
    """One signature of a JWS."""

    protected: str
    signature: str


class Jws(Answered):
    """The signed form: JWS in the general JSON serialization (RFC 7515), to be checked with the key set."""

    payload: str
    signatures: list[Signature]


class Revision(RevisionSummary):
    """A revision with what the notice said, and its signed form."""

    content: Annotated[dict[str, Any], Field(description="The notice as it was posted then.")]
    signature: Jws
