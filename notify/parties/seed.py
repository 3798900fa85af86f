"""The first start: parties, groups, version 1 of the graph and external neighbours from the project's own tables."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.parties.directory import Membership, Party
from notify.parties.edges import Edge
from notify.parties.graph import External, Graph, store
from notify.parties.names import rows
from notify.parties.tables import external_neighbours, groups, parties

FIRST_VERSION = 1


async def seed(connection: AsyncConnection, now: datetime) -> bool:
    """Fill the tables if there are no parties yet, and say whether they were filled. Facts of 2026; see ``data/``."""
    if await connection.scalar(sa.select(sa.func.count()).select_from(parties)):
        return False
    graph = first_graph()
    await connection.execute(parties.insert(), [_party_row(party) for party in first_parties()])
    await connection.execute(groups.insert(), [_group_row(membership) for membership in first_memberships()])
    await connection.execute(external_neighbours.insert(), [vars(external) for external in graph.external])
    await store(connection, graph.version, graph.edges, now=now)
    return True


def first_parties() -> list[Party]:
    """The 35 states of the OAS, and organisations that can be told and can send observers."""
    kinds = {"state": rows("states"), "organisation": rows("organisations")}
    return [_party(row, kind) for kind, of_kind in kinds.items() for row in of_kind]


def first_memberships() -> list[Membership]:
    """The sub-regional groups of measures 19 and 21, with their years where known."""
    return [
        Membership(
            row["group"],
            row["state"],
            int(row["from"]) if row["from"] else None,
            int(row["until"]) if row["until"] else None,
            row["source"],
        )
        for row in rows("groups")
    ]


def first_graph() -> Graph:
    """All 36 pairs with a land border, the pairs with adjoining waters, and the territories outside the OAS."""
    edges = (Edge(row["a"], row["b"], row["kind"], row["confidence"], FIRST_VERSION) for row in rows("adjacency"))
    external = tuple(External(**row) for row in rows("external_neighbours"))
    return Graph(FIRST_VERSION, tuple(sorted(edges)), external)


def _party(row: dict[str, str], kind: str) -> Party:
    return Party(
        code=row["code"],
        kind=kind,
        alpha2=row.get("alpha2"),
        names={language: row[f"name_{language}"] for language in ("es", "en", "pt", "fr")},
        timezone=row["timezone"],
        languages=tuple(row["languages"].split()),
        status=row.get("status", "member"),
    )


def _party_row(party: Party) -> dict[str, object]:
    return {
        "code": party.code,
        "kind": party.kind,
        "alpha2": party.alpha2,
        **{f"name_{language}": name for language, name in party.names.items()},
        "timezone": party.timezone,
        "languages": " ".join(party.languages),
        "status": party.status,
    }


def _group_row(membership: Membership) -> dict[str, object]:
    return {
        "code": membership.group,
        "party": membership.party,
        "from_year": membership.from_year,
        "until_year": membership.until_year,
        "source": membership.source,
    }
