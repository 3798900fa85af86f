"""Observers of a notice: their request, its endorsement and decision, and the invitations sent to them."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, metadata

attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("notice_id", sa.ForeignKey("notices.id"), nullable=False),
    sa.Column("party", sa.ForeignKey("parties.code"), nullable=False),
    sa.Column("person_id", sa.ForeignKey("people.id", ondelete="SET NULL")),  # the observer's account, if any
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("rank", sa.String(100), nullable=False),
    sa.Column("function", sa.String(200), nullable=False),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("remarks", sa.Text, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reply", sa.String(16), nullable=False),  # needs-action | accepted | tentative | declined
    sa.Column("reason", sa.Text),  # JSON {language: text} of the latest decline, revocation or withdrawal
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", Id),
    sa.Column("endorsed_at", Instant),
    sa.Column("decided_at", Instant),
    sa.Column("replied_at", Instant),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("uid", sa.String(255)),  # of the calendar entry, from the first invitation for ever
    sa.Column("organizer", sa.String(254)),
    sa.Column("sequence", sa.Integer, nullable=False),  # of the latest invitation; -1: none yet
    sa.Column("generation", sa.Integer, nullable=False),  # of the answer link
    sa.CheckConstraint(
        "status IN ('requested','endorsed','approved','declined','waitlisted','withdrawn','revoked')", "status"
    ),
    sa.CheckConstraint("reply IN ('needs-action', 'accepted', 'tentative', 'declined')", "reply"),
    sa.Index("ix_attendance_notice_id", "notice_id", "party"),
    sa.Index("ix_attendance_person_id", "person_id"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("attendance_id", sa.ForeignKey("attendance.id"), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("method", sa.String(8), nullable=False),  # REQUEST | CANCEL
    sa.Column("dtstamp", Instant, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("event_id", Id, nullable=False),
    sa.Column("cause", sa.String(32), nullable=False),  # of a CANCEL: notice.cancelled, attendance.revoked, …
    sa.Column("entry", sa.Text, nullable=False),  # JSON of the calendar entry without the attendee
    sa.UniqueConstraint("attendance_id", "sequence"),
    sa.UniqueConstraint("attendance_id", "event_id"),
)
