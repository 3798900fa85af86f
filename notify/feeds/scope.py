"""Whose feed it is: the public's, or that of a subscription, found by its secret token with its version at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from notify.actor import Actor, scopes_of
from notify.database import Database
from notify.errors import NotVisible
from notify.notices.outbox import PUBLIC
from notify.schema import Instant
from notify.vault import token_hash

_OF_PUBLIC = (
    "SELECT scope, '', '', NULL, NULL, NULL, notice_position, notice_at FROM log_counters WHERE scope = :key"
)
_OF_TOKEN = (
    "SELECT s.party, s.id, s.language, s.filter_measures, s.filter_states, s.filter_rules, "
    "c.notice_position, c.notice_at FROM subscriptions s JOIN people p ON p.id = s.person_id "
    "LEFT JOIN log_counters c ON c.scope = s.party "
    "WHERE s.feed_token_hash = :key AND s.active AND p.active"
)


@dataclass(frozen=True)
class FeedScope:
    """``version`` and ``changed_at`` come from the scope's own log: nothing that it may not see moves them."""

    scope: str
    subscription_id: str
    language: str
    measures: str | None
    states: str | None
    rules: str | None
    version: int
    changed_at: datetime | None

    @property
    def viewer(self) -> Actor | None:
        """Who reads it: the party's own eyes; None for the public."""
        if self.scope == PUBLIC:
            return None
        return Actor("token", "api", party=self.scope, roles=frozenset({"officer"}),
                     scopes=scopes_of(frozenset({"officer"})))  # fmt: skip

    def etag(self, *more: str) -> str:
        """A strong validator of the feed in one form: version, filters and whatever else its bytes depend on."""
        parts = (self.scope, self.version, self.language, self.measures, self.states, self.rules, *more)
        return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


async def find(database: Database, token: str, language: str) -> FeedScope:
    """The scope of ``public`` or of a token, by one short query. Raises `NotVisible`."""
    if token == PUBLIC:
        row = await database.glance(_OF_PUBLIC, key=PUBLIC) or (PUBLIC, "", "", None, None, None, 0, None)
    else:
        row = await database.glance(_OF_TOKEN, key=token_hash(token))
        if row is None:
            raise NotVisible()
    changed = Instant().process_result_value(row[7], None)  # type: ignore[arg-type]
    return FeedScope(row[0], str(row[1]), row[2] or language, row[3], row[4], row[5], row[6] or 0, changed)
