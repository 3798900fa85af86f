"""Accounts: who may manage whose, passwords, links that set them, sessions and API tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, Type
from argon2.low_level import hash_secret

from notify.accounts import links, own, passwords, people, person, sessions, signin, throttle, tokens
from notify.accounts.links import Due
from notify.accounts.tables import account_links, person_roles
from notify.accounts.tables import people as people_table
from notify.accounts.tables import sessions as sessions_table
from notify.accounts.tables import tokens as tokens_table
from notify.accounts.throttle import Throttle
from notify.actor import COMMAND, Actor, Role
from notify.audit.reading import Line, page
from notify.audit.verify import verify
from notify.errors import Invalid, LifecycleError, NotAllowed, NotSignedIn, NotVisible, TooMany
from notify.ids import new_id
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import START, Clock
from tests.support.office import open_office
from tests.support.people import enrol
from tests.support.valkey import Valkey

PASSWORD = "una contraseña larga"
HERE = "192.0.2.7"


async def invite(office: Office, by: Actor, email: str, *roles: str, **other: str) -> Due:
    async with office.act(by) as act:
        return await people.invite(act, "Ana Rojas", email, roles, "es", **other)


async def settle(office: Office, due: Due, password: str = PASSWORD) -> None:
    """Take up an invitation."""
    hashed = await passwords.hash_password(password)
    async with office.database.read() as connection:
        link = await links.find(connection, due.token, office.clock())
    assert link is not None
    async with office.act(link.actor()) as act:
        await links.take_up(act, due.token, hashed)


async def person_of(office: Office, person_id: str | None) -> person.Person:
    assert person_id is not None
    async with office.database.read() as connection:
        found = await person.get(connection, person_id)
    assert found is not None
    return found


async def lines_of(office: Office) -> list[Line]:
    """The audit log, oldest first; it is whole."""
    async with office.database.read() as connection:
        assert (await verify(connection)).ok
        return (await page(connection, None, 100))[::-1]


def pointers(refusal: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {fault.pointer for fault in refusal.value.faults}


# Inviting


async def test_a_manager_invites_to_her_own_party(office: Office, actor: MakeActor) -> None:
    manager = await actor("PER", "manager")

    due = await invite(office, manager, " Ana.Rojas@PER.example ", "officer", "observer", rank="Major", function="S3")

    ana = await person_of(office, due.person_id)
    assert (ana.party, ana.email, ana.name, ana.rank, ana.language) == (
        "PER", "ana.rojas@per.example", "Ana Rojas", "Major", "es",
    )  # fmt: skip
    assert ana.roles == {"officer", "observer"}
    assert due.kind == "invite"
    assert (ana.active, ana.taken_up) == (True, False)


async def test_an_administrator_invites_managers_of_parties_and_people_of_the_node(office: Office) -> None:
    first = await invite(office, COMMAND, "boss@bol.example", "manager", party="BOL")
    second = await invite(office, COMMAND, "root@node.example", "administrator", "auditor")

    assert (await person_of(office, first.person_id)).party == "BOL"
    assert (await person_of(office, second.person_id)).party is None


@pytest.mark.parametrize("role", ["auditor", "administrator", "emperor", ""])
async def test_a_manager_gives_no_role_of_the_node(office_sqlite: Office, role: str) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")

    with pytest.raises(Invalid) as refusal:
        await invite(office_sqlite, manager, "ana@per.example", "officer", role)
    assert pointers(refusal) == {"/roles"}


@pytest.mark.parametrize(("party", "role"), [("PER", "officer"), ("PER", "observer"), (None, "officer")])
async def test_an_administrator_makes_nobody_an_officer(office_sqlite: Office, party: str | None, role: str) -> None:
    async def try_it() -> None:
        async with office_sqlite.act(COMMAND) as act:
            await people.invite(act, "Ana Rojas", "ana@per.example", [role], "es", party=party)

    with pytest.raises(Invalid) as refusal:
        await try_it()
    assert pointers(refusal) == {"/roles"}


@pytest.mark.parametrize("role", ["officer", "observer", "auditor"])
async def test_who_manages_nobody_invites_nobody(office_sqlite: Office, role: Role) -> None:
    somebody = await enrol(office_sqlite, "PER", role)

    with pytest.raises(NotAllowed):
        await invite(office_sqlite, somebody, "ana@per.example", "observer")


async def test_a_manager_invites_to_no_other_party(office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")

    with pytest.raises(NotAllowed):
        await invite(office_sqlite, manager, "ana@bol.example", "officer", party="BOL")


async def test_a_token_without_the_scope_manage_invites_nobody(office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")

    with pytest.raises(NotAllowed, match="manage"):
        await invite(office_sqlite, replace(manager, scopes=frozenset({"read"})), "ana@per.example", "officer")


async def test_every_fault_of_an_invitation_is_named_at_once(office_sqlite: Office) -> None:
    async def try_it() -> None:
        async with office_sqlite.act(COMMAND) as act:
            await people.invite(act, " ", "no address", [], "de", "x" * 101, "line\nbreak", party="XXX")

    with pytest.raises(Invalid) as refusal:
        await try_it()
    assert pointers(refusal) == {"/name", "/email", "/roles", "/language", "/rank", "/function", "/party"}


async def test_one_address_has_one_account(office: Office, actor: MakeActor) -> None:
    manager = await actor("PER", "manager")
    await invite(office, manager, "ana@per.example", "officer")

    with pytest.raises(Invalid) as refusal:
        await invite(office, manager, "ANA@per.example", "observer")
    assert pointers(refusal) == {"/email"}


async def test_the_log_of_an_invitation_holds_no_personal_data(office: Office, actor: MakeActor) -> None:
    manager = await actor("PER", "manager")
    due = await invite(office, manager, "ana.rojas@per.example", "officer")

    line = (await lines_of(office))[-1]
    assert (line.act, line.actor_id, line.party, line.object_id) == (
        "person.invite", manager.person_id, "PER", due.person_id,
    )  # fmt: skip
    assert line.facts == {
        "of": "PER", "roles": "officer", "address": office.vault.pseudonym("ana.rojas@per.example"),
    }  # fmt: skip
    assert "ana" not in str(line).lower()


# Disabling, enabling, resetting, roles


async def test_a_disabled_account_has_no_session_token_or_link_any_more(office: Office, actor: MakeActor) -> None:
    manager, officer = await actor("PER", "manager"), await actor("PER", "officer")
    assert officer.person_id
    async with office.act(officer) as act:
        session, _ = await sessions.open(act, officer.person_id, "Firefox")
        token, _ = await tokens.create(act, "robot", ["read"], 30)
    async with office.act(manager) as act:
        due = await people.reset(act, officer.person_id)
        await people.disable(act, officer.person_id)

    async def doors() -> list[object]:
        async with office.database.read() as connection:
            return [
                await sessions.find(connection, session, office.clock()),
                await tokens.find(connection, token, office.clock()),
                await links.find(connection, due.token, office.clock()),
            ]

    assert await doors() == [None, None, None]
    async with office.act(manager) as act:
        await people.enable(act, officer.person_id)
    assert await doors() == [None, None, None]  # they stay gone
    assert [line.act for line in await lines_of(office)][-3:] == ["person.reset", "person.disable", "person.enable"]


async def test_what_a_person_opens_in_the_moment_she_is_disabled_does_not_hold(
    office: Office, actor: MakeActor
) -> None:
    manager, officer = await actor("PER", "manager"), await actor("PER", "officer")
    async with office.act(manager) as act:
        await people.disable(act, officer.person_id or "")
    async with office.act(officer) as act:
        session, _ = await sessions.open(act, officer.person_id or "", "Firefox")
        token, _ = await tokens.create(act, "robot", ["read"], 30)
        due = await links.make(act, officer.person_id or "", "reset")

    async with office.database.read() as connection:
        assert await sessions.find(connection, session, office.clock()) is None
        assert await tokens.find(connection, token, office.clock()) is None
        assert await links.find(connection, due.token, office.clock()) is None
    async with office.act(links.VISITOR) as act:
        with pytest.raises(NotVisible):
            await links.take_up(act, due.token, "a hash")


async def test_the_same_decision_twice_is_refused(office_sqlite: Office) -> None:
    manager, officer = await enrol(office_sqlite, "PER", "manager"), await enrol(office_sqlite, "PER", "officer")
    assert officer.person_id
    async with office_sqlite.act(manager) as act:
        with pytest.raises(LifecycleError):
            await people.enable(act, officer.person_id)
        await people.disable(act, officer.person_id)
        with pytest.raises(LifecycleError):
            await people.disable(act, officer.person_id)
        with pytest.raises(LifecycleError):
            await people.reset(act, officer.person_id)


async def test_a_manager_sees_and_manages_her_own_party_alone(office: Office, actor: MakeActor) -> None:
    manager, officer = await actor("PER", "manager"), await actor("PER", "officer")
    strangers = [await actor("BOL", "officer"), await actor("BOL", "manager"), await actor(None, "auditor")]

    async with office.database.read() as connection:
        listed = await person.list_for(connection, manager)
    assert {one.id for one in listed} == {manager.person_id, officer.person_id}
    for stranger in [one.person_id or "" for one in strangers] + [new_id(), "no id"]:
        async with office.act(manager) as act:
            for attempt in (
                people.disable(act, stranger), people.enable(act, stranger), people.reset(act, stranger),
                people.change_roles(act, stranger, ["officer"]),
            ):  # fmt: skip
                with pytest.raises(NotVisible):
                    await attempt


async def test_an_administrator_manages_the_node_s_people_and_every_manager(office: Office, actor: MakeActor) -> None:
    manager, officer, auditor = (
        await actor("PER", "manager"),
        await actor("PER", "officer"),
        await actor(None, "auditor"),
    )

    async with office.database.read() as connection:
        listed = await person.list_for(connection, COMMAND)
    assert {one.id for one in listed} == {manager.person_id, auditor.person_id}
    async with office.act(COMMAND) as act:
        assert (await people.reset(act, manager.person_id or "")).kind == "invite"
        await people.disable(act, auditor.person_id or "")
        with pytest.raises(NotVisible):
            await people.disable(act, officer.person_id or "")


async def test_an_officer_manages_nobody(office_sqlite: Office) -> None:
    officer, other = await enrol(office_sqlite, "PER", "officer"), await enrol(office_sqlite, "PER", "observer")

    async with office_sqlite.act(officer) as act:
        with pytest.raises(NotAllowed):
            await people.disable(act, other.person_id or "")
    async with office_sqlite.database.read() as connection:
        assert await person.list_for(connection, officer) == []


async def test_nobody_disables_herself(office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    await enrol(office_sqlite, "PER", "manager")

    async with office_sqlite.act(manager) as act:
        with pytest.raises(LifecycleError):
            await people.disable(act, manager.person_id or "")


async def test_the_last_manager_and_the_last_administrator_stay(office: Office, actor: MakeActor) -> None:
    manager, admin = await actor("PER", "manager", "officer"), await actor(None, "administrator")
    await actor("BOL", "manager")  # of another party: it does not count

    for attempt in (people.disable, lambda act, who: people.change_roles(act, who, ["officer"])):
        async with office.act(COMMAND) as act:
            with pytest.raises(LifecycleError, match="last manager"):
                await attempt(act, manager.person_id or "")
    for attempt in (people.disable, lambda act, who: people.change_roles(act, who, ["auditor"])):
        async with office.act(COMMAND) as act:
            with pytest.raises(LifecycleError, match="last administrator"):
                await attempt(act, admin.person_id or "")


async def test_a_disabled_manager_does_not_count_as_another(office_sqlite: Office) -> None:
    first, second = await enrol(office_sqlite, "PER", "manager"), await enrol(office_sqlite, "PER", "manager")

    async with office_sqlite.act(COMMAND) as act:
        await people.disable(act, first.person_id or "")
        with pytest.raises(LifecycleError, match="last manager"):
            await people.disable(act, second.person_id or "")


@pytest.fixture
async def other_office(office: Office) -> AsyncIterator[Office]:
    """Another process on the same database."""
    async with open_office(office.settings, office.clock) as made:
        yield made


async def test_two_managers_who_remove_each_other_at_once_leave_one(
    office: Office, other_office: Office, actor: MakeActor
) -> None:
    for attempt in (people.disable, lambda act, who: people.change_roles(act, who, ["officer"])):
        async with office.database.write() as connection:
            await connection.execute(sa.delete(person_roles))
        one, two = await actor("PER", "manager"), await actor("PER", "manager")

        async def remove(through: Office, by: Actor, who: Actor, how: object = attempt) -> bool:
            async with through.act(by) as act:
                try:
                    await how(act, who.person_id)  # type: ignore[operator]
                except LifecycleError:
                    return False
                return True

        done = await asyncio.gather(remove(office, one, two), remove(other_office, two, one))
        assert sorted(done) == [False, True]


async def test_roles_are_given_and_taken(office: Office, actor: MakeActor) -> None:
    manager, officer = await actor("PER", "manager"), await actor("PER", "officer")
    async with office.act(manager) as act:
        await people.change_roles(act, officer.person_id or "", ["observer", "manager"])

    assert (await person_of(office, officer.person_id)).roles == {"observer", "manager"}
    line = (await lines_of(office))[-1]
    assert (line.act, line.facts) == ("person.roles", {"before": "officer", "after": "manager observer"})


async def test_roles_that_are_not_the_manager_s_to_give_are_refused(office_sqlite: Office) -> None:
    manager, officer = await enrol(office_sqlite, "PER", "manager"), await enrol(office_sqlite, "PER", "officer")

    async with office_sqlite.act(manager) as act:
        for roles in (["auditor"], ["officer", "administrator"], []):
            with pytest.raises(Invalid) as refusal:
                await people.change_roles(act, officer.person_id or "", roles)
            assert pointers(refusal) == {"/roles"}
    async with office_sqlite.act(COMMAND) as act:
        with pytest.raises(Invalid):  # an administrator takes a manager's role, and gives no other
            await people.change_roles(act, manager.person_id or "", ["manager", "officer"])


# Links


async def test_an_invitation_sets_the_first_password(office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")
    await settle(office, due)

    assert (await person_of(office, due.person_id)).taken_up
    ana = await signin.authenticate(office, Throttle(), "ana@per.example", PASSWORD, HERE)
    assert ana.actor().has("officer")
    line = (await lines_of(office))[-1]
    assert (line.act, line.actor_kind, line.actor_id) == ("person.take_up", "link", due.person_id)


async def test_a_link_works_once(office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")
    await settle(office, due)

    async with office.act(links.VISITOR) as act:
        with pytest.raises(NotVisible, match="used already or has expired"):
            await links.take_up(act, due.token, "another hash")
    async with office.database.read() as connection:
        assert await links.find(connection, due.token, office.clock()) is None


async def test_a_link_taken_up_twice_at_once_works_once(office: Office, other_office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")

    async def take(through: Office) -> bool:
        async with through.act(links.VISITOR) as act:
            try:
                await links.take_up(act, due.token, "a hash")
            except NotVisible:
                return False
            return True

    assert sorted(await asyncio.gather(take(office), take(other_office))) == [False, True]


@pytest.mark.parametrize(("kind", "lasts"), [("invite", timedelta(days=7)), ("reset", timedelta(hours=1))])
async def test_a_link_expires(office_sqlite: Office, clock: Clock, kind: str, lasts: timedelta) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    due = await invite(office_sqlite, manager, "ana@per.example", "officer")
    if kind == "reset":
        await settle(office_sqlite, due)
        async with office_sqlite.act(manager) as act:
            due = await people.reset(act, due.person_id)
    assert due.kind == kind

    clock.advance(seconds=lasts.total_seconds() - 1)
    async with office_sqlite.database.read() as connection:
        assert await links.find(connection, due.token, clock()) is not None
    clock.advance(seconds=1)
    async with office_sqlite.database.read() as connection:
        assert await links.find(connection, due.token, clock()) is None
    async with office_sqlite.act(links.VISITOR) as act:
        with pytest.raises(NotVisible):
            await links.take_up(act, due.token, "a hash")


async def test_a_new_password_closes_sessions_and_voids_other_links(office: Office, actor: MakeActor) -> None:
    manager = await actor("PER", "manager")
    due = await invite(office, manager, "ana@per.example", "officer")
    await settle(office, due)
    ana = await person_of(office, due.person_id)
    async with office.act(ana.actor()) as act:
        session, _ = await sessions.open(act, ana.id, "Firefox")
    async with office.act(manager) as act:
        first, second = await people.reset(act, ana.id), await people.reset(act, ana.id)
    await settle(office, second, "otra contraseña larga")

    async with office.database.read() as connection:
        assert await sessions.find(connection, session, office.clock()) is None
        assert await links.find(connection, first.token, office.clock()) is None
    with pytest.raises(NotSignedIn):
        await signin.authenticate(office, Throttle(), "ana@per.example", PASSWORD, HERE)
    await signin.authenticate(office, Throttle(), "ana@per.example", "otra contraseña larga", HERE)


async def test_whoever_forgot_a_password_gets_a_link_and_a_stranger_none(office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")

    async def forgot(email: str) -> Due | None:
        async with office.act(links.VISITOR) as act:
            return await links.forgot(act, email)

    again = await forgot("Ana@PER.example")
    assert again is not None
    assert (again.kind, again.person_id) == ("invite", due.person_id)  # it was never taken up
    await settle(office, due)
    reset = await forgot("ana@per.example")
    assert reset is not None
    assert reset.kind == "reset"
    assert await forgot("nobody@per.example") is None
    # A line each: neither the log nor the time of a write tells them apart to whoever asks.
    assert [line.act for line in await lines_of(office)][-1:] == ["person.forgot"]
    assert "nobody" not in str((await lines_of(office))[-1])


async def test_a_disabled_person_gets_no_link(office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    due = await invite(office_sqlite, manager, "ana@per.example", "officer")
    async with office_sqlite.act(manager) as act:
        await people.disable(act, due.person_id)
        assert await links.forgot(act, "ana@per.example") is None


async def test_no_token_is_stored(office: Office, actor: MakeActor) -> None:
    officer = await actor("PER", "officer")
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")
    async with office.act(officer) as act:
        session, _ = await sessions.open(act, officer.person_id or "", "Firefox")
        token, _ = await tokens.create(act, "robot", ["read"], 30)

    async with office.database.read() as connection:
        for table in (account_links, sessions_table, tokens_table):
            stored = str((await connection.execute(sa.select(table))).all())
            for secret in (due.token, session, token):
                assert secret not in stored
    log = str(await lines_of(office))
    assert not any(secret in log for secret in (due.token, session, token))


# Passwords


async def test_a_password_is_hashed_by_argon2id_with_19_mib() -> None:
    hashed = await passwords.hash_password(PASSWORD)

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(hashed, PASSWORD)
    assert not await passwords.verify(hashed, PASSWORD + "x")
    assert hashed != await passwords.hash_password(PASSWORD)


async def test_an_accent_typed_in_two_ways_is_the_same_password() -> None:
    assert await passwords.verify(await passwords.hash_password("contraseña propia"), "contrasen\u0303a propia")


async def test_nobody_s_password_is_never_right() -> None:
    assert not await passwords.verify(None, "nobody has this password")


async def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    hashed = await passwords.hash_password(PASSWORD)

    async def fastest(stored: str | None) -> float:
        times = []
        for _ in range(3):
            started = time.perf_counter()
            await passwords.verify(stored, "wrong")
            times.append(time.perf_counter() - started)
        return min(times)

    await fastest(None)
    assert await fastest(None) > 0.5 * await fastest(hashed)


@pytest.mark.parametrize(
    "password",
    [
        "short", "elevenchars", "password1234", "CONTRASEÑA123", "aaaaaaaaaaaaaaaa", "121212121212", "my officer 1999",
        "abcdefgh" * 126,
    ],
)  # fmt: skip
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check(password, "officer@per.example")
    assert pointers(refusal) == {"/password"}


@pytest.mark.parametrize("password", ["twelve chars", "correct horse battery", "ñandú ñandú ñ", "abcdefgh" * 125])
def test_a_long_password_of_any_letters_will_do(password: str) -> None:
    passwords.check(password, "officer@per.example")
    passwords.check(password, "tw@per.example")  # too short a mail name to look for


# Signing in


@pytest.fixture
async def ana(office_sqlite: Office) -> person.Person:
    """An officer of Peru, ana@per.example, with `PASSWORD`."""
    manager = await enrol(office_sqlite, "PER", "manager")
    due = await invite(office_sqlite, manager, "ana@per.example", "officer")
    await settle(office_sqlite, due)
    return await person_of(office_sqlite, due.person_id)


async def refusal_of(office: Office, email: str, password: str, counts: Throttle | None = None) -> str:
    with pytest.raises(NotSignedIn) as refusal:
        await signin.authenticate(office, counts or Throttle(), email, password, HERE)
    return str(refusal.value)


async def test_every_refusal_to_sign_in_says_the_same(office_sqlite: Office, ana: person.Person) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    await invite(office_sqlite, manager, "invited@per.example", "officer")
    said = {
        await refusal_of(office_sqlite, "ana@per.example", "wrong"),
        await refusal_of(office_sqlite, "nobody@per.example", PASSWORD),
        await refusal_of(office_sqlite, "invited@per.example", PASSWORD),
    }
    async with office_sqlite.act(manager) as act:
        await people.disable(act, ana.id)
    said.add(await refusal_of(office_sqlite, "ana@per.example", PASSWORD))

    assert len(said) == 1


async def test_a_mail_address_is_read_as_people_write_it(office_sqlite: Office, ana: person.Person) -> None:
    assert await signin.authenticate(office_sqlite, Throttle(), " ANA@PER.example", PASSWORD, HERE) == ana


async def test_a_hash_of_older_parameters_is_made_anew_at_sign_in(office_sqlite: Office, ana: person.Person) -> None:
    weak = hash_secret(PASSWORD.encode(), b"salt" * 4, 1, 8, 1, 32, Type.ID).decode()
    await set_hash(office_sqlite, ana.id, weak)

    await signin.authenticate(office_sqlite, Throttle(), "ana@per.example", PASSWORD, HERE)

    async with office_sqlite.database.read() as connection:
        stored = await connection.scalar(sa.select(people_table.c.password_hash).where(people_table.c.id == ana.id))
    assert stored is not None
    assert not PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).check_needs_rehash(stored)
    assert await passwords.verify(stored, PASSWORD)


async def set_hash(office: Office, person_id: str, hashed: str) -> None:
    async with office.database.write() as connection:
        await connection.execute(
            sa.update(people_table).where(people_table.c.id == person_id).values(password_hash=hashed)
        )


# How often


@pytest.fixture(params=["memory", pytest.param("valkey", marks=pytest.mark.server)])
async def counts(request: pytest.FixtureRequest) -> AsyncIterator[Throttle]:
    """A throttle that counts in this process, and one that counts in Valkey."""
    made = Throttle(request.getfixturevalue("valkey").url if request.param == "valkey" else None)
    yield made
    await made.close()


async def test_an_account_has_ten_tries_in_five_minutes_from_anywhere(counts: Throttle) -> None:
    for n in range(10):
        await counts.try_sign_in("ana", f"192.0.2.{n}")

    with pytest.raises(TooMany) as refusal:
        await counts.try_sign_in("ana", "198.51.100.1")
    assert refusal.value.retry_after is not None
    assert 0 < refusal.value.retry_after <= 300
    await counts.try_sign_in("luis", "198.51.100.1")


async def test_an_address_has_thirty_tries_whatever_the_account(counts: Throttle) -> None:
    for n in range(30):
        await counts.try_sign_in(f"account {n}", HERE)

    with pytest.raises(TooMany):
        await counts.try_sign_in("account 31", HERE)
    await counts.try_sign_in("account 31", "198.51.100.1")


async def test_signing_in_rightly_uses_no_try_up(counts: Throttle) -> None:
    for _ in range(40):
        await counts.try_sign_in("ana", HERE)
        await counts.signed_in("ana", HERE)
    for _ in range(10):
        await counts.try_sign_in("ana", HERE)
    with pytest.raises(TooMany):
        await counts.try_sign_in("ana", HERE)


async def test_wrong_passwords_end_in_a_wait_even_for_the_right_one(office_sqlite: Office, ana: person.Person) -> None:
    counts = Throttle()
    for _ in range(9):
        await refusal_of(office_sqlite, "ana@per.example", "wrong", counts)
    await signin.authenticate(office_sqlite, counts, "ana@per.example", PASSWORD, HERE)
    await refusal_of(office_sqlite, "ana@per.example", "wrong", counts)

    with pytest.raises(TooMany):
        await signin.authenticate(office_sqlite, counts, "ana@per.example", PASSWORD, HERE)
    for _ in range(10):  # an account that does not exist is limited alike
        await refusal_of(office_sqlite, "nobody@per.example", "wrong", counts)
    with pytest.raises(TooMany):
        await signin.authenticate(office_sqlite, counts, "nobody@per.example", "wrong", HERE)


async def test_letters_for_a_lost_password_are_limited(counts: Throttle) -> None:
    for _ in range(3):
        await counts.ask_for_letter("ana", HERE)
    with pytest.raises(TooMany):
        await counts.ask_for_letter("ana", HERE)
    await counts.ask_for_letter("luis", HERE)


async def test_a_token_has_two_hundred_requests_a_second(counts: Throttle) -> None:
    answers = await asyncio.gather(*(counts.hit("token one") for _ in range(450)), return_exceptions=True)

    refused = [answer for answer in answers if answer is not None]
    assert refused
    assert len(answers) - len(refused) in (200, 400)  # the second may have ended in between
    assert all(isinstance(answer, TooMany) and answer.retry_after == 1 for answer in refused)
    await counts.hit("token two")


async def test_processes_share_their_counts_in_valkey(valkey: Valkey) -> None:
    one, two = Throttle(valkey.url), Throttle(valkey.url)
    for n in range(10):
        await (one, two)[n % 2].try_sign_in("ana", HERE)

    for counts in (one, two):
        with pytest.raises(TooMany):
            await counts.try_sign_in("ana", HERE)
        await counts.close()


@pytest.mark.parametrize("trouble", ["stop", "pause"])
async def test_without_valkey_a_process_counts_alone_and_nobody_waits(valkey: Valkey, trouble: str) -> None:
    counts = Throttle(valkey.url)
    await counts.try_sign_in("ana", HERE)
    getattr(valkey, trouble)()

    started = time.monotonic()
    for _ in range(10):
        await counts.try_sign_in("ana", HERE)
    with pytest.raises(TooMany):
        await counts.try_sign_in("ana", HERE)
    assert time.monotonic() - started < 1
    await counts.close()


async def test_valkey_is_asked_again_when_it_is_back(valkey: Valkey) -> None:
    counts = Throttle(valkey.url, alone_seconds=0.2)
    valkey.stop()
    await counts.try_sign_in("ana", HERE)
    valkey.start()
    await asyncio.sleep(0.2)
    await counts.try_sign_in("ana", HERE)

    assert b"csbm" in valkey.command("KEYS", "*")
    await counts.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("/run/notify.sock", "/run/notify.sock"),
    ],
)
def test_a_visitor_counts_by_the_network_that_is_hers(address: str, network: str) -> None:
    assert throttle.network_of(address) == network


# Sessions


@pytest.fixture
async def officer(office: Office, actor: MakeActor) -> Actor:
    """An officer of Peru."""
    return await actor("PER", "officer", name="Ana Rojas", language="es")


async def open_session(office: Office, who: Actor, browser: str = "Firefox") -> tuple[str, str]:
    async with office.act(who) as act:
        return await sessions.open(act, who.person_id or "", browser)


async def acting_by(office: Office, token: str) -> Actor | None:
    async with office.database.read() as connection:
        return await sessions.actor_of(connection, token, office.clock())


async def test_a_session_says_who_acts_and_with_which_roles(office: Office, actor: MakeActor) -> None:
    both = await actor("PER", "officer", "manager", name="Ana Rojas", language="es")
    token, _ = await open_session(office, both)

    assert await acting_by(office, token) == both
    assert await acting_by(office, token + "x") is None
    assert (await person_of(office, both.person_id)).signed_in_at == START
    assert (await lines_of(office))[-1].act == "session.open"


async def test_a_change_of_roles_holds_from_the_next_request_on(office: Office, actor: MakeActor) -> None:
    manager, who = await actor("PER", "manager"), await actor("PER", "officer")
    token, _ = await open_session(office, who)
    async with office.act(manager) as act:
        await people.change_roles(act, who.person_id or "", ["observer"])

    now = await acting_by(office, token)
    assert now is not None
    assert now.only_observer
    assert "publish" not in now.scopes


async def test_a_session_ends_after_twelve_hours_without_use(office: Office, officer: Actor, clock: Clock) -> None:
    token, session_id = await open_session(office, officer)
    clock.advance(hours=11, minutes=59)
    async with office.act(officer) as act:
        await sessions.touch(act, session_id)
    clock.advance(hours=11, minutes=59)
    assert await acting_by(office, token) is not None
    clock.advance(minutes=1)
    assert await acting_by(office, token) is None


async def test_a_session_ends_after_seven_days_of_use(office: Office, officer: Actor, clock: Clock) -> None:
    token, session_id = await open_session(office, officer)
    for _ in range(7 * 4 - 1):
        clock.advance(hours=6)
        async with office.act(officer) as act:
            await sessions.touch(act, session_id)
    assert await acting_by(office, token) is not None
    clock.advance(hours=6)
    assert await acting_by(office, token) is None


async def test_the_use_of_a_session_is_noted_every_five_minutes(office: Office, officer: Actor, clock: Clock) -> None:
    token, session_id = await open_session(office, officer)

    async def stale() -> bool:
        async with office.database.read() as connection:
            credential = await sessions.find(connection, token, clock())
        assert credential is not None
        assert credential.id == session_id
        return credential.stale

    clock.advance(minutes=4, seconds=59)
    assert not await stale()
    clock.advance(seconds=1)
    assert await stale()
    async with office.act(officer) as act:
        await sessions.touch(act, session_id)
    assert not await stale()


async def test_sessions_are_listed_and_closed_by_their_person_alone(
    office: Office, officer: Actor, actor: MakeActor, clock: Clock
) -> None:
    stranger = await actor("PER", "officer")
    first, first_id = await open_session(office, officer, "Firefox on Linux")
    clock.advance(minutes=1)
    second, second_id = await open_session(office, officer, "Safari" * 100)

    async with office.database.read() as connection:
        listed = await sessions.list_of(connection, officer.person_id or "", clock())
    assert [(one.id, one.browser[:7]) for one in listed] == [(second_id, "SafariS"), (first_id, "Firefox")]
    for who, session_id in ((stranger, first_id), (officer, new_id()), (officer, "no id")):
        async with office.act(who) as act:
            with pytest.raises(NotVisible):
                await sessions.close(act, session_id)
    async with office.act(officer) as act:
        await sessions.close(act, first_id)
        with pytest.raises(NotVisible):
            await sessions.close(act, first_id)
    assert await acting_by(office, first) is None
    assert await acting_by(office, second) is not None


async def test_all_other_sessions_are_closed_at_once(office: Office, officer: Actor, actor: MakeActor) -> None:
    stranger = await actor("PER", "officer")
    opened = [await open_session(office, officer) for _ in range(3)]
    of_another, _ = await open_session(office, stranger)
    async with office.act(officer) as act:
        assert await sessions.close_others(act, keep=opened[1][1]) == 2

    assert [await acting_by(office, token) is not None for token, _ in opened] == [False, True, False]
    assert await acting_by(office, of_another) is not None
    assert (await lines_of(office))[-1].facts == {"sessions": 2}


# Tokens


async def create(office: Office, who: Actor, *scopes: str, days: int = 30) -> tuple[str, tokens.Token]:
    async with office.act(who) as act:
        return await tokens.create(act, " robot ", scopes, days)


async def by_token(office: Office, token: str) -> Actor | None:
    async with office.database.read() as connection:
        return await tokens.actor_of_token(connection, token, office.clock())


async def test_a_token_acts_for_its_person_within_its_scopes(office: Office, officer: Actor) -> None:
    secret, token = await create(office, officer, "publish", "read")

    robot = await by_token(office, secret)
    assert robot is not None
    assert (robot.kind, robot.via, robot.person_id, robot.party) == ("token", "api", officer.person_id, "PER")
    assert robot.scopes == {"read", "publish"}
    assert robot.roles == {"officer"}
    assert robot.token_id == token.id
    assert secret.startswith("csbm_")
    assert secret.startswith(token.hint)
    assert token.name == "robot"
    assert await by_token(office, secret + "x") is None
    assert await by_token(office, secret.removeprefix("csbm_")) is None
    assert (await lines_of(office))[-1].facts == {"scopes": "read publish", "days": 30}


async def test_a_token_is_no_wider_than_its_person_s_roles(office_sqlite: Office) -> None:
    observer = await enrol(office_sqlite, "PER", "observer")

    for scopes in (["publish"], ["read", "manage"], ["everything"], []):
        with pytest.raises(Invalid) as refusal:
            await create(office_sqlite, observer, *scopes)
        assert pointers(refusal) == {"/scopes"}


async def test_a_token_narrows_with_its_person_s_roles(office: Office, actor: MakeActor) -> None:
    manager, who = await actor("PER", "manager"), await actor("PER", "officer")
    secret, _ = await create(office, who, "read", "publish", "attend")
    async with office.act(manager) as act:
        await people.change_roles(act, who.person_id or "", ["observer"])

    robot = await by_token(office, secret)
    assert robot is not None
    assert robot.scopes == {"read", "attend"}


async def test_a_token_makes_none_that_is_wider_or_lasts_longer(office: Office, officer: Actor, clock: Clock) -> None:
    secret, _ = await create(office, officer, "read", "draft", days=10)
    robot = await by_token(office, secret)
    assert robot is not None
    clock.advance(days=4)

    with pytest.raises(Invalid) as refusal:
        await create(office, robot, "read", "publish", days=7)
    assert pointers(refusal) == {"/scopes", "/days"}
    _, made = await create(office, robot, "read", days=6)
    assert made.expires_at == START + timedelta(days=10)


@pytest.mark.parametrize("days", [-1, 0, 367, 10**12])
async def test_a_token_lasts_a_year_at_most(office_sqlite: Office, days: int) -> None:
    who = await enrol(office_sqlite, "PER", "officer")

    with pytest.raises(Invalid) as refusal:
        await create(office_sqlite, who, "read", days=days)
    assert pointers(refusal) == {"/days"}


async def test_a_token_expires(office: Office, officer: Actor, clock: Clock) -> None:
    secret, token = await create(office, officer, "read", days=366)
    clock.advance(days=365, hours=23)
    assert await by_token(office, secret) is not None
    clock.advance(hours=1)
    assert await by_token(office, secret) is None
    async with office.database.read() as connection:
        assert await tokens.list_of(connection, officer.person_id or "", clock()) == []
        with pytest.raises(NotVisible):
            await tokens.get(connection, officer, token.id, clock())


async def test_a_token_is_revoked_by_its_person_or_by_who_manages_her(office: Office, actor: MakeActor) -> None:
    owner, manager = await actor("PER", "officer"), await actor("PER", "manager")
    others = [await actor("PER", "officer"), await actor("BOL", "manager"), COMMAND]
    weak = replace(manager, scopes=frozenset({"read"}))
    made = [await create(office, owner, "read") for _ in range(2)]

    for stranger in [*others, weak]:
        async with office.act(stranger) as act:
            with pytest.raises(NotVisible):
                await tokens.revoke(act, made[0][1].id)
    for who, (secret, token) in zip((owner, manager), made, strict=True):
        assert await by_token(office, secret) is not None
        async with office.act(who) as act:
            await tokens.revoke(act, token.id)
            with pytest.raises(NotVisible):
                await tokens.revoke(act, token.id)
        assert await by_token(office, secret) is None
        assert (await lines_of(office))[-1].act == "token.revoke"


async def test_tokens_are_listed_for_their_person_and_for_the_party_s_manager(
    office: Office, actor: MakeActor, clock: Clock
) -> None:
    one, two = await actor("PER", "officer", name="Ana"), await actor("PER", "officer", name="Luis")
    stranger = await actor("BOL", "officer")
    made = [(await create(office, who, "read"))[1] for who in (one, two, stranger)]

    async with office.database.read() as connection:
        assert await tokens.list_of(connection, one.person_id or "", clock()) == made[:1]
        assert await tokens.list_of_party(connection, "PER", clock()) == made[:2]
        assert await tokens.get(connection, one, made[0].id, clock()) == made[0]


async def test_the_use_of_a_token_is_noted(office: Office, officer: Actor, clock: Clock) -> None:
    secret, token = await create(office, officer, "read")

    async def stale() -> bool:
        async with office.database.read() as connection:
            credential = await tokens.find(connection, secret, clock())
        assert credential is not None
        return credential.stale

    assert await stale()
    async with office.act(officer) as act:
        await tokens.touch(act, token.id)
    assert not await stale()
    clock.advance(minutes=5)
    assert await stale()


async def test_only_a_person_makes_tokens(office_sqlite: Office) -> None:
    with pytest.raises(NotAllowed):
        await create(office_sqlite, COMMAND, "read")


# One's own account


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
    secret, _ = await create(office_sqlite, ana.actor(), "read")
    robot = await by_token(office_sqlite, secret)
    assert robot is not None

    async with office_sqlite.act(robot) as act:
        with pytest.raises(NotVisible):
            await own.change_password(act, "a hash", keep="")


async def test_names_are_looked_up_for_those_who_are_there(office: Office, actor: MakeActor) -> None:
    who = await actor("PER", "officer", name="Ana Rojas")

    async with office.database.read() as connection:
        assert await person.names(connection, [who.person_id or "", new_id()]) == {who.person_id: "Ana Rojas"}
        assert await person.names(connection, []) == {}
