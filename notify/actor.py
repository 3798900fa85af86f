"""Who acts: a person, a program with a token, a link that acts, a command or the worker; and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from notify.errors import NotAllowed
from notify.language import text

Role = Literal["officer", "manager", "observer", "auditor", "administrator"]
Scope = Literal["read", "draft", "publish", "acknowledge", "subscribe", "attend", "decide", "manage"]
Via = Literal["page", "api", "link", "manual", "command", "worker"]

SCOPES: tuple[Scope, ...] = ("read", "draft", "publish", "acknowledge", "subscribe", "attend", "decide", "manage")

SCOPES_OF_ROLE: dict[Role, frozenset[Scope]] = {
    "officer": frozenset({"read", "draft", "publish", "acknowledge", "subscribe", "attend", "decide"}),
    "manager": frozenset({"read", "subscribe", "manage"}),
    "observer": frozenset({"read", "subscribe", "attend"}),
    "auditor": frozenset({"read"}),
    "administrator": frozenset({"read", "manage"}),
}
"""What each role can use: a token never makes a role wider."""


def scopes_of(roles: frozenset[Role]) -> frozenset[Scope]:
    """Every scope that a person with these roles can use."""
    return frozenset().union(*(SCOPES_OF_ROLE[role] for role in roles))


@dataclass(frozen=True)
class Actor:
    """``party`` is None for administrators, auditors, commands and the worker."""

    kind: Literal["person", "token", "link", "command", "worker"]
    via: Via
    person_id: str | None = None
    party: str | None = None
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    name: str = ""
    language: str = "en"
    token_id: str | None = None
    request_id: str = field(default="", compare=False)

    def has(self, role: Role) -> bool:
        """Whether the actor has a role."""
        return role in self.roles

    @property
    def only_observer(self) -> bool:
        """An observer and nothing else: sees only their own attendance, and no events."""
        return self.roles == frozenset({"observer"})

    def require(self, scope: Scope, *roles: Role) -> None:
        """Raise `NotAllowed` unless the actor has one of ``roles`` and may use ``scope``."""
        if not self.roles.intersection(roles):
            raise NotAllowed(text("Your account does not have the role that this needs. Ask your manager."))
        if scope not in self.scopes:
            raise NotAllowed(text("This token does not carry the scope “%(scope)s”. Make one that does.", scope=scope))


WORKER = Actor(kind="worker", via="worker")
COMMAND = Actor(kind="command", via="command", roles=frozenset({"administrator", "auditor"}), scopes=frozenset(SCOPES))
