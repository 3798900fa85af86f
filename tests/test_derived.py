"""What is worked out from a notice: joint, combined, moments, box, words to search."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from notify.notices.derived import columns, fold, is_combined, is_joint, utc
from tests.support.notices import example


@pytest.mark.parametrize(
    ("services", "expected"),
    [(None, False), ([], False), (["army"], False), (["army", "navy"], True), (["army", "army"], False)],
)
def test_joint_is_two_services(services: list[str] | None, expected: bool) -> None:
    assert is_joint({"content": {} if services is None else {"services": services}}) is expected


@pytest.mark.parametrize(
    ("participants", "expected"),
    [
        ([], False),
        ([{"state": "PER", "personnel": 2400}], False),
        ([{"state": "PER", "personnel": 2400}, {"state": "BRA", "personnel": 1}], True),
        ([{"state": "PER", "personnel": 2400}, {"state": "BRA", "personnel": 0}], False),
        ([{"state": "PER"}, {"state": "BRA", "personnel": None}], True),
    ],
)
def test_combined_is_personnel_of_two_states(participants: list[dict[str, object]], expected: bool) -> None:
    assert is_combined({"participants": participants}) is expected


def test_the_columns_of_a_notice() -> None:
    derived = columns(example("exercise"))
    words = derived.pop("words")
    box = [derived.pop(side) for side in ("west", "south", "east", "north")]
    assert derived == {
        "state": "PER",
        "measure": 4,
        "test": False,
        "visibility": "recipients",
        "starts_at": datetime(2027, 8, 18, 5, tzinfo=UTC),
        "ends_at": datetime(2027, 8, 30, 5, tzinfo=UTC),
        "starts_on": "2027-08-18",
        "ends_on": "2027-08-29",
    }
    assert box == pytest.approx([-69.918, -16.921, -69.542, -16.559], abs=0.001)  # 20 km around Mazocruz
    for sought in ("PUMA", "montaña", "MONTANA", "Mazocruz, Puno", "5-4-m/114"):
        assert fold(sought) in str(words)
    assert "quispe" not in str(words), "nobody searches for people"


def test_a_draft_that_says_nothing_has_empty_columns() -> None:
    derived = columns({"measure": 5, "state": "MEX"})
    assert {name for name, value in derived.items() if value is None} == {
        "starts_at",
        "ends_at",
        "starts_on",
        "ends_on",
        "west",
        "south",
        "east",
        "north",
    }
    assert (derived["test"], derived["visibility"], derived["words"]) == (False, "recipients", "mex")


def test_utc_is_shown_to_the_second() -> None:
    assert utc(example("visit")) == {"starts": "2027-03-13T15:00:00Z", "ends": "2027-03-16T01:00:00Z"}
    assert utc({"measure": 5}) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Montaña ", "montana"),
        ("ARANDÚ:\n  exercício", "arandu: exercicio"),
        ("Straße Œuvre", "strasse œuvre"),
        ("", ""),
    ],
)
def test_folding(words: str, expected: str) -> None:
    assert fold(words) == expected
    assert fold(fold(words)) == fold(words)
