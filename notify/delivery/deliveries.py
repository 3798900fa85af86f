"""Reading deliveries, and trying one again by hand.

The poster of a notice sees of a channel only its kind, status, time and a class of error; whose subscription it is
sees its address and the receiver's words as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.audit.lines import append
from notify.delivery import subscriptions
from notify.delivery.expansion import working
from notify.delivery.tables import deliveries
from notify.delivery.tables import subscriptions as subscriptions_table
from notify.errors import LifecycleError, NotAllowed, NotVisible
from notify.ids import is_id
from notify.language import text
from notify.notices.notice import Notice, lock
from notify.notices.reading import make_cursor, read_cursor, sees_all
from notify.notices.tables import events, notices
from notify.notices.view import rfc3339
from notify.office import Act

Delivery = Mapping[str, Any]
"""A row of `deliveries` with ``mine`` (the viewer sees its subscription), the event's type and time, the address,
the notice's reference and state."""

FAILED = ("dead", "bounced")


def _statement(viewer: Actor) -> sa.Select[Any]:
    d, s = deliveries.c, subscriptions_table.c
    return (
        sa.select(
            d.id, d.kind, d.lane, d.number, d.supersedable, d.party, d.channel, d.revision, d.status, d.attempts,
            d.due_at, d.created_at, d.finished_at, d.error_class, d.error_text, d.notice_id, d.attendance_id,
            d.subscription_id, s.kind.label("subscription_kind"), s.address, notices.c.reference, notices.c.state,
            events.c.type, events.c.at,
            sa.case((subscriptions.visible(viewer), True), else_=False).label("mine"),
        )
        .outerjoin_from(deliveries, subscriptions_table, s.id == d.subscription_id)
        .outerjoin(notices, notices.c.id == d.notice_id)
        .outerjoin(events, events.c.id == d.event_id)
    )  # fmt: skip


async def of_notice(
    connection: AsyncConnection, notice: Notice, viewer: Actor, *, invitations: bool = False
) -> Sequence[Delivery]:
    """Who was told of each revision over which channel, the latest first; on demand, which observers were invited.

    The poster and auditors see all, a recipient its own party's news, who only observes their own subscriptions'.
    """
    d = deliveries.c
    invites = invitations and not viewer.only_observer and sees_all(notice, viewer)
    kinds = sa.or_(d.supersedable, d.kind == "invitation") if invites else d.supersedable
    statement = _statement(viewer).where(d.notice_id == notice.id, kinds)
    if viewer.only_observer:
        statement = statement.where(subscriptions.visible(viewer))
    elif not sees_all(notice, viewer):
        statement = statement.where(d.party == (viewer.party or ""))
    statement = statement.order_by(sa.func.coalesce(d.revision, 0).desc(), d.party, d.channel, d.id)
    return [row._asdict() for row in await connection.execute(statement)]


async def page(
    connection: AsyncConnection, viewer: Actor, limit: int, cursor: str | None = None
) -> tuple[Sequence[Delivery], str | None]:
    """What was, or will be, sent to the viewer's subscriptions, newest first, and the cursor of the next page."""
    d = deliveries.c
    statement = _statement(viewer).where(subscriptions.visible(viewer))
    if cursor:
        at, last = read_cursor(cursor)
        statement = statement.where(sa.or_(d.created_at < at, sa.and_(d.created_at == at, d.id < last)))
    statement = statement.order_by(d.created_at.desc(), d.id.desc()).limit(limit + 1)
    found = [row._asdict() for row in await connection.execute(statement)]
    more = make_cursor(found[limit - 1]["created_at"], found[limit - 1]["id"]) if len(found) > limit else None
    return found[:limit], more


async def failed_of(connection: AsyncConnection, viewer: Actor) -> Sequence[Delivery]:
    """What did not arrive and nothing newer has replaced: of notices of the viewer's party, and of its own
    subscriptions; newest first, at most 200."""
    d = deliveries.c
    if viewer.party is None or viewer.only_observer:
        return []
    ours = sa.and_(notices.c.state == viewer.party, d.supersedable)
    statement = (
        _statement(viewer)
        .where(d.status.in_(FAILED), sa.or_(ours, subscriptions.visible(viewer)), sa.not_(_replaced()))
        .order_by(d.finished_at.desc(), d.id)
        .limit(200)
    )
    return [row._asdict() for row in await connection.execute(statement)]


async def repeatable(connection: AsyncConnection) -> list[str]:
    """The ids of all that was given up and that `retry` would repeat, the oldest first."""
    d, s = deliveries.c, subscriptions_table.c
    works = sa.exists().where(s.id == d.subscription_id, working())
    possible = sa.or_(
        sa.and_(d.kind == "event", works, sa.not_(_replaced())), sa.and_(d.kind == "invitation", sa.not_(_followed()))
    )
    statement = sa.select(d.id).where(d.status.in_(FAILED), possible).order_by(d.created_at, d.id)
    return list((await connection.execute(statement)).scalars())


