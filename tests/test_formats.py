"""Dates, times and numbers as readers of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from notify import formats
from notify.language import LANGUAGES

WHOLE_DAYS = {"starts": "2027-08-18", "ends": "2027-08-29", "timezone": "America/Lima", "all_day": True}
HOURS = {"starts": "2027-08-19T10:00", "ends": "2027-08-21T18:00", "timezone": "America/Lima", "all_day": False}
PUBLISHED = datetime(2027, 7, 6, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", "martes 6 de julio de 2027, 09:00 (Lima)"),
        ("en", "Tuesday 6 July 2027, 09:00 (Lima)"),
        ("pt", "terça-feira, 6 de julho de 2027, 09:00 (Lima)"),
        ("fr", "mardi 6 juillet 2027, 09:00 (Lima)"),
    ],
)
def test_moment_names_weekday_date_and_the_places_time(language: str, expected: str) -> None:
    assert formats.moment(language, PUBLISHED, "America/Lima") == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2027-08-18", "2027-08-29", "18 – 29 de agosto de 2027"),
        ("2027-07-28", "2027-08-06", "28 de julio – 6 de agosto de 2027"),
        ("2027-12-28", "2028-01-03", "28 de diciembre de 2027 – 3 de enero de 2028"),
        ("2027-08-18", "2027-08-18", "18 de agosto de 2027"),
    ],
)
def test_range_says_once_what_both_ends_share(first: str, last: str, expected: str) -> None:
    assert formats.dates("es", first, last) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", "1 – 2 de agosto de 2027"),
        ("en", "1 – 2 August 2027"),
        ("pt", "1º – 2 de agosto de 2027"),
        ("fr", "1er – 2 août 2027"),
    ],
)
def test_the_first_of_a_month_is_written_as_the_language_writes_it(language: str, expected: str) -> None:
    assert formats.dates(language, "2027-08-01", "2027-08-02") == expected


def test_short_dates_name_the_year_only_when_it_is_another() -> None:
    assert formats.short_date("es", "2027-09-06", 2027) == "6 sep"
    assert formats.short_date("es", "2026-07-06", 2027) == "6 jul 2026"
    assert formats.short_span("es", "2027-08-18", "2027-08-29", 2027) == ("18", "29 ago")
    assert formats.short_span("es", "2027-07-19", "2027-08-06", 2027) == ("19 jul", "6 ago")
    assert formats.short_span("es", "2027-12-30", "2028-01-02", 2027) == ("30 dic 2027", "2 ene 2028")


def test_short_moment_is_by_the_clock_that_is_asked_for() -> None:
    assert formats.short_moment("es", PUBLISHED, "America/Lima", 2027) == "6 jul, 09:00"
    assert formats.short_moment("fr", PUBLISHED, "America/La_Paz", 2027) == "6 juil., 10:00"


def test_short_day_is_for_the_rows_of_a_programme() -> None:
    assert [formats.short_day(language, "2027-08-20") for language in LANGUAGES] == [
        "vie 20 ago",
        "Fri 20 Aug",
        "sex 20 ago",
        "ven. 20 août",
    ]


def test_the_readers_time_stands_beside_only_where_it_differs() -> None:
    assert formats.beside("en", PUBLISHED, "America/Lima", "America/La_Paz") == "10:00 in La Paz"
    assert formats.beside("en", PUBLISHED, "America/Lima", "America/Bogota") == ""
    late = datetime(2027, 7, 6, 4, 30, tzinfo=UTC)
    assert formats.beside("en", late, "America/Lima", "America/La_Paz") == "Tuesday 6 July, 00:30 in La Paz"


def test_whole_days_are_never_converted() -> None:
    assert formats.period_there("en", WHOLE_DAYS, "America/La_Paz") == ""
    assert formats.period_note("en", WHOLE_DAYS) == "Wednesday to Sunday, whole days, Lima time"


def test_hours_are_the_places_and_then_the_readers() -> None:
    assert formats.period_note("en", HOURS) == "Thursday 10:00 to Saturday 18:00, Lima time"
    assert formats.period_there("en", HOURS, "America/La_Paz") == "Thursday 11:00 to Saturday 19:00 in La Paz"
    assert formats.period_there("en", HOURS, "America/Bogota") == ""
    one_day = {**HOURS, "ends": "2027-08-19T18:00"}
    assert formats.period_note("en", one_day) == "Thursday 10:00 – 18:00, Lima time"


def test_a_postponed_period_has_no_dates() -> None:
    assert formats.period("es", None) == ""
    assert formats.period_note("es", None) == ""
    assert formats.period_there("es", None, "UTC") == ""


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (11, "in 11 days"), (-3, "3 days ago")],
)
def test_relative_counts_days(days: int, expected: str) -> None:
    assert formats.relative("en", date(2027, 7, 8 + days), date(2027, 7, 8)) == expected


def test_recent_goes_by_the_readers_day() -> None:
    now = datetime(2027, 7, 8, 3, 0, tzinfo=UTC)  # 22:00 of the 7th in Lima
    assert formats.recent("en", datetime(2027, 7, 7, 15, 42, tzinfo=UTC), "America/Lima", now) == "today, 10:42"
    assert formats.recent("en", datetime(2027, 7, 7, 4, 0, tzinfo=UTC), "America/Lima", now) == "yesterday, 23:00"
    assert formats.recent("en", datetime(2027, 7, 1, 15, 0, tzinfo=UTC), "America/Lima", now) == "1 Jul, 10:00"


@pytest.mark.parametrize(
    ("value", "digits", "es", "en"),
    [
        (2400, None, "2\u00a0400", "2\u00a0400"),
        (999, None, "999", "999"),
        (-1234567.5, None, "−1\u00a0234\u00a0567,5", "−1\u00a0234\u00a0567.5"),
        (16.566, 2, "16,57", "16.57"),
        (16, 2, "16,00", "16.00"),
        (0.1, None, "0,1", "0.1"),
    ],
)
def test_numbers_are_grouped_by_a_space_that_does_not_break(value: float, digits: int | None, es: str, en: str) -> None:
    assert formats.number("es", value, digits) == es
    assert formats.number("en", value, digits) == en


@pytest.mark.parametrize(
    ("language", "expected"),
    [("es", "16,57° S, 69,04° O"), ("en", "16.57° S, 69.04° W"), ("pt", "16,57° S, 69,04° O")],
)
def test_coordinates_name_their_hemispheres(language: str, expected: str) -> None:
    assert formats.coordinates(language, -69.04, -16.57) == expected


def test_lists_are_joined_as_each_language_joins_them() -> None:
    assert formats.listed("es", ["Bolivia", "Chile", "Ecuador"]) == "Bolivia, Chile y Ecuador"
    assert formats.listed("es", ["Jamaica", "Isla de Pascua"]) == "Jamaica e Isla de Pascua"
    assert formats.listed("fr", ["Bolivie", "Chili"]) == "Bolivie et Chili"
    assert formats.listed("en", ["Bolivia"]) == "Bolivia"
    assert formats.listed("en", []) == ""


def test_cities_are_named_in_the_language() -> None:
    assert formats.city("es", "America/New_York") == "Nueva York"
    assert formats.city("pt", "America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert formats.city("en", "UTC") == "UTC"


def test_zones_of_the_states_come_first() -> None:
    ours, others = formats.zones("es", frozenset({"PE", "CL"}))
    assert ("America/Lima", "Lima (America/Lima)") in ours
    assert ("Pacific/Easter", "Isla de Pascua (Pacific/Easter)") in ours
    assert "Europe/Paris" in dict(others)
    assert "Europe/Paris" not in dict(ours)
    assert others[0] == ("UTC", "UTC")
