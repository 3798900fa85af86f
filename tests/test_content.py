"""The content of a notice: what is accepted as it was posted, and what publication still needs."""

from __future__ import annotations

import copy
import json
import math
from typing import Any, cast

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.errors import Fault, Invalid
from notify.notices.content import NoticeDraft, missing, parse
from notify.notices.pointers import get, pointer
from tests.support.notices import ABSENT, EXAMPLES, KNOWN, days, example, faults_of, period, polygon, put


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_accepted_as_posted_and_complete(name: str) -> None:
    content = parse(example(name), KNOWN)
    assert content == example(name)
    assert json.dumps(content)
    assert missing(content) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_parsing_what_was_parsed_changes_nothing(name: str) -> None:
    content = parse(example(name), KNOWN)
    again = parse(content, KNOWN)
    assert again == content
    assert list(again) == list(content)


def _signed(content: object) -> bytes:
    return rfc8785.dumps(cast(Any, content))


def test_whole_numbers_stay_whole() -> None:
    content = parse(example("exercise", place__radius_km=20.0), KNOWN)
    assert _signed(content) == _signed(example("exercise"))
    assert type(get(content, "/place/radius_km")) is int


def test_absent_stays_absent_and_null_stays_null() -> None:
    assert parse({"state": "PER", "measure": 4}, KNOWN) == {"measure": 4, "state": "PER"}
    content = parse({"measure": 5, "state": "MEX", "observation": None, "note_reference": None}, KNOWN)
    assert content == {"measure": 5, "state": "MEX", "observation": None, "note_reference": None}


def test_line_ends_of_a_form_become_plain_ones() -> None:
    content = parse(example("exercise", summary={"es": "uno\r\ndos"}), KNOWN)
    assert content["summary"] == {"es": "uno\ndos"}


LEFT_OPEN: dict[str, dict[str, object]] = {
    "no observers": {"observation": None},
    "no participants": {"participants": []},
    "people not counted": {"participants": [{"state": "PER"}, {"state": "BRA", "personnel": None}]},
    "a title in four languages": {"title": {"fr": "a", "pt": "b", "en": "c", "es": "d"}},
    "a polygon": {"place": polygon((-70, -17), (-69, -17), (-69, -16), (-70, -17))},
    "one day": {"period": days("2027-08-19", "2027-08-19"), "observation": None},
    "400 days": {"period": days("2027-01-01", "2028-02-04"), "observation": None},
    "a time that comes twice": {
        "period": period("2027-11-07T01:30", "2027-11-07T03:00", "America/New_York"),
        "observation": None,
    },
    "a day without midnight": {
        "period": days("2027-09-05", "2027-09-05", "America/Santiago"),
        "observation": None,
    },
    "a state that withdrew takes part": {"participants": [{"state": "NIC", "personnel": 3}]},
    "all groups": {"also_notify": ["group:MEMBERS", "group:CARICOM", "OAS"]},
    "a programme on the day of arrival": {
        "observation__arrival__at": "2027-08-17T18:00",
        "observation__programme__0__at": "2027-08-17T20:00",
    },
    "an answer on the first day": {"observation__reply_by": "2027-08-19"},
    "observers' days as whole days": {"observation__period": days("2027-08-19", "2027-08-21")},
    "observers' days in a neighbour's time": {
        "observation__period": period("2027-08-18T01:00", "2027-08-30T01:00", "America/La_Paz")
    },
    "all seats for one party": {"observation__seats_per_party": 12},
    "a height": {"place__geometry__coordinates": [-69.73, -16.74, 4000]},
    "several lines and a tab": {"summary": {"es": "uno\n\tdos"}},
    "a contact with a telephone alone": {"contact": {"office": "Mesa de partes", "phone": "+51 1 555 0100"}},
    "no equipment": {"content__equipment": {}},
}


@pytest.mark.parametrize("case", LEFT_OPEN)
def test_accepted(case: str) -> None:
    assert faults_of(example("exercise", **LEFT_OPEN[case])) == ()


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("exercise", {"title": ABSENT, "summary": ABSENT}, ["/title", "/summary"]),
        ("exercise", {"period": ABSENT, "place": ABSENT}, ["/period", "/place"]),
        ("exercise", {"contact": ABSENT}, ["/contact"]),
        ("exercise", {"contact": {"name": "Crnl. A. Quispe"}}, ["/contact/email"]),
        ("exercise", {"contact": {"phone": "+51 1 555 0100"}}, ["/contact/office"]),
        (
            "exercise",
            {"content": {}},
            ["/content/activity", "/content/designation", "/content/type", "/content/services"],
        ),
        ("exercise", {"content__services": []}, ["/content/services"]),
        ("visit", {"content": ABSENT}, ["/content/kind", "/content/installations"]),
        ("destruction", {"content": {"programme": "x"}}, ["/content/origin", "/content/method", "/content/items"]),
        ("exercise", {"observation__seats": ABSENT, "observation__seats_per_party": ABSENT}, ["/observation/seats"]),
        ("exercise", {"observation": None, "note_reference": None, "participants": []}, []),
    ],
)
def test_what_publication_still_needs(name: str, values: dict[str, object], expected: list[str]) -> None:
    faults = missing(parse(example(name, **values), KNOWN))
    assert [fault.pointer for fault in faults] == expected
    assert all(str(fault.detail).startswith("“") for fault in faults)


_JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["PER", "2027-08-18"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def _places(document: object, at: str = "") -> list[str]:
    """The pointer of everything in a document."""
    found = [at] if at else []
    entries = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in entries:
        found += _places(value, at + pointer(key))
    return found


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_is_posted_is_refused_with_pointers_or_can_be_signed(data: st.DataObject) -> None:
    body = example(data.draw(st.sampled_from(EXAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(_places(body)))
        put(body, where, data.draw(_JUNK))
    original = copy.deepcopy(body)
    try:
        content = parse(body, KNOWN)
    except Invalid as refusal:
        _check_can_be_answered(refusal.faults)
    else:
        assert _signed(content)
        assert parse(content, KNOWN) == content
        missing(content)
    assert body == original or math.nan in _numbers(body), "the body is left as it was"


def _check_can_be_answered(faults: tuple[Fault, ...]) -> None:
    assert faults
    for fault in faults:
        assert fault.pointer.startswith("/")
        json.dumps([fault.pointer, str(fault.detail)], ensure_ascii=False).encode()


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for inner in value.values() for number in _numbers(inner)]
    if isinstance(value, list):
        return [number for inner in value for number in _numbers(inner)]
    return [math.nan] if isinstance(value, float) and math.isnan(value) else []


def test_the_models_describe_themselves() -> None:
    schema = NoticeDraft.model_json_schema()
    assert schema["discriminator"]["propertyName"] == "measure"
    for name in ("ExerciseNotice", "VisitNotice", "DestructionNotice"):
        described = schema["$defs"][name]
        assert sorted(described["required"]) == ["measure", "state"]
        assert described["additionalProperties"] is False
