"""Who can be told: states and organisations, and the groups that addressees name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.language import LANGUAGES, Text, text
from notify.parties.names import of_name
from notify.parties.tables import groups as groups_table
from notify.parties.tables import parties as parties_table
from notify.schema import database_now

MEMBERS = "MEMBERS"
RECIPIENTS = "RECIPIENTS"

TAKING_PART = frozenset({"member", "disputed"})
"""The statuses of a state that takes part; the others limit what a group means, never who is a neighbour."""

_GROUP_NAMES: Mapping[str, Text] = {
    MEMBERS: text("member states of the OAS"),
    RECIPIENTS: text("parties that are told"),
    "CARIBBEAN-SIDS": text("small island developing states of the Caribbean"),
    "CDS": text("South American Defence Council"),
    "SICA": text("Central American Integration System"),
}


@dataclass(frozen=True)
class Party:
    """A state (by its ISO 3166-1 alpha-3 code) or an organisation. ``names`` has every language of `LANGUAGES`."""

    code: str
    kind: str  # state | organisation
    alpha2: str | None
    names: Mapping[str, str] = field(hash=False)
    timezone: str = "UTC"
    languages: tuple[str, ...] = ()  # official ones; Suriname's is none of `LANGUAGES`
    status: str = "member"
    ministry: str = ""

    @property
    def is_state(self) -> bool:
        """Whether it is a state: only a state posts and has neighbours."""
        return self.kind == "state"

    @property
    def is_member(self) -> bool:
        """Whether ``group:MEMBERS`` means it: a state whose status is member or disputed."""
        return self.is_state and self.status in TAKING_PART

    @property
    def language(self) -> str:
        """The language to write in when nothing else says: its first official one of `LANGUAGES`, else English."""
        return next((language for language in self.languages if language in LANGUAGES), "en")

    def name(self, language: str) -> str:
        """Its name in one of `LANGUAGES`; in English for any other."""
        return self.names.get(language) or self.names["en"]

    def of(self, language: str) -> str:
        """“of Peru”, “del Perú”, “do Peru”, “du Pérou”."""
        return of_name(self.code, self.name(language), language)


@dataclass(frozen=True)
class Membership:
    """One row of the table of groups: a party, and the years in which it belonged; None is unknown or open."""

    group: str
    party: str
    from_year: int | None = None
    until_year: int | None = None
    source: str = ""

    def holds(self, year: int) -> bool:
        """Whether the membership has not ended before ``year``. A future start does not count yet."""
        return (self.from_year or year) <= year <= (self.until_year or year)


@dataclass(frozen=True)
class Group:
    """What ``group:{code}`` means this year.

    ``members`` are its parties that take part; ``listed`` are all it ever had, so that a past notice can be read.
    ``active`` is false when every membership has ended: such a group can no longer be named.
    """

    code: str
    members: frozenset[str]
    active: bool
    listed: frozenset[str] = frozenset()


class Directory:
    """All parties and groups, as they are in one year."""

    def __init__(self, parties: Iterable[Party], memberships: Iterable[Membership], year: int) -> None:
        self.year = year
        self._parties = {party.code: party for party in sorted(parties, key=lambda party: party.code)}
        members = frozenset(party.code for party in self._parties.values() if party.is_member)
        self._groups = {
            MEMBERS: Group(MEMBERS, members, active=True, listed=members),
            RECIPIENTS: Group(RECIPIENTS, frozenset(), active=True),
        }
        rows: dict[str, list[Membership]] = {}
        for membership in memberships:
            rows.setdefault(membership.group, []).append(membership)
        for code in sorted(rows):
            self._groups[code] = self._group(code, rows[code])

    def _group(self, code: str, rows: list[Membership]) -> Group:
        current = frozenset(row.party for row in rows if row.holds(self.year))
        taking_part = frozenset(code for code in current if self._takes_part(code))
        return Group(code, taking_part, active=bool(current), listed=frozenset(row.party for row in rows))

    def _takes_part(self, code: str) -> bool:
        party = self._parties.get(code)
        return party is not None and party.status in TAKING_PART

    def party(self, code: str) -> Party | None:
        """The party with this code, or None."""
        return self._parties.get(code)

    def state(self, code: str) -> Party | None:
        """The state with this code, or None: an organisation is no state."""
        party = self._parties.get(code)
        return party if party is not None and party.is_state else None

    def all(self) -> tuple[Party, ...]:
        """Every party, by code."""
        return tuple(self._parties.values())

    def states(self) -> tuple[Party, ...]:
        """Every state whatever its status, by code."""
        return tuple(party for party in self._parties.values() if party.is_state)

    def organisations(self) -> tuple[Party, ...]:
        """Every organisation, by code."""
        return tuple(party for party in self._parties.values() if not party.is_state)

    def members(self) -> tuple[Party, ...]:
        """The states that ``group:MEMBERS`` means, by code."""
        return tuple(party for party in self._parties.values() if party.is_member)

    def groups(self) -> Mapping[str, Group]:
        """Every group by its code without ``group:``; first ``MEMBERS`` and ``RECIPIENTS``, which no table lists."""
        return self._groups

    def name(self, code: str, language: str) -> str:
        """The name of a party, or the code where none has it any more."""
        party = self._parties.get(code)
        return code if party is None else party.name(language)

    def of(self, code: str, language: str) -> str:
        """“of” and the name of a party, as `Party.of`."""
        party = self._parties.get(code)
        return of_name(code, code, language) if party is None else party.of(language)

    def group_name(self, code: str, language: str) -> Text | str:
        """What a group is called: a text to translate, or the name of the organisation of the same code."""
        return _GROUP_NAMES.get(code) or self.name(code, language)


async def load(connection: AsyncConnection, now: datetime | None = None) -> Directory:
    """The directory from the tables; groups as of the year of ``now``, by the database's clock if None.

    One statement, since the way to SQLite's thread costs more than the rows: 1 to 2 ms.
    """
    party, group = parties_table.c, groups_table.c
    found = await connection.execute(
        sa.select(parties_table, group.code.label("group"), group.from_year, group.until_year, group.source,
                  database_now().label("now"))
        .outerjoin(groups_table, group.party == party.code)
        .order_by(party.code, group.code)
    )  # fmt: skip
    parties: dict[str, Party] = {}
    memberships: list[Membership] = []
    for row in found:
        if row.code not in parties:
            parties[row.code] = _party(row)
        if row.group is not None:
            memberships.append(Membership(row.group, row.code, row.from_year, row.until_year, row.source))
        now = now or row.now
    return Directory(parties.values(), memberships, now.year if now else 0)


def _party(row: sa.Row[tuple[object, ...]]) -> Party:
    return Party(
        code=row.code,
        kind=row.kind,
        alpha2=row.alpha2,
        names={"es": row.name_es, "en": row.name_en, "pt": row.name_pt, "fr": row.name_fr},
        timezone=row.timezone,
        languages=tuple(row.languages.split()),
        status=row.status,
        ministry=row.ministry,
    )
