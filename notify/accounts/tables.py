"""People with their roles, how they sign in, and the tokens of their programs. The personal data of people is here."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, metadata

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("party", sa.ForeignKey("parties.code")),  # null for administrators and auditors of the node
    sa.Column("email", sa.String(254), nullable=False, unique=True),  # lower case
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("rank", sa.String(100), nullable=False, server_default=""),
    sa.Column("function", sa.String(200), nullable=False, server_default=""),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("password_hash", sa.String(200)),  # null until the invitation is taken up
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("signed_in_at", Instant),
    sa.Index("ix_people_party", "party"),
)

person_roles = sa.Table(
    "person_roles",
    metadata,
    sa.Column("person_id", sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", sa.String(16), primary_key=True),
    sa.CheckConstraint("role IN ('officer', 'manager', 'observer', 'auditor', 'administrator')", "role"),
)

account_links = sa.Table(
    "account_links",  # invitations to an account and resets of a password: used once, within hours
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),  # invite | reset
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("person_id", sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("browser", sa.String(200), nullable=False, server_default=""),
    sa.Index("ix_sessions_person_id", "person_id"),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("hint", sa.String(12), nullable=False),  # its first letters, to recognise it by
    sa.Column("person_id", sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("scopes", sa.String(200), nullable=False),  # separated by spaces
    sa.Column("maker_id", Id),  # the token that made it, if one did: revoked with it
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("used_at", Instant),
    sa.Index("ix_tokens_person_id", "person_id"),
)
