"""Lead time: how many days ahead of its start a notice was published, and whether that is fewer than its rule asks.

The OAS's list asks for prior notification without a number; 42 days are the practice of the Vienna Document 2011, for
measure 4. Every rule is voluntary: a late notice is published all the same, and says that it is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Lead:
    """``days`` from publication to start, below zero once it has begun; ``required`` is None where no rule asks."""

    days: int
    required: int | None

    @property
    def late(self) -> bool:
        """Whether fewer days were left than the rule asks."""
        return self.required is not None and self.days < self.required


def lead(published_on: date, starts_on: date, measure: int, policy_days: Mapping[int, int]) -> Lead:
    """The lead time of a notice, by the local dates of its zone.

    ``policy_days`` gives the days asked for by measure, as the posting state or this node sets them; a measure that it
    lacks has no rule.
    """
    return Lead((starts_on - published_on).days, policy_days.get(measure))


def in_time_until(starts_on: date, measure: int, policy_days: Mapping[int, int]) -> date | None:
    """The last local date on which publishing keeps the lead time; None where no rule asks."""
    required = policy_days.get(measure)
    return None if required is None else starts_on - timedelta(days=required)
