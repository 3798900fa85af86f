"""Answers kept for 48 hours, so that a request sent again is answered as the first was."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, metadata

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("request_sha256", sa.String(64), nullable=False),  # of verb, path and body
    sa.Column("status", sa.Integer),  # null while the first request is being answered
    sa.Column("answer_sealed", sa.Text),
    sa.Column("at", Instant, nullable=False),
)
