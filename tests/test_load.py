"""What a worker has in hand, counted: who is fast, who is busy, and that time without work counts for nobody."""

from __future__ import annotations

import pytest

from worker import load
from worker.load import Load

SLOTS = 2
EACH = 2 * SLOTS


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    made = Seconds()
    monkeypatch.setattr(load, "time", made)
    return made


def finish(of: Load, name: str, count: int, *, done: bool = True) -> None:
    for _ in range(count):
        of.start(name)
        of.end(name, done)


def test_who_is_unknown_gets_twice_its_slots_and_is_busy_with_them(seconds: Seconds) -> None:
    hosts = Load(SLOTS)
    assert (hosts.share().each, list(hosts.share().fast), list(hosts.share().busy)) == (EACH, [], [])
    hosts.take(["a"] * EACH + ["b"] * (EACH - 1))
    assert list(hosts.share().busy) == ["a"]


def test_who_answers_fast_gets_what_it_finishes_in_a_second(seconds: Seconds) -> None:
    hosts = Load(SLOTS)
    hosts.take(["a"] * 200)
    seconds.now += load.SPAN
    finish(hosts, "a", 10)
    share = hosts.share()
    assert (list(share.fast), list(share.busy)) == (["a"], ["a"])  # 190 are in hand, and it finishes 100 a second
    finish(hosts, "a", 91)
    assert list(hosts.share().busy) == []


def test_time_in_which_nothing_was_in_hand_makes_nobody_slow(seconds: Seconds) -> None:
    hosts = Load(SLOTS)
    seconds.now += 3600
    hosts.take(["a"] * 10)
    seconds.now += load.SPAN / 2
    finish(hosts, "a", 10)
    seconds.now += 3600
    assert list(hosts.share().fast) == ["a"]
    hosts.take(["a"] * 10)
    seconds.now += load.SPAN / 2
    finish(hosts, "a", 10)
    assert list(hosts.share().fast) == ["a"]
    seconds.now += 3600
    assert list(hosts.share().fast) == ["a"]


def test_work_before_and_after_a_pause_is_one_span(seconds: Seconds) -> None:
    hosts = Load(SLOTS)
    for _ in range(2):
        seconds.now += 3600
        hosts.take(["a"] * 10)
        seconds.now += load.SPAN * 0.6
        finish(hosts, "a", 10)
    assert list(hosts.share().fast) == ["a"]  # and the span is over
    hosts.take(["a"] * 10)
    seconds.now += load.SPAN
    assert list(hosts.share().fast) == ["a"]
    assert list(hosts.share().fast) == []


def test_who_was_fast_and_stands_still_is_not_fast_for_long(seconds: Seconds) -> None:
    hosts = Load(SLOTS)
    hosts.take(["a"] * 20)
    seconds.now += load.SPAN
    finish(hosts, "a", 10)
    for fast in (["a"], ["a"], []):
        assert list(hosts.share().fast) == fast
        seconds.now += load.SPAN
    assert list(hosts.share().busy) == ["a"]


def test_what_failed_does_not_make_fast(seconds: Seconds) -> None:
    hosts = Load(SLOTS)
    hosts.take(["a"] * 50)
    seconds.now += load.SPAN
    finish(hosts, "a", 50, done=False)
    assert list(hosts.share().fast) == []
