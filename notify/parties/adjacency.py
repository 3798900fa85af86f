"""Who is told of a notice, and why. Pure: a notice's content, the graph and the directory in, parties and reasons out.

One function a rule, in the order in which reasons are given (`RULES`). A neighbour is a neighbour whatever its
status; the participants' neighbours are not told, since the neighbours are those of the state that posts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from notify.parties.addressees import expand
from notify.parties.directory import Directory
from notify.parties.graph import Graph
from notify.parties.reasons import Reason


@dataclass(frozen=True)
class Situation:
    """What the rules look at. ``earlier`` are the parties told of the revision before."""

    content: Mapping[str, object]
    graph: Graph
    directory: Directory
    earlier: frozenset[str] = frozenset()

    @property
    def poster(self) -> str:
        """The state that posts; empty while a draft does not say."""
        return _string(self.content.get("state"))


Told = Iterator[tuple[str, Reason]]


def land(situation: Situation) -> Told:
    """States with a land border with the posting state."""
    return _next_to(situation, "land")


def maritime(situation: Situation) -> Told:
    """States with a maritime boundary or facing waters with the posting state."""
    return _next_to(situation, "maritime")


def participant(situation: Situation) -> Told:
    """States that take part."""
    for row in _list(situation.content.get("participants")):
        state = _string(row.get("state")) if isinstance(row, Mapping) else ""
        if situation.directory.state(state) is not None:
            yield state, Reason("participant")


def invited(situation: Situation) -> Told:
    """Parties and groups invited to observe."""
    observation = situation.content.get("observation")
    invite = observation.get("invite") if isinstance(observation, Mapping) else None
    return _addressed(situation, invite, "invited")


def also_notify(situation: Situation) -> Told:
    """Parties and groups that the posting state wants told as well."""
    return _addressed(situation, situation.content.get("also_notify"), "also_notify")


def earlier(situation: Situation) -> Told:
    """Parties told of an earlier revision: they stay told, whatever the other rules say now."""
    for party in situation.earlier:
        yield party, Reason("earlier")


Rule = Callable[[Situation], Told]

RULES: tuple[tuple[str, Rule], ...] = (
    ("land", land),
    ("maritime", maritime),
    ("participant", participant),
    ("invited", invited),
    ("also_notify", also_notify),
    ("earlier", earlier),
)
"""Every rule by its name, in the order in which a party's reasons are given."""


def who_is_told(
    content: Mapping[str, object], graph: Graph, directory: Directory, earlier: Iterable[str] = ()
) -> dict[str, list[Reason]]:
    """The parties to be told, by code, each with its reasons in the order of `RULES`; never the posting state.

    A rule reaches a party once. ``earlier`` is given as a reason only where no other rule reaches the party.
    """
    situation = Situation(content, graph, directory, frozenset(earlier))
    told: dict[str, dict[str, Reason]] = {}
    for name, rule in RULES:
        for party, reason in rule(situation):
            reasons = told.setdefault(party, {})
            if name != "earlier" or not reasons:
                reasons.setdefault(name, reason)
    told.pop(situation.poster, None)
    return {party: list(told[party].values()) for party in sorted(told)}


@dataclass(frozen=True)
class Bordering:
    """A territory that borders the posting state and that nobody is told for: its administering state is no party."""

    territory: str
    administered_by: str
    reasons: tuple[Reason, ...]


def also_bordering(state: str, graph: Graph) -> list[Bordering]:
    """The territories outside the OAS that border a state, by name, land before maritime."""
    kinds: dict[tuple[str, str], set[str]] = {}
    for external in graph.external_of(state):
        kinds.setdefault((external.territory, external.administered_by), set()).add(external.kind)
    return [
        Bordering(*place, tuple(Reason(rule, {"state": state}) for rule, _ in RULES if rule in kinds[place]))
        for place in sorted(kinds)
    ]


def _next_to(situation: Situation, kind: str) -> Told:
    for state, kinds in situation.graph.neighbours(situation.poster).items():
        if kind in kinds:
            yield state, Reason(kind, {"state": situation.poster})


def _addressed(situation: Situation, addressees: object, rule: str) -> Told:
    named = [addressee for addressee in _list(addressees) if isinstance(addressee, str)]
    for party, group in expand(named, situation.directory).items():
        yield party, Reason(rule, {"group": group} if group else {})


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []
