"""The one transaction in which a revision comes to be: signed, with its recipients, its event and its audit line.

Order of locks: the notice's row, then counters of references and logs, the audit head last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.audit.lines import append
from notify.calendars.zones import zone as zone_of
from notify.errors import Invalid
from notify.language import text
from notify.maps.outlines import BORDERS_SHA256
from notify.notices import content as rules
from notify.notices import signatures
from notify.notices.changes import changes
from notify.notices.derived import columns
from notify.notices.lead import lead
from notify.notices.notice import Content, Notice, dumps, etag_of
from notify.notices.outbox import PUBLIC, News, announce
from notify.notices.references import give, series_of
from notify.notices.tables import notices, recipients, revisions
from notify.office import Act
from notify.parties import directory, graph
from notify.parties import reasons as reason
from notify.parties.adjacency import who_is_told
from notify.parties.directory import Directory


@dataclass(frozen=True)
class Step:
    """A step of the life cycle as decided: what the notice says and is after it."""

    name: str  # published | amended | postponed | cancelled | completed | withdrawn
    status: str
    content: Content
    reason: dict[str, str] | None = None
    outcome: dict[str, object] | None = None

    @property
    def tells_anew(self) -> bool:
        """Whether recipients are worked out again; the other steps tell whoever was told."""
        return self.name in ("published", "amended")


async def revise(act: Act, notice: Notice, step: Step) -> None:
    """Write revision n + 1 of a locked notice. Raises `Invalid` naming what publication still needs."""
    if faults := rules.missing(step.content):
        raise Invalid(faults, text("The notice is not complete yet. Fill in the fields named, then publish it."))
    parties = await directory.load(act.connection, act.now)
    before = await _latest(act.connection, notice)
    number = notice.revision + 1
    told, version = await _told(act, notice, step, parties, before)
    derived = columns(step.content)
    days = _lead(act, notice, step)
    reference = notice.reference or await give(
        act.connection,
        series_of(notice.state, int(str(derived["starts_on"])[:4]), notice.measure, notice.test),
    )
    payload = signatures.payload_of(
        notice.id,
        reference,
        number,
        step.status,
        notice.state,
        act.now,
        str(before["fingerprint"]) if before else None,
        step.content,
    )
    if step.reason:
        payload["reason"] = step.reason
    signed = (await signatures.current_key(act.connection, act.vault, act.now)).sign(payload)
    await act.connection.execute(
        sa.insert(revisions).values(
            notice_id=notice.id,
            revision=number,
            step=step.name,
            status=step.status,
            content=dumps(step.content),
            reason=dumps(step.reason) if step.reason else None,
            outcome=dumps(step.outcome) if step.outcome else None,
            changes=dumps(changes(notice.content, step.content) if before else []),
            published_at=act.now,
            published_by=act.actor.person_id,
            late=days[2],
            lead_days=days[0],
            lead_days_required=days[1],
            graph_version=version,
            borders_sha256=BORDERS_SHA256,
            signature=signed.text,
            fingerprint=signed.fingerprint,
        )
    )
    if told:
        await act.connection.execute(
            sa.insert(recipients),
            [
                {
                    "notice_id": notice.id,
                    "revision": number,
                    "party": party,
                    "reasons": reason.dump(reasons),
                    "rules": reason.rules_column(reasons),
                }
                for party, reasons in sorted(told.items())
            ],
        )
    await act.connection.execute(
        sa.update(notices)
        .where(notices.c.id == notice.id)
        .values(
            status=step.status,
            revision=number,
            reference=reference,
            content=dumps(step.content),
            etag=etag_of(notice.id, step.status, number, step.content),
            updated_at=act.now,
            latest_at=act.now,
            published_at=notice.published_at or act.now,
            lead_days=days[0],
            lead_days_required=days[1],
            late=days[2],
            **derived,
        )
    )
    await announce(
        act,
        News(f"notice.{step.name}", notice.id, revision=number, facts={"status": step.status}),
        _scopes(notice.state, step.content, told, parties),
    )
    # After the revision's own event, whose scopes hold those of every observer: counters are locked once, in order.
    for follow in act.office.followers:
        await follow(act, notice.id, step.content, step.status)
    await append(act, f"notice.{step.name}", "notice", notice.id, revision=number, fingerprint=signed.fingerprint)


def _scopes(state: str, content: Content, told: Iterable[str], parties: Directory) -> set[str]:
    scopes = {state, *told}
    visibility = content.get("visibility", "recipients")
    if visibility == "public":
        scopes |= {PUBLIC, *(party.code for party in parties.all())}
    elif visibility == "members":
        scopes |= {party.code for party in parties.members()} | {"OAS"}
    return scopes


async def _latest(connection: AsyncConnection, notice: Notice) -> dict[str, object] | None:
    if notice.revision == 0:
        return None
    statement = sa.select(revisions.c.fingerprint, revisions.c.graph_version).where(
        revisions.c.notice_id == notice.id, revisions.c.revision == notice.revision
    )
    return dict((await connection.execute(statement)).mappings().one())


async def _told(
    act: Act, notice: Notice, step: Step, parties: Directory, before: dict[str, object] | None
) -> tuple[dict[str, list[reason.Reason]], int]:
    """Who is told and by which version of the graph: never fewer than were told of the revision before."""
    earlier: Sequence[tuple[str, str]] = ()
    if before is not None:
        rows = await act.connection.execute(
            sa.select(recipients.c.party, recipients.c.reasons).where(
                recipients.c.notice_id == notice.id, recipients.c.revision == notice.revision
            )
        )
        earlier = [(party, reasons) for party, reasons in rows]
        if not step.tells_anew:
            kept = {party: reason.parse(reasons) for party, reasons in earlier}
            return kept, int(str(before["graph_version"]))
    neighbours = await graph.current(act.connection)
    told = who_is_told(step.content, neighbours, parties, earlier=[party for party, _ in earlier])
    return told, neighbours.version


def _lead(act: Act, notice: Notice, step: Step) -> tuple[int | None, int | None, bool]:
    """(days, days required, late): worked out when the dates are announced, kept while they stand."""
    same_dates = notice.content.get("period") == step.content.get("period") and notice.status != "postponed"
    if notice.revision > 0 and (same_dates or not step.tells_anew):
        return notice.lead_days, notice.lead_days_required, notice.late
    period = step.content["period"]
    zone = zone_of(period["timezone"])
    found = lead(
        act.now.astimezone(zone).date(),
        date.fromisoformat(period["starts"][:10]),
        notice.measure,
        {4: act.office.settings.lead_days},
    )
    return found.days, found.required, found.late
