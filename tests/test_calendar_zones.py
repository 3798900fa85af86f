"""Time zones and their VTIMEZONE, compared with the zones themselves by the reader of icalendar and dateutil."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import icalendar
import pytest

from notify.calendars import zones
from notify.calendars.zones import vtimezone, zone

# fmt: off
ZONES_OF_STATES = [
    f"America/{name}" for name in (
        "Antigua", "Argentina/Buenos_Aires", "Asuncion", "Barbados", "Belize", "Bogota", "Caracas", "Costa_Rica",
        "Dominica", "El_Salvador", "Grenada", "Guatemala", "Guayaquil", "Guyana", "Jamaica", "La_Paz", "Lima",
        "Managua", "Mexico_City", "Montevideo", "Nassau", "New_York", "Panama", "Paramaribo", "Port-au-Prince",
        "Port_of_Spain", "Santiago", "Santo_Domingo", "Sao_Paulo", "St_Kitts", "St_Lucia", "St_Vincent",
        "Tegucigalpa", "Toronto",
    )
]
# fmt: on
"""Of the 35 states: all but Havana, whose clocks the wheel has on summer time from March 2026 to November 2027."""


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ZONES_OF_STATES, "America/Tijuana", "Europe/Lisbon", "Europe/Dublin"])
def test_a_vtimezone_agrees_with_its_zone_on_every_day(name: str) -> None:
    rendered = vtimezone(name, 2026)
    assert rendered is not None
    assert b"RDATE" not in rendered
    read = icalendar.Timezone.from_ical(rendered)
    assert isinstance(read, icalendar.Timezone)
    described = read.to_tz(lookup_tzid=False)
    moment = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    while moment.year < 2030:
        assert moment.astimezone(described).utcoffset() == moment.astimezone(zone(name)).utcoffset(), moment
        moment += timedelta(hours=13)


def test_a_zone_is_described_for_a_later_year_too() -> None:
    assert [name for name in ZONES_OF_STATES if vtimezone(name, 2029) is None] == []


def test_a_zone_with_two_offsets_has_a_yearly_rule_for_each() -> None:
    rendered = (vtimezone("America/Tijuana", 2027) or b"").decode()
    assert rendered.count("RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\n") == 1
    assert rendered.count("RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\r\n") == 1


@pytest.mark.parametrize("name", ["America/Nuuk", "America/Havana", "Asia/Gaza", "UTC", "Etc/UTC"])
def test_a_zone_that_no_simple_rule_describes_has_no_vtimezone(name: str) -> None:
    assert vtimezone(name, 2027) is None


def test_a_zone_whose_law_changes_near_the_event_has_no_vtimezone() -> None:
    assert vtimezone("America/Asuncion", 2024) is None  # its clocks went forward in October 2024 for the last time
    assert vtimezone("America/Asuncion", 2025) is not None


def test_a_wrong_rule_is_found_out() -> None:
    right = zones.simple_rule("America/Tijuana")
    assert right is not None
    assert zones.agrees(right, "America/Tijuana", 2026)
    later = replace(right, onsets=(replace(right.onsets[0], week=right.onsets[0].week + 1), right.onsets[1]))
    assert not zones.agrees(later, "America/Tijuana", 2026)
    hour = replace(right, onsets=(replace(right.onsets[0], second=3600), right.onsets[1]))
    assert not zones.agrees(hour, "America/Tijuana", 2026)


def test_zones_are_those_of_the_wheel_whatever_the_machine_has(tmp_path: Path) -> None:
    (tmp_path / "America").mkdir()
    tokyo = (files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes()
    (tmp_path / "America" / "Lima").write_bytes(tokyo)
    before = zoneinfo.TZPATH
    zone.cache_clear()
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath(to=[tmp_path])
    try:
        assert zone("America/Lima").utcoffset(datetime.fromisoformat("2027-01-11")) == timedelta(hours=-5)
    finally:
        zoneinfo.reset_tzpath(to=before)
        zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.parametrize("name", ["America/Atlantis", "../zones", "", "America"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        zone(name)
