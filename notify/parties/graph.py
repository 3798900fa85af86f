"""Who is next to whom, in versions: each one is complete and never changes, and a publication names the one it read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.audit.lines import append
from notify.errors import Fault, Invalid, Stale
from notify.language import text
from notify.office import Act
from notify.parties import directory as directories
from notify.parties.edges import (
    KINDS,
    REASON_CHARACTERS,
    Difference,
    Edge,
    difference,
    most_edges,
    problems,
    settle,
    sha256,
)
from notify.parties.tables import adjacency, external_neighbours, graph_versions


@dataclass(frozen=True)
class External:
    """A territory that borders a state and is administered by a state outside the OAS. It states no opinion."""

    state: str
    territory: str
    administered_by: str  # ISO 3166-1 alpha-3
    kind: str


@dataclass(frozen=True)
class Graph:
    """One version; 0 without edges where none was ever stored. The external neighbours are not versioned."""

    version: int
    edges: tuple[Edge, ...]
    external: tuple[External, ...] = ()

    @cached_property
    def _next_to(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        kinds: dict[str, dict[str, list[str]]] = {}
        for edge in sorted(self.edges, key=lambda edge: KINDS.index(edge.kind)):
            kinds.setdefault(edge.a, {}).setdefault(edge.b, []).append(edge.kind)
            kinds.setdefault(edge.b, {}).setdefault(edge.a, []).append(edge.kind)
        return {state: {other: tuple(k) for other, k in sorted(others.items())} for state, others in kinds.items()}

    def neighbours(self, state: str) -> Mapping[str, tuple[str, ...]]:
        """The states next to ``state``, by code, each with its kinds: land, maritime or both, in this order."""
        return self._next_to.get(state, {})

    def external_of(self, state: str) -> tuple[External, ...]:
        """The territories outside the OAS that border ``state``."""
        return tuple(external for external in self.external if external.state == state)

    @property
    def sha256(self) -> str:
        """SHA-256 of the edges as `notify.parties.edges.canonical` writes them."""
        return sha256(self.edges)


@dataclass(frozen=True)
class Version:
    """When, by whom and why a version was made; ``reason`` is empty for the first, the project's own tables."""

    version: int
    at: datetime
    by_person: str | None
    reason: str
    sha256: str


@dataclass(frozen=True)
class Replacement:
    """What `replace` did. Nothing was stored when `is_new` is false: the graph was already so."""

    graph: Graph
    difference: Difference

    @property
    def is_new(self) -> bool:
        """Whether a version was made."""
        return bool(self.difference)

    def to_tell(self) -> dict[str, Difference]:
        """The parties of every added or removed edge, each with its own: whoever called `replace` tells them."""
        added, removed = self.difference.added, self.difference.removed
        return {
            state: Difference(
                added=tuple(edge for edge in added if state in (edge.a, edge.b)),
                removed=tuple(edge for edge in removed if state in (edge.a, edge.b)),
                altered=(),
            )
            for state in sorted({state for edge in added + removed for state in (edge.a, edge.b)})
        }


async def current(connection: AsyncConnection) -> Graph:
    """The latest version. `Graphs` does the same with a cache."""
    version = await connection.scalar(sa.select(sa.func.max(graph_versions.c.version)))
    return await load(connection, version or 0)


async def load(connection: AsyncConnection, version: int) -> Graph:
    """One version; a graph without edges if it does not exist."""
    edge, place = adjacency.c, external_neighbours.c
    edges = await connection.execute(
        sa.select(edge.a, edge.b, edge.kind, edge.confidence, edge.since, edge.reason)
        .where(edge.version == version)
        .order_by(edge.a, edge.b, edge.kind)
    )
    external = await connection.execute(
        sa.select(place.state, place.territory, place.administered_by, place.kind)
        .order_by(place.state, place.territory, place.kind)
    )  # fmt: skip
    return Graph(version, tuple(Edge(*row) for row in edges), tuple(External(*row) for row in external))


async def versions(connection: AsyncConnection) -> list[Version]:
    """Every version, the latest first."""
    table = graph_versions.c
    found = await connection.execute(
        sa.select(table.version, table.at, table.by_person, table.reason, table.sha256).order_by(table.version.desc())
    )
    return [Version(*row) for row in found]


