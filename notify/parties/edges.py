"""The edges of the graph of neighbouring states: what one is, which are refused, and what differs between two sets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notify.language import Text, text
from notify.parties.directory import Directory

KINDS = ("land", "maritime")
CONFIDENCES = ("high", "medium", "low")
REASON_CHARACTERS = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Key = tuple[str, str, str]
"""(a, b, kind) with a before b: what makes an edge the same one in two versions of the graph."""


@dataclass(frozen=True, order=True)
class Edge:
    """Two states that are next to each other. It says nothing of where a line runs, or whose it is.

    ``kind`` is land (a common land border) or maritime (a maritime boundary or facing waters); ``confidence`` says
    how sure the source was; ``since`` is the version of the graph that brought the edge, and ``reason`` why.
    """

    a: str
    b: str
    kind: str
    confidence: str = "high"
    since: int = 0
    reason: str = ""

    @property
    def key(self) -> Key:
        """What makes it the same edge, in whichever order its states were written."""
        return (min(self.a, self.b), max(self.a, self.b), self.kind)

    def other(self, state: str) -> str:
        """The state on the other side."""
        return self.b if state == self.a else self.a


def edge_text(edge: Edge, directory: Directory | None = None, language: str = "en") -> Text:
    """An edge in words: “BOL – PER, land border”, with names in ``language`` in place of codes if given a directory."""
    a = directory.name(edge.a, language) if directory else edge.a
    b = directory.name(edge.b, language) if directory else edge.b
    if edge.kind == "land":
        return text("%(a)s – %(b)s, land border", a=a, b=b)
    return text("%(a)s – %(b)s, adjoining waters", a=a, b=b)


@dataclass(frozen=True)
class Problem:
    """Why one edge of a set is refused: its index from 0, the field (empty: the whole edge), and words for people."""

    index: int
    field: str
    detail: Text


def most_edges(directory: Directory) -> int:
    """How many edges there can be at most: one of each kind for each pair of states."""
    states = len(directory.states())
    return len(KINDS) * states * (states - 1) // 2


def problems(edges: Sequence[Edge], directory: Directory) -> list[Problem]:
    """Everything that is wrong with a set of edges; nothing when it can become a graph."""
    found: list[Problem] = []
    first: dict[Key, int] = {}
    for index, edge in enumerate(edges):
        mine = _problems_of(index, edge, directory)
        if not mine and edge.key in first:
            mine = [Problem(index, "", _duplicate(edge, edges[first[edge.key]]))]
        first.setdefault(edge.key, index)
        found += mine
    return found


def _problems_of(index: int, edge: Edge, directory: Directory) -> list[Problem]:
    found = [
        Problem(index, field, detail)
        for field, code in (("a", edge.a), ("b", edge.b))
        if (detail := _not_a_state(code, directory))
    ]
    if not found and edge.a == edge.b:
        found.append(Problem(index, "b", text("A state is not its own neighbour: name another state.")))
    if edge.kind not in KINDS:
        detail = text("“%(kind)s” is no kind of border: write land or maritime.", kind=edge.kind)
        found.append(Problem(index, "kind", detail))
    if edge.confidence not in CONFIDENCES:
        detail = text("“%(confidence)s” is no confidence: write high, medium or low.", confidence=edge.confidence)
        found.append(Problem(index, "confidence", detail))
    if len(edge.reason) > REASON_CHARACTERS:
        detail = text("Shorten the reason to %(most)s characters.", most=REASON_CHARACTERS)
        found.append(Problem(index, "reason", detail))
    if edge.reason.startswith(_FORMULA):
        detail = text("Begin the reason with a word: spreadsheets take what begins with =, +, - or @ for a formula.")
        found.append(Problem(index, "reason", detail))
    return found


def _not_a_state(code: str, directory: Directory) -> Text | None:
    party = directory.party(code)
    if party is None:
        return text("“%(code)s” is not a state of this system: write a code such as PER, in capitals.", code=code)
    if not party.is_state:
        return text("%(code)s is an organisation, and organisations have no neighbours: name a state.", code=code)
    return None


def _duplicate(edge: Edge, earlier: Edge) -> Text:
    if edge.confidence != earlier.confidence:
        return text(
            "%(a)s and %(b)s are given twice as %(kind)s, once as %(one)s and once as %(two)s: keep one of them.",
            a=edge.a,
            b=edge.b,
            kind=edge.kind,
            one=earlier.confidence,
            two=edge.confidence,
        )
    return text(
        "%(a)s and %(b)s are given twice as %(kind)s: a pair stands once, in either order.",
        a=edge.a,
        b=edge.b,
        kind=edge.kind,
    )


def canonical(edges: Iterable[Edge]) -> str:
    """The set as text, the same for the same set: a line ``a,b,kind,confidence`` an edge, sorted, a before b."""
    return "".join(f"{','.join(edge.key)},{edge.confidence}\n" for edge in sorted(edges, key=lambda edge: edge.key))


def sha256(edges: Iterable[Edge]) -> str:
    """SHA-256 of `canonical`, in hexadecimal."""
    return hashlib.sha256(canonical(edges).encode()).hexdigest()


def settle(edges: Iterable[Edge], before: Iterable[Edge], version: int, reason: str) -> tuple[Edge, ...]:
    """The edges of version ``version``: a before b, sorted.

    A known edge keeps its ``since``, and its reason while it has the same confidence; what is new or altered and
    brings no reason of its own takes ``reason``, that of the version.
    """
    known: Mapping[Key, Edge] = {edge.key: edge for edge in before}
    settled = []
    for edge in edges:
        old = known.get(edge.key)
        own = edge.reason.strip()
        if old and old.confidence == edge.confidence:
            why = own or old.reason
        else:
            why = own if own and not (old and own == old.reason) else reason
        settled.append(Edge(*edge.key, edge.confidence, old.since if old else version, why))
    return tuple(sorted(settled))


@dataclass(frozen=True)
class Difference:
    """What a set of edges has more, less, and otherwise (confidence or reason) than another."""

    added: tuple[Edge, ...]
    removed: tuple[Edge, ...]
    altered: tuple[Edge, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered)


def difference(before: Iterable[Edge], after: Iterable[Edge]) -> Difference:
    """What differs between two sets of edges, each part sorted; ``altered`` holds the edges as they are after."""
    old, new = {edge.key: edge for edge in before}, {edge.key: edge for edge in after}
    return Difference(
        added=tuple(sorted(new[key] for key in new.keys() - old.keys())),
        removed=tuple(sorted(old[key] for key in old.keys() - new.keys())),
        altered=tuple(
            sorted(
                new[key]
                for key in new.keys() & old.keys()
                if (new[key].confidence, new[key].reason) != (old[key].confidence, old[key].reason)
            )
        ),
    )
