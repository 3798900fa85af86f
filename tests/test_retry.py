"""When a delivery is tried again: a table, without a clock or a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.delivery.retry import DELAYS, JITTER, LONGEST_RETRY_AFTER, delay


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 5), (2, 300), (3, 1_800), (4, 7_200), (5, 18_000), (6, 36_000), (7, 36_000)],
)
def test_the_schedule_is_that_of_the_contract(attempts: int, seconds: float) -> None:
    waited = delay(attempts, chance=0.5)
    assert waited is not None
    assert waited.total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize("attempts", [8, 9, 100])
def test_after_eight_attempts_there_is_no_other(attempts: int) -> None:
    assert delay(attempts, 0.5) is None
    assert delay(attempts, 0.5, retry_after=10) is None


@pytest.mark.parametrize(
    ("attempts", "retry_after", "seconds"),
    [
        (1, 60, 60),  # longer than the schedule's: honoured
        (2, 60, 300),  # shorter: the schedule's stands
        (1, 0, 5),
        (1, 1e9, LONGEST_RETRY_AFTER),
    ],
)
def test_retry_after_lengthens_and_never_shortens(attempts: int, retry_after: float, seconds: float) -> None:
    waited = delay(attempts, 0.5, retry_after)
    assert waited is not None
    assert waited.total_seconds() == pytest.approx(seconds)


@given(attempts=st.integers(1, 7), chance=st.floats(0, 1, exclude_max=True))
def test_jitter_stays_within_its_share(attempts: int, chance: float) -> None:
    waited = delay(attempts, chance)
    assert waited is not None
    planned = DELAYS[attempts - 1]
    assert planned * (1 - JITTER) - 1e-6 <= waited.total_seconds() <= planned * (1 + JITTER) + 1e-6


def test_two_receivers_that_failed_together_are_not_tried_together() -> None:
    assert delay(1, 0.1) != delay(1, 0.9)
