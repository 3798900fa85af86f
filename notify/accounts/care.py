"""Who manages whose account: a manager her party's people; an administrator the node's, and every party's managers."""

from __future__ import annotations

from notify.actor import Actor, Role

OF_A_PARTY: frozenset[Role] = frozenset({"officer", "manager", "observer"})
OF_THE_NODE: frozenset[Role] = frozenset({"auditor", "administrator"})


def cares_for(actor: Actor, party: str | None, roles: frozenset[Role]) -> bool:
    """Whether ``actor`` may see and manage the account of somebody of ``party`` (None: the node's) with ``roles``."""
    if party is not None and actor.party == party and actor.has("manager"):
        return True
    return actor.has("administrator") and (party is None or "manager" in roles)


def givable(actor: Actor, party: str | None) -> frozenset[Role]:
    """The roles that ``actor`` may give to, and take from, somebody of ``party`` (None: the node's)."""
    if party is not None and actor.party == party and actor.has("manager"):
        return OF_A_PARTY
    if not actor.has("administrator"):
        return frozenset()
    return OF_THE_NODE if party is None else frozenset({"manager"})


def keeper(party: str | None) -> Role:
    """The role of which a party, or the node (None), must keep one person who can act."""
    return "administrator" if party is None else "manager"
