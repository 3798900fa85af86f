"""What a state sees before it publishes: who will be told and why, whom no channel reaches, what borders besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notify.language import Translator
from notify.parties.adjacency import Bordering, also_bordering, who_is_told
from notify.parties.directory import Directory
from notify.parties.graph import Graph
from notify.parties.names import place_name
from notify.parties.reasons import Reason, reason_json


@dataclass(frozen=True)
class Item:
    """A party that will be told; ``reachable``: at least one working channel leads to it."""

    party: str
    reasons: tuple[Reason, ...]
    reachable: bool


@dataclass(frozen=True)
class Preview:
    """The parties by code, and the territories by name."""

    items: tuple[Item, ...]
    also_bordering: tuple[Bordering, ...]

    @property
    def unreachable(self) -> tuple[str, ...]:
        """The parties that no working channel reaches."""
        return tuple(item.party for item in self.items if not item.reachable)


def preview(
    content: Mapping[str, object],
    graph: Graph,
    directory: Directory,
    reachable: Mapping[str, bool],
    earlier: Iterable[str] = (),
) -> Preview:
    """Who would be told if a notice with this content, whole or not, were published now.

    ``reachable`` says which parties a working channel reaches; a party it lacks is not reached. ``earlier`` are
    those told of the revision before, for an amendment.
    """
    told = who_is_told(content, graph, directory, earlier)
    state = content.get("state")
    return Preview(
        tuple(Item(party, tuple(reasons), reachable.get(party, False)) for party, reasons in told.items()),
        tuple(also_bordering(state, graph) if isinstance(state, str) else ()),
    )


def preview_json(shown: Preview, directory: Directory, translator: Translator) -> dict[str, object]:
    """The answer of ``POST /adjacency/preview``; ``name`` of a territory is in the reader's language."""
    return {
        "items": [
            {
                "party": item.party,
                "reachable": item.reachable,
                "reasons": [reason_json(reason, directory, translator) for reason in item.reasons],
            }
            for item in shown.items
        ],
        "also_bordering": [
            {
                "territory": place.territory,
                "administered_by": place.administered_by,
                "name": place_name(place.territory, translator.language),
                "reasons": [reason_json(reason, directory, translator) for reason in place.reasons],
            }
            for place in shown.also_bordering
        ],
    }
