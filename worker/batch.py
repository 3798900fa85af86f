"""A batch: what one claim gave this worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Batch:
    """One claim: its lease token, until when by `elapsed` its lease lasts, and what of it was not sent yet."""

    token: str
    deadline: float
    left: set[str]
