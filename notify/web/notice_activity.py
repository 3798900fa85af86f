"""What a notice says of its activity, in words and numbers: forces, equipment, weapons, who is invited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from notify import formats
from notify.language import Text, ntext, text
from notify.parties.addressees import GROUP
from notify.parties.directory import RECIPIENTS, Directory
from notify.words import options, word


def kind(measure: int, own: Mapping[str, Any]) -> Text:
    """The line above the title: what the sheet is, by the measure's own words."""
    if measure == 5:
        return text("Invitation to a defence visit · Measure 5")
    if measure == 18:
        return text("Prior notification of a destruction of weapons · Measure 18")
    if own.get("activity") == "operation":
        return text("Prior notification of an operation · Measure 4")
    return text("Prior notification of an exercise · Measure 4")


def type_words(own: Mapping[str, Any]) -> list[Text]:
    """“in the field”, “with live fire”."""
    found = [word("type", own["type"])] if own.get("type") else []
    live_fire = own.get("live_fire")
    if live_fire and own.get("type") != "live_fire":
        found.append(text("with live fire"))
    if live_fire is False:
        found.append(text("without live fire"))
    return found


def doctrine(*, joint: bool, combined: bool) -> Text:
    """Whether services, or states, work together, in each language's own doctrine's words."""
    if joint and combined:
        return text("Joint and combined.")
    if joint:
        return text("Joint, not combined.")
    if combined:
        return text("Combined, not joint.")
    return text("Neither joint nor combined.")


def equipment(counts: Mapping[str, int], language: str) -> list[Text]:
    """“40 armoured combat vehicles”, “24 artillery pieces”, in the order of the form."""
    return [_counted(_equipment(code, counts[code]), counts[code], language)
            for code, _ in options("equipment") if counts.get(code)]  # fmt: skip


def _equipment(code: str, n: int) -> Text:
    match code:
        case "battle_tanks":
            return ntext("%(n)s battle tank", "%(n)s battle tanks", n)
        case "armoured_combat_vehicles":
            return ntext("%(n)s armoured combat vehicle", "%(n)s armoured combat vehicles", n)
        case "artillery":
            return ntext("%(n)s artillery piece", "%(n)s artillery pieces", n)
        case "aircraft":
            return ntext("%(n)s aircraft", "%(n)s aircraft", n)
        case "helicopters":
            return ntext("%(n)s helicopter", "%(n)s helicopters", n)
        case "uncrewed_aircraft":
            return ntext("%(n)s uncrewed aircraft", "%(n)s uncrewed aircraft", n)
        case "ships":
            return ntext("%(n)s ship", "%(n)s ships", n)
        case "submarines":
            return ntext("%(n)s submarine", "%(n)s submarines", n)
    raise KeyError(code)


def quantity(amount: float, unit: str, language: str) -> Text:
    """“1 900 pieces”, “2.5 tonnes”; one alone is singular."""
    n = 1 if amount == 1 else 2
    match unit:
        case "piece":
            found = ntext("%(n)s piece", "%(n)s pieces", n)
        case "round":
            found = ntext("%(n)s round", "%(n)s rounds", n)
        case "kg":
            found = ntext("%(n)s kilogram", "%(n)s kilograms", n)
        case "tonne":
            found = ntext("%(n)s tonne", "%(n)s tonnes", n)
        case _:
            raise KeyError(unit)
    return _counted(found, amount, language)


def totals(items: Iterable[Mapping[str, Any]], language: str) -> list[Text]:
    """How much there is in all, by unit: “2 040 pieces”, “210 000 rounds”."""
    sums: dict[str, float] = {}
    for item in items:
        sums[item["unit"]] = sums.get(item["unit"], 0) + item["quantity"]
    return [quantity(sums[unit], unit, language) for unit, _ in options("unit") if unit in sums]


def _counted(words: Text, amount: float, language: str) -> Text:
    """The number as a reader of the language writes it."""
    return replace(words, args={**words.args, "n": formats.number(language, amount)})


def seats(observation: Mapping[str, Any], language: str) -> list[Text]:
    """“12 seats”, “at most 2 a party”."""
    found = []
    if n := observation.get("seats"):
        found.append(_counted(ntext("%(n)s seat", "%(n)s seats", n), n, language))
    if n := observation.get("seats_per_party"):
        found.append(ntext("at most %(n)s for each party", "at most %(n)s for each party", n))
    return found


def addressees(codes: Sequence[str], directory: Directory, language: str) -> list[Text | str]:
    """Parties and groups by their names; those who are told come first."""
    everyone = GROUP + RECIPIENTS
    found: list[Text | str] = [text("all parties that are told")] if everyone in codes else []
    for code in codes:
        if code == everyone:
            continue
        if code.startswith(GROUP):
            found.append(directory.group_name(code.removeprefix(GROUP), language))
        else:
            found.append(directory.name(code, language))
    return found
