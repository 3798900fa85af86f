"""What a worker has in hand is sent within the limits, line by line in turn, and given back when it may not be sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from notify.delivery.claims import Claim
from notify.delivery.outcome import DELIVERED, Outcome
from tests.support.clock import START
from tests.support.outside import until
from worker.batch import Batch
from worker.pace import Pace, elapsed
from worker.senders import Senders

PACE = Pace(per_host=3, per_party=4, side_by_side=5, capacity=100, batch=20)


@dataclass(frozen=True)
class Note:
    """A message that says where it goes."""

    id: str
    host: str
    party: str
    request_id: str = ""


@dataclass
class Notes:
    """A channel that counts what is under way; a message, or a host, with a gate answers once that is open."""

    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    side_by_side: int = 1_000
    sent: list[str] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    async def send(self, message: Any) -> Outcome:
        """Delivered, after a moment."""
        names = (message.host, message.party, "all")
        self.sent.append(message.id)
        self.open.update(names)
        self.most |= self.open
        gate = self.gates.get(message.id) or self.gates.get(message.host)
        if gate is not None:
            await gate.wait()
        await asyncio.sleep(0.001)
        self.open.subtract(names)
        return DELIVERED

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def notes() -> Notes:
    """The only channel."""
    return Notes()


@pytest.fixture
def senders(notes: Notes) -> Senders:
    """Senders over it."""
    return Senders({"webhook": notes}, PACE, lambda: START, lambda: None)


def in_hand(senders: Senders, to: Sequence[tuple[str, str]], seconds: float = 60) -> Batch:
    """A claim: deliveries to hosts of parties, under a lease of some seconds."""
    claims = [
        Claim(f"{host}-{number}", "event", 1, "e", party, "s", None, None, "webhook", host, 1)
        for number, (host, party) in enumerate(to)
    ]
    batch = Batch("token", elapsed() + seconds, {one.id for one in claims})
    senders.add(batch, claims, {one.id: Note(one.id, one.host, one.party) for one in claims})
    return batch


async def ended(senders: Senders) -> None:
    """Wait until nothing is in hand."""
    async with asyncio.timeout(10):
        await senders.finish(10)
    assert senders.held == 0


@pytest.mark.parametrize(
    ("hosts", "parties", "name", "most"),
    [(1, 10, "host0", 3), (10, 1, "PARTY0", 4), (10, 10, "all", 5)],
    ids=["host", "party", "channel"],
)
async def test_nobody_gets_more_than_its_slots(
    senders: Senders, notes: Notes, hosts: int, parties: int, name: str, most: int
) -> None:
    in_hand(senders, [(f"host{n % hosts}", f"PARTY{n // hosts % parties}") for n in range(60)])
    await ended(senders)
    assert len(notes.sent) == len(set(notes.sent)) == 60
    assert notes.most[name] == notes.most["all"] == most
    results, unsent = senders.collect()
    assert ({token for token, _ in results}, len(results), unsent) == ({"token"}, 60, [])
    assert not senders.has_ended


async def test_a_host_that_lets_wait_holds_up_its_own_alone(senders: Senders, notes: Notes) -> None:
    gate = notes.gates["slow"] = asyncio.Event()
    in_hand(senders, [("slow", "BOL")] * 10 + [("fast", "CHL")] * 10)
    await until(lambda: senders.held == 10, 5)
    assert Counter(sent.split("-")[0] for sent in notes.sent) == {"slow": 3, "fast": 10}
    share = senders.hosts.share()
    assert (share.each, list(share.busy)) == (6, ["slow"])
    gate.set()
    await ended(senders)


async def test_lines_take_turns(senders: Senders, notes: Notes) -> None:
    in_hand(senders, [("a", "BOL")] * 9 + [("a", "CHL")] * 3)
    await ended(senders)
    # Three at a time: those of the second party are not left until all of the first are through.
    assert max(notes.sent.index(f"a-{number}") for number in (9, 10, 11)) < 8


async def test_one_that_ends_makes_way_for_all_that_it_held_up(senders: Senders, notes: Notes) -> None:
    gate, first = asyncio.Event(), asyncio.Event()
    notes.gates = {"a": gate, "b": gate, "c": gate, "a-0": first}
    in_hand(senders, [("a", "BOL")] * 3 + [("b", "BOL")])
    in_hand(senders, [("c", "BOL"), ("a", "CHL")])  # "a" has its three, and Bolivia its four
    await asyncio.sleep(0.05)
    assert notes.sent == ["a-0", "b-3", "a-1", "a-2"]
    first.set()
    await until(lambda: notes.open["all"] == 5, 5)
    gate.set()
    await ended(senders)


async def test_what_was_added_later_to_a_free_host_starts_at_once(senders: Senders, notes: Notes) -> None:
    gate = notes.gates["slow"] = asyncio.Event()
    in_hand(senders, [("slow", "BOL")] * 5)
    in_hand(senders, [("fast", "CHL")])
    await asyncio.sleep(0.05)
    assert "fast-0" in notes.sent
    gate.set()
    await ended(senders)


async def test_past_the_lease_nothing_is_sent_and_all_is_given_back(senders: Senders, notes: Notes) -> None:
    batch = in_hand(senders, [("a", "BOL")] * 5, seconds=PACE.margin / 2)
    await ended(senders)
    assert (notes.sent, batch.left) == ([], set())
    results, unsent = senders.collect()
    assert (results, sorted(unsent)) == ([], [("token", f"a-{number}") for number in range(5)])


async def test_a_lease_that_was_lost_is_neither_used_nor_given_back(senders: Senders, notes: Notes) -> None:
    batch = in_hand(senders, [("a", "BOL")] * 5)
    batch.left.clear()  # another worker has them
    await ended(senders)
    assert (notes.sent, senders.collect()) == ([], ([], []))


async def test_halted_they_give_back_what_waits_and_finish_what_is_under_way(senders: Senders, notes: Notes) -> None:
    in_hand(senders, [("a", "BOL")] * 10)
    await asyncio.sleep(0)
    senders.halt()
    in_hand(senders, [("b", "BOL")])
    await senders.finish(5)
    assert sorted(notes.sent) == ["a-0", "a-1", "a-2"]
    results, unsent = senders.collect()
    assert [result.claim.id for _, result in results] == notes.sent
    assert sorted(delivery_id for _, delivery_id in unsent) == [*(f"a-{number}" for number in range(3, 10)), "b-0"]


async def test_what_could_not_be_recorded_is_there_again(senders: Senders) -> None:
    in_hand(senders, [("a", "BOL")] * 2)
    await ended(senders)
    senders.give_back(Batch("other", 0, {"not sent"}))
    collected = senders.collect()
    assert (len(collected[0]), collected[1]) == (2, [("other", "not sent")])
    senders.keep(*collected)
    assert senders.is_busy
    assert senders.collect() == collected


async def test_room_comes_in_halves_of_a_batch(senders: Senders, notes: Notes) -> None:
    gate = notes.gates["slow"] = asyncio.Event()
    assert senders.room == PACE.batch
    in_hand(senders, [("slow", "BOL")] * 89)
    assert senders.room == 11
    in_hand(senders, [("slow", "BOL")] * 2)
    assert senders.room == 0
    gate.set()
    await ended(senders)
    assert senders.room == PACE.batch


async def test_a_claim_would_be_in_vain_where_all_whom_it_serves_are_busy(senders: Senders, notes: Notes) -> None:
    gate = notes.gates["slow"] = asyncio.Event()
    in_hand(senders, [("slow", "BOL")] * 6 + [("other", "CHL")])
    slow, other = claim_for("slow", "BOL"), claim_for("other", "CHL")
    assert senders.are_busy([slow, slow])
    assert not senders.are_busy([slow, other])
    gate.set()
    await ended(senders)
    assert not senders.are_busy([slow])


def claim_for(host: str, party: str) -> Claim:
    return Claim("d", "event", 1, "e", party, "s", None, None, "webhook", host, 1)
