"""Any order of steps, by anybody: seats are counted right, nothing is half done, and nobody is told who has no part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from notify.actor import Actor, Role
from notify.errors import Refused
from notify.notices import lifecycle
from notify.notices.notice import Notice
from notify.notices.tables import events, log, notices
from notify.observers.rules import STEPS
from notify.observers.tables import attendance
from notify.office import Office
from tests.support.desk import amended, answered, asked, decided, nominated, open_desk, published
from tests.support.notices import example
from tests.support.people import enrol

SEATS, FOR_EACH_PARTY = 3, 2
PEOPLE = ("PER", "BOL", "CHL", "JAM")

ROLES: tuple[Role, ...] = ("officer", "observer")
People = dict[tuple[str, Role], Actor]

Step = tuple[str, str, int]
"""What, by whose officer, and a number: which attendance, which person, or how many seats."""

BEFORE: list[Step] = [
    ("nominate", "BOL", 1), ("nominate", "BOL", 2), ("nominate", "BOL", 3), ("nominate", "CHL", 1),
    ("nominate", "CHL", 2), ("request", "BOL", 0),
]  # fmt: skip
"""What has happened already: more people are proposed than there are seats."""

which = st.integers(0, 7)
steps = st.one_of(
    st.tuples(st.just("approve"), st.just("PER"), which),
    st.tuples(st.just("approve"), st.just("PER"), which),
    st.tuples(st.sampled_from(("decline", "revoke")), st.just("PER"), which),
    st.tuples(st.sampled_from(("endorse", "withdraw", "reply")), st.sampled_from(("BOL", "CHL")), which),
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(PEOPLE), which),
    st.tuples(st.just("nominate"), st.sampled_from(PEOPLE), st.integers(1, 3)),
    st.tuples(st.just("request"), st.sampled_from(PEOPLE), st.just(0)),
    st.tuples(st.just("seats"), st.just("PER"), st.integers(1, 4)),
    st.tuples(st.sampled_from(("postpone", "dates")), st.just("PER"), st.just(0)),
    st.tuples(st.sampled_from(("postpone", "dates", "cancel", "close")), st.just("PER"), st.just(0)),
)


@dataclass
class World:
    """One notice, and whoever does something about it."""

    office: Office
    notice: Notice
    people: People
    known: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, step: Step) -> None:
        """Do it; raises `Refused` when it is not possible."""
        what, who, number = step
        officer = self.people[who, "officer"]
        if what == "nominate":
            await nominated(self.office, officer, self.notice, number)
        elif what == "request":
            await asked(self.office, self.people[who, "observer"], self.notice)
        elif what in STEPS:
            await decided(self.office, officer, what, self.known[number % len(self.known)])
        elif what == "reply":
            await answered(self.office, officer, self.known[number % len(self.known)], "accepted")
        elif what in ("seats", "dates", "close"):
            observation = example("exercise")["observation"]
            changes: dict[str, dict[str, object]] = {
                "seats": {"observation": {**observation, "seats": number, "seats_per_party": min(number, 2)}},
                "dates": {"period": example("exercise")["period"]},
                "close": {"observation": None},
            }
            await amended(self.office, officer, self.notice, **changes[what])
        elif what in ("postpone", "cancel"):
            verb: Callable[..., Awaitable[Notice]] = {"postpone": lifecycle.postpone, "cancel": lifecycle.cancel}[what]
            async with self.office.act(officer) as act:
                await verb(act, self.notice.id, None)

    async def look(self) -> tuple[dict[str, Any], list[dict[str, Any]], int]:
        """The notice's row, its attendance in order of id, and how many events there are."""
        async with self.office.database.read() as connection:
            one = sa.select(notices).where(notices.c.id == self.notice.id)
            rows = sa.select(attendance).where(attendance.c.notice_id == self.notice.id).order_by(attendance.c.id)
            written = sa.select(sa.func.count()).where(events.c.notice_id == self.notice.id)
            return (
                (await connection.execute(one)).one()._asdict(),
                [row._asdict() for row in await connection.execute(rows)],
                await connection.scalar(written) or 0,
            )

    async def told(self) -> dict[str, set[str]]:
        """The scopes of the events of each attendance."""
        async with self.office.database.read() as connection:
            statement = sa.select(events.c.attendance_id, log.c.scope).join(log, log.c.event_id == events.c.id)
            rows = await connection.execute(
                statement.where(events.c.notice_id == self.notice.id, events.c.attendance_id.is_not(None))
            )
            scopes: dict[str, set[str]] = {}
            for one, scope in rows:
                scopes.setdefault(one, set()).add(scope)
            return scopes


