"""Who may read a notice: one SQL predicate, used by every door (pages, API, feeds, search, counts).

The poster and the recipients always; ``visibility`` members or public widens reading, never telling; auditors read
all; administrators read none. Recipients, deliveries and acknowledgements have rules of their own, in `reading`.
"""

from __future__ import annotations

import sqlalchemy as sa

from notify.actor import Actor
from notify.notices.tables import notices, recipients
from notify.parties.tables import parties


def readable(viewer: Actor | None) -> sa.ColumnElement[bool]:
    """The condition on `notices` for a viewer; None is the public."""
    published = notices.c.revision > 0
    public = sa.and_(published, notices.c.visibility == "public")
    if viewer is None:
        return public
    if viewer.has("auditor"):
        return sa.true()
    if viewer.party is None:
        return sa.false()
    return sa.or_(
        notices.c.state == viewer.party,
        public,
        sa.and_(published, notices.c.visibility == "members", _is_member(viewer.party)),
        told(viewer.party),
    )


def told(party: str) -> sa.ColumnElement[bool]:
    """Whether a party is a recipient of the notice; once told, it is told of every later revision."""
    return sa.exists().where(recipients.c.notice_id == notices.c.id, recipients.c.party == party)


def _is_member(party: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        parties.c.code == party,
        sa.or_(
            sa.and_(parties.c.kind == "state", parties.c.status.in_(("member", "disputed"))),
            parties.c.code == "OAS",
        ),
    )
