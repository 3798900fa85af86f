"""Addressees: the lists of party codes and groups in ``observation.invite`` and ``also_notify``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from notify.errors import Fault
from notify.language import Text, text
from notify.parties.directory import RECIPIENTS, Directory

GROUP = "group:"


def expand(addressees: Iterable[str], directory: Directory) -> dict[str, str | None]:
    """The parties that a list means, each with the group through which; None for one that is named itself.

    A party named itself and through groups counts as named itself, one in several groups as in the first of the
    list. ``group:RECIPIENTS`` adds nobody. What the directory does not know, and a group whose every membership has
    ended, add nobody: `faults` refuses them where a notice is written.
    """
    parties: dict[str, str | None] = {}
    for addressee in addressees:
        if not addressee.startswith(GROUP):
            if directory.party(addressee) is not None:
                parties[addressee] = None
            continue
        group = directory.groups().get(addressee.removeprefix(GROUP))
        for code in sorted(group.members) if group else ():
            parties.setdefault(code, group.code if group else None)
    return parties


def faults(addressees: Sequence[str], directory: Directory, pointer: str) -> list[Fault]:
    """What cannot be named, with pointers ``{pointer}/{index}``: unknown parties and groups, and inactive groups."""
    return [
        Fault(f"{pointer}/{index}", detail)
        for index, addressee in enumerate(addressees)
        if (detail := _fault(addressee, directory)) is not None
    ]


def _fault(addressee: str, directory: Directory) -> Text | None:
    if not addressee.startswith(GROUP):
        if directory.party(addressee) is None:
            return text("“%(code)s” is not a party of this system: write a code such as BOL or OAS.", code=addressee)
        return None
    group = directory.groups().get(addressee.removeprefix(GROUP))
    if group is None:
        known = ", ".join(GROUP + group.code for group in directory.groups().values() if group.active)
        return text("“%(code)s” is not a known group. Groups: %(known)s.", code=addressee, known=known)
    if not group.active:
        return text("The group %(code)s is no longer active: name its parties one by one.", code=addressee)
    return None


def may_ask(invite: Collection[str], party: str, recipients: Collection[str], directory: Directory) -> bool:
    """Whether a party may ask for seats: it is invited, or is told and ``group:RECIPIENTS`` is invited."""
    if GROUP + RECIPIENTS in invite and party in recipients:
        return True
    return party in expand(invite, directory)
