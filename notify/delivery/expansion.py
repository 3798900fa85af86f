"""Expansion: an event becomes deliveries, one row a subscription, by INSERT … SELECT: set-based and idempotent.

Events of one notice are expanded in their order under the notice's lock, so that an older revision's deliveries never
appear after a newer one's. News for thousands of subscriptions is expanded part by part, the first of them small: its
deliveries are on their way while the others are written, and nobody who writes waits for all of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts.tables import people
from notify.database import Database, is_away
from notify.delivery.rows import lock_in_order
from notify.delivery.tables import deliveries, subscriptions
from notify.notices.tables import events, notices, recipients
from notify.office import Act
from notify.schema import Id, Instant, random_id

Event = Mapping[str, Any]
"""A row of `events`."""

Expander = Callable[[Act, Event], Awaitable[None]]
"""What else an event becomes, in the same transaction: a part above, such as invitations of observers."""

RULES = (
    "land",
    "maritime",
    "area",
    "airspace",
    "participant",
    "group",
    "agreement",
    "invited",
    "also_notify",
    "earlier",
)

BATCH = 20

FIRST, NEXT = 6_000, 10_000
"""Subscriptions that the first part of an expansion goes through, and each other."""


class NotExpanded(Exception):
    """A fault of ours in the events ``serials``: nothing was written."""

    def __init__(self, serials: Collection[int]) -> None:
        super().__init__(f"the events {sorted(serials)} could not be expanded")
        self.serials = serials


@dataclass(frozen=True)
class Expanded:
    """How many events were worked at, 0 when nothing waits here; ``partly``: of the last there is more to expand."""

    count: int
    partly: bool = False


async def expand(act: Act, expanders: Sequence[Expander] = (), *, without: Collection[int] = ()) -> Expanded:
    """Expand the oldest waiting events of one notice, up to the first part of a large one.

    A notice of which an event is among ``without``, by serial, is left alone. Raises `NotExpanded`.
    """
    mine = await _claim(act.connection, without)
    try:
        for number, event in enumerate(mine, 1):
            ends = await _mark(act, event)
            await _expand(act, event, ends, expanders)
            if ends is not None:
                return Expanded(number, partly=True)
    except Exception as error:
        if is_away(error):
            raise
        raise NotExpanded([event["serial"] for event in mine]) from error
    return Expanded(len(mine))


async def is_waiting(database: Database) -> bool:
    """Whether there are events to expand."""
    return await database.glance("SELECT 1 FROM events WHERE expanded_at IS NULL LIMIT 1") is not None


async def _mark(act: Act, event: Event) -> str | None:
    """Note how far an event is expanded now: to the subscription that is answered, by id; None: it is done."""
    s, begins = subscriptions.c, event["expanded_to"]
    beyond: sa.ColumnElement[Any] = sa.null()
    if _is_news(event):
        ids = sa.select(s.id).order_by(s.id).offset(FIRST if begins is None else NEXT).limit(1)
        beyond = (ids if begins is None else ids.where(s.id >= begins)).scalar_subquery()
    marked = await act.connection.execute(
        sa.update(events)
        .where(events.c.serial == event["serial"])
        .values(expanded_to=beyond, expanded_at=sa.case((beyond.is_(None), sa.literal(act.now, Instant)), else_=None))
        .returning(events.c.expanded_to)
    )
    ends: str | None = marked.scalar_one()
    return ends


async def _expand(act: Act, event: Event, ends: str | None, expanders: Sequence[Expander]) -> None:
    if _is_news(event):
        await _tell_recipients(act, event, ends)
    else:
        await _tell_parties(act, event)
    if ends is None:
        for expander in expanders:
            await expander(act, event)


def _is_news(event: Event) -> bool:
    return event["type"].startswith("notice.") and event["party"] is None


def _waiting(without: Collection[int]) -> sa.ColumnElement[bool]:
    """Events that are to be expanded; not those of a notice of which one is among ``without``, by serial."""
    waits = events.c.expanded_at.is_(None)
    if not without:
        return waits
    faulty = events.alias("faulty")
    left = sa.exists().where(
        faulty.c.serial.in_(sorted(without)),
        sa.or_(faulty.c.serial == events.c.serial, faulty.c.notice_id == events.c.notice_id),
    )
    return sa.and_(waits, sa.not_(left))


async def _claim(connection: AsyncConnection, without: Collection[int]) -> Sequence[Event]:
    waits = _waiting(without)
    oldest = sa.select(events.c.notice_id).where(waits).order_by(events.c.serial).limit(BATCH)
    free = sa.select(notices.c.id).where(notices.c.id.in_(oldest)).limit(1).with_for_update(skip_locked=True)
    mine = await connection.scalar(free)
    if mine is not None:
        of_it = sa.select(events).where(waits, events.c.notice_id == mine).order_by(events.c.serial)
        return [row._asdict() for row in await connection.execute(of_it)]
    loose = (
        sa.select(events)
        .where(waits, events.c.notice_id.is_(None))
        .order_by(events.c.serial)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return [row._asdict() for row in await connection.execute(loose)]


COLUMNS = (
    "id", "kind", "lane", "number", "supersedable", "overtaken", "event_id", "notice_id", "revision", "party",
    "subscription_id", "channel", "host", "status", "attempts", "due_at", "created_at",
)  # fmt: skip


def _rows(act: Act, event: Event, *, supersedable: bool) -> sa.Select[Any]:
    s = subscriptions.c
    return sa.select(
        random_id(),
        sa.literal("event"),
        sa.literal("s:") + sa.cast(s.id, sa.String) + sa.literal(f":{event['notice_id']}"),
        sa.literal(event["number"], sa.Integer),
        sa.literal(supersedable),
        sa.literal(False),
        sa.literal(event["id"], Id),
        sa.literal(event["notice_id"], Id),
        sa.literal(event["revision"], sa.Integer),
        s.party,
        s.id,
        s.channel,
        s.host,
        sa.literal("pending"),
        sa.literal(0),
        sa.literal(act.now, Instant),
        sa.literal(act.now, Instant),
    ).where(working())


def working() -> sa.ColumnElement[bool]:
    """A subscription that something can be delivered to: switched on, its mail address confirmed, its owner here."""
    s = subscriptions.c
    confirmed = sa.or_(s.channel == "webhook", sa.and_(s.channel == "email", s.confirmed_at.is_not(None)))
    return sa.and_(s.active, confirmed, owned())


def owned() -> sa.ColumnElement[bool]:
    """An official subscription, or a personal one of somebody who still has an account of the party."""
    s = subscriptions.c
    owner = sa.exists().where(people.c.id == s.person_id, people.c.active, people.c.party == s.party)
    return sa.or_(s.kind == "official", owner)


async def _insert(act: Act, rows: sa.Select[Any]) -> None:
    if act.office.database.is_sqlite:
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    await act.connection.execute(
        insert(deliveries).from_select(list(COLUMNS), rows).on_conflict_do_nothing(
            index_elements=["subscription_id", "event_id"]
        )
    )  # fmt: skip


async def _tell_recipients(act: Act, event: Event, ends: str | None) -> None:
    """News of a revision: to every recipient's working subscriptions that match, or had an earlier revision.

    Of this part: up to, by id, the one with which the next begins.
    """
    d, s, r = deliveries.c, subscriptions.c, recipients.c
    begins = event["expanded_to"]
    if event["number"] > 1 and begins is None:
        await overtake(act, d.notice_id == event["notice_id"], d.supersedable, d.number < event["number"])
    earlier = deliveries.alias()
    had_earlier = sa.exists().where(
        earlier.c.subscription_id == s.id, earlier.c.notice_id == event["notice_id"], earlier.c.supersedable
    )
    notice = notices.c
    rows = (
        _rows(act, event, supersedable=True)
        .join_from(
            subscriptions,
            recipients,
            sa.and_(r.party == s.party, r.notice_id == event["notice_id"], r.revision == event["revision"]),
        )
        .join(notices, notice.id == r.notice_id)
        .where(
            sa.or_(
                s.kind == "official",
                had_earlier,
                sa.and_(
                    sa.or_(s.filter_measures.is_(None), _holds(s.filter_measures, sa.cast(notice.measure, sa.String))),
                    sa.or_(s.filter_states.is_(None), _holds(s.filter_states, notice.state)),
                    sa.or_(
                        s.filter_rules.is_(None),
                        *(sa.and_(_holds(s.filter_rules, rule), _holds(r.rules, rule)) for rule in RULES),
                    ),
                ),
            )
        )
    )
    if begins is not None:
        rows = rows.where(s.id >= begins)
    if ends is not None:
        rows = rows.where(s.id < ends)
    await _insert(act, rows)


async def overtake(act: Act, *which: sa.ColumnElement[bool]) -> None:
    """Older deliveries of a lane are no longer news: those not being sent are superseded, the others not repeated."""
    d = deliveries.c
    waiting = sa.and_(*which, d.status.in_(("pending", "sending")))
    if not act.office.database.is_sqlite:
        ids = (await act.connection.execute(sa.select(d.id).where(waiting))).scalars().all()
        await lock_in_order(act.connection, deliveries, ids)
    await act.connection.execute(
        sa.update(deliveries)
        .where(waiting)
        .values(
            overtaken=True,
            status=sa.case((d.status == "pending", "superseded"), else_=d.status),
            finished_at=sa.case((d.status == "pending", sa.literal(act.now, Instant)), else_=d.finished_at),
        )
    )


def _holds(column: sa.ColumnElement[Any], item: Any) -> sa.ColumnElement[bool]:
    """Whether a column like ",4,18," holds an item."""
    return column.like(sa.literal("%,") + item + sa.literal(",%"))


async def _tell_parties(act: Act, event: Event) -> None:
    """Acknowledgements, attendance and what concerns a subscription: to official subscriptions of who it concerns."""
    s = subscriptions.c
    host = sa.select(notices.c.state).where(notices.c.id == event["notice_id"]).scalar_subquery()
    by_webhook = sa.and_(s.channel == "webhook", sa.or_(s.party == event["party"], s.party == host))
    mailed = mailed_to(event["type"])
    if mailed == "host":
        audience = sa.or_(by_webhook, sa.and_(s.channel == "email", s.party == host))
    elif mailed == "own":
        audience = sa.or_(by_webhook, sa.and_(s.channel == "email", s.party == event["party"]))
    else:
        audience = by_webhook
    rows = _rows(act, event, supersedable=False).select_from(subscriptions).where(s.kind == "official", audience)
    await _insert(act, rows)


def mailed_to(event_type: str) -> str | None:
    """Whose officers are mailed of an event: ``own`` (the observer's party), ``host``, or nobody.

    A mail goes to whoever must act on it or learns something by it; programs get every event by webhook.
    """
    return {
        "attendance.requested": "own",
        "attendance.endorsed": "host",
        "attendance.approved": "own",
        "attendance.declined": "own",
        "attendance.waitlisted": "own",
        "attendance.revoked": "own",
        "attendance.withdrawn": "host",
        "attendance.replied": "host",
    }.get(event_type)
