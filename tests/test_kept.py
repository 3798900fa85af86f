"""What is kept for the next: so many things, and so much of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notify.delivery.kept import Kept


@given(st.lists(st.tuples(st.integers(0, 9), st.binary(max_size=8))))
def test_the_latest_are_kept_as_long_as_there_is_room(puts: list[tuple[int, bytes]]) -> None:
    kept: Kept[int, bytes] = Kept(len, most=4, most_size=12)
    latest: dict[int, bytes] = {}
    for key, value in puts:
        assert kept.put(key, value) == value
        latest.pop(key, None)
        latest[key] = value
        while len(latest) > 1 and (len(latest) > 4 or sum(map(len, latest.values())) > 12):
            del latest[next(iter(latest))]
        assert {key: kept.get(key) for key in range(10) if key in kept} == latest
        assert len(kept) == len(latest)


def test_what_is_too_large_is_kept_until_the_next() -> None:
    kept: Kept[str, bytes] = Kept(len, most_size=3)
    kept.put("a", b"12345")
    assert kept.get("a") == b"12345"
    kept.put("b", b"1")
    assert kept.get("a") is None and "b" in kept
