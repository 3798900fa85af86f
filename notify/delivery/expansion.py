"""Expansion: an event becomes deliveries, one row a subscription, by one INSERT … SELECT: set-based and idempotent.

Events of one notice are expanded in their order under the notice's lock, so that an older revision's deliveries never
appear after a newer one's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts.tables import people
from notify.database import Database
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


class NotExpanded(Exception):
    """A fault of ours in the events ``serials``: nothing was written."""

    def __init__(self, serials: Collection[int]) -> None:
        super().__init__(f"the events {sorted(serials)} could not be expanded")
        self.serials = serials


async def expand(act: Act, expanders: Sequence[Expander] = (), *, without: Collection[int] = ()) -> int:
    """Expand the oldest waiting events of one notice. Returns how many; 0 when nothing waits here.

    A notice of which an event is among ``without``, by serial, is left alone. Raises `NotExpanded`.
    """
    mine = await _claim(act.connection, without)
    try:
        for event in mine:
            await _expand(act, event, expanders)
    except (OperationalError, InterfaceError):
        raise  # the database is away
    except Exception as error:
        raise NotExpanded([event["serial"] for event in mine]) from error
    if mine:
        await act.connection.execute(
            sa.update(events)
            .where(events.c.serial.in_([event["serial"] for event in mine]))
            .values(expanded_at=act.now)
        )
    return len(mine)


async def is_waiting(database: Database) -> bool:
    """Whether there are events to expand."""
    return await database.glance("SELECT 1 FROM events WHERE expanded_at IS NULL LIMIT 1") is not None


async def _expand(act: Act, event: Event, expanders: Sequence[Expander]) -> None:
    if event["type"].startswith("notice.") and event["party"] is None:
        await _tell_recipients(act, event)
    else:
        await _tell_parties(act, event)
    for expander in expanders:
        await expander(act, event)


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
    oldest = (
        await connection.execute(sa.select(events.c.notice_id).where(waits).order_by(events.c.serial).limit(BATCH))
    ).all()
    if not oldest:
        return []
    ids = list(dict.fromkeys(row.notice_id for row in oldest if row.notice_id is not None))
    if ids:
        statement = sa.select(notices.c.id).where(notices.c.id.in_(ids)).with_for_update(skip_locked=True)
        mine = (await connection.execute(statement.limit(1))).scalar()
        if mine is not None:
            statement2 = sa.select(events).where(waits, events.c.notice_id == mine).order_by(events.c.serial)
            return [row._asdict() for row in await connection.execute(statement2)]
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


async def _tell_recipients(act: Act, event: Event) -> None:
    """News of a revision: to every recipient's working subscriptions that match, or had an earlier revision."""
    d, s, r = deliveries.c, subscriptions.c, recipients.c
    if event["number"] > 1:
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
