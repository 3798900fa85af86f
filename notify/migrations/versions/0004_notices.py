"""Notices, revisions, recipients, acknowledgements, events, logs and signing keys."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.Uuid(as_uuid=False).with_variant(sa.CHAR(36), "sqlite")


def upgrade() -> None:
    """Make the tables of notices."""
    op.create_table(
        "log_counters",
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("notice_position", sa.Integer(), nullable=False),
        sa.Column("notice_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_log_counters")),
    )
    op.create_table(
        "serials",
        sa.Column("series", sa.String(32), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_serials")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("public_jwk", sa.Text(), nullable=False),
        sa.Column("private_sealed", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("measure", sa.Integer(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=True),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.String(10), nullable=True),
        sa.Column("ends_on", sa.String(10), nullable=True),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("lead_days_required", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("submitted_by", ID, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("latest_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.CheckConstraint(
            "status IN ('draft','submitted','published','postponed','cancelled','completed','withdrawn')",
            name=op.f("ck_notices_status"),
        ),
        sa.CheckConstraint("visibility IN ('recipients', 'members', 'public')", name=op.f("ck_notices_visibility")),
        sa.CheckConstraint("measure IN (4, 5, 18)", name=op.f("ck_notices_measure")),
        sa.ForeignKeyConstraint(["state"], ["parties.code"], name=op.f("fk_notices_state_parties")),
        sa.UniqueConstraint("reference", name=op.f("uq_notices_reference")),
    )
    op.create_index("ix_notices_latest_at", "notices", ["latest_at", "id"])
    op.create_index("ix_notices_starts_on", "notices", ["starts_on"])
    op.create_index("ix_notices_state_status", "notices", ["state", "status"])
    op.create_table(
        "acknowledgements",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_person", ID, nullable=True),
        sa.Column("via", sa.String(8), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "revision", "party", name=op.f("pk_acknowledgements")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_acknowledgements_notice_id_notices")),
        sa.ForeignKeyConstraint(["party"], ["parties.code"], name=op.f("fk_acknowledgements_party_parties")),
    )
    op.create_table(
        "events",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("party", sa.String(16), nullable=True),
        sa.Column("attendance_id", ID, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("expanded_at", sa.BigInteger(), nullable=True),
        sa.Column("expanded_to", ID, nullable=True),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_events")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_events_notice_id_notices")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    op.create_index("ix_events_notice_id", "events", ["notice_id", "number"])
    op.create_index(
        "ix_events_waiting",
        "events",
        ["serial"],
        sqlite_where=sa.text("expanded_at IS NULL"),
        postgresql_where=sa.text("expanded_at IS NULL"),
    )
    op.create_table(
        "revisions",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", ID, nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("lead_days_required", sa.Integer(), nullable=True),
        sa.Column("graph_version", sa.Integer(), nullable=False),
        sa.Column("borders_sha256", sa.String(64), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "revision", name=op.f("pk_revisions")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_revisions_notice_id_notices")),
    )
    op.create_table(
        "log",
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("is_notice", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "position", name=op.f("pk_log")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_log_event_id_events")),
    )
    op.create_table(
        "recipients",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("rules", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "revision", "party", name=op.f("pk_recipients")),
        sa.ForeignKeyConstraint(
            ["notice_id", "revision"],
            ["revisions.notice_id", "revisions.revision"],
            name=op.f("fk_recipients_notice_id_revision_revisions"),
        ),
        sa.ForeignKeyConstraint(["party"], ["parties.code"], name=op.f("fk_recipients_party_parties")),
    )
    op.create_index("ix_recipients_party", "recipients", ["party", "notice_id"])
