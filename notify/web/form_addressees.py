"""Choosing parties and groups: those who are invited to observe, those who are told besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notify.language import Text, text
from notify.notices.derived import fold
from notify.parties.addressees import GROUP
from notify.parties.directory import MEMBERS, RECIPIENTS, Directory
from notify.web.forms import Form
from notify.web.visit import Visit

Option = tuple[str, Text | str]

OFTEN = ("OAS", "IADB", "CARICOM")
"""Organisations that are shown with the groups; the others stand behind a line that opens."""

_EVERYONE = GROUP + RECIPIENTS
_OF_STATES = ("CARIBBEAN-SIDS",)
"""Groups whose name says that they are states."""


@dataclass(frozen=True)
class Choice:
    """The checkboxes of a list of addressees: ``often`` under the name of the field, the rest under names of their own.

    ``chosen`` says which parts hold a tick, so that the page opens them.
    """

    often: Sequence[Option]
    states: Sequence[Option]
    others: Sequence[Option]


def choice(visit: Visit, *, inviting: bool, held: Sequence[str]) -> Choice:
    """What can be chosen; ``held`` are codes that the notice has now, kept on offer although a group has ended."""
    directory, language = visit.directory, visit.language
    groups = [
        (GROUP + code, _group(directory, code, language))
        for code, group in directory.groups().items()
        if code not in (MEMBERS, RECIPIENTS) and (group.active or GROUP + code in held)
    ]
    often: list[Option] = [(_EVERYONE, text("all parties that are told"))] if inviting else []
    often.append((GROUP + MEMBERS, text("all member states of the OAS")))
    often += [(code, visit.name(code)) for code in OFTEN if directory.party(code) is not None]
    others = [(party.code, party.name(language)) for party in directory.organisations() if party.code not in OFTEN]
    states = [(party.code, party.name(language)) for party in directory.states() if party.code != visit.code]
    return Choice(often, sorted(states, key=lambda option: fold(str(option[1]))), [*groups, *others])


def _group(directory: Directory, code: str, language: str) -> Text | str:
    name = directory.group_name(code, language)
    return name if code in _OF_STATES else text("%(group)s: its member states", group=name)


def fill(form: Form, name: str, codes: Sequence[str], choice: Choice) -> None:
    """Tick what the notice names, under the name of the part in which it stands."""
    for part, options in ((name, choice.often), (f"{name}-states", choice.states), (f"{name}-others", choice.others)):
        offered = {code for code, _ in options}
        form.put(part, [code for code in codes if code in offered])


def read(form: Form, name: str, before: Sequence[str]) -> list[str]:
    """The codes ticked: those that the notice has already in its order, then the new ones."""
    ticked = [code for part in (name, f"{name}-states", f"{name}-others") for code in form.choices(part)]
    kept = [code for code in before if code in ticked]
    return kept + [code for code in dict.fromkeys(ticked) if code not in kept]
