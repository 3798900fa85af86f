"""Who knows of a notice, why, and since when: each party told, what was delivered to it, and its acknowledgement.

The readings are those of the viewer: the poster and auditors get every party, a recipient its own row alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notify.delivery.outcome import error_words
from notify.language import Text
from notify.notices.acknowledgements import Acknowledgement
from notify.notices.notice import Notice
from notify.parties import reasons
from notify.web.visit import Visit

FAILED = ("bounced", "dead")


@dataclass(frozen=True)
class Sent:
    """What was delivered over one channel with one result; ``n`` times, ``at`` the latest."""

    status: str
    channel: str
    at: datetime | None
    error: Text | None
    n: int = 1


@dataclass(frozen=True)
class Told:
    """A party that is told of the latest revision.

    ``why`` are all reasons in one line. ``receipt`` is its acknowledgement of this revision, ``earlier`` that of the
    latest one before; ``by`` names who.
    """

    party: str
    why: str
    reasons: Sequence[str]
    sent: Sequence[Sent]
    receipt: Acknowledgement | None
    earlier: Acknowledgement | None
    by: str
    reachable: bool

    @property
    def arrives(self) -> bool:
        """Whether something of the latest revision has reached the party, or may still."""
        return self.receipt is not None or any(sent.status not in FAILED for sent in self.sent)


@dataclass(frozen=True)
class Knowledge:
    """All that a viewer sees of who was told."""

    rows: Sequence[Told]

    @property
    def acknowledged(self) -> int:
        """Parties that acknowledged the latest revision."""
        return sum(row.receipt is not None for row in self.rows)

    @property
    def missing(self) -> list[str]:
        """Codes of those that have not."""
        return [row.party for row in self.rows if row.receipt is None]

    @property
    def unreached(self) -> list[Told]:
        """Those whom nothing of the latest revision reaches."""
        return [row for row in self.rows if not row.arrives]

    def of(self, party: str) -> Told | None:
        """The row of a party."""
        return next((row for row in self.rows if row.party == party), None)


def knowledge(
    visit: Visit,
    notice: Notice,
    recipients: Sequence[Mapping[str, Any]],
    deliveries: Sequence[Mapping[str, Any]],
    receipts: Sequence[Acknowledgement],
    names: Mapping[str, str],
    reachable: Mapping[str, bool],
) -> Knowledge:
    """Put together what the readings gave; ``names`` are those of people, by their ids."""
    return Knowledge([_told(visit, notice, row, deliveries, receipts, names, reachable) for row in recipients])


def _told(
    visit: Visit,
    notice: Notice,
    row: Mapping[str, Any],
    deliveries: Sequence[Mapping[str, Any]],
    receipts: Sequence[Acknowledgement],
    names: Mapping[str, str],
    reachable: Mapping[str, bool],
) -> Told:
    party = row["party"]
    own = {receipt["revision"]: receipt for receipt in receipts if receipt["party"] == party}
    receipt = own.get(notice.revision)
    earlier = own[max(own)] if own and receipt is None else None
    why = reasons.parse(row["reasons"])
    by = names.get(str((receipt or {}).get("by_person")), "")
    sent = _sent(delivery for delivery in deliveries if _is_news(delivery, party, notice.revision))
    return Told(
        party,
        reasons.reasons_words(why, visit.directory, visit.say),
        [reasons.reason_words(reason, visit.directory, visit.say) for reason in why],
        sent,
        receipt,
        earlier,
        by,
        reachable.get(party, True),
    )


def _is_news(delivery: Mapping[str, Any], party: str, revision: int) -> bool:
    return bool(delivery["party"] == party and delivery["revision"] == revision)


def _sent(deliveries: Any) -> list[Sent]:
    """Deliveries with the same channel and result as one; webhooks first, as they are the fastest."""
    found: dict[tuple[str, str, str | None], Sent] = {}
    for delivery in deliveries:
        failed = delivery["status"] in FAILED
        error = delivery["error_class"] if failed else None
        key = (delivery["channel"], delivery["status"], error)
        before = found.get(key)
        moments = [at for at in (delivery["finished_at"], before.at if before else None) if at is not None]
        found[key] = Sent(
            delivery["status"],
            delivery["channel"],
            max(moments) if moments else None,
            error_words(error) if error else None,
            before.n + 1 if before else 1,
        )
    return sorted(found.values(), key=lambda sent: (sent.channel != "webhook", sent.channel, sent.status))
