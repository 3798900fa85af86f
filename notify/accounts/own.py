"""One's own account: its password and its language."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts import links, passwords, sessions
from notify.accounts.tables import people
from notify.audit.lines import append
from notify.errors import Fault, Invalid, NotVisible
from notify.language import LANGUAGES, text
from notify.office import Act


async def check_password(connection: AsyncConnection, person_id: str, password: str, pointer: str = "/current") -> None:
    """Raise `Invalid` unless ``password`` is the person's: asked again before it is changed. Not in a write."""
    stored = await connection.scalar(sa.select(people.c.password_hash).where(people.c.id == person_id))
    if not await passwords.verify(stored, password):
        raise Invalid([Fault(pointer, text("This is not your password now."))])


async def change_password(act: Act, password_hash: str, keep: str) -> None:
    """Set one's password; every session but ``keep`` is closed, and open links are void."""
    person_id = await _mine(act, password_hash=password_hash)
    closed = await sessions.close_all(act, person_id, keep=keep)
    await links.void(act, person_id)
    await append(act, "person.password", "person", person_id, sessions=closed)


async def set_language(act: Act, language: str) -> None:
    """Choose the language of one's pages and mails. Raises `Invalid` for one that is not spoken here."""
    if language not in LANGUAGES:
        raise Invalid([Fault("/language", text("Choose Spanish, English, Portuguese or French."))])
    person_id = await _mine(act, language=language)
    await append(act, "person.language", "person", person_id, language=language)


async def _mine(act: Act, **values: str) -> str:
    person_id = act.actor.person_id
    if person_id is None or act.actor.kind != "person":
        raise NotVisible()
    await act.connection.execute(sa.update(people).where(people.c.id == person_id).values(**values))
    return person_id
