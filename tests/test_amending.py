"""Amendments: whole fields replaced, the result validated as a whole, and what was given never taken back."""

from __future__ import annotations

from typing import Any

import pytest

from notify.errors import Invalid
from notify.notices.amending import amend
from tests.support.notices import KNOWN, example

LATER = {"starts": "2027-08-19", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True}


def _pointers(body: dict[str, object], before: dict[str, Any] | None = None, seats_taken: int = 0) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        amend(before or example("exercise"), body, KNOWN, seats_taken=seats_taken)
    return [fault.pointer for fault in refusal.value.faults]


def test_a_field_is_replaced_as_a_whole_and_the_others_stay() -> None:
    before = example("exercise")
    amended = amend(before, {"reason": {"es": "Cambio de fecha"}, "period": LATER, "title": {"pt": "PUMA"}}, KNOWN)
    assert amended.content == {**before, "period": LATER, "title": {"pt": "PUMA"}}
    assert amended.reason == {"es": "Cambio de fecha"}
    assert amended.period_given
    assert before == example("exercise")


def test_an_invitation_can_be_taken_back() -> None:
    amended = amend(example("exercise"), {"observation": None}, KNOWN, seats_taken=4)
    assert amended.content["observation"] is None
    assert amended.reason is None
    assert not amended.period_given


def test_what_never_changes_may_be_named_as_it_is() -> None:
    body = {**example("exercise"), "also_notify": ["BRA"]}
    assert amend(example("exercise"), body, KNOWN).content == body
    untold = {field: value for field, value in example("exercise").items() if field != "test"}
    assert amend(untold, {"test": False, "also_notify": ["BRA"]}, KNOWN).content["also_notify"] == ["BRA"]


def test_the_same_period_again_ends_a_postponement() -> None:
    same = {"period": example("exercise")["period"]}
    assert amend(example("exercise"), same, KNOWN, postponed=True).period_given
    with pytest.raises(Invalid):
        amend(example("exercise"), same, KNOWN)


def test_an_outcome_is_kept() -> None:
    before = {**example("exercise"), "outcome": {"remarks": {"en": "Done"}}}
    assert amend(before, {"also_notify": ["BRA"]}, KNOWN).content["outcome"] == before["outcome"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [""]),
        ({"reason": {"es": "Nada"}}, [""]),
        ({"note_reference": "5-4-M/114"}, [""]),
        ({"measure": 5}, ["/measure"]),
        ({"state": "BOL"}, ["/state"]),
        ({"test": True}, ["/test"]),
        ({"outcome": {}}, ["/outcome"]),
        ({"reference": "PER-2027-M4-001"}, ["/reference"]),
        ({"reason": "Cambio", "visibility": "nobody"}, ["/reason", "/visibility"]),
        ({"title": None}, ["/title"]),
        ({"content": {}}, [f"/content/{field}" for field in ("activity", "designation", "type", "services")]),
        ({"content": {"kind": "academy"}}, ["/content/kind"]),
        ({"contact": {}}, ["/contact"]),
        # the observers' days are left outside the new period
        ({"period": {**LATER, "starts": "2027-08-25"}}, ["/observation/period/starts"]),
        # everything at once
        (
            {"measure": 5, "title": {"de": "x"}, "period": {**LATER, "ends": "2027-08-01"}, "reason": {}},
            ["/reason", "/measure", "/title/de", "/period/ends"],
        ),
    ],
)
def test_refused(body: dict[str, object], expected: list[str]) -> None:
    assert _pointers(body) == expected


def test_visibility_only_widens() -> None:
    members = {**example("exercise"), "visibility": "members"}
    assert _pointers({"visibility": "recipients"}, members) == ["/visibility"]
    assert amend(members, {"visibility": "public"}, KNOWN).content["visibility"] == "public"
    unsaid = {field: value for field, value in example("exercise").items() if field != "visibility"}
    assert amend(unsaid, {"visibility": "members"}, KNOWN).content["visibility"] == "members"


def test_seats_never_fall_below_those_approved() -> None:
    fewer: dict[str, object] = {"observation": {**example("exercise")["observation"], "seats": 3}}
    assert _pointers(fewer, seats_taken=4) == ["/observation/seats"]
    assert amend(example("exercise"), fewer, KNOWN, seats_taken=3).content["observation"] == fewer["observation"]
