"""The Merkle log: one line for each act, and its head, which is locked last in every transaction."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, metadata

audit_lines = sa.Table(
    "audit_lines",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),  # dense, from 0
    sa.Column("at", Instant, nullable=False),
    sa.Column("act", sa.String(64), nullable=False),  # notice.publish, attendance.approve, …
    sa.Column("actor_kind", sa.String(16), nullable=False),  # person | token | link | command | worker
    sa.Column("actor_id", Id),
    sa.Column("party", sa.String(16)),
    sa.Column("object_kind", sa.String(32), nullable=False),
    sa.Column("object_id", sa.String(64), nullable=False),
    sa.Column("leaf", sa.Text, nullable=False),  # the canonical JSON that is hashed: ids and salted hashes only
    sa.Column("leaf_hash", sa.String(64), nullable=False),
    sa.Index("ix_audit_lines_object", "object_kind", "object_id"),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # always 1
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.Text, nullable=False),  # JSON list of hashes of the perfect subtrees, largest first
    sa.Column("root", sa.String(64), nullable=False),
    sa.CheckConstraint("id = 1", "single"),
)
