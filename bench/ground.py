"""What the benchmarks stand on: a fresh database with parties, people and subscriptions, on SQLite or PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from notify.accounts.tables import people, person_roles
from notify.actor import COMMAND, Actor, scopes_of
from notify.database import Database
from notify.delivery import webhook_signature
from notify.delivery.subscriptions import SECRET
from notify.delivery.tables import subscriptions
from notify.ids import new_id
from notify.migrations import upgrade
from notify.notices import drafts, lifecycle, signatures
from notify.notices.notice import Notice
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.settings import Settings
from notify.vault import Vault
from tests.support.postgres import Postgres

DATABASES = ("sqlite", "postgresql")


@contextmanager
def urls(kind: str) -> Iterator[tuple[Path, str]]:
    """A folder and the address of an empty database of a kind; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if kind == "sqlite":
            yield Path(folder), f"sqlite+aiosqlite:///{folder}/notify.db"
            return
        server = Postgres()
        try:
            yield Path(folder), server.url(server.create())
        finally:
            server.close()


def settings_of(folder: Path, url: str, **more: Any) -> Settings:
    """Settings of a benchmark: webhooks may go to this machine."""
    values: dict[str, Any] = {
        "data_dir": folder, "database_url": url, "secret_key": "a secret of the benchmarks and of nobody else",
        "webhook_allow_private": True, "log_level": "error", **more,
    }  # fmt: skip
    return Settings(**values)


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Office]:
    """An office on a migrated database with a signing key."""
    database = Database(settings.database)
    await upgrade(database)
    made = Office(settings, database, Vault(settings.key()), followers=(follow_revision,))
    async with made.act(COMMAND) as act:
        await signatures.ensure_key(act)
    try:
        yield made
    finally:
        await made.close()


async def officer(office_: Office, party: str) -> Actor:
    """An officer of a party."""
    person_id, roles = new_id(), frozenset({"officer"})
    async with office_.database.write() as connection:
        await connection.execute(
            sa.insert(people).values(
                id=person_id, party=party, email=f"{person_id}@{party.lower()}.example", name="Officer", language="en",
                active=True, created_at=office_.clock(),
            )
        )  # fmt: skip
        await connection.execute(sa.insert(person_roles).values(person_id=person_id, role="officer"))
    return Actor("person", "page", person_id, party, roles, scopes_of(roles), "Officer", "en")  # type: ignore[arg-type]


async def subscribe(office_: Office, parties: list[str], each: int, url: str, host: str) -> None:
    """``each`` official webhook subscriptions a party."""
    sealed = office_.vault.seal(webhook_signature.new_secret(), SECRET)
    now = office_.clock()
    rows = [
        {
            "id": new_id(), "party": party, "kind": "official", "channel": "webhook", "address": url, "host": host,
            "language": "en", "secret_sealed": sealed, "generation": 0, "confirmed_at": now, "active": True,
            "created_at": now,
        }
        for party in parties
        for _ in range(each)
    ]  # fmt: skip
    async with office_.database.write() as connection:
        await connection.execute(sa.insert(subscriptions), rows)


def exercise(**more: Any) -> dict[str, Any]:
    """A whole notice of Peru."""
    return {
        "measure": 4, "state": "PER",
        "title": {"es": "PUMA: ejercicio nacional de brigada de montaña"},
        "summary": {"es": "Adiestramiento anual de la brigada en terreno de altura."},
        "period": {"starts": "2027-08-18", "ends": "2027-08-29", "timezone": "America/Lima", "all_day": True},
        "place": {"name": "Mazocruz, Puno", "geometry": {"type": "Point", "coordinates": [-69.73, -16.74]},
                  "radius_km": 20},
        "participants": [{"state": "PER", "personnel": 2400}],
        "contact": {"name": "Crnl. A. Quispe", "office": "Relaciones Internacionales", "email": "a@mindef.example",
                    "phone": "+51 1 555 0100"},
        "visibility": "recipients",
        "content": {"activity": "exercise", "designation": "PUMA", "type": "field", "services": ["army"]},
        **more,
    }  # fmt: skip


async def draft(office_: Office, actor: Actor, body: dict[str, Any]) -> str:
    """A draft's id."""
    async with office_.act(actor) as act:
        return (await drafts.create(act, body)).id


async def publish(office_: Office, actor: Actor, notice_id: str) -> Notice:
    """Publish it."""
    async with office_.act(actor) as act:
        return await lifecycle.publish(act, notice_id)
