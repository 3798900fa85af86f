"""Each thing that is refused in the content of a notice, with the pointer of what is wrong."""

from __future__ import annotations

import math

import pytest

from notify.language import translator
from notify.maps.geometry import CODES
from notify.notices.place_rules import SENTENCES
from notify.notices.sound import Sound
from tests.support.notices import ABSENT, days, example, faults_of, period, polygon

# Of which example, with which values, the pointers of the faults.
REFUSED: list[tuple[str, dict[str, object], str]] = [
    # what is needed, and what nobody knows
    ("exercise", {"measure": ABSENT}, "/measure"),
    ("exercise", {"state": ABSENT}, "/state"),
    ("exercise", {"measure": 7}, "/measure"),
    ("exercise", {"measure": "4"}, "/measure"),
    ("exercise", {"measure": True}, "/measure"),
    ("exercise", {"measure": [4]}, "/measure"),
    ("exercise", {"reference": "PER-2027-M4-001"}, "/reference"),
    ("exercise", {"a~1b~0c": 1}, "/a~1b~0c"),
    ("exercise", {"place__colour": "red"}, "/place/colour"),
    ("exercise", {"content": {"kind": "academy"}}, "/content/kind"),
    ("visit", {"content__services": ["navy"]}, "/content/services"),
    ("exercise", {"content": []}, "/content"),
    # parties
    ("exercise", {"state": "FRA"}, "/state"),
    ("exercise", {"state": "OAS"}, "/state"),
    ("exercise", {"state": 604}, "/state"),
    ("exercise", {"state": "per"}, "/state"),
    ("exercise", {"participants": [{"state": "PER"}, {"state": "XXX"}]}, "/participants/1/state"),
    ("exercise", {"participants": [{"state": "PER"}, {"state": "PER"}]}, "/participants/1/state"),
    ("exercise", {"participants": [{"state": "CARICOM"}]}, "/participants/0/state"),
    ("exercise", {"participants": [{"personnel": 3}]}, "/participants/0/state"),
    ("exercise", {"participants__0__personnel": -1}, "/participants/0/personnel"),
    ("exercise", {"participants__0__personnel": 2.5}, "/participants/0/personnel"),
    ("exercise", {"participants__0__personnel": True}, "/participants/0/personnel"),
    ("exercise", {"participants__0__personnel": 10**30}, "/participants/0/personnel"),
    ("exercise", {"participants": [{"state": "PER"}] * 101}, "/participants"),
    ("exercise", {"also_notify": ["BOL", "FRA"]}, "/also_notify/1"),
    ("exercise", {"also_notify": ["BOL", "BOL"]}, "/also_notify/1"),
    ("exercise", {"also_notify": ["group:RECIPIENTS"]}, "/also_notify/0"),
    (
        "exercise",
        {"also_notify": ["group:CDS", "group:NATO", "group:"]},
        "/also_notify/0 /also_notify/1 /also_notify/2",
    ),
    ("exercise", {"also_notify": "BOL"}, "/also_notify"),
    ("exercise", {"also_notify": ["BOL"] * 61}, "/also_notify"),
    ("exercise", {"observation__invite": ["group:CDS", "OAS", "OAS"]}, "/observation/invite/0 /observation/invite/2"),
    # texts
    ("exercise", {"title": "PUMA"}, "/title"),
    ("exercise", {"title": {}}, "/title"),
    ("exercise", {"title": {"de": "PUMA"}}, "/title/de"),
    ("exercise", {"title": {"es": "x" * 201}}, "/title/es"),
    ("exercise", {"title": {"es": "dos\nlíneas"}}, "/title/es"),
    ("exercise", {"title": {"es": " "}}, "/title/es"),
    ("exercise", {"title": {"es": None}}, "/title/es"),
    ("exercise", {"title": {"es": 3}}, "/title/es"),
    ("exercise", {"summary": {"es": "x" * 5_001}}, "/summary/es"),
    ("exercise", {"summary": {"es": "a\x00b"}}, "/summary/es"),
    ("exercise", {"summary": {"es": "a\x85b"}}, "/summary/es"),
    ("exercise", {"summary": {"es": "a\u202eb"}}, "/summary/es"),
    ("exercise", {"summary": {"es": "a\u2028b"}}, "/summary/es"),
    ("exercise", {"summary": {"es": "a\ud800b"}}, "/summary/es"),
    ("exercise", {"content__purpose": {"es": "x" * 10_001}}, "/content/purpose/es"),
    ("exercise", {"note_reference": ""}, "/note_reference"),
    ("exercise", {"place__name": "x" * 201}, "/place/name"),
    # contact
    ("exercise", {"contact__email": "avisos.mindef.example"}, "/contact/email"),
    ("exercise", {"contact__email": "a@b\nBcc: c@d.example"}, "/contact/email"),
    ("exercise", {"contact__phone": "1" * 51}, "/contact/phone"),
    ("exercise", {"visibility": "everybody"}, "/visibility"),
    ("exercise", {"test": "no"}, "/test"),
    ("exercise", {"test": 0}, "/test"),
    # period
    ("visit", {"period__ends": "2027-03-13T07:00"}, "/period/ends"),
    ("visit", {"period__ends": "2027-03-12T18:00", "observation": None}, "/period/ends"),
    ("exercise", {"period__ends": "2027-08-17", "observation": None}, "/period/ends"),
    ("exercise", {"period": days("2027-01-01", "2028-02-05"), "observation": None}, "/period/ends"),
    ("visit", {"period__starts": "2027-03-13"}, "/period/starts"),
    ("exercise", {"period__starts": "2027-08-18T07:00"}, "/period/starts"),
    ("exercise", {"period__starts": "2027-02-30"}, "/period/starts"),
    ("exercise", {"period__starts": "18/08/2027"}, "/period/starts"),
    ("exercise", {"period__starts": 1_818_547_200}, "/period/starts"),
    ("exercise", {"period__starts": "1999-12-31"}, "/period/starts"),
    ("exercise", {"period__ends": "2101-01-01"}, "/period/ends"),
    ("visit", {"period__starts": "2027-03-13T07:00Z"}, "/period/starts"),
    ("visit", {"period__timezone": "America/Atlantis"}, "/period/timezone"),
    ("visit", {"period__timezone": "Factory"}, "/period/timezone"),
    ("visit", {"period__timezone": "../../etc/passwd"}, "/period/timezone"),
    ("visit", {"period__timezone": "-08:00"}, "/period/timezone"),
    ("visit", {"period__all_day": ABSENT}, "/period/all_day"),
    ("visit", {"period__all_day": 1}, "/period/all_day"),
    ("visit", {"period": None}, "/period"),
    ("visit", {"period__starts": "2027-03-14T02:30", "observation": None}, "/period/starts"),
    (
        "visit",
        {"period": period("2027-09-05T00:00", "2027-09-05T09:00", "America/Santiago"), "observation": None},
        "/period/starts",
    ),
    (
        "visit",
        {"period": days("2011-12-30", "2011-12-30", "Pacific/Apia"), "observation": None},
        "/period/starts /period/ends",
    ),
    # observers' days
    ("exercise", {"observation__period__starts": "2027-08-17T23:59"}, "/observation/period/starts"),
    ("exercise", {"observation__period__ends": "2027-08-30T00:01"}, "/observation/period/ends"),
    (
        "exercise",
        {"observation__period": period("2027-08-19T10:00", "2027-08-29T23:30", "America/Tijuana")},
        "/observation/period/ends",
    ),
    (
        "exercise",
        {"observation__period": days("2027-08-17", "2027-08-30")},
        "/observation/period/starts /observation/period/ends",
    ),
    (
        "visit",
        {"observation__period": period("2027-03-14T02:30", "2027-03-15T10:00", "America/Tijuana")},
        "/observation/period/starts",
    ),
    ("exercise", {"period": days("2027-08-25", "2027-09-05")}, "/observation/period/starts"),
    ("exercise", {"observation__reply_by": "2027-08-20"}, "/observation/reply_by"),
    ("exercise", {"observation__reply_by": "2027-07-20T10:00"}, "/observation/reply_by"),
    ("visit", {"observation__reply_by": "2027-03-14"}, "/observation/reply_by"),
    ("exercise", {"observation__arrival__at": "2027-08-21T18:01"}, "/observation/arrival/at"),
    ("exercise", {"observation__arrival__at": "2027-08-19"}, "/observation/arrival/at"),
    ("visit", {"observation__arrival__at": "2026-03-08T02:30"}, "/observation/arrival/at"),
    ("exercise", {"observation__programme__0__at": "2027-08-18T23:59"}, "/observation/programme/0/at"),
    ("exercise", {"observation__programme__1__at": "2027-08-22T00:00"}, "/observation/programme/1/at"),
    (
        "exercise",
        {
            "observation__period": days("2027-08-19", "2027-08-21"),
            "observation__arrival__at": "2027-08-22T00:00",
            "observation__programme__1__at": "2027-08-22T00:00",
        },
        "/observation/arrival/at /observation/programme/1/at",
    ),
    ("exercise", {"observation__programme__1__item": {}}, "/observation/programme/1/item"),
    # seats and choices
    ("exercise", {"observation__seats": 0}, "/observation/seats"),
    ("exercise", {"observation__seats": 10_001}, "/observation/seats"),
    ("exercise", {"observation__seats_per_party": 13}, "/observation/seats_per_party"),
    ("exercise", {"observation__seats_per_party": 0}, "/observation/seats_per_party"),
    ("exercise", {"observation__languages": ["es", "spa", "es"]}, "/observation/languages/1"),
    ("exercise", {"observation__languages": ["es", "en", "es"]}, "/observation/languages/2"),
    ("exercise", {"observation__equipment_allowed": ["weapons"]}, "/observation/equipment_allowed/0"),
    ("exercise", {"observation": []}, "/observation"),
    # content of each measure
    ("exercise", {"content__type": "parade"}, "/content/type"),
    ("exercise", {"content__services": ["army", "army"]}, "/content/services/1"),
    ("exercise", {"content__services": ["cavalry"]}, "/content/services/0"),
    ("exercise", {"content__equipment": {"horses": 4}}, "/content/equipment/horses"),
    ("exercise", {"content__equipment__artillery": 2.5}, "/content/equipment/artillery"),
    ("exercise", {"content__equipment__artillery": -1}, "/content/equipment/artillery"),
    ("exercise", {"content__live_fire": "yes"}, "/content/live_fire"),
    ("visit", {"content__installations": [{"name": "x"}]}, "/content/installations/0/kind"),
    ("visit", {"content__installations": [{"name": "x", "kind": "other"}] * 51}, "/content/installations"),
    ("destruction", {"content__items__1__unit": "kg"}, "/content/items/1/unit"),
    ("destruction", {"content__items__2__unit": "box"}, "/content/items/2/unit"),
    ("destruction", {"content__items__2__quantity": 0.5}, "/content/items/2/quantity"),
    ("destruction", {"content__items__0__quantity": 0}, "/content/items/0/quantity"),
    ("destruction", {"content__items__0__quantity": math.nan}, "/content/items/0/quantity"),
    ("destruction", {"content__items__0__quantity": math.inf}, "/content/items/0/quantity"),
    ("destruction", {"content__items__0__quantity": "12"}, "/content/items/0/quantity"),
    ("destruction", {"content__items__0__quantity": 10**400}, "/content/items/0/quantity"),
    ("destruction", {"content__items__0__category": "sabres"}, "/content/items/0/category"),
    ("destruction", {"content__origin": "found"}, "/content/origin"),
    # place
    ("exercise", {"place": {"name": "Puno"}}, "/place/geometry"),
    ("exercise", {"place__geometry": {"type": "Circle", "coordinates": [0, 0]}}, "/place/geometry/type"),
    ("exercise", {"place__geometry__coordinates": ["-69.73", -16.74]}, "/place/geometry/coordinates/0"),
    ("exercise", {"place__geometry__coordinates": [-16.74, -169.73]}, "/place/geometry/coordinates/1"),
    ("exercise", {"place__geometry__coordinates": [-16.74, -69.73]}, "/place/geometry"),
    ("exercise", {"place__geometry__coordinates": [-69.73, -16.74, 2**60]}, "/place/geometry/coordinates/2"),
    ("exercise", {"place__radius_km": -1}, "/place/radius_km"),
    ("exercise", {"place__radius_km": "20"}, "/place/radius_km"),
    (
        "exercise",
        {"place": polygon((-70, -17), (-69, -16), (-69, -17), (-70, -16), (-70, -17))},
        "/place/geometry/coordinates",
    ),
    (
        "exercise",
        {"place": {**polygon((-70, -17), (-69, -17), (-69, -16), (-70, -17)), "radius_km": 3}},
        "/place/radius_km",
    ),
]


