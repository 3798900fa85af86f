"""Signing in with a mail address and a password. An unknown account and a wrong password look and last the same."""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from notify.accounts import passwords, person
from notify.accounts.addresses import mailbox
from notify.accounts.person import Person
from notify.accounts.tables import people
from notify.accounts.throttle import Throttle
from notify.errors import NotSignedIn
from notify.language import text
from notify.office import Office

log = structlog.get_logger()


async def authenticate(office: Office, throttle: Throttle, email: str, password: str, address: str) -> Person:
    """The person whose address and password these are; the caller then opens a session.

    ``address`` is the visitor's IP address. Raises `NotSignedIn` with one sentence for an unknown account, a wrong
    password, a disabled account and an invitation not taken up; `TooMany` after too many wrong tries.
    """
    mail = mailbox(email)
    account = office.vault.pseudonym(mail)
    await throttle.try_sign_in(account, address)
    async with office.database.read() as connection:
        query = sa.select(people.c.id, people.c.password_hash, people.c.active).where(people.c.email == mail)
        row = (await connection.execute(query)).one_or_none()
        found = await person.get(connection, row.id) if row is not None else None
    matches = await passwords.verify(row.password_hash if row is not None else None, password)
    if row is None or found is None or not matches or not row.active:
        log.info("sign_in.refused", account=account)
        raise NotSignedIn(text("The mail address or the password is not right. Try again, or ask for a new password."))
    await throttle.signed_in(account, address)
    if passwords.needs_rehash(row.password_hash):
        await _store_again(office, row.id, row.password_hash, await passwords.hash_password(password))
    return found


async def _store_again(office: Office, person_id: str, old: str, new: str) -> None:
    """The same password by today's parameters, unless it was changed meanwhile. No act of the person: not audited."""
    async with office.database.write() as connection:
        await connection.execute(
            sa.update(people).where(people.c.id == person_id, people.c.password_hash == old).values(password_hash=new)
        )
