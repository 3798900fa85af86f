"""One's own account: password and language."""

from __future__ import annotations

import pytest

from notify.accounts import own, passwords, person, signin
from notify.accounts.throttle import Throttle
from notify.errors import Invalid, NotVisible
from notify.office import Office
from tests.support.accounts import (
    HERE,
    PASSWORD,
    acting_by,
    by_token,
    lines_of,
    new_token,
    open_session,
    person_of,
    pointers,
)


async def test_a_changed_password_keeps_this_session_and_closes_the_others(
    office_sqlite: Office, ana: person.Person
) -> None:
    here, here_id = await open_session(office_sqlite, ana.actor())
    elsewhere, _ = await open_session(office_sqlite, ana.actor())
    async with office_sqlite.database.read() as connection:
        await own.check_password(connection, ana.id, PASSWORD)
        with pytest.raises(Invalid) as refusal:
            await own.check_password(connection, ana.id, "wrong")
    assert pointers(refusal) == {"/current"}
    hashed = await passwords.hash_password("otra contraseña larga")
    async with office_sqlite.act(ana.actor()) as act:
        await own.change_password(act, hashed, keep=here_id)

    assert await acting_by(office_sqlite, here) is not None
    assert await acting_by(office_sqlite, elsewhere) is None
    await signin.authenticate(office_sqlite, Throttle(), ana.email, "otra contraseña larga", HERE)
    assert (await lines_of(office_sqlite))[-1].act == "person.password"


async def test_a_language_is_chosen_among_the_four(office_sqlite: Office, ana: person.Person) -> None:
    async with office_sqlite.act(ana.actor()) as act:
        await own.set_language(act, "fr")
        with pytest.raises(Invalid):
            await own.set_language(act, "de")

    assert (await person_of(office_sqlite, ana.id)).language == "fr"


async def test_a_token_does_not_change_its_person_s_password(office_sqlite: Office, ana: person.Person) -> None:
    secret, _ = await new_token(office_sqlite, ana.actor(), "read")
    robot = await by_token(office_sqlite, secret)
    assert robot is not None

    async with office_sqlite.act(robot) as act:
        with pytest.raises(NotVisible):
            await own.change_password(act, "a hash", keep="")
