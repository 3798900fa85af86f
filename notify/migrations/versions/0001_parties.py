"""Parties, their groups, and the versions of who is next to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.Uuid(as_uuid=False).with_variant(sa.CHAR(36), "sqlite")


def upgrade() -> None:
    """Make the tables of parties."""
    op.create_table(
        "graph_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_person", ID, nullable=True),
        sa.Column("reason", sa.String(500), nullable=False, server_default=""),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_graph_versions")),
    )
    op.create_table(
        "parties",
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("alpha2", sa.String(2), nullable=True),
        sa.Column("name_es", sa.String(100), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=False),
        sa.Column("name_pt", sa.String(100), nullable=False),
        sa.Column("name_fr", sa.String(100), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("languages", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("ministry", sa.String(200), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_parties")),
        sa.CheckConstraint("kind IN ('state', 'organisation')", name=op.f("ck_parties_kind")),
        sa.CheckConstraint(
            "status IN ('member', 'disputed', 'withdrawn', 'not_participating')", name=op.f("ck_parties_status")
        ),
    )
    op.create_table(
        "adjacency",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("a", sa.String(16), nullable=False),
        sa.Column("b", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("confidence", sa.String(16), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("version", "a", "b", "kind", name=op.f("pk_adjacency")),
        sa.CheckConstraint("confidence IN ('high', 'medium', 'low')", name=op.f("ck_adjacency_confidence")),
        sa.CheckConstraint("kind IN ('land', 'maritime')", name=op.f("ck_adjacency_kind")),
        sa.CheckConstraint("a < b", name=op.f("ck_adjacency_ordered")),
        sa.ForeignKeyConstraint(["a"], ["parties.code"], name=op.f("fk_adjacency_a_parties")),
        sa.ForeignKeyConstraint(["b"], ["parties.code"], name=op.f("fk_adjacency_b_parties")),
        sa.ForeignKeyConstraint(
            ["version"], ["graph_versions.version"], name=op.f("fk_adjacency_version_graph_versions")
        ),
    )
    op.create_table(
        "external_neighbours",
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("territory", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("administered_by", sa.String(3), nullable=False),
        sa.PrimaryKeyConstraint("state", "territory", "kind", name=op.f("pk_external_neighbours")),
        sa.ForeignKeyConstraint(["state"], ["parties.code"], name=op.f("fk_external_neighbours_state_parties")),
    )
    op.create_table(
        "groups",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("party", sa.String(16), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=True),
        sa.Column("until_year", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(300), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("code", "party", name=op.f("pk_groups")),
        sa.ForeignKeyConstraint(["party"], ["parties.code"], name=op.f("fk_groups_party_parties")),
    )
