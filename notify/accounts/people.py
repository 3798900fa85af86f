"""Managing the accounts of others: invite, disable, enable, reset, change roles.

A manager does it for her party's people, an administrator for the node's and for every party's managers (`care`);
for anybody else's account the answer is `NotVisible`. The letters that invitations and resets call for are written by
the caller in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from notify.accounts import links, sessions, tokens
from notify.accounts.addresses import is_mailbox, mailbox
from notify.accounts.care import givable, keeper
from notify.accounts.links import Due
from notify.accounts.person import Person, in_care_of
from notify.accounts.tables import people, person_roles
from notify.actor import Role
from notify.audit.lines import append
from notify.errors import Fault, Invalid, LifecycleError, NotAllowed
from notify.ids import new_id
from notify.language import LANGUAGES, text
from notify.office import Act
from notify.parties.tables import parties


async def invite(
    act: Act,
    name: str,
    email: str,
    roles: Collection[str],
    language: str,
    rank: str = "",
    function: str = "",
    party: str | None = None,
) -> Due:
    """Make an account without a password and the link that sets one.

    A manager invites to her own party (``party`` may be left out) as officer, manager or observer; an administrator
    invites a party's managers, and without a party auditors and administrators. Raises `Invalid` with every fault.
    """
    act.actor.require("manage", "manager", "administrator")
    if party is None:
        party = act.actor.party
    allowed = givable(act.actor, party)
    if not allowed:
        raise NotAllowed(text("You may invite people of your own party only."))
    address = mailbox(email)
    faults = [*_faults_of_texts(name, rank, function, language), *_faults_of_roles(roles, allowed)]
    if not is_mailbox(address):
        faults.append(Fault("/email", text("Write a mail address such as name@ministry.example.")))
    if party is not None and not await act.connection.scalar(sa.select(sa.exists().where(parties.c.code == party))):
        faults.append(Fault("/party", text("There is no party with this code.")))
    if faults:
        raise Invalid(faults)
    person_id = await _insert(act, party, address, name.strip(), rank.strip(), function.strip(), language)
    await act.connection.execute(
        sa.insert(person_roles), [{"person_id": person_id, "role": role} for role in sorted(set(roles))]
    )
    due = await links.make(act, person_id, "invite")
    pseudonym = act.vault.pseudonym(address)
    await append(act, "person.invite", "person", person_id, of=party, roles=_words(roles), address=pseudonym)
    return due


async def disable(act: Act, person_id: str) -> None:
    """Stop somebody's access at once: sessions closed, tokens revoked, links void.

    Raises `LifecycleError` for oneself, for the last who can manage, and when it was done already.
    """
    person = await _cared_for(act, person_id)
    if person.id == act.actor.person_id:
        raise LifecycleError(text("You cannot disable your own account. Ask somebody else who manages accounts."))
    if not person.active:
        raise LifecycleError(text("This account is disabled already."))
    if keeper(person.party) in person.roles:
        await _require_another(act, person)
    await act.connection.execute(sa.update(people).where(people.c.id == person.id).values(active=False))
    closed = await sessions.close_all(act, person.id)
    revoked = await tokens.revoke_all(act, person.id)
    await links.void(act, person.id)
    await append(act, "person.disable", "person", person.id, sessions=closed, tokens=revoked)


async def enable(act: Act, person_id: str) -> None:
    """Give access back: the password is as it was; sessions, tokens and links stay gone."""
    person = await _cared_for(act, person_id)
    if person.active:
        raise LifecycleError(text("This account is enabled already."))
    await act.connection.execute(sa.update(people).where(people.c.id == person.id).values(active=True))
    await append(act, "person.enable", "person", person.id)


async def reset(act: Act, person_id: str) -> Due:
    """The link for a new password, or the invitation once more. The old password works until the link is taken up."""
    person = await _cared_for(act, person_id)
    if not person.active:
        raise LifecycleError(text("This account is disabled. Enable it first."))
    due = await links.make(act, person.id, "reset" if person.taken_up else "invite")
    await append(act, "person.reset", "person", person.id, link=due.kind)
    return due


async def change_roles(act: Act, person_id: str, roles: Collection[str]) -> None:
    """Give somebody other roles; what is given and what is taken must be for the actor to give.

    Raises `Invalid`; `LifecycleError` for taking the last manager of a party, or the last administrator.
    """
    person = await _cared_for(act, person_id)
    wanted = frozenset(roles)
    faults = _faults_of_roles(wanted ^ person.roles, givable(act.actor, person.party)) if wanted != person.roles else []
    if not wanted:
        faults = [Fault("/roles", text("Choose at least one role. To stop somebody's access, disable the account."))]
    if faults:
        raise Invalid(faults)
    lost = person.roles - wanted
    if person.active and keeper(person.party) in lost:
        await _require_another(act, person)
    of_person = person_roles.c.person_id == person.id
    if lost:
        await act.connection.execute(sa.delete(person_roles).where(of_person, person_roles.c.role.in_(lost)))
    if gained := wanted - person.roles:
        rows = [{"person_id": person.id, "role": role} for role in sorted(gained)]
        await act.connection.execute(sa.insert(person_roles), rows)
    await append(act, "person.roles", "person", person.id, before=_words(person.roles), after=_words(wanted))


async def _cared_for(act: Act, person_id: str) -> Person:
    """The person, her party's accounts locked: two managers who disable each other at once come one after the other."""
    act.actor.require("manage", "manager", "administrator")
    found = await in_care_of(act.connection, act.actor, person_id)
    same_party = people.c.party.is_not_distinct_from(found.party)
    await act.connection.execute(
        sa.select(people.c.id).where(same_party).order_by(people.c.id).with_for_update(key_share=True)
    )
    return await in_care_of(act.connection, act.actor, person_id)


