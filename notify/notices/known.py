"""The parties and groups that a notice may name, as plain values for the rules of its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from notify.errors import Fault
from notify.language import Text, text
from notify.notices.faults import shown
from notify.notices.pointers import pointer
from notify.parties import directory
from notify.parties.directory import MEMBERS, RECIPIENTS, Directory

GROUP = "group:"


@dataclass(frozen=True)
class Known:
    """``states`` and ``parties`` (states among them) by code; ``groups`` by code without ``group:``, true if active."""

    states: frozenset[str]
    parties: frozenset[str]
    groups: Mapping[str, bool]

    @classmethod
    def of(cls, directory: Directory) -> Known:
        """What a directory knows this year."""
        return cls(
            states=frozenset(party.code for party in directory.states()),
            parties=frozenset(party.code for party in directory.all()),
            groups={code: group.active for code, group in directory.groups().items()},
        )

    def state_fault(self, code: str) -> Text | None:
        """What is wrong with the code of a state, if anything."""
        if code in self.states:
            return None
        if code in self.parties:
            return text("“%(code)s” is an organisation, and only a state can stand here.", code=code)
        return text(
            "“%(code)s” is no member state of the Organization of American States."
            " Write the three letters of its ISO 3166-1 code, such as PER.",
            code=shown(code),
        )

    def addressee_fault(self, code: str, *, inviting: bool) -> Text | None:
        """What is wrong with an addressee, if anything; only an invitation can name ``group:RECIPIENTS``."""
        if not code.startswith(GROUP):
            if code in self.parties:
                return None
            return text(
                "No party has the code “%(code)s”. Write one such as BOL or OAS, or a group such as group:CARICOM.",
                code=shown(code),
            )
        group = code.removeprefix(GROUP)
        if group == RECIPIENTS and not inviting:
            return text("“group:RECIPIENTS” adds nobody here: those who are told are told anyway. Remove it.")
        if group in (MEMBERS, RECIPIENTS) or self.groups.get(group):
            return None
        if group in self.groups:
            return text("The group “%(group)s” is no longer active. Name its states one by one.", group=group)
        return text("There is no group “%(group)s”. Write one such as group:CARICOM.", group=shown(group))

    def addressees_faults(self, codes: object, at: str, *, inviting: bool) -> Iterator[Fault]:
        """What is wrong with each of a list of addressees that stands at a pointer; a repeated one is a fault too."""
        seen: set[str] = set()
        for index, code in enumerate(codes if isinstance(codes, list) else ()):
            if not isinstance(code, str):
                continue
            wrong = self.addressee_fault(code, inviting=inviting)
            if wrong is None and code in seen:
                wrong = text("“%(code)s” stands here twice. Remove one.", code=code)
            seen.add(code)
            if wrong is not None:
                yield Fault(at + pointer(index), wrong)


async def known_parties(connection: AsyncConnection) -> Known:
    """What the tables know this year, by the database's clock."""
    return Known.of(await directory.load(connection))
