"""Letters: mail to one person about an account or an address, such as a link to confirm. Erased once sent.

Written in the transaction of the act that owes them, and sent by the worker like everything else.
"""

from __future__ import annotations

import json
from typing import Literal

import sqlalchemy as sa

from notify.delivery.tables import deliveries, letters
from notify.ids import new_id
from notify.office import Act

Kind = Literal["confirm", "invite", "reset", "subscription_changed", "subscription_disabled", "adjacency_changed"]
"""What a letter is about, and the facts that its words need:

- ``confirm``: link, party (the code of whose subscription the address is to have)
- ``invite``, ``reset``: link; invite also party (a code, or None for the node's own people)
- ``subscription_changed``: what, channel, address, by · ``subscription_disabled``: channel, address, reason
- ``adjacency_changed``: party, version, reason, added and removed (lists of [a, b, kind])
"""

SEALED_AS = "letters.facts"


async def write(
    act: Act, kind: Kind, to_address: str, language: str, facts: dict[str, object], party: str | None
) -> None:
    """Owe a letter; ``facts`` are what its words need and are kept encrypted, since they may hold a link.

    ``party`` is that of the addressee, None for the node's own people.
    """
    letter_id = new_id()
    await act.connection.execute(
        sa.insert(letters).values(
            id=letter_id,
            kind=kind,
            to_address=to_address,
            language=language,
            facts_sealed=act.vault.seal(json.dumps(facts), SEALED_AS),
            created_at=act.now,
        )
    )
    await act.connection.execute(
        sa.insert(deliveries).values(
            id=new_id(),
            kind="letter",
            lane=f"l:{letter_id}",
            number=0,
            supersedable=False,
            overtaken=False,
            party=party or "",
            letter_id=letter_id,
            channel="email",
            host=to_address.rpartition("@")[2].lower(),
            status="pending",
            attempts=0,
            due_at=act.now,
            created_at=act.now,
        )
    )
    act.wakes = True
