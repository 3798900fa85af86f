"""The accounts that a demonstration offers: four as buttons, some in the strip, any by party and role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from notify.actor import Actor
from notify.language import Text, text
from notify.parties.directory import Directory
from notify.web.frame import DemoAccount
from notify.web.languages import language_of
from notify.words import word

Key = tuple[str, str]
"""(party or "", role)"""

FEATURED: Mapping[Key, Text] = {
    ("PER", "officer"): text("Publishes PUMA, decides on observers"),
    ("BOL", "officer"): text("Receives notices, acknowledges, nominates"),
    ("BOL", "observer"): text("Asks to attend, answers the invitation"),
    ("", "auditor"): text("Reads all, changes nothing"),
}
"""The buttons of the sign-in page."""

_STRIP: Sequence[Key] = (
    *FEATURED,
    ("PER", "manager"),
    *((code, "officer") for code in ("BRA", "CHL", "COL", "ECU", "MEX", "TTO", "JAM", "OAS")),
    ("", "administrator"),
)
"""What “see it as” offers, with whoever is looking besides."""


def accounts(request: Request) -> list[DemoAccount]:
    """The accounts of the strip and of the buttons; none outside of a demonstration, or before its data are ready."""
    found = {_key(account): account for account in _accounts(request)}
    actor: Actor | None = getattr(request.state, "actor", None)
    mine = next((key for key, account in found.items() if _is(actor, account)), None)
    keys = [key for key in _STRIP if key in found]
    if mine is not None and mine not in keys:
        keys.append(mine)
    return [_offered(request, key, found[key], actor if key == mine else None) for key in keys]


def parties(request: Request) -> list[tuple[str, str]]:
    """(code, name) of the parties that have accounts, by name."""
    directory: Directory = request.state.directory
    language = language_of(request)
    codes = {account["party"] for account in _accounts(request) if account["party"]}
    return sorted(((code, directory.name(code, language)) for code in codes), key=lambda party: party[1])


def address_of(request: Request, value: str, party: str, role: str) -> str | None:
    """The mail address of the account that a form names: by its value, or else by party and role."""
    for account in _accounts(request):
        if account["email"] == value if value else _key(account) == (party, role):
            return str(account["email"])
    return None


def _accounts(request: Request) -> Sequence[Mapping[str, Any]]:
    state = request.app.state
    demo: Mapping[str, Any] | None = getattr(state, "demo", None)
    if not getattr(state, "demonstration", False) or demo is None:
        return ()
    found: Sequence[Mapping[str, Any]] = demo["accounts"]
    return found


def _key(account: Mapping[str, Any]) -> Key:
    return account["party"] or "", account["role"]


def _is(actor: Actor | None, account: Mapping[str, Any]) -> bool:
    """Whether the account is the reader's; demo.json names no ids, and each party has one person a role."""
    return actor is not None and actor.party == account["party"] and actor.name == account["name"]


def _offered(request: Request, key: Key, account: Mapping[str, Any], actor: Actor | None) -> DemoAccount:
    party, role = key
    directory: Directory = request.state.directory
    if party:
        label = text("%(party)s, %(role)s", party=directory.name(party, language_of(request)), role=word("role", role))
    else:
        label = text("Audit") if role == "auditor" else text("Administration")
    return DemoAccount(
        value=account["email"],
        label=label,
        code=party,
        note=FEATURED.get(key, ""),
        person_id=actor.person_id if actor is not None else None,
        featured=key in FEATURED,
    )
