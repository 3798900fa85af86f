"""Entries, invitations and feeds, read by other programs: libical, icalendar and vobject."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.calendars.checks import faults
from notify.calendars.entry import STATUSES, Entry
from notify.calendars.feed import feed
from notify.calendars.itip import cancel, request
from notify.calendars.vevent import vevent
from notify.calendars.zones import vtimezone
from tests.support.libical import itip_findings

NOW = datetime(2027, 1, 11, 15, 0, 7, tzinfo=UTC)
ORGANIZER, OBSERVER = "a7f3@notices.example", "rojas@bol.example"

TIMED = Entry(
    uid="01920000-0000-7000-8000-000000000001@notices.example",
    sequence=0,
    dtstamp=NOW,
    summary="PUMA: ejercicio nacional; días de observación, C:\\Nuevo",
    description="Llegada: Aeropuerto Inca Manco Cápac, Juliaca\nIdiomas: español, inglés " + "ñ" * 90,
    location="Mazocruz, Puno",
    geo=(-16.74, -69.73),
    starts="2027-03-13T07:00",
    ends="2027-03-15T18:00",
    timezone="America/Tijuana",
    all_day=False,
    status="CONFIRMED",
    url="https://notices.example/notices/PER-2027-M4-003?a=1,2",
    public=False,
    categories=("Medida 4", "Ejercicio, en el terreno"),
    last_modified=NOW - timedelta(hours=3),
)
ALL_DAY = replace(TIMED, starts="2027-08-18", ends="2027-08-29", all_day=True, timezone="America/Lima")
IN_UTC = replace(TIMED, starts="2027-08-18T10:00", ends="2027-08-18T12:00", timezone="America/Nuuk")
SAMPLES = {"timed": TIMED, "all-day": ALL_DAY, "in UTC": IN_UTC, "bare": replace(
    TIMED, description="", location="", geo=None, url="", categories=(), last_modified=None, status="TENTATIVE"
)}  # fmt: skip


def invite(entry: Entry, rsvp: bool = True) -> bytes:
    return request(entry, ORGANIZER, "Perú, Ministerio de Defensa", OBSERVER, "Maj. R. Rojas", rsvp)


def call_off(entry: Entry) -> bytes:
    return cancel(entry, ORGANIZER, "Perú, Ministerio de Defensa", OBSERVER, "Maj. R. Rojas")


def event_of(calendar: bytes) -> Any:
    (event,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return event


def lines_of(calendar: bytes) -> list[str]:
    return calendar.replace(b"\r\n ", b"").decode().split("\r\n")


def read_back(calendar: bytes) -> Entry:
    """The entry that another program would see: icalendar reads it, nothing of ours does."""
    event = event_of(calendar)
    start = event.decoded("dtstart")
    end = event.decoded("dtend") if "dtend" in event else start
    all_day = not isinstance(start, datetime)
    return Entry(
        uid=str(event["uid"]),
        sequence=int(event["sequence"]),
        dtstamp=event.decoded("dtstamp"),
        summary=str(event["summary"]),
        description=str(event.get("description", "")),
        location=str(event.get("location", "")),
        geo=(event["geo"].latitude, event["geo"].longitude) if "geo" in event else None,
        starts=start.isoformat() if all_day else start.strftime("%Y-%m-%dT%H:%M"),
        ends=(end - timedelta(1)).isoformat() if all_day else end.strftime("%Y-%m-%dT%H:%M"),
        timezone=event["dtstart"].params.get("TZID", "UTC"),
        all_day=all_day,
        status=str(event["status"]),
        url=str(event.get("url", "")),
        public=str(event["class"]) == "PUBLIC",
        categories=tuple(str(each) for each in event["categories"].cats) if "categories" in event else (),
        last_modified=event.decoded("last-modified") if "last-modified" in event else None,
    )


# Invitations


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("step", ["invitation", "update", "cancellation"])
def test_an_invitation_passes_every_checker(sample: str, step: str) -> None:
    entry = replace(SAMPLES[sample], sequence=0 if step == "invitation" else 3)
    calendar = call_off(entry) if step == "cancellation" else invite(entry)
    assert itip_findings(calendar) == []
    assert faults(calendar, "CANCEL" if step == "cancellation" else "REQUEST") == []
    assert all(part.errors == [] for part in icalendar.Calendar.from_ical(calendar).walk())
    read = vobject.readOne(calendar.decode())
    assert read.vevent.uid.value == entry.uid
    assert read.vevent.summary.value == entry.summary


def test_libical_finds_what_an_invitation_must_not_lack() -> None:
    broken = re.sub(rb"(?m)^ORGANIZER.*\r\n", b"", invite(ALL_DAY))
    assert itip_findings(broken) == [
        "Failed iTIP restrictions for ORGANIZER property. Expected 1 instances of the property and got 0"
    ]


def test_seven_in_tijuana_stays_seven_in_tijuana() -> None:
    lines = lines_of(invite(TIMED))
    assert "DTSTART;TZID=America/Tijuana:20270313T070000" in lines
    assert "DTEND;TZID=America/Tijuana:20270315T180000" in lines
    assert "TZID:America/Tijuana" in lines
    assert "TRANSP:OPAQUE" in lines


def test_an_all_day_entry_ends_on_the_day_after_and_blocks_nothing() -> None:
    lines = lines_of(invite(ALL_DAY))
    assert "DTSTART;VALUE=DATE:20270818" in lines
    assert "DTEND;VALUE=DATE:20270830" in lines
    assert "TRANSP:TRANSPARENT" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_an_entry_of_a_zone_without_a_rule_is_in_utc() -> None:
    lines = lines_of(invite(IN_UTC))
    assert "DTSTART:20270818T110000Z" in lines
    assert "DTEND:20270818T130000Z" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_an_entry_that_takes_no_time_has_no_end() -> None:
    lines = lines_of(invite(replace(TIMED, ends=TIMED.starts)))
    assert not [line for line in lines if line.startswith("DTEND")]


@pytest.mark.parametrize("public", [True, False])
def test_an_entry_is_private_unless_the_notice_is_public(public: bool) -> None:
    assert ("CLASS:PUBLIC" if public else "CLASS:PRIVATE") in lines_of(invite(replace(TIMED, public=public)))


@pytest.mark.parametrize(("rsvp", "word"), [(True, "TRUE"), (False, "FALSE")])
def test_the_observer_is_the_only_attendee_and_asked_to_answer_where_answers_are_read(rsvp: bool, word: str) -> None:
    people = [line for line in lines_of(invite(TIMED, rsvp)) if line.startswith(("ORGANIZER", "ATTENDEE"))]
    assert people == [
        f'ORGANIZER;CN="Perú, Ministerio de Defensa":mailto:{ORGANIZER}',
        'ATTENDEE;CN="Maj. R. Rojas";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;'
        f"RSVP={word}:mailto:{OBSERVER}",
    ]


def test_a_cancellation_keeps_the_uid_and_says_cancelled() -> None:
    lines = lines_of(call_off(replace(TIMED, sequence=4)))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:4", f"UID:{TIMED.uid}"} <= set(lines)
    with pytest.raises(ValueError, match="CANCEL"):
        invite(replace(TIMED, status="CANCELLED"))


def test_a_retry_has_the_same_bytes() -> None:
    first = [invite(TIMED), call_off(TIMED), feed([TIMED, ALL_DAY], "Avisos")]
    vevent.cache_clear()
    vtimezone.cache_clear()
    assert [invite(TIMED), call_off(TIMED), feed([TIMED, ALL_DAY], "Avisos")] == first


def test_a_name_in_quotation_marks_is_shown_in_apostrophes() -> None:
    calendar = request(TIMED, ORGANIZER, "", OBSERVER, 'Maj. "Pepe"\n Rojas', True)
    assert "ATTENDEE;CN=\"Maj. 'Pepe' Rojas\";" in "\n".join(lines_of(calendar))


@given(name=st.text(min_size=1, max_size=120))
def test_no_name_breaks_out_of_its_parameter(name: str) -> None:
    calendar = request(ALL_DAY, ORGANIZER, name, OBSERVER, name, True)
    assert faults(calendar, "REQUEST") == []
    attendee = event_of(calendar)["attendee"]
    assert (str(attendee), attendee.params["PARTSTAT"]) == (f"mailto:{OBSERVER}", "NEEDS-ACTION")


@pytest.mark.parametrize(
    "address", ["", "rojas", "rojas@bol.example\r\nX:1", "a b@c.example", "<a@b.example>", "ñ@b.example"]
)
def test_what_is_no_address_invites_nobody(address: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        request(TIMED, ORGANIZER, "", address, "", True)


# Entries


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=120)
_WALL_TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2032, 12, 31))  # noqa: DTZ001 - wall times
_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    all_day = draw(st.booleans())
    starts, ends = sorted((draw(_WALL_TIMES), draw(_WALL_TIMES)))
    written: Callable[[datetime], str] = lambda moment: moment.strftime("%Y-%m-%d" if all_day else "%Y-%m-%dT%H:%M")  # noqa: E731
    degrees = st.floats(-90, 90).map(lambda angle: round(angle, 6))
    return Entry(
        uid=draw(st.uuids()).hex + "@notices.example",
        sequence=draw(st.integers(0, 10_000)),
        dtstamp=draw(_MOMENTS),
        summary="S" + draw(_WORDS),
        description=draw(_WORDS),
        location=draw(_WORDS),
        geo=draw(st.none() | st.tuples(degrees, degrees)),
        starts=written(starts),
        ends=written(ends),
        timezone="UTC" if all_day else draw(st.sampled_from(["America/Tijuana", "America/Lima", "UTC"])),
        all_day=all_day,
        status=draw(st.sampled_from(STATUSES)),
        url=draw(st.sampled_from(["", "https://notices.example/a;b,c?d=%2C"])),
        public=draw(st.booleans()),
        categories=tuple(draw(st.lists(_WORDS.filter(bool), max_size=3))),
        last_modified=draw(st.none() | _MOMENTS),
    )


@pytest.mark.slow
@given(entry=entries())
def test_rendering_then_parsing_gives_the_entry_back(entry: Entry) -> None:
    calendar = feed([entry], "Avisos")
    assert read_back(calendar) == entry
    assert faults(calendar, "PUBLISH") == []


@settings(max_examples=30)
@given(entry=entries())
def test_an_entry_stored_as_json_comes_back(entry: Entry) -> None:
    assert Entry.from_dict(json.loads(json.dumps(entry.to_dict()))) == entry


def test_control_characters_do_not_reach_the_file() -> None:
    event = event_of(feed([replace(TIMED, summary="a\x00b\x1bc\x7f", description="d\r\ne\rf")], "x"))
    assert (str(event["summary"]), str(event["description"])) == ("abc", "d\ne\nf")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"starts": "2027-03-16T07:00"}, "ends before it starts"),
        ({"starts": "2027-03-13T07:00-08:00"}, "not a local time"),
        ({"starts": "2027-03-13"}, "not a local time"),
        ({"all_day": True}, "isoformat"),
        ({"timezone": "America/Atlantis"}, "not a time zone"),
        ({"dtstamp": "2027-01-11T15:00:00"}, "without a time zone"),
        ({"status": "POSTPONED"}, "not a status"),
        ({"sequence": -1}, "SEQUENCE"),
        ({"summary": " "}, "summary"),
        ({"uid": ""}, "uid"),
        ({"url": "https://x.example/\r\nATTENDEE:mailto:a@b.example"}, "URL"),
    ],
)
def test_an_entry_that_no_calendar_could_hold_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Entry.from_dict({**TIMED.to_dict(), **changes})


# Feeds


def test_a_feed_names_itself_and_asks_to_be_read_every_hour() -> None:
    lines = lines_of(feed([TIMED], "Avisos; Perú, Bolivia"))
    assert {"METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"} <= set(lines)
    assert {r"NAME:Avisos\; Perú\, Bolivia", r"X-WR-CALNAME:Avisos\; Perú\, Bolivia"} <= set(lines)


def test_a_feed_shows_nobody() -> None:
    calendar = feed([TIMED, ALL_DAY], "Avisos")
    assert b"ATTENDEE" not in calendar
    assert b"ORGANIZER" not in calendar
    assert b"mailto:" not in calendar


def test_a_feed_with_an_organizer_is_a_publication_by_itip() -> None:
    calendar = feed([TIMED, ALL_DAY, IN_UTC], "Avisos", organizer="notices@notices.example")
    assert itip_findings(calendar) == []
    assert faults(calendar, "PUBLISH") == []


def test_a_feed_has_each_zone_once_and_from_its_earliest_entry_on() -> None:
    later = replace(TIMED, uid="2", starts="2029-03-13T07:00", ends="2029-03-13T08:00")
    lima = replace(later, uid="3", timezone="America/Lima")
    calendar = feed([later, ALL_DAY, TIMED, IN_UTC, lima, replace(later, uid="4")], "Avisos")
    assert faults(calendar, "PUBLISH") == []
    assert [line for line in lines_of(calendar) if line.startswith("TZID:")] == [
        "TZID:America/Lima",
        "TZID:America/Tijuana",
    ]
    assert "DTSTART:20260308T020000" in lines_of(calendar)
    assert [str(event["uid"]) for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT")] == [
        "2", ALL_DAY.uid, TIMED.uid, IN_UTC.uid, "3", "4",
    ]  # fmt: skip


def test_a_feed_without_entries_is_a_calendar_still() -> None:
    calendar = feed([], "Avisos")
    assert faults(calendar, "PUBLISH") == []
    assert [part.name for part in icalendar.Calendar.from_ical(calendar).subcomponents] == ["VTIMEZONE"]


def test_an_entry_is_rendered_once() -> None:
    assert vevent(TIMED) is vevent(replace(TIMED))


# The small check of our own


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda good: good.replace(b"\r\n", b"\n"), "A line does not end in CRLF."),
        (lambda good: good.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r"), "A line does not end in CRLF."),
        (lambda good: good.removesuffix(b"\r\n"), "The last line has no end."),
        (lambda good: good.replace(b"\r\n ", b"", 1), "octets; it is to be folded at 75."),
        (lambda good: good.replace("ñ".encode(), b"\xc3\r\n \xb1", 1), "is folded inside a character."),
        (lambda good: good.replace(b"TZID:America/Tijuana", b"TZID:Tijuana"), "TZID=America/Tijuana has no VTIMEZONE."),
        (lambda good: good.replace(b"mailto:a7f3", b"a7f3"), "ORGANIZER is no mailto: address."),
        (lambda good: good.replace(b"NEEDS-ACTION", b"MAYBE"), "PARTSTAT=MAYBE is not known for an event."),
        (lambda good: good.replace(b"METHOD:REQUEST", b"METHOD:CANCEL"), "METHOD is CANCEL, not REQUEST."),
        (lambda good: good.replace(b"METHOD:REQUEST\r\n", b""), "METHOD stands 0 times."),
        (lambda good: good.replace(b"METHOD:REQUEST", b"METHOD:PUBLISH"), "A published calendar shows an attendee."),
        (lambda good: good.replace(b"SEQUENCE:0", b"SEQUENCE 0"), "Not a content line: 'SEQUENCE 0'."),
    ],
)
def test_the_check_finds_what_readers_let_pass(change: Callable[[bytes], bytes], fault: str) -> None:
    good = invite(TIMED)
    assert faults(good, "REQUEST") == []
    assert change(good) != good
    assert any(found.endswith(fault) for found in faults(change(good), "REQUEST"))
