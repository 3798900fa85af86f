"""Subscriptions, what is to be delivered to them, each attempt, and the sign of life of each worker."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, metadata

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("party", sa.ForeignKey("parties.code"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # official | personal
    sa.Column("person_id", sa.ForeignKey("people.id", ondelete="CASCADE")),  # who made it; owner of a personal one
    sa.Column("channel", sa.String(16), nullable=False),  # email | webhook | feed
    sa.Column("address", sa.String(2000), nullable=False),  # mail address or URL; empty for a feed
    sa.Column("host", sa.String(255), nullable=False),  # of the address: what slots are limited by
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("filter_measures", sa.String(20)),  # ",4,18,"; null: all
    sa.Column("filter_states", sa.String(400)),  # ",PER,BOL,"
    sa.Column("filter_rules", sa.String(200)),  # ",land,invited,"
    sa.Column("secret_sealed", sa.Text),  # webhook secret, encrypted
    sa.Column("old_secret_sealed", sa.Text),  # signs too until…
    sa.Column("old_secret_until", Instant),
    sa.Column("feed_token_hash", sa.String(64), unique=True),
    sa.Column("generation", sa.Integer, nullable=False),  # of its links
    sa.Column("confirmed_at", Instant),  # mail: null until the link is followed
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("disabled_reason", sa.String(32)),  # gone | owner | unsubscribed
    sa.Column("failing_since", Instant),
    sa.Column("last_test_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("kind IN ('official', 'personal')", "kind"),
    sa.CheckConstraint("channel IN ('email', 'webhook', 'feed')", "channel"),
    sa.Index("ix_subscriptions_party", "party"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Id, primary_key=True),  # the webhook-id and the Message-ID: the same on every attempt
    sa.Column("kind", sa.String(16), nullable=False),  # event | invitation | letter
    sa.Column("lane", sa.String(80), nullable=False),  # one subscription or attendance, and one notice
    sa.Column("number", sa.Integer, nullable=False),  # order in the lane: the event's number, or the invitation's
    sa.Column("supersedable", sa.Boolean, nullable=False),  # news of a notice: a later revision replaces it
    sa.Column("overtaken", sa.Boolean, nullable=False),  # a later revision is waiting in the lane
    sa.Column("event_id", Id),
    sa.Column("notice_id", Id),
    sa.Column("revision", sa.Integer),
    sa.Column("party", sa.String(16), nullable=False),
    sa.Column("subscription_id", sa.ForeignKey("subscriptions.id")),
    sa.Column("attendance_id", Id),
    sa.Column("letter_id", Id),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("host", sa.String(255), nullable=False),  # where it goes: slots are limited by host
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("attempts_before", sa.Integer, nullable=False, server_default="0"),  # it was last repeated by hand
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("lease_token", sa.String(36)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("error_class", sa.String(32)),
    sa.Column("error_text", sa.String(500)),  # for the subscription's own party only
    sa.UniqueConstraint("subscription_id", "event_id"),
    sa.CheckConstraint(
        "status IN ('pending','sending','handed_over','delivered','bounced','superseded','dead')", "status"
    ),
    sa.Index("ix_deliveries_due", "due_at", sqlite_where=sa.text("status = 'pending'"),
             postgresql_where=sa.text("status = 'pending'")),
    sa.Index("ix_deliveries_lease", "lease_until", sqlite_where=sa.text("status = 'sending'"),
             postgresql_where=sa.text("status = 'sending'")),
    sa.Index("ix_deliveries_lane", "lane", "number",
             sqlite_where=sa.text("status IN ('pending', 'sending')"),
             postgresql_where=sa.text("status IN ('pending', 'sending')")),
    sa.Index("ix_deliveries_notice_id", "notice_id", "party"),
)  # fmt: skip

failed_attempts = sa.Table(
    "failed_attempts",  # and lost ones; of the one that went through the delivery itself tells
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("delivery_id", sa.ForeignKey("deliveries.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),  # null: it never ended, its worker died
    sa.Column("outcome", sa.String(16)),  # retry | gone | dead | lost
    sa.Column("answer", sa.Integer),  # HTTP status or SMTP code
    sa.Column("error_class", sa.String(32)),
    sa.Index("ix_failed_attempts_delivery_id", "delivery_id"),
)

letters = sa.Table(
    "letters",  # mail to one person about an account or an address: erased once it is sent or given up
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),  # confirm | invite | reset | subscription_disabled | …
    sa.Column("to_address", sa.String(254), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("facts_sealed", sa.Text, nullable=False),  # what its template needs, encrypted: it may hold a link
    sa.Column("created_at", Instant, nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # inside | worker
)
