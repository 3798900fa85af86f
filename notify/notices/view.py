"""A notice as JSON: what GET shows to every reader alike, and what a webhook carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from notify.notices.derived import is_combined, is_joint, utc
from notify.notices.notice import Content, Notice, etag_of


def rfc3339(moment: datetime | None) -> str | None:
    """A moment as text in UTC, to the second: 2026-11-24T12:00:00Z."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def notice_json(notice: Notice) -> dict[str, object]:
    """A notice as it stands."""
    return _json(
        notice,
        status=notice.status,
        revision=notice.revision,
        content=notice.content,
        updated_at=notice.updated_at,
        lead=(notice.lead_days, notice.lead_days_required, notice.late),
    )


def revision_json(notice: Notice, revision: Mapping[str, Any]) -> dict[str, object]:
    """The notice as it stood at one of its revisions, as `history.revision_of` gives it: always the same bytes."""
    return _json(
        notice,
        status=revision["status"],
        revision=revision["revision"],
        content=revision["content"],
        updated_at=revision["published_at"],
        lead=(revision["lead_days"], revision["lead_days_required"], revision["late"]),
    )


def _json(
    notice: Notice,
    *,
    status: str,
    revision: int,
    content: Content,
    updated_at: datetime,
    lead: tuple[int | None, int | None, bool],
) -> dict[str, object]:
    days, required, late = lead
    return {
        "id": notice.id,
        "reference": notice.reference,
        "status": status,
        "revision": revision,
        **content,
        "joint": is_joint(content),
        "combined": is_combined(content),
        "utc": utc(content),
        "lead_days": days,
        "lead_days_required": required,
        "late": late,
        "created_at": rfc3339(notice.created_at),
        "updated_at": rfc3339(updated_at),
        "published_at": rfc3339(notice.published_at),
        "etag": etag_of(notice.id, status, revision, content),
    }