def _replaced() -> sa.ColumnElement[bool]:
    """News of a revision after which a newer one was published, whether it goes the same way or not."""
    d, latest = deliveries.c, notices.alias("latest")
    return sa.exists().where(d.supersedable, latest.c.id == d.notice_id, latest.c.revision > d.revision)


def _followed() -> sa.ColumnElement[bool]:
    """An invitation after which another was written for the same observer."""
    d, later = deliveries.c, deliveries.alias("later")
    return sa.exists().where(later.c.notice_id == d.notice_id, later.c.lane == d.lane, later.c.number > d.number)


def delivery_json(row: Delivery) -> dict[str, object]:
    """A delivery as the API shows it; address and the receiver's words only where the viewer's subscription it is."""
    shown: dict[str, object] = {
        "id": row["id"],
        "party": row["party"],
        "channel": row["channel"],
        "revision": row["revision"],
        "attendance": row["attendance_id"] if row["kind"] == "invitation" else None,
        "status": row["status"],
        "attempts": row["attempts"],
        "created_at": rfc3339(row["created_at"]),
        "finished_at": rfc3339(row["finished_at"]),
        "error_class": row["error_class"],
    }
    if row["mine"]:
        shown |= {
            "subscription": row["subscription_id"],
            "address": row["address"],
            "error": row["error_text"],
            "due_at": rfc3339(row["due_at"]) if row["status"] == "pending" else None,
        }
    return shown


async def retry(act: Act, delivery_id: str) -> Delivery:
    """Try a delivery that was given up again, now and then as often as a new one. By whoever the subscription is: its
    owner, or the party's officers and managers; of an invitation by the host's officers.

    Raises `NotVisible`, `NotAllowed`, and `LifecycleError` where nothing is to be repeated.
    """
    row = await get(act.connection, act.actor, delivery_id)
    _check_may_retry(act, row)
    if row["notice_id"] is not None:
        # Under the notice's lock no newer revision can come in between: old news is never sent after new.
        await lock(act.connection, row["notice_id"])
    d, s = deliveries.c, subscriptions_table.c
    if row["status"] not in FAILED:
        raise LifecycleError(text("This delivery was not given up, so there is nothing to repeat."))
    if await act.connection.scalar(sa.select(sa.exists().where(d.id == delivery_id, _replaced()))):
        raise LifecycleError(text("A newer revision was published since. This one is no longer news."))
    if row["kind"] == "letter":
        raise LifecycleError(text("What this letter said is erased. Ask for it again where it came from."))
    if row["kind"] == "event":
        works = sa.exists().where(s.id == row["subscription_id"], working())
        if not await act.connection.scalar(sa.select(works)):
            raise LifecycleError(text("The subscription is switched off. Switch it on first, then repeat."))
    elif await act.connection.scalar(sa.select(sa.exists().where(d.id == delivery_id, _followed()))):
        raise LifecycleError(text("A newer invitation has gone to the observer since. Look at that one."))
    again = await act.connection.execute(
        sa.update(deliveries)
        .where(d.id == delivery_id, d.status.in_(FAILED))
        .values(status="pending", due_at=act.now, finished_at=None, attempts_before=d.attempts)
        .returning(d.id)
    )
    if again.first() is None:
        raise LifecycleError(text("This delivery is being repeated already."))
    act.wakes = True
    await append(act, "delivery.retry", "delivery", delivery_id)
    return await get(act.connection, act.actor, delivery_id)


async def get(connection: AsyncConnection, viewer: Actor, delivery_id: str) -> Delivery:
    """A delivery that the viewer may know of: to its party or its own subscription, or of its notice.

    Raises `NotVisible` for any other.
    """
    if not is_id(delivery_id):
        raise NotVisible()
    statement = _statement(viewer).where(deliveries.c.id == delivery_id)
    row = (await connection.execute(statement)).first()
    if row is None:
        raise NotVisible()
    found: Delivery = row._asdict()
    party = viewer.party
    own = party is not None and not viewer.only_observer and party in (found["party"], found["state"])
    if not (found["mine"] or own or viewer.kind == "command" or viewer.has("auditor")):
        raise NotVisible()
    return found


def _check_may_retry(act: Act, row: Delivery) -> None:
    if act.actor.kind == "command":
        return
    if row["kind"] == "invitation":
        if act.actor.party != row["state"]:
            raise NotAllowed(text("Only the host of the observers can repeat an invitation."))
        act.actor.require("decide", "officer")
    elif not row["mine"]:
        raise NotAllowed(text("Only the party whose subscription this is can repeat the delivery."))
    elif row["subscription_kind"] == "official":
        act.actor.require("subscribe", "officer", "manager")
    else:
        act.actor.require("subscribe", "officer", "manager", "observer")