async def _require_another(act: Act, person: Person) -> None:
    role = keeper(person.party)
    others = sa.exists().where(
        people.c.id == person_roles.c.person_id,
        people.c.party.is_not_distinct_from(person.party),
        people.c.active,
        people.c.id != person.id,
        person_roles.c.role == role,
    )
    if not await act.connection.scalar(sa.select(others)):
        if role == "manager":
            raise LifecycleError(text("This is the party's last manager. Make somebody else a manager first."))
        raise LifecycleError(text("This is the last administrator. Make somebody else an administrator first."))


async def _insert(act: Act, party: str | None, email: str, name: str, rank: str, function: str, language: str) -> str:
    insert = postgresql.insert if act.connection.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(people)
        .values(
            id=new_id(), party=party, email=email, name=name, rank=rank, function=function, language=language,
            active=True, created_at=act.now,
        )
        .on_conflict_do_nothing(index_elements=[people.c.email])
        .returning(people.c.id)
    )  # fmt: skip
    person_id = await act.connection.scalar(statement)
    if person_id is None:
        raise Invalid([Fault("/email", text("There is an account with this address already. Use another address."))])
    return str(person_id)


def _faults_of_texts(name: str, rank: str, function: str, language: str) -> list[Fault]:
    faults = []
    if not name.strip():
        faults.append(Fault("/name", text("Write the person's name.")))
    for pointer, value, most in (("/name", name, 200), ("/rank", rank, 100), ("/function", function, 200)):
        if len(value.strip()) > most:
            faults.append(Fault(pointer, text("Use %(n)s characters or fewer.", n=most)))
        if not all(letter.isprintable() for letter in value.strip()):
            faults.append(Fault(pointer, text("Leave out line breaks and control characters.")))
    if language not in LANGUAGES:
        faults.append(Fault("/language", text("Choose Spanish, English, Portuguese or French.")))
    return faults


def _faults_of_roles(roles: Collection[str], allowed: frozenset[Role]) -> list[Fault]:
    if not roles:
        return [Fault("/roles", text("Choose at least one role."))]
    if not set(roles) <= allowed:
        return [Fault("/roles", text("Choose only roles that you may give: %(roles)s.", roles=_words(allowed)))]
    return []


def _words(roles: Collection[str]) -> str:
    return " ".join(sorted(set(roles)))
