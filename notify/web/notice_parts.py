"""The white sheet of a notice: one revision as it was signed, or a draft, as the template shows it.

A template includes ``_notice_sheet.html`` with ``sheet`` in its context. What depends on the reader is worked out while
the page is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notify.language import Text, ntext, text
from notify.notices import times
from notify.notices.derived import is_combined, is_joint
from notify.notices.history import Revision
from notify.notices.notice import Content, Notice
from notify.parties.directory import Party
from notify.web import notice_activity as activity
from notify.web.notice_area import centre_of, nearest
from notify.web.reader import reader


@dataclass(frozen=True)
class Sheet:
    """``at`` is when the revision was published, or the draft saved; ``latest`` the number of the latest revision.

    ``lead`` is (days, days that the rule asks for or None, late); None for a draft.
    """

    id: str
    state: str
    measure: int
    test: bool
    reference: str | None
    status: str
    revision: int
    latest: int
    content: Content
    at: datetime
    reason: Mapping[str, str] | None = None
    fingerprint: str | None = None
    lead: tuple[int, int | None, bool] | None = None
    submitted_at: datetime | None = None

    @property
    def own(self) -> Mapping[str, Any]:
        """The content of the measure."""
        found: Mapping[str, Any] = self.content.get("content") or {}
        return found

    @property
    def observation(self) -> Mapping[str, Any]:
        """The invitation to observers; empty without one."""
        found: Mapping[str, Any] = self.content.get("observation") or {}
        return found

    @property
    def zone(self) -> str:
        """The clock of the place, by which arrival and programme go too: of the period, or else of the state."""
        party = self._party
        return times.zone_of(self.content) or (party.timezone if party else "UTC")

    @property
    def ministry(self) -> str:
        """The ministry that posts, where the directory names it."""
        return self._party.ministry if self._party else ""

    @property
    def _party(self) -> Party | None:
        directory = reader().directory
        return directory.party(self.state) if directory is not None else None

    @property
    def kind(self) -> Text:
        """The line above the title."""
        return activity.kind(self.measure, self.own)

    @property
    def personnel(self) -> int | None:
        """All personnel; None where no number is given."""
        given = [row["personnel"] for row in self.participants if row.get("personnel") is not None]
        return sum(given) if given else None

    @property
    def participants(self) -> Sequence[Mapping[str, Any]]:
        """The states that take part."""
        found: Sequence[Mapping[str, Any]] = self.content.get("participants") or ()
        return found

    @property
    def lists_participants(self) -> bool:
        """Whether a list of them says more than the number of personnel does."""
        return len(self.participants) > 1 or any(row["state"] != self.state for row in self.participants)

    @property
    def types(self) -> list[Text]:
        """“in the field”, “with live fire”."""
        return activity.type_words(self.own)

    @property
    def doctrine(self) -> Text:
        """Joint, combined, both or neither."""
        return activity.doctrine(joint=is_joint(self.content), combined=is_combined(self.content))

    @property
    def equipment(self) -> list[Text]:
        """The equipment of an exercise, counted."""
        return activity.equipment(self.own.get("equipment") or {}, reader().language)

    @property
    def items(self) -> list[tuple[str, Text]]:
        """What is destroyed: (code of the category, quantity)."""
        language = reader().language
        return [
            (item["category"], activity.quantity(item["quantity"], item["unit"], language))
            for item in self.own.get("items") or ()
        ]

    @property
    def totals(self) -> list[Text]:
        """How much is destroyed in all, by unit."""
        return activity.totals(self.own.get("items") or (), reader().language)

    @property
    def invited(self) -> list[Text | str]:
        """Whom it invites to observe."""
        return self._addressees(self.observation.get("invite"))

    @property
    def also_told(self) -> list[Text | str]:
        """Whom the posting state wants told besides."""
        return self._addressees(self.content.get("also_notify"))

    def _addressees(self, codes: Sequence[str] | None) -> list[Text | str]:
        who = reader()
        assert who.directory is not None
        return activity.addressees(codes or (), who.directory, who.language)

    @property
    def seats(self) -> list[Text]:
        """“12 seats”, “at most 2 for each party”."""
        return activity.seats(self.observation, reader().language)

    @property
    def lead_words(self) -> Text | None:
        """“43 days”, “2 days after the start”; None for a draft and while there are no dates."""
        if self.lead is None or self.status == "postponed":
            return None
        days = self.lead[0]
        if days < 0:
            return ntext("%(n)s day after the start", "%(n)s days after the start", -days)
        return ntext("%(n)s day", "%(n)s days", days)

    @property
    def lead_rule(self) -> Text | None:
        """What the rule asks for, and that it was not kept."""
        if self.lead is None or self.lead[1] is None:
            return None
        of_state = self._party.of(reader().language) if self._party else self.state
        if self.lead[2]:
            return text("late; rule %(of_state)s: %(n)s", of_state=of_state, n=self.lead[1])
        return text("rule %(of_state)s: %(n)s", of_state=of_state, n=self.lead[1])

    @property
    def centre(self) -> tuple[float, float] | None:
        """Longitude and latitude of the middle of the area; None for a draft without one."""
        return centre_of(self.content)

    @property
    def nearest(self) -> list[tuple[str, Text]]:
        """The states nearest to the middle of the area: (code, distance in words)."""
        return nearest(self.content, self.state)


def of_notice(notice: Notice, revision: Revision | None) -> Sheet:
    """The sheet of a notice as it stands; ``revision`` is its latest, None for a draft."""
    if revision is not None:
        return of_revision(notice, revision)
    return Sheet(
        notice.id, notice.state, notice.measure, notice.test, None, notice.status, 0, 0, notice.content,
        notice.updated_at, submitted_at=notice.submitted_at,
    )  # fmt: skip


def of_revision(notice: Notice, revision: Revision) -> Sheet:
    """The sheet of one revision, as it was signed."""
    days = revision["lead_days"]
    return Sheet(
        notice.id,
        notice.state,
        notice.measure,
        notice.test,
        notice.reference,
        revision["status"],
        revision["revision"],
        notice.revision,
        revision["content"],
        revision["published_at"],
        revision["reason"],
        revision["fingerprint"],
        None if days is None else (days, revision["lead_days_required"], revision["late"]),
    )