@pytest.mark.parametrize(("name", "values", "expected"), REFUSED)
def test_refused(name: str, values: dict[str, object], expected: str) -> None:
    faults = faults_of(example(name, **values))
    assert " ".join(fault.pointer for fault in faults) == expected
    for fault in faults:
        sentence = translator("en")(fault.detail)
        assert sentence.endswith("."), "a sentence for people"
        assert "nput should" not in sentence, "pydantic's words stay inside"
        assert "see notify" not in sentence


def test_every_fault_is_named_at_once_field_rules_and_rules_across_fields() -> None:
    body = example(
        "exercise",
        title={"es": ""},
        period=days("2027-08-29", "2027-08-18"),
        participants=[{"state": "PER", "personnel": -4}, {"state": "PER"}],
        contact__email="nobody",
        also_notify=["FRA"],
        observation__seats_per_party=40,
        content__type="parade",
        colour="red",
    )
    assert [fault.pointer for fault in faults_of(body)] == [
        "/title/es",
        "/period/ends",
        "/participants/0/personnel",
        "/participants/1/state",
        "/contact/email",
        "/also_notify/0",
        "/content/type",
        "/observation/seats_per_party",
        "/colour",
    ]


def test_every_fault_of_a_geometry_has_a_sentence() -> None:
    assert set(SENTENCES) == set(CODES)


def test_rules_across_fields_see_only_what_is_right() -> None:
    sound = Sound({"a": {"b": 1, "c": [{"d": 2}]}, "e": 3}, ["/a/c/0/d", "/e", ""])
    assert sound("/a/b") == 1
    assert sound("/a") is None, "something in it is wrong"
    assert sound("/a/c/0/d") is None
    assert sound("/e") is None
    sound.taint("/a")
    assert sound("/a/b") is None, "what holds it is wrong"
    assert sound.entries("/a/c") == ["/a/c/0"]
    assert sound.entries("/a") == []


def test_exchanged_latitude_and_longitude_are_shown_both_ways() -> None:
    [fault] = faults_of(example("exercise", place__geometry__coordinates=[-16.74, -69.73]))
    sentence = str(fault.detail)
    assert "latitude -69.73, longitude -16.74" in sentence
    assert "latitude -16.74, longitude -69.73" in sentence


def test_a_hostile_body_gets_a_bounded_answer() -> None:
    faults = faults_of(example("exercise") | {f"field{n}": n for n in range(10_000)})
    assert len(faults) == 200
    [fault] = faults_of(example("exercise", also_notify=["\u202e" + "x" * 39]))
    assert "\u202e" not in str(fault.detail)