def check(row: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """What holds after every step."""
    seated = Counter(each["party"] for each in rows if each["status"] == "approved")
    assert row["seats_taken"] == seated.total()
    assert 0 <= row["seats_taken"] <= 4
    assert max(seated.values(), default=0) <= FOR_EACH_PARTY
    open_people = [(each["party"], each["email"]) for each in rows if each["status"] in ("requested", "endorsed")]
    assert len(set(open_people)) == len(open_people)
    for each in rows:
        assert each["party"] in ("BOL", "CHL")  # neither the host nor who cannot read it
        assert each["reply"] == "needs-action" or each["decided_at"] is not None


def check_moves(before: list[dict[str, Any]], after: list[dict[str, Any]], step: Step) -> None:
    """Each attendance went one way that there is, by the step that was taken."""
    was = {each["id"]: each["status"] for each in before}
    for each in after:
        if each["id"] not in was:
            assert each["status"] == {"nominate": "endorsed", "request": "requested"}[step[0]]
        elif each["status"] != was[each["id"]]:
            names = ("revoke", "decline") if step[0] == "close" else (step[0],)
            assert any(was[each["id"]] in STEPS[name][0] and each["status"] == STEPS[name][1] for name in names)


async def walk(world: World, path: list[Step]) -> None:
    row, rows, written = await world.look()
    for step in path:
        world.known = rows
        try:
            await world.take(step)
        except Refused as refusal:
            event(f"{step[0]} refused with {refusal.status}")
            assert await world.look() == (row, rows, written), "a refused step has changed something"
            continue
        event(f"{step[0]} taken")
        before = rows
        row, rows, written = await world.look()
        check(row, rows)
        check_moves(before, rows, step)
    told = await world.told()
    assert told == {each["id"]: {"PER", each["party"]} for each in rows}


@pytest.fixture
async def people_sqlite(office_sqlite: Office) -> People:
    return await people_of(office_sqlite)


@pytest.fixture
async def people_postgresql(office_postgresql: Office) -> People:
    return await people_of(office_postgresql)


async def people_of(office: Office) -> People:
    await open_desk(office)
    return {(code, role): await enrol(office, code, role) for code in PEOPLE for role in ROLES}


async def new_world(office: Office, people: People) -> World:
    """A notice of the path's own, in an office that other paths have used before."""
    body = example("exercise", observation__seats=SEATS, observation__seats_per_party=FOR_EACH_PARTY)
    world = World(office, await published(office, people["PER", "officer"], body), people)
    for step in BEFORE:
        await world.take(step)
    return world


def any_path(examples: int) -> Callable[[Any], Any]:
    def wrap(test: Any) -> Any:
        quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        made = settings(max_examples=examples, deadline=None, suppress_health_check=quiet)
        return made(given(path=st.lists(steps, min_size=8, max_size=20))(test))

    return wrap


@pytest.mark.slow
@any_path(examples=25)
async def test_any_order_of_steps_keeps_the_seats_right(
    office_sqlite: Office, people_sqlite: People, path: list[Step]
) -> None:
    await walk(await new_world(office_sqlite, people_sqlite), path)


@any_path(examples=8)
async def test_any_order_of_steps_keeps_the_seats_right_on_postgresql(
    office_postgresql: Office, people_postgresql: People, path: list[Step]
) -> None:
    await walk(await new_world(office_postgresql, people_postgresql), path)
