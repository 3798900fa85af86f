"""A notice as it stands: the latest revision, or the draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.errors import NotVisible, Stale
from notify.ids import is_id
from notify.language import text
from notify.notices.tables import notices

Content = dict[str, Any]
"""What the poster says, as CONTRACT's fields in JSON: `measure`, `state` and whatever was given."""


@dataclass(frozen=True)
class Notice:
    """One row of `notices`; ``content`` is parsed."""

    id: str
    state: str
    measure: int
    test: bool
    status: str
    revision: int
    reference: str | None
    visibility: str
    content: Content
    etag: str
    starts_at: datetime | None
    ends_at: datetime | None
    starts_on: str | None
    ends_on: str | None
    events: int
    lead_days: int | None
    lead_days_required: int | None
    late: bool
    seats_taken: int
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    submitted_at: datetime | None
    submitted_by: str | None
    published_at: datetime | None
    latest_at: datetime | None

    @property
    def is_draft(self) -> bool:
        """Never published: revision 0."""
        return self.revision == 0


COLUMNS = [notices.c[name] for name in Notice.__dataclass_fields__]


def from_row(row: Mapping[Any, Any]) -> Notice:
    """A notice of a row that holds `COLUMNS`."""
    values = {name: row[name] for name in Notice.__dataclass_fields__}
    values["content"] = json.loads(values["content"])
    return Notice(**values)


def dumps(value: object) -> str:
    """JSON as it is stored: compact, in UTF-8, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def etag_of(notice_id: str, status: str, revision: int, content: Content) -> str:
    """A strong validator (RFC 9110, 8.8.3) of content and status alone, without its quotes."""
    return hashlib.sha256(dumps([notice_id, status, revision, content]).encode()).hexdigest()[:32]


async def lock(connection: AsyncConnection, notice_id: str) -> Notice:
    """The notice, its row locked until the transaction ends. Raises `NotVisible` when there is none."""
    if not is_id(notice_id):
        raise NotVisible()
    statement = sa.select(*COLUMNS).where(notices.c.id == notice_id).with_for_update()
    row = (await connection.execute(statement)).mappings().first()
    if row is None:
        raise NotVisible()
    return from_row(row)


def check_match(notice: Notice, if_match: str | None) -> None:
    """Raise `Stale` when ``If-Match`` (RFC 9110, 13.1.1) was sent and names another version; ``*`` names any."""
    if if_match is None or if_match.strip() == "*":
        return
    named = [tag.strip() for tag in if_match.split(",")]
    if f'"{notice.etag}"' not in named:
        raise Stale(text("Read the notice again, look at what changed, and repeat your change on the new version."))
