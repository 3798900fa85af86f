"""Letters on the table of neighbouring states: both parties of an edge that came or went learn of it."""

from __future__ import annotations

import sqlalchemy as sa

from notify.accounts.tables import people, person_roles
from notify.delivery import letters
from notify.office import Act
from notify.parties.edges import Edge
from notify.parties.graph import Replacement


async def tell(act: Act, replacement: Replacement, reason: str) -> None:
    """Owe a letter to every officer and manager of the parties of each edge that was added or removed.

    Called in the transaction of `notify.parties.graph.replace`; ``reason`` is that of the new version.
    """
    to_tell = replacement.to_tell()
    if not to_tell:
        return
    with_role = sa.select(person_roles.c.person_id).where(person_roles.c.role.in_(("officer", "manager")))
    found = await act.connection.execute(
        sa.select(people.c.party, people.c.email, people.c.language)
        .where(people.c.active, people.c.party.in_(sorted(to_tell)), people.c.id.in_(with_role))
        .order_by(people.c.party, people.c.id)
    )
    for party, email, language in found.all():
        changed = to_tell[party]
        facts: dict[str, object] = {
            "party": party,
            "version": replacement.graph.version,
            "reason": reason,
            "added": [_listed(edge) for edge in changed.added],
            "removed": [_listed(edge) for edge in changed.removed],
        }
        await letters.write(act, "adjacency_changed", email, language, facts, party)


def _listed(edge: Edge) -> list[str]:
    return [edge.a, edge.b, edge.kind]
