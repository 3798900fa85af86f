"""Why a party is told: a rule with its arguments, kept as such and put into words for each reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from notify.language import Text, Translator, text
from notify.parties.directory import Directory


@dataclass(frozen=True)
class Reason:
    """One rule that reaches one party. ``args`` are codes: ``state`` of land and maritime, ``group`` of invited and
    also_notify when it reaches the party through a group. ``distance_km`` belongs to rules that measure.
    """

    rule: str
    args: Mapping[str, str] = field(default_factory=dict, hash=False)
    distance_km: float | None = None


def reason_text(reason: Reason, directory: Directory, language: str) -> Text:
    """The reason as a text; names inside it are in ``language`` already."""
    of_state = directory.of(reason.args.get("state", ""), language)
    group = directory.group_name(reason.args["group"], language) if "group" in reason.args else None
    match reason.rule, group:
        case "land", _:
            return text("neighbouring state %(of_state)s: land border", of_state=of_state)
        case "maritime", _:
            return text("neighbouring state %(of_state)s: adjoining waters", of_state=of_state)
        case "participant", _:
            return text("takes part")
        case "invited", None:
            return text("invited to observe")
        case "invited", _:
            return text("invited to observe (%(group)s)", group=group)
        case "also_notify", None:
            return text("also notified by choice of the posting state")
        case "also_notify", _:
            return text("also notified by choice of the posting state (%(group)s)", group=group)
        case "earlier", _:
            return text("told of an earlier revision")
    raise ValueError(f"no words for the rule {reason.rule}")


def reason_words(reason: Reason, directory: Directory, translator: Translator) -> str:
    """The reason as a phrase without a full stop, in the reader's language."""
    return translator(reason_text(reason, directory, translator.language))


def reasons_words(reasons: Sequence[Reason], directory: Directory, translator: Translator) -> str:
    """All reasons of a party in one line: “neighbouring state of Peru: land border, adjoining waters; takes part”."""
    by_rule = {reason.rule: reason for reason in reasons}
    land, maritime = by_rule.get("land"), by_rule.get("maritime")
    if land is None or maritime is None or land.args != maritime.args:
        return "; ".join(reason_words(reason, directory, translator) for reason in reasons)
    of_state = directory.of(land.args.get("state", ""), translator.language)
    both = translator(text("neighbouring state %(of_state)s: land border, adjoining waters", of_state=of_state))
    others = [reason for reason in reasons if reason.rule not in ("land", "maritime")]
    return "; ".join([both, *(reason_words(reason, directory, translator) for reason in others)])


def reason_json(reason: Reason, directory: Directory, translator: Translator) -> dict[str, object]:
    """``{rule, text, distance_km?}``, the form in which every door gives a reason."""
    shown: dict[str, object] = {"rule": reason.rule, "text": reason_words(reason, directory, translator)}
    if reason.distance_km is not None:
        shown["distance_km"] = reason.distance_km
    return shown


def dump(reasons: Iterable[Reason]) -> str:
    """As the snapshot keeps them: JSON ``[{rule, args, distance_km?}]``."""
    kept = []
    for reason in reasons:
        row: dict[str, object] = {"rule": reason.rule, "args": dict(reason.args)}
        if reason.distance_km is not None:
            row["distance_km"] = reason.distance_km
        kept.append(row)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def parse(kept: str) -> list[Reason]:
    """What `dump` made."""
    return [Reason(row["rule"], row["args"], row.get("distance_km")) for row in json.loads(kept)]


def rules_column(reasons: Iterable[Reason]) -> str:
    """The rules between commas, ``,land,maritime,``: what filters of subscriptions look in."""
    return f",{','.join(dict.fromkeys(reason.rule for reason in reasons))},"