class Graphs:
    """The latest version with one short query instead of three: a version never changes, so the last one is kept.

    Made once a process by whoever starts it. The hash beside the number notices a database that was restored.
    """

    def __init__(self) -> None:
        self._key: tuple[int, str] | None = None
        self._graph = Graph(0, ())

    async def current(self, connection: AsyncConnection) -> Graph:
        """The latest version."""
        query = sa.select(graph_versions.c.version, graph_versions.c.sha256).order_by(graph_versions.c.version.desc())
        row = (await connection.execute(query.limit(1))).first()
        key = (row.version, row.sha256) if row else None
        if key is None or key != self._key:
            self._graph = await load(connection, key[0] if key else 0)
            self._key = key
        return self._graph


async def replace(act: Act, edges: Sequence[Edge], reason: str, *, based_on: int | None = None) -> Replacement:
    """Store a whole new graph, unless it says the same as the current one, and say what changed.

    Raises `NotAllowed`, `Invalid` naming every fault (pointers into ``{edges: […], reason}``), and `Stale` when
    ``based_on``, the version that the edges were made from, is not the current one. Past notices keep the version
    that they were published by. The caller tells the parties named by `Replacement.to_tell` in the same transaction.
    """
    act.actor.require("manage", "administrator")
    directory = await directories.load(act.connection, act.now)
    faults = edge_faults(edges, directory) + _reason_faults(reason)
    if faults:
        raise Invalid(faults)
    await _lock(act.connection)
    before = await current(act.connection)
    if based_on is not None and based_on != before.version:
        raise Stale(text("The table of neighbouring states has changed since you read it. Read it again."))
    version = before.version + 1
    after = settle(edges, before.edges, version, reason.strip())
    changed = difference(before.edges, after)
    if not changed:
        return Replacement(before, changed)
    await store(act.connection, version, after, now=act.now, person_id=act.actor.person_id, reason=reason.strip())
    await append(
        act,
        "adjacency.replace",
        "graph",
        str(version),
        sha256=sha256(after),
        added=len(changed.added),
        removed=len(changed.removed),
        altered=len(changed.altered),
    )
    return Replacement(Graph(version, after, before.external), changed)


def edge_faults(edges: Sequence[Edge], directory: directories.Directory) -> list[Fault]:
    """What is wrong with edges, with pointers into ``{edges: […]}``."""
    most = most_edges(directory)
    if len(edges) > most:
        return [Fault("/edges", text("There can be at most %(most)s edges, one of each kind for a pair.", most=most))]
    return [
        Fault("/".join(filter(None, (f"/edges/{problem.index}", problem.field))), problem.detail)
        for problem in problems(edges, directory)
    ]


def _reason_faults(reason: str) -> list[Fault]:
    if not reason.strip():
        return [Fault("/reason", text("Say why the table changes: the reason is kept with the new version."))]
    if len(reason.strip()) > REASON_CHARACTERS:
        return [Fault("/reason", text("Shorten the reason to %(most)s characters.", most=REASON_CHARACTERS))]
    return []


async def _lock(connection: AsyncConnection) -> None:
    """One replacement at a time. The first version's row is locked, since the latest one is another after the wait."""
    version = graph_versions.c.version
    first = sa.select(sa.func.min(version)).scalar_subquery()
    await connection.execute(sa.select(version).where(version == first).with_for_update())


async def store(
    connection: AsyncConnection,
    version: int,
    edges: Iterable[Edge],
    *,
    now: datetime,
    person_id: str | None = None,
    reason: str = "",
) -> None:
    """Write the rows of a version: `replace` and the first start use it, nobody else."""
    edges = tuple(edges)
    values = {"version": version, "at": now, "by_person": person_id, "reason": reason, "sha256": sha256(edges)}
    await connection.execute(graph_versions.insert(), values)
    if edges:
        await connection.execute(
            adjacency.insert(),
            [
                {
                    "version": version,
                    "a": edge.a,
                    "b": edge.b,
                    "kind": edge.kind,
                    "confidence": edge.confidence,
                    "since": edge.since,
                    "reason": edge.reason,
                }
                for edge in edges
            ],
        )
