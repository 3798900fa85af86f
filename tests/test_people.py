"""Accounts of people: who may invite, disable and reset whom, and which roles are whose to give."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from notify.accounts import links, people, person, sessions, tokens
from notify.accounts.addresses import mailbox
from notify.accounts.tables import person_roles
from notify.actor import COMMAND, Actor, Role
from notify.errors import Invalid, LifecycleError, NotAllowed, NotVisible
from notify.ids import new_id
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.accounts import (
    invite,
    lines_of,
    person_of,
    pointers,
)
from tests.support.people import enrol

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


async def test_an_address_that_no_mail_reaches_is_refused(office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    with pytest.raises(Invalid) as refusal:
        await invite(office_sqlite, manager, "josé@per.example", "officer")
    assert pointers(refusal) == {"/email"}
    due = await invite(office_sqlite, manager, "ana@exército.example", "officer")
    async with office_sqlite.database.read() as connection:
        made = await person.get(connection, due.person_id)
    assert made is not None and made.email == "ana@xn--exrcito-cya.example"
    assert mailbox("Ana@Exército.example") == made.email


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


async def test_names_are_looked_up_for_those_who_are_there(office: Office, actor: MakeActor) -> None:
    who = await actor("PER", "officer", name="Ana Rojas")

    async with office.database.read() as connection:
        assert await person.names(connection, [who.person_id or "", new_id()]) == {who.person_id: "Ana Rojas"}
        assert await person.names(connection, []) == {}
