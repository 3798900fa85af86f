"""Links by mail that set a password: an invitation to an account, or a reset. Each works once, for a limited time.

Whoever makes one writes the letter that is due in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts import sessions
from notify.accounts.addresses import mailbox
from notify.accounts.tables import account_links, people
from notify.actor import Actor
from notify.audit.lines import append
from notify.errors import NotVisible
from notify.ids import new_id
from notify.language import text
from notify.office import Act
from notify.vault import token_hash

Purpose = Literal["invite", "reset"]

LASTS: dict[Purpose, timedelta] = {"invite": timedelta(days=7), "reset": timedelta(hours=1)}

VISITOR = Actor(kind="link", via="page")
"""Somebody who is not signed in and asks for a link."""


@dataclass(frozen=True)
class Due:
    """The letter that must go to a person now; its link holds ``token``."""

    kind: Purpose
    person_id: str
    token: str


@dataclass(frozen=True)
class Link:
    """A link that can still be taken up, for the page that it opens."""

    purpose: Purpose
    person_id: str
    party: str | None
    email: str
    name: str
    language: str

    def actor(self) -> Actor:
        """Who acts by the link: nobody with a role, but known."""
        return Actor(
            kind="link", via="link", person_id=self.person_id, party=self.party, name=self.name, language=self.language
        )


async def make(act: Act, person_id: str, purpose: Purpose) -> Due:
    """Make a link as part of an act that is audited. Earlier ones keep working until one is taken up."""
    link_id = new_id()
    token = act.vault.link_token(f"account.{purpose}", link_id, 0)
    await act.connection.execute(
        sa.insert(account_links).values(
            id=link_id,
            person_id=person_id,
            purpose=purpose,
            token_hash=token_hash(token),
            created_at=act.now,
            expires_at=act.now + LASTS[purpose],
        )
    )
    return Due(purpose, person_id, token)


async def find(connection: AsyncConnection, token: str, now: datetime) -> Link | None:
    """The link of a token while it can be taken up; looking does not use it."""
    query = (
        sa.select(account_links.c.purpose, people.c.id.label("person_id"), people.c.party, people.c.email,
                  people.c.name, people.c.language)
        .join_from(account_links, people)
        .where(account_links.c.token_hash == token_hash(token), _holds(now), people.c.active)
    )  # fmt: skip
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Link(**row._mapping)


async def take_up(act: Act, token: str, password_hash: str) -> str:
    """Use a link: set the password, void the person's other links, close her sessions; answers her id.

    Raises `NotVisible` for a link that was used or has expired.
    """
    used = (
        sa.update(account_links)
        .where(account_links.c.token_hash == token_hash(token), _holds(act.now))
        .values(used_at=act.now)
        .returning(account_links.c.person_id, account_links.c.purpose)
    )
    link = (await act.connection.execute(used)).one_or_none()
    gone = NotVisible(text("This link was used already or has expired. Ask for a new one on the sign-in page."))
    if link is None:
        raise gone
    set_ = sa.update(people).where(people.c.id == link.person_id, people.c.active).values(password_hash=password_hash)
    if (await act.connection.execute(set_)).rowcount == 0:
        raise gone
    await void(act, link.person_id)
    closed = await sessions.close_all(act, link.person_id)
    await append(act, "person.take_up", "person", link.person_id, link=link.purpose, sessions=closed)
    return str(link.person_id)


async def forgot(act: Act, email: str) -> Due | None:
    """The letter due to whoever lost a password; None for an address without an account that can be used.

    The caller answers both alike. Both write a line, so that the time does not tell them apart either.
    """
    address = mailbox(email)
    pseudonym = act.vault.pseudonym(address)
    query = sa.select(people.c.id, people.c.password_hash).where(people.c.email == address, people.c.active)
    person = (await act.connection.execute(query)).one_or_none()
    if person is None:
        await append(act, "person.forgot", "address", pseudonym)
        return None
    due = await make(act, person.id, "invite" if person.password_hash is None else "reset")
    await append(act, "person.forgot", "person", person.id, address=pseudonym)
    return due


async def void(act: Act, person_id: str) -> None:
    """Make every open link of a person useless, as part of another act, which is audited."""
    await act.connection.execute(
        sa.update(account_links)
        .where(account_links.c.person_id == person_id, account_links.c.used_at.is_(None))
        .values(used_at=act.now)
    )


def _holds(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(account_links.c.used_at.is_(None), account_links.c.expires_at > now)
