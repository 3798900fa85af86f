"""Attendance and invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.Uuid(as_uuid=False).with_variant(sa.CHAR(36), "sqlite")


def upgrade() -> None:
    """Make the tables of observers."""
    op.create_table(
        "attendance",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("party", sa.String(16), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rank", sa.String(100), nullable=False),
        sa.Column("function", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reply", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("endorsed_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("replied_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.String(255), nullable=True),
        sa.Column("organizer", sa.String(254), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.CheckConstraint(
            "reply IN ('needs-action', 'accepted', 'tentative', 'declined')", name=op.f("ck_attendance_reply")
        ),
        sa.CheckConstraint(
            "status IN ('requested','endorsed','approved','declined','waitlisted','withdrawn','revoked')",
            name=op.f("ck_attendance_status"),
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_attendance_notice_id_notices")),
        sa.ForeignKeyConstraint(["party"], ["parties.code"], name=op.f("fk_attendance_party_parties")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_attendance_person_id_people"), ondelete="SET NULL"
        ),
    )
    op.create_index("ix_attendance_notice_id", "attendance", ["notice_id", "party"])
    op.create_index("ix_attendance_person_id", "attendance", ["person_id"])
    op.create_table(
        "invitations",
        sa.Column("id", ID, nullable=False),
        sa.Column("attendance_id", ID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("dtstamp", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendance.id"], name=op.f("fk_invitations_attendance_id_attendance")
        ),
        sa.UniqueConstraint("attendance_id", "event_id", name=op.f("uq_invitations_attendance_id_event_id")),
        sa.UniqueConstraint("attendance_id", "sequence", name=op.f("uq_invitations_attendance_id_sequence")),
    )
