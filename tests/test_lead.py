"""Lead time, by the local dates of the place."""

from __future__ import annotations

from datetime import date

import pytest

from notify.notices.lead import in_time_until, lead

POLICY = {4: 42}


@pytest.mark.parametrize(
    ("published", "starts", "measure", "days", "required", "late"),
    [
        ("2027-07-07", "2027-08-18", 4, 42, 42, False),
        ("2027-07-08", "2027-08-18", 4, 41, 42, True),
        ("2027-08-18", "2027-08-18", 4, 0, 42, True),
        ("2027-08-20", "2027-08-18", 4, -2, 42, True),
        ("2027-02-28", "2028-02-29", 4, 366, 42, False),
        ("2027-08-17", "2027-08-18", 5, 1, None, False),
        ("2027-08-20", "2027-08-18", 18, -2, None, False),
    ],
)
def test_lead(published: str, starts: str, measure: int, days: int, required: int | None, late: bool) -> None:
    found = lead(date.fromisoformat(published), date.fromisoformat(starts), measure, POLICY)
    assert (found.days, found.required, found.late) == (days, required, late)


def test_the_last_day_in_time_is_in_time_and_the_next_is_late() -> None:
    starts = date(2027, 8, 18)
    last = in_time_until(starts, 4, POLICY)
    assert last == date(2027, 7, 7)
    assert not lead(last, starts, 4, POLICY).late
    assert lead(last.replace(day=8), starts, 4, POLICY).late
    assert in_time_until(starts, 5, POLICY) is None
