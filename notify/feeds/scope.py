"""Whose feed it is: the public's, or that of a subscription, found by its secret token with its version at once."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from notify.actor import Actor, scopes_of
from notify.database import Database
from notify.errors import NotVisible
from notify.notices.outbox import PUBLIC
from notify.schema import Instant
from notify.vault import token_hash

_OF_PUBLIC = (
    "SELECT scope, NULL, NULL, NULL, NULL, NULL, notice_position, notice_at FROM log_counters WHERE scope = :key"
)
_OF_SUBSCRIPTION = (
    "SELECT s.party, s.id, s.language, s.filter_measures, s.filter_states, s.filter_rules, "
    "c.notice_position, c.notice_at FROM subscriptions s LEFT JOIN log_counters c ON c.scope = s.party "
    "WHERE s.feed_token_hash = :key AND s.active AND (s.kind = 'official' OR EXISTS "
    "(SELECT 1 FROM people p WHERE p.id = s.person_id AND p.active AND p.party = s.party))"
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class FeedScope:
    """``version`` and ``changed_at`` come from the scope's own log: nothing that it may not see moves them.

    ``changed_at`` is in 1970 for a scope that has never seen a notice. Empty filters narrow nothing.
    """

    scope: str  # a party's code, or `PUBLIC`
    subscription_id: str  # empty for the public
    language: str
    measures: tuple[int, ...]
    states: tuple[str, ...]
    rules: tuple[str, ...]
    version: int
    changed_at: datetime

    @property
    def viewer(self) -> Actor | None:
        """Who reads it: the party's own eyes; None for the public."""
        if self.scope == PUBLIC:
            return None
        return Actor("token", "api", party=self.scope, roles=frozenset({"officer"}),
                     scopes=scopes_of(frozenset({"officer"})))  # fmt: skip

    def etag(self, *more: str) -> str:
        """A strong validator of the feed in one form: version, filters and whatever ``more`` its bytes depend on."""
        own = (self.scope, self.subscription_id, self.version, self.language, self.measures, self.states, self.rules)
        return _tag((*own, *more))


async def find(database: Database, token: str, language: str | None) -> FeedScope:
    """The scope of ``public`` or of a token, by one short query; in ``language``, or its own. Raises `NotVisible`."""
    if token == PUBLIC:
        row = await database.glance(_OF_PUBLIC, key=PUBLIC) or (PUBLIC, None, None, None, None, None, None, None)
    else:
        found = await database.glance(_OF_SUBSCRIPTION, key=token_hash(token))
        if found is None:
            raise NotVisible()
        row = found
    return _scope(row, language)


# Most requests ask for what nobody has moved since the last one: neither is worked out again for the same values.


@lru_cache(maxsize=4_096)
def _tag(parts: tuple[object, ...]) -> str:
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


@lru_cache(maxsize=4_096)
def _scope(row: tuple[Any, ...], language: str | None) -> FeedScope:
    scope, subscription_id, own_language, measures, states, rules, version, changed_at = row
    return FeedScope(
        scope=scope,
        subscription_id=str(uuid.UUID(str(subscription_id))) if subscription_id else "",
        language=language or own_language or "en",
        measures=tuple(int(measure) for measure in _listed(measures)),
        states=_listed(states),
        rules=_listed(rules),
        version=version or 0,
        changed_at=Instant().process_result_value(changed_at, None) or _NEVER,  # type: ignore[arg-type]
    )


def _listed(column: str | None) -> tuple[str, ...]:
    """The items of a column like ",4,18,"."""
    return tuple(column.strip(",").split(",")) if column else ()
