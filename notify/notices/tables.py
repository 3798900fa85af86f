"""Notices and their revisions, who was told of them and why, the outbox of events, and the log of each scope."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, Serial, metadata

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("state", sa.ForeignKey("parties.code"), nullable=False),
    sa.Column("measure", sa.Integer, nullable=False),  # 4 | 5 | 18
    sa.Column("test", sa.Boolean, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # 0: a draft
    sa.Column("reference", sa.String(40), unique=True),
    sa.Column("visibility", sa.String(16), nullable=False),  # recipients | members | public
    sa.Column("content", sa.Text, nullable=False),  # JSON of the latest revision, or of the draft
    sa.Column("etag", sa.String(64), nullable=False),  # changes with content and status alone
    sa.Column("starts_at", Instant),  # derived from the local times; recomputed when tzdata changes
    sa.Column("ends_at", Instant),
    sa.Column("starts_on", sa.String(10)),  # local dates: filters, lead days and report years go by them
    sa.Column("ends_on", sa.String(10)),
    sa.Column("west", sa.Float),  # bounding box in degrees; west > east across 180°
    sa.Column("south", sa.Float),
    sa.Column("east", sa.Float),
    sa.Column("north", sa.Float),
    sa.Column("words", sa.Text, nullable=False),  # what a search looks in: folded, without accents
    sa.Column("events", sa.Integer, nullable=False),  # the serial of the notice's latest event
    sa.Column("lead_days", sa.Integer),  # from the publication of the dates to the start; of the latest revision
    sa.Column("lead_days_required", sa.Integer),
    sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("seats_taken", sa.Integer, nullable=False),  # approved observers; kept under the row's lock
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", Id),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("submitted_at", Instant),
    sa.Column("submitted_by", Id),
    sa.Column("published_at", Instant),  # first publication
    sa.Column("latest_at", Instant),  # latest revision
    sa.CheckConstraint("measure IN (4, 5, 18)", "measure"),
    sa.CheckConstraint(
        "status IN ('draft','submitted','published','postponed','cancelled','completed','withdrawn')", "status"
    ),
    sa.CheckConstraint("visibility IN ('recipients', 'members', 'public')", "visibility"),
    sa.Index("ix_notices_state_status", "state", "status"),
    sa.Index("ix_notices_latest_at", "latest_at", "id"),
    sa.Index("ix_notices_starts_on", "starts_on"),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("notice_id", sa.ForeignKey("notices.id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),  # from 1
    sa.Column("step", sa.String(16), nullable=False),  # published|amended|postponed|cancelled|completed|withdrawn
    sa.Column("status", sa.String(16), nullable=False),  # of the notice after the step
    sa.Column("content", sa.Text, nullable=False),  # JSON as GET shows it to every reader
    sa.Column("reason", sa.Text),  # JSON {language: text}
    sa.Column("outcome", sa.Text),  # JSON, of a completion
    sa.Column("changes", sa.Text, nullable=False),  # JSON [{pointer, before, after}]
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("published_by", Id),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("lead_days", sa.Integer),
    sa.Column("lead_days_required", sa.Integer),
    sa.Column("graph_version", sa.Integer, nullable=False),
    sa.Column("borders_sha256", sa.String(64), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),  # JWS, general JSON serialization, served as stored
    sa.Column("fingerprint", sa.String(64), nullable=False),  # SHA-256 of the signed payload
)

recipients = sa.Table(
    "recipients",
    metadata,
    sa.Column("notice_id", Id, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("party", sa.ForeignKey("parties.code"), primary_key=True),
    sa.Column("reasons", sa.Text, nullable=False),  # JSON [{rule, args, distance_km?}]
    sa.Column("rules", sa.String(200), nullable=False),  # ",land,maritime," for filters
    sa.ForeignKeyConstraint(["notice_id", "revision"], ["revisions.notice_id", "revisions.revision"]),
    sa.Index("ix_recipients_party", "party", "notice_id"),
)

acknowledgements = sa.Table(
    "acknowledgements",
    metadata,
    sa.Column("notice_id", sa.ForeignKey("notices.id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("party", sa.ForeignKey("parties.code"), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by_person", Id),
    sa.Column("via", sa.String(8), nullable=False),  # page | api | link | manual
    sa.Column("statement", sa.Text),  # JSON {language: text}
)

serials = sa.Table(
    "serials",
    metadata,
    sa.Column("series", sa.String(32), primary_key=True),  # PER-2027-M4, PER-2027-T
    sa.Column("last", sa.Integer, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("serial", Serial, primary_key=True, autoincrement=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("type", sa.String(32), nullable=False),  # notice.published, attendance.approved, …
    sa.Column("at", Instant, nullable=False),
    sa.Column("notice_id", sa.ForeignKey("notices.id")),
    sa.Column("number", sa.Integer, nullable=False),  # the notice's own serial of events: the order within a lane
    sa.Column("revision", sa.Integer),
    sa.Column("party", sa.String(16)),  # whose acknowledgement or attendance; null for a revision
    sa.Column("attendance_id", Id),
    sa.Column("facts", sa.Text, nullable=False),  # JSON without personal data: status, reply, revision, via
    sa.Column("request_id", sa.String(64), nullable=False),  # of the request that caused it, for the worker's logs
    sa.Column("expanded_at", Instant),
    sa.Column("expanded_to", Id),  # the subscription, by id, that its next part begins with
    sa.Index("ix_events_waiting", "serial", sqlite_where=sa.text("expanded_at IS NULL"),
             postgresql_where=sa.text("expanded_at IS NULL")),
    sa.Index("ix_events_notice_id", "notice_id", "number"),
)  # fmt: skip

log = sa.Table(
    "log",
    metadata,
    sa.Column("scope", sa.String(16), primary_key=True),  # a party's code, or "public"
    sa.Column("position", sa.Integer, primary_key=True),  # dense, from 1
    sa.Column("event_id", sa.ForeignKey("events.id"), nullable=False),
    sa.Column("notice_id", Id),
    sa.Column("is_notice", sa.Boolean, nullable=False),  # a revision: what feeds show
)

log_counters = sa.Table(
    "log_counters",
    metadata,
    sa.Column("scope", sa.String(16), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),  # last given
    sa.Column("notice_position", sa.Integer, nullable=False),  # last given to a revision: the feeds' version
    sa.Column("notice_at", Instant),  # when: the feeds' Last-Modified
)

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("kid", sa.String(64), primary_key=True),
    sa.Column("public_jwk", sa.Text, nullable=False),
    sa.Column("private_sealed", sa.Text, nullable=False),
    sa.Column("from_at", Instant, nullable=False),
    sa.Column("until_at", Instant),
    sa.Column("revoked_at", Instant),
)
