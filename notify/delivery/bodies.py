"""Messages of deliveries: webhooks and mails of events, and letters; the same bytes whenever one is made again."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.calendars.mail import Mailbox, notice_message
from notify.delivery.attendance_mail import attendance_mail
from notify.delivery.channels.email import MailMessage
from notify.delivery.channels.webhook import WebhookMessage
from notify.delivery.claims import Claim
from notify.delivery.expansion import owned
from notify.delivery.kept import Kept
from notify.delivery.letter_words import letter_mail
from notify.delivery.letters import SEALED_AS
from notify.delivery.mail_rendering import ShortMail, message_id, render_short, sender
from notify.delivery.news import Event, NewsDesk, Told, is_news, recipient_json, webhook_body
from notify.delivery.news_mail import NewsMails
from notify.delivery.outcome import SWITCHED_OFF, Outcome
from notify.delivery.pings import PING, ping_mail
from notify.delivery.rows import among, fetch
from notify.delivery.sending import Message, Prepare
from notify.delivery.subscription_models import Subscription
from notify.delivery.subscriptions import SECRET
from notify.delivery.tables import letters as letters_table
from notify.delivery.tables import subscriptions
from notify.delivery.webhook_signature import SECRETS_KEPT
from notify.language import translator
from notify.notices.notice import COLUMNS, Notice, dumps, from_row
from notify.notices.tables import events as events_table
from notify.notices.tables import notices
from notify.office import Office
from notify.parties import directory
from notify.parties.directory import Directory

AT_ONCE = 0.01
"""Seconds for which messages are made before others have their turn: thousands of mails take a second."""


class DataOf(Protocol):
    """The data of events for one party, by event id, in a language (`notify.observers.eventdata.data_of`)."""

    def __call__(
        self, connection: AsyncConnection, events: Sequence[Event], party: str | None, language: str
    ) -> Awaitable[dict[str, dict[str, object]]]: ...


def events(office: Office, data_of: DataOf) -> Prepare:
    """Makes the messages of kind ``event``."""
    return _Events(office, data_of).prepare


def letters(office: Office) -> Prepare:
    """Makes the messages of kind ``letter``."""

    async def prepare(connection: AsyncConnection, claims: Sequence[Claim]) -> Mapping[str, Message | Outcome]:
        ids = [one.letter_id for one in claims]
        found = await connection.execute(sa.select(letters_table).where(among(connection, letters_table.c.id, ids)))
        rows = {row.id: row._asdict() for row in found}
        parties = await directory.load(connection, office.clock())
        made: dict[str, Message | Outcome] = {}
        for one in claims:
            row = rows.get(one.letter_id)
            if row is None:
                made[one.id] = Outcome("dead", error_class="content")  # erased: it was sent or given up
                continue
            facts = json.loads(office.vault.open(row["facts_sealed"], SEALED_AS))
            words = letter_mail(row["kind"], facts, row["language"], parties, office.settings.base_url)
            made[one.id] = short_message(office, one.id, words, row["to_address"], row["created_at"])
        return made

    return prepare


def short_message(
    office: Office, delivery_id: str, mail: ShortMail, to: str, at: datetime, request_id: str = ""
) -> MailMessage:
    """A short mail, made ready."""
    rendered = render_short(mail)
    data = partial(
        notice_message,
        sender=sender(office.settings, translator(mail.language)),
        to=Mailbox(to),
        subject=mail.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id(office.settings, delivery_id),
        date=at,
    )
    return MailMessage(delivery_id, office.settings.mail_from, to, data, request_id)


class _Events:
    """What is kept from one batch to the next."""

    def __init__(self, office: Office, data_of: DataOf) -> None:
        self._office = office
        self._data_of = data_of
        self._desk = NewsDesk()
        self._mails = NewsMails(office)
        self._rows: Kept[str, Event] = Kept(lambda event: len(str(event["facts"])))
        self._bodies: Kept[tuple[str, str, str], bytes] = Kept(len)  # by event, party and language
        # By what is sealed: a renewed secret is another.
        self._opened = lru_cache(maxsize=SECRETS_KEPT)(lambda sealed: office.vault.open(sealed, SECRET))

    async def prepare(self, connection: AsyncConnection, claims: Sequence[Claim]) -> Mapping[str, Message | Outcome]:
        rows = await self._events_of(connection, claims)
        subscribed = await _subscriptions_of(connection, claims)
        told = await self._desk.of(connection, (row for row in rows.values() if is_news(row)))
        parties = await self._parties(connection, claims, subscribed)
        data = await self._data(connection, claims, rows, subscribed)
        about = await _notices_of(connection, (row for row in rows.values() if not is_news(row)))
        made: dict[str, Message | Outcome] = {}
        since = time.perf_counter()
        for one in claims:
            if time.perf_counter() - since > AT_ONCE:
                await asyncio.sleep(0)
                since = time.perf_counter()
            subscription, event = subscribed.get(one.subscription_id), rows[one.event_id]
            if subscription is None:
                made[one.id] = SWITCHED_OFF
            elif one.channel == "webhook":
                made[one.id] = self._webhook(one, event, subscription, told, data, parties)
            else:
                made[one.id] = self._mail(one, event, subscription, told, data, parties, about)
        return made

    async def _events_of(self, connection: AsyncConnection, claims: Sequence[Claim]) -> Mapping[str, Event]:
        """The events, by id: nothing that is told of one ever changes."""
        wanted = {one.event_id for one in claims}
        found = {event_id: row for event_id in wanted if (row := self._rows.get(event_id)) is not None}
        if missing := sorted(wanted - found.keys()):
            statement = sa.select(events_table).where(among(connection, events_table.c.id, missing))
            for missed in (await connection.execute(statement)).mappings():
                found[missed["id"]] = self._rows.put(missed["id"], dict(missed))
        return found

    async def _parties(
        self, connection: AsyncConnection, claims: Sequence[Claim], subscribed: Mapping[str, Subscription]
    ) -> Directory:
        """The parties' names; nobody's where every body is there already."""
        told = ((one, subscribed.get(one.subscription_id)) for one in claims)
        made = all(
            one.channel == "webhook" and (one.event_id, to["party"], to["language"]) in self._bodies
            for one, to in told
            if to is not None
        )
        return Directory((), (), 0) if made else await directory.load(connection, self._office.clock())

    async def _data(
        self,
        connection: AsyncConnection,
        claims: Sequence[Claim],
        rows: Mapping[str, Event],
        subscribed: Mapping[str, Subscription],
    ) -> dict[tuple[str, str, str], dict[str, object]]:
        """The data of the events that are no news, by event, party and language."""
        wanted: dict[tuple[str, str], dict[str, Event]] = defaultdict(dict)
        for one in claims:
            event, subscription = rows[one.event_id], subscribed.get(one.subscription_id)
            if subscription is not None and not is_news(event):
                wanted[subscription["party"], subscription["language"]][event["id"]] = event
        data: dict[tuple[str, str, str], dict[str, object]] = {}
        for (party, language), of_reader in wanted.items():
            found = await self._data_of(connection, list(of_reader.values()), party, language)
            data |= {(event_id, party, language): each for event_id, each in found.items()}
        return data

    def _webhook(
        self,
        one: Claim,
        event: Event,
        subscription: Subscription,
        told: Mapping[str, Told],
        data: Mapping[tuple[str, str, str], dict[str, object]],
        parties: Directory,
    ) -> Message:
        key = (event["id"], subscription["party"], subscription["language"])
        body = self._bodies.get(key)
        if body is None:
            if is_news(event):
                news = told[event["id"]]
                recipient = dumps(recipient_json(news, subscription["party"], parties, subscription["language"]))
                body = webhook_body(event, f'{{"notice":{news.encoded},"recipient":{recipient}}}')
            else:
                body = webhook_body(event, dumps(data[key]))
            self._bodies.put(key, body)
        secrets = self._secrets(subscription)
        return WebhookMessage(one.id, subscription["address"], secrets, body, event["request_id"])

    def _secrets(self, subscription: Subscription) -> tuple[str, ...]:
        secret = self._opened(subscription["secret_sealed"])
        old, until = subscription["old_secret_sealed"], subscription["old_secret_until"]
        if old and until is not None and until > self._office.clock():
            return secret, self._opened(old)
        return (secret,)

    def _mail(
        self,
        one: Claim,
        event: Event,
        subscription: Subscription,
        told: Mapping[str, Told],
        data: Mapping[tuple[str, str, str], dict[str, object]],
        parties: Directory,
        about: Mapping[str, Notice],
    ) -> Message:
        delivery_id, language = one.id, subscription["language"]
        if is_news(event):
            return self._mails.mail(delivery_id, event, told[event["id"]], subscription, parties)
        base_url = self._office.settings.base_url
        if event["type"] == PING:
            words = ping_mail(subscription, parties, base_url)
        else:
            attendance = data[event["id"], subscription["party"], language]["attendance"]
            assert isinstance(attendance, Mapping)
            notice = about[event["notice_id"]]
            words = attendance_mail(event["type"], attendance, notice, parties, language, base_url)
        return short_message(
            self._office, delivery_id, words, subscription["address"], event["at"], event["request_id"]
        )


async def _subscriptions_of(connection: AsyncConnection, claims: Sequence[Claim]) -> dict[str, Subscription]:
    """Those that are still to be delivered to, by id."""
    s = subscriptions.c
    ids = sorted({one.subscription_id for one in claims})
    confirmed = sa.or_(s.channel != "email", s.confirmed_at.is_not(None))
    columns = [
        s.id, s.party, s.kind, s.channel, s.address, s.language, s.secret_sealed, s.old_secret_sealed,
        s.old_secret_until, s.generation,
    ]  # fmt: skip
    names = [column.name for column in columns]
    statement = sa.select(*columns).where(among(connection, s.id, ids), s.active, confirmed, owned())
    found = (dict(zip(names, row, strict=True)) for row in await fetch(connection, statement))
    return {row["id"]: row for row in found}


async def _notices_of(connection: AsyncConnection, rows: Iterable[Event]) -> dict[str, Notice]:
    ids = sorted({str(row["notice_id"]) for row in rows if row["notice_id"] is not None})
    if not ids:
        return {}
    found = await connection.execute(sa.select(*COLUMNS).where(among(connection, notices.c.id, ids)))
    return {row.id: from_row(row._asdict()) for row in found}
