"""Parties, the groups they belong to, and the versioned graph of who is next to whom."""

from __future__ import annotations

import sqlalchemy as sa

from notify.schema import Id, Instant, metadata

parties = sa.Table(
    "parties",
    metadata,
    sa.Column("code", sa.String(16), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),  # state | organisation
    sa.Column("alpha2", sa.String(2)),
    sa.Column("name_es", sa.String(100), nullable=False),
    sa.Column("name_en", sa.String(100), nullable=False),
    sa.Column("name_pt", sa.String(100), nullable=False),
    sa.Column("name_fr", sa.String(100), nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("languages", sa.String(32), nullable=False),  # official ones, separated by spaces
    sa.Column("status", sa.String(32), nullable=False),  # member | disputed | withdrawn | not_participating
    sa.Column("ministry", sa.String(200), nullable=False, server_default=""),
    sa.CheckConstraint("kind IN ('state', 'organisation')", "kind"),
    sa.CheckConstraint("status IN ('member', 'disputed', 'withdrawn', 'not_participating')", "status"),
)

groups = sa.Table(
    "groups",
    metadata,
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("party", sa.ForeignKey("parties.code"), primary_key=True),
    sa.Column("from_year", sa.Integer),
    sa.Column("until_year", sa.Integer),
    sa.Column("source", sa.String(300), nullable=False, server_default=""),
)

graph_versions = sa.Table(
    "graph_versions",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by_person", Id),
    sa.Column("reason", sa.String(500), nullable=False, server_default=""),
    sa.Column("sha256", sa.String(64), nullable=False),
)

adjacency = sa.Table(
    "adjacency",
    metadata,
    sa.Column("version", sa.ForeignKey("graph_versions.version"), primary_key=True),
    sa.Column("a", sa.ForeignKey("parties.code"), primary_key=True),  # a < b
    sa.Column("b", sa.ForeignKey("parties.code"), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),  # land | maritime
    sa.Column("confidence", sa.String(16), nullable=False),
    sa.Column("since", sa.Integer, nullable=False),  # the version that brought the edge
    sa.Column("reason", sa.String(500), nullable=False, server_default=""),
    sa.CheckConstraint("a < b", "ordered"),
    sa.CheckConstraint("kind IN ('land', 'maritime')", "kind"),
    sa.CheckConstraint("confidence IN ('high', 'medium', 'low')", "confidence"),
)

external_neighbours = sa.Table(
    "external_neighbours",
    metadata,
    sa.Column("state", sa.ForeignKey("parties.code"), primary_key=True),
    sa.Column("territory", sa.String(100), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("administered_by", sa.String(3), nullable=False),
)
