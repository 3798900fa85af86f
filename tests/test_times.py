"""Local times and their zones: the moments they stand for, and those that do not exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.notices import times

AMERICAS = sorted(name for name in times.zones() if name.startswith("America/"))


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2027-03-13T07:00", "America/Tijuana", "2027-03-13T15:00"),
        ("2027-03-15T18:00", "America/Tijuana", "2027-03-16T01:00"),  # the clocks changed on the 14th
        ("2027-11-07T01:30", "America/New_York", "2027-11-07T05:30"),  # comes twice: the first
        ("2025-07-14T08:00", "America/Asuncion", "2025-07-14T11:00"),  # by the tzdata wheel, whatever the machine has
        ("2027-08-19T10:00", "UTC", "2027-08-19T10:00"),
    ],
)
def test_a_local_time_is_a_moment(local: str, zone: str, expected: str) -> None:
    assert times.resolve(local, zone) == _utc(expected)


@pytest.mark.parametrize(
    ("local", "zone"),
    [
        ("2027-03-14T02:30", "America/New_York"),
        ("2027-09-05T00:00", "America/Santiago"),
        ("2023-03-12T00:00", "America/Havana"),
    ],
)
def test_a_time_that_the_clocks_jump_over_does_not_exist(local: str, zone: str) -> None:
    with pytest.raises(times.NoSuchTime):
        times.resolve(local, zone)


@pytest.mark.parametrize("zone", ["America/Atlantis", "localtime", "../etc/passwd", "", "america/lima"])
def test_unknown_zones(zone: str) -> None:
    assert zone not in times.zones()
    with pytest.raises(KeyError):
        times.resolve("2027-08-19T10:00", zone)


def test_the_zone_that_says_nobody_set_one_is_none() -> None:
    assert "Factory" not in times.zones()


@pytest.mark.parametrize(
    ("day", "zone", "begins", "ends"),
    [
        ("2027-08-18", "America/Lima", "2027-08-18T05:00", "2027-08-19T05:00"),
        ("2027-09-05", "America/Santiago", "2027-09-05T04:00", "2027-09-06T03:00"),  # has no midnight
        ("2027-09-04", "America/Santiago", "2027-09-04T04:00", "2027-09-05T04:00"),
        ("2023-11-05", "America/Havana", "2023-11-05T04:00", "2023-11-06T05:00"),  # has two
        ("1919-03-31", "America/Toronto", "1919-03-31T04:30", "1919-04-01T04:00"),  # 23:30 became 00:30
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00", "2011-12-31T10:00"),
    ],
)
def test_a_day_begins_when_its_clocks_begin(day: str, zone: str, begins: str, ends: str) -> None:
    assert times.resolve_day(day, zone) == (_utc(begins), _utc(ends))


def test_a_day_that_the_zone_left_out_does_not_exist() -> None:
    with pytest.raises(times.NoSuchTime):
        times.resolve_day("2011-12-30", "Pacific/Apia")


@pytest.mark.parametrize(
    ("written", "day", "local"),
    [
        ("2027-03-13", True, False),
        ("2027-03-13T07:00", False, True),
        ("2027-02-29", False, False),
        ("2028-02-29", True, False),
        ("2027-03-13T24:00", False, False),
        ("2027-03-13T07:00:00", False, False),
        ("2027-03-13T07:00Z", False, False),
        ("20270313", False, False),
        ("2027-W10-6", False, False),
        ("２０２７-03-13", False, False),
        ("2027-03-13\n", False, False),
        ("", False, False),
    ],
)
def test_forms(written: str, day: bool, local: bool) -> None:
    assert times.is_day(written) is day
    assert times.is_local(written) is local


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 24 * 60 - 1), st.sampled_from(AMERICAS))
def test_a_resolved_time_shows_itself_again(day: date, minute: int, zone: str) -> None:
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    try:
        moment = times.resolve(wall.isoformat(timespec="minutes"), zone)
    except times.NoSuchTime:
        before = times.resolve((wall - timedelta(hours=3)).isoformat(timespec="minutes"), zone)
        assert (
            before.astimezone(times.zone(zone)).utcoffset()
            != (before + timedelta(hours=3)).astimezone(times.zone(zone)).utcoffset()
        )
        return
    assert times.to_local(moment, zone) == wall


@given(st.dates(date(2000, 1, 1), date(2099, 12, 30)), st.sampled_from(AMERICAS))
def test_days_follow_each_other_without_gap(day: date, zone: str) -> None:
    _, ends = times.resolve_day(day.isoformat(), zone)
    begins, _ = times.resolve_day((day + timedelta(days=1)).isoformat(), zone)
    assert ends == begins
    assert times.local_date(begins - timedelta(microseconds=1), zone) == day


def test_utc_bounds_of_whole_days_end_after_the_last() -> None:
    period = {"starts": "2027-08-18", "ends": "2027-08-29", "timezone": "America/Lima", "all_day": True}
    assert times.utc_bounds(period) == (_utc("2027-08-18T05:00"), _utc("2027-08-30T05:00"))
    assert not times.begun(period, _utc("2027-08-18T04:59"))
    assert times.begun(period, _utc("2027-08-18T05:00"))


def test_observers_days_are_their_own_or_the_notices() -> None:
    notice = {"starts": "2027-08-18", "ends": "2027-08-29", "timezone": "America/Lima", "all_day": True}
    own = {"starts": "2027-08-19", "ends": "2027-08-20", "timezone": "America/La_Paz", "all_day": True}
    assert times.observation_period({"period": notice, "observation": {"period": own}}) == own
    assert times.observation_period({"period": notice, "observation": {"period": None}}) == notice
    assert times.observation_period({"period": notice, "observation": None}) == notice
    assert times.observation_period({}) is None
    assert times.zone_of({"period": notice, "observation": {"period": own}}) == "America/Lima"
    assert times.zone_of({"observation": {"period": own}}) == "America/La_Paz"
    assert times.zone_of({}) is None
