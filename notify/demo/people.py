"""Who is there in a demonstration: an officer, a manager and an observer for every state and for the OAS.

Accounts are made as in life: an administrator invites each party's manager, who invites the others, and each takes the
invitation up. Then every manager subscribes her party's mailbox and confirms it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from notify import links as link_tokens
from notify.accounts import links, passwords, people, tokens
from notify.actor import COMMAND, Actor, Role, scopes_of
from notify.delivery import subscriptions
from notify.delivery.subscription_models import NewSubscription
from notify.demo.names import FUNCTIONS, NAMES, ROLES, rank_of
from notify.office import Act, Office
from notify.parties import directory
from notify.parties.directory import Party


@dataclass(frozen=True)
class Account:
    """An account of the demonstration with its password; ``token`` carries every scope that its role can use."""

    email: str
    password: str
    party: str | None
    role: Role
    name: str
    language: str
    person_id: str
    token: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts with this account."""
        roles = frozenset({self.role})
        return Actor("person", "page", self.person_id, self.party, roles, scopes_of(roles), self.name, self.language)


async def enrol(office: Office) -> list[Account]:
    """Make every account. 110 passwords take about three seconds."""
    async with office.database.read() as connection:
        parties = await directory.load(connection, office.clock())
    shown = [party for party in parties.all() if party.is_state or party.code == "OAS"]
    words = [secrets.token_urlsafe(9) for _ in range(3 * len(shown) + 2)]
    hashes = await asyncio.gather(*(passwords.hash_password(word) for word in words))
    keys = iter(zip(words, hashes, strict=True))
    accounts: list[Account] = []
    async with office.act(COMMAND) as act:
        node = _Newcomer("administrator@node.example", "Node administration", "", "", "administrator", None, "en")
        administrator = await _take_on(act, COMMAND, node, *next(keys))
        auditor = _Newcomer("auditor@node.example", "Audit office", "", "", "auditor", None, "en")
        accounts += [administrator, await _take_on(act, administrator.actor, auditor, *next(keys))]
        for party in shown:
            accounts += await _enrol_party(act, administrator.actor, party, [next(keys) for _ in ROLES])
    return accounts


@dataclass(frozen=True)
class _Newcomer:
    email: str
    name: str
    rank: str
    function: str
    role: Role
    party: str | None
    language: str


async def _enrol_party(act: Act, administrator: Actor, party: Party, keys: Sequence[tuple[str, str]]) -> list[Account]:
    newcomers = {}
    for role, name in zip(ROLES, NAMES[party.code], strict=True):
        email, function = f"{role}@{party.code.lower()}.example", FUNCTIONS[party.language][role]
        newcomers[role] = _Newcomer(email, name, rank_of(name), function, role, party.code, party.language)
    manager = await _take_on(act, administrator, newcomers["manager"], *keys[0])
    officer = await _take_on(act, manager.actor, newcomers["officer"], *keys[1])
    observer = await _take_on(act, manager.actor, newcomers["observer"], *keys[2])
    return [officer, manager, observer]


async def _take_on(act: Act, by: Actor, who: _Newcomer, word: str, password_hash: str) -> Account:
    acting = replace(act, actor=by)
    due = await people.invite(acting, who.name, who.email, [who.role], who.language, who.rank, who.function, who.party)
    taking_up = replace(act, actor=Actor("link", "link", party=who.party, person_id=due.person_id))
    await links.take_up(taking_up, due.token, password_hash)
    return Account(who.email, word, who.party, who.role, who.name, who.language, due.person_id)


async def subscribe(office: Office, accounts: Sequence[Account]) -> None:
    """Every party's official mailbox, confirmed by the link that it was sent."""
    for account in accounts:
        if account.role != "manager" or account.party is None:
            continue
        async with office.act(account.actor) as act:
            made = await subscriptions.create(
                act,
                NewSubscription(
                    channel="email", kind="official", address=f"notices@{account.party.lower()}.example",
                    language=account.language,
                ),
            )  # fmt: skip
        token = link_tokens.make(office.vault, "confirm", str(made.row["id"]), 0)
        await subscriptions.confirm(office, token)


async def give_tokens(office: Office, accounts: Sequence[Account]) -> list[Account]:
    """A token for every account, with every scope that its role can use, good for a year."""
    given: list[Account] = []
    async with office.act(COMMAND) as act:
        for account in accounts:
            acting = replace(act, actor=account.actor)
            secret, _ = await tokens.create(acting, "demonstration", sorted(account.actor.scopes), 366)
            given.append(replace(account, token=secret))
    return given
