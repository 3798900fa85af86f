"""What changed between two versions of a notice, field by field."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.notices.changes import Change, changes
from notify.notices.pointers import get, pointer, split
from tests.support.notices import example, put


@pytest.mark.parametrize(
    ("where", "value", "expected"),
    [
        ("/period/starts", "2027-08-25", [("/period/starts", "2027-08-18", "2027-08-25")]),
        (
            "/period",
            {"starts": "2027-08-18T07:00", "ends": "2027-08-29", "timezone": "America/Lima", "all_day": False},
            [("/period/starts", "2027-08-18", "2027-08-18T07:00"), ("/period/all_day", True, False)],
        ),
        ("/title/pt", "PUMA", [("/title/pt", None, "PUMA")]),
        (
            "/title",
            {"es": "PUMA"},
            [
                ("/title/es", "PUMA: ejercicio nacional de brigada de montaña", "PUMA"),
                ("/title/en", "PUMA: national mountain brigade exercise", None),
            ],
        ),
        ("/participants/0/personnel", 2600, [("/participants/0/personnel", 2400, 2600)]),
        (
            "/participants/-",
            {"state": "BRA", "personnel": 100},
            [("/participants/1/state", None, "BRA"), ("/participants/1/personnel", None, 100)],
        ),
        (
            "/participants",
            [],
            [("/participants/0/state", "PER", None), ("/participants/0/personnel", 2400, None)],
        ),
        ("/also_notify", ["MEX", "OAS"], [("/also_notify", None, ["MEX", "OAS"])]),
        ("/content/services", ["army", "navy"], [("/content/services", ["army"], ["army", "navy"])]),
        (
            "/place/geometry/coordinates",
            [-69.5, -16.74],
            [
                (
                    "/place/geometry",
                    {"type": "Point", "coordinates": [-69.73, -16.74]},
                    {"type": "Point", "coordinates": [-69.5, -16.74]},
                )
            ],
        ),
        ("/content/equipment/ships", 2, [("/content/equipment/ships", None, 2)]),
        ("/content/live_fire", False, [("/content/live_fire", True, False)]),
        ("/note_reference", None, [("/note_reference", "5-4-M/114", None)]),
        ("/observation/programme/1/item/en", "Firing", [("/observation/programme/1/item/en", None, "Firing")]),
    ],
)
def test_changes(where: str, value: object, expected: list[tuple[str, object, object]]) -> None:
    after = example("exercise")
    put(after, where, value)
    found = changes(example("exercise"), after)
    assert [(one["pointer"], one["before"], one["after"]) for one in found] == expected


def test_null_is_the_same_as_absent() -> None:
    before, after = example("visit"), example("visit")
    del after["observation"]["remarks"], after["note_reference"], after["observation"]["programme"]
    assert changes(before, after) == []
    assert changes(after, before) == []


def test_an_invitation_taken_back_names_each_of_its_fields_in_the_order_of_the_notice() -> None:
    after = example("exercise")
    after["observation"] = None
    found = [one["pointer"] for one in changes(example("exercise"), after)]
    assert found == [
        "/observation/invite",
        "/observation/seats",
        "/observation/seats_per_party",
        "/observation/reply_by",
        "/observation/period/starts",
        "/observation/period/ends",
        "/observation/period/timezone",
        "/observation/period/all_day",
        "/observation/arrival/place",
        "/observation/arrival/at",
        "/observation/languages",
        "/observation/equipment_allowed",
        "/observation/programme/0/at",
        "/observation/programme/0/item/es",
        "/observation/programme/0/item/en",
        "/observation/programme/1/at",
        "/observation/programme/1/item/es",
        "/observation/remarks/es",
    ]


def test_the_order_does_not_depend_on_the_order_of_keys() -> None:
    before, after = example("exercise"), example("destruction")
    turned = dict(reversed(after.items()))
    assert changes(before, after) == changes(before, turned)
    assert changes(before, after) != []


# Documents such as notices are: objects of values, of lists of values, and of lists of objects that hold something.
_VALUES = st.one_of(st.integers(0, 3), st.sampled_from(["a", "b"]), st.booleans().map(str))
_KEYS = st.sampled_from(["starts", "es", "en", "a/b", "~", "state"])
_ENTRIES = st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=3)
_DOCUMENTS = st.recursive(
    st.dictionaries(
        _KEYS,
        st.one_of(st.none(), _VALUES, st.lists(_VALUES, max_size=3), st.lists(_ENTRIES, max_size=3)),
        max_size=4,
    ),
    lambda inner: st.dictionaries(_KEYS, st.one_of(_VALUES, inner), max_size=4),
    max_leaves=8,
)


@given(_DOCUMENTS, _DOCUMENTS)
def test_changes_applied_to_before_give_after(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = changes(before, after)
    assert _plain(_applied(_plain(before), found)) == _plain(after)
    assert (found == []) == (_plain(before) == _plain(after))


@given(_DOCUMENTS, _DOCUMENTS)
def test_changes_back_are_the_changes_turned_around(before: dict[str, Any], after: dict[str, Any]) -> None:
    there = {(one["pointer"], repr(one["before"]), repr(one["after"])) for one in changes(before, after)}
    back = {(one["pointer"], repr(one["after"]), repr(one["before"])) for one in changes(after, before)}
    assert there == back


@given(st.lists(st.text(max_size=4), max_size=4))
def test_a_pointer_splits_into_its_parts(parts: list[str]) -> None:
    assert split(pointer(*parts)) == parts


def test_pointers_find_what_they_point_to() -> None:
    document = {"a/b": [{"~": 1}], "": 2}
    assert get(document, "/a~1b/0/~0") == 1
    assert get(document, "/") == 2
    assert get(document, "") == document
    for nowhere in ("/a~1b/1", "/a~1b/-", "/a~1b/²", "/x", "/a~1b/0/~0/x"):
        assert get(document, nowhere) is None


def _applied(document: Any, found: list[Change]) -> Any:
    document = copy.deepcopy(document) or {}
    for one in found:
        parts = split(one["pointer"])
        last, holder = parts[-1], document
        for part, following in pairwise(parts):
            holder = _within(holder, part, [] if following.isdecimal() else {})
        if isinstance(holder, list):
            _within(holder, last, None)
            holder[int(last)] = one["after"]
        else:
            holder[last] = one["after"]
    return document


def _within(holder: Any, part: str, empty: Any) -> Any:
    if isinstance(holder, list):
        while len(holder) <= int(part):
            holder.append(None)
        if holder[int(part)] is None:
            holder[int(part)] = empty
        return holder[int(part)]
    if holder.get(part) is None:
        holder[part] = empty
    return holder[part]


def _plain(value: Any) -> Any:
    """Without what is the same as absent: null, empty lists and objects."""
    if isinstance(value, dict):
        kept = {key: _plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None} or None
    if isinstance(value, list):
        return [inner for inner in (_plain(entry) for entry in value) if inner is not None] or None
    return value
