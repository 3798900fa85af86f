"""What is not public is seen only by who may read it, at every door; and who may read it finds it there.

Something happens to a notice while some look on. Whoever has no part in it gets the same bytes and headers before and
after, and finds no trace of a notice that is hidden from them.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import example as always
from hypothesis import strategies as st

from notify.actor import Actor, Role
from notify.app import create_app
from tests.support.clock import Clock
from tests.support.desk import open_desk
from tests.support.doors import (
    House,
    Seen,
    Viewer,
    another_id,
    common_doors,
    hidden_acts,
    main_doors,
    notice_doors,
    unclassified,
)
from tests.support.happenings import ALL, NEIGHBOURS, Happenings
from tests.support.notices import example
from tests.support.office import settings_of
from tests.support.people import enrol
from tests.support.posting import looping
from tests.support.posting import subscribed as subscribe

VIEWERS: dict[str, tuple[str | None, tuple[Role, ...]]] = {
    "poster": ("PER", ("officer",)),
    "poster's manager": ("PER", ("manager",)),
    "poster's observer": ("PER", ("observer",)),
    "recipient": ("BOL", ("officer",)),
    "recipient's manager": ("BOL", ("manager",)),
    "recipient's observer": ("BOL", ("observer",)),
    "another recipient": ("ECU", ("officer", "manager")),
    "a third recipient": ("CHL", ("officer", "observer")),
    "member": ("JAM", ("officer", "manager", "observer")),
    "member's observer": ("JAM", ("observer",)),
    "disputed": ("VEN", ("officer",)),
    "withdrawn": ("NIC", ("officer", "manager")),
    "not taking part": ("CUB", ("officer", "observer")),
    "the OAS": ("OAS", ("officer",)),
    "another organisation": ("IADB", ("officer", "manager")),
    "auditor": (None, ("auditor",)),
    "administrator": (None, ("administrator",)),
    "public": (None, ()),
}
BEFORE = ("create", "publish", "acknowledge", "nominate elsewhere", "approve", "request", "endorse")
"""A usual beginning, of which some has happened before anybody looks."""

_numbers = itertools.count()


@dataclass(frozen=True)
class Story:
    """Which notice, what has happened before anybody looks, what happens meanwhile, and who looks on."""

    visibility: str
    test: bool
    invited: tuple[str, ...]
    also_notify: tuple[str, ...]
    before: int
    meanwhile: tuple[str, ...]
    looking: tuple[str, ...]


def stories_after(before: int) -> st.SearchStrategy[Story]:
    """Those that begin with so much of `BEFORE`, and go on with what is possible then."""
    beginning = ("create", "edit", "submit", "publish")
    possible = beginning if before < 2 else tuple(what for what in ALL if what not in beginning)
    return st.builds(
        Story,
        visibility=st.sampled_from(("recipients", "recipients", "members", "public")),
        test=st.booleans(),
        invited=st.sampled_from((("group:RECIPIENTS",), ("group:RECIPIENTS", "OAS"))),
        also_notify=st.sampled_from(((), ("JAM",), ("IADB", "NIC"))),
        before=st.just(before),
        meanwhile=st.lists(st.sampled_from(possible), min_size=2, max_size=6, unique=True).map(tuple),
        looking=st.lists(st.sampled_from(sorted(VIEWERS)), min_size=2, max_size=2, unique=True).map(tuple),
    )


stories = st.integers(0, len(BEFORE)).flatmap(stories_after)

RECIPIENTS = ("group:RECIPIENTS",)
ALWAYS = (
    Story("recipients", False, RECIPIENTS, (), 0, ("create", "publish"), ("member", "public")),
    Story("recipients", True, RECIPIENTS, (), 7, ("amend", "acknowledge", "cancel"), ("the OAS", "not taking part")),
    Story("members", False, RECIPIENTS, (), 1, ("publish",), ("withdrawn", "another organisation")),
    Story("public", False, RECIPIENTS, (), 2, ("acknowledge", "nominate", "approve", "reply"), ("public", "member")),
    Story("recipients", False, RECIPIENTS, ("JAM",), 2, ("nominate", "acknowledge", "nominate elsewhere"),
          ("another recipient", "recipient's observer")),
)  # fmt: skip
"""Told every time: each is about another line that nobody may cross."""


async def furnish(database_url: str, folder: Path) -> House:
    """The application without its loop, with everybody let in; two parties have a working channel."""
    house = House(create_app(settings_of(folder, database_url), clock=Clock()))
    await open_desk(house.office)
    for name, (party, roles) in VIEWERS.items():
        if roles:
            await house.let_in(name, party, *roles)
    house.viewers["public"] = Viewer("public")
    for code in ("BOL", "JAM"):
        manager = await enrol(house.office, code, "manager")
        await subscribe(house.office, manager, "email", f"avisos@{code.lower()}.example")
    return house


@pytest.fixture
async def house_sqlite(sqlite_copy: str, tmp_path: Path) -> AsyncIterator[House]:
    house = await furnish(sqlite_copy, tmp_path)
    yield house
    await house.office.close()


@pytest.fixture
async def house_postgresql(postgres_copy: str, tmp_path: Path) -> AsyncIterator[House]:
    house = await furnish(postgres_copy, tmp_path)
    yield house
    await house.office.close()


def begin(house: House, story: Story) -> tuple[Happenings, str]:
    """A notice that can happen, and the word by which it would be found."""
    marker = "quagga" + "".join(chr(ord("a") + int(digit)) for digit in f"{next(_numbers):04d}")
    body = example("exercise", visibility=story.visibility, test=story.test, also_notify=list(story.also_notify))
    body["title"] = {"es": f"PUMA {marker}", "en": f"PUMA {marker}"}
    body["place"]["name"] = f"Puno {marker}"
    body["observation"]["invite"] = list(story.invited)
    people: dict[tuple[str, str], Actor] = {}
    for name in ("poster", "recipient", "recipient's observer", "a third recipient"):
        party, roles = VIEWERS[name]
        actor = house.viewers[name].actor
        assert party is not None and actor is not None
        people[party, roles[0]] = actor
    told = NEIGHBOURS | set(story.also_notify) | {code for code in story.invited if ":" not in code}
    return Happenings(house.office, people, body, frozenset(told)), marker


async def look_at_all(house: House, viewer: Viewer, this: Happenings, marker: str) -> dict[str, Seen]:
    """All that a viewer can open: what everybody can, and the doors of the notice once there is one."""
    doors = common_doors(viewer, marker)
    if this.notice is not None:
        doors += notice_doors(this.notice.id) if this.may_read(viewer) else main_doors(this.notice.id)
    return await house.look(viewer, doors)


async def onlookers_see_their_own_business(house: House, story: Story) -> None:
    this, marker = begin(house, story)
    for what in BEFORE[: story.before]:
        assert await this.happen(what)
    await deliver(house)
    looking = [house.viewers[name] for name in story.looking]
    before = {}
    for viewer in looking:
        await house.look(viewer, ["/tokens", "/api/v1/tokens"])  # a token's first use is noted
        before[viewer.name] = await look_at_all(house, viewer, this, marker)
    there = this.notice
    this.forget()
    for what in dict.fromkeys(story.meanwhile if there else ("create", *story.meanwhile)):
        event(f"{what}{'' if await this.happen(what) else ' refused'}")
    await deliver(house)

    for viewer in looking:
        after = await look_at_all(house, viewer, this, marker)
        if this.is_unaffected(viewer):
            event("unaffected")
            unchanged(before[viewer.name], after, viewer)
        if this.may_read(viewer):
            event("reads it")
            await finds(house, viewer, this, marker)
        else:
            event("does not read it")
            finds_no_trace(after, this, marker, viewer)


async def deliver(house: House) -> None:
    async with looping(house.office) as loop:
        await loop.drain()


def unchanged(before: dict[str, Seen], after: dict[str, Seen], viewer: Viewer) -> None:
    for door, seen in before.items():
        assert after[door] == seen, f"{viewer.name} at {door}"


def finds_no_trace(seen: dict[str, Seen], this: Happenings, marker: str, viewer: Viewer) -> None:
    traces = [this.known.id, *([this.known.reference] if this.known.reference else [])]
    for door, answer in seen.items():
        own = {*door.split("/"), *door.split("=")}  # what the viewer has asked for may be said back
        for trace in (*traces, marker):
            if trace not in own:
                said = answer.body.decode(errors="replace") + repr(answer.headers)
                assert trace not in said, f"{viewer.name} at {door}: {trace}"


async def finds(house: House, viewer: Viewer, this: Happenings, marker: str) -> None:
    """Whoever may read it does, at each kind of door that they have; a draft is in no feed."""
    one = this.known.id
    doors = []
    if viewer.actor is not None:
        doors += [f"/api/v1/notices/{one}", f"/api/v1/notices?q={marker}", f"/notices/{one}"]
    feeds = [viewer.feed] if viewer.party or viewer.actor is None else []
    if not this.known.is_draft:
        doors += [
            f"/feeds/{feed}/{name}" for feed in feeds for name in ("notices.json", "notices.atom", "calendar.ics")
        ]
    for door, seen in (await house.look(viewer, doors)).items():
        assert seen.status == 200, f"{viewer.name} at {door}"
        assert marker in seen.body.decode().replace("\r\n ", ""), f"{viewer.name} at {door}"


def with_stories(examples: int) -> Callable[[Any], Any]:
    def wrap(test: Any) -> Any:
        quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        # An example takes seconds, and its failure names viewer and door: nothing is tried again to make it smaller.
        phases = (Phase.explicit, Phase.reuse, Phase.generate)
        made = settings(max_examples=examples, deadline=None, suppress_health_check=quiet, phases=phases)
        told = made(given(story=stories)(test))
        for story in ALWAYS:
            told = always(story=story)(told)
        return told

    return wrap


@pytest.mark.slow
@with_stories(examples=12)
async def test_nothing_changes_for_who_has_no_part_in_it(house_sqlite: House, story: Story) -> None:
    await onlookers_see_their_own_business(house_sqlite, story)


@with_stories(examples=4)
async def test_nothing_changes_for_who_has_no_part_in_it_on_postgresql(house_postgresql: House, story: Story) -> None:
    await onlookers_see_their_own_business(house_postgresql, story)


HIDDEN = Story("recipients", False, ("group:RECIPIENTS",), (), 0, (), ())


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["draft", "published"])
async def test_what_is_hidden_answers_as_what_is_not_there(house_sqlite: House, stage: str) -> None:
    house = house_sqlite
    this, _ = begin(house, HIDDEN)
    for what in BEFORE[:1] if stage == "draft" else BEFORE[:4]:
        assert await this.happen(what)
    nothing, nobody = another_id(), another_id()
    attendance = this.observers[0]["id"] if this.observers else nobody
    for name in ("member", "withdrawn", "administrator", "public"):
        viewer = house.viewers[name]
        assert not this.may_read(viewer)
        await same_as_nothing(house, viewer, {this.known.id: nothing, attendance: nobody})


async def same_as_nothing(house: House, viewer: Viewer, ids: dict[str, str]) -> None:
    """Ask for each id by every verb, and for one of nothing: the answers are alike but for the id itself."""
    (notice, no_notice), (attendance, no_attendance) = itertools.islice(itertools.cycle(ids.items()), 2)

    def asked_for(one: str, other: str) -> Iterable[tuple[str, str]]:
        return [*(("GET", door) for door in notice_doors(one)), *hidden_acts(one, other)]

    doors = zip(asked_for(notice, attendance), asked_for(no_notice, no_attendance), strict=True)
    for (verb, hidden), (_, empty) in doors:
        answers = []
        for path in (hidden, empty):
            seen = await house.knock(viewer, verb, path)
            answers.append((seen.status, *(without(said, {*ids, *ids.values()}) for said in (seen.headers, seen.body))))
        assert answers[0] == answers[1], f"{viewer.name}: {verb} {hidden}"
        assert answers[0][0] in (303, 401, 403, 404), f"{viewer.name}: {verb} {hidden}"


def without(said: object, ids: set[str]) -> str:
    words = said.decode() if isinstance(said, bytes) else repr(said)
    for one in ids:
        words = words.replace(one, "ID")
    return words


@pytest.mark.slow
async def test_the_attendance_of_others_answers_as_what_is_not_there(house_sqlite: House) -> None:
    """Also for who reads the notice."""
    house = house_sqlite
    this, _ = begin(house, HIDDEN)
    for what in BEFORE[:4]:
        assert await this.happen(what)
    chilean, nobody = this.observers[0]["id"], another_id()
    for name in ("another recipient", "recipient", "recipient's observer", "poster's observer"):
        viewer = house.viewers[name]
        paths = [(verb, path) for verb, path in hidden_acts(this.known.id, chilean) if chilean in path]
        assert len(paths) > 10
        for verb, path in paths:
            hidden = await house.knock(viewer, verb, path)
            empty = await house.knock(viewer, verb, path.replace(chilean, nobody))
            assert hidden == empty, f"{name}: {verb} {path}"
            assert hidden.status == 404


def test_every_door_is_looked_behind() -> None:
    assert unclassified() == []
