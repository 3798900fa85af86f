"""The tables of every part, in one metadata: what a migrated database must be equal to."""

import notify.accounts.tables
import notify.api.tables
import notify.audit.tables
import notify.delivery.tables
import notify.notices.tables
import notify.observers.tables
import notify.parties.tables  # noqa: F401
from notify.schema import metadata

__all__ = ["metadata"]
