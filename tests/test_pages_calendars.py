"""What is known of an observer's calendar, as the host's page shows it, and what did not arrive sent again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from notify.delivery.tables import deliveries
from notify.notices import lifecycle
from notify.observers.calendar_state import CalendarState, Invitation, state_of
from notify.office import Office
from tests.support import desk
from tests.support.clock import Clock
from tests.support.notices import days
from tests.support.observers_stage import Stage, open_stage


@pytest.fixture
async def stage(office_sqlite: Office) -> Stage:
    return await open_stage(office_sqlite)


@pytest.mark.slow
async def test_the_page_follows_the_calendar(stage: Stage) -> None:
    found = await stage.approved()
    assert "Being prepared" in await stage.words(stage.peru)
    await stage.tell("sending")
    assert "On its way version 1" in await stage.words(stage.peru)
    async with stage.office.database.write() as connection:
        await connection.execute(sa.update(deliveries).values(status="handed_over"))
    assert "Up to date version 1" in await stage.words(stage.peru)
    await desk.answered(stage.office, stage.bolivia, found, "accepted")
    assert isinstance(stage.office.clock, Clock)
    stage.office.clock.advance(hours=1)
    dates = {"period": days("2027-08-20", "2027-08-31")}
    observation = {**stage.notice.content["observation"], "period": None, "arrival": None, "programme": []}
    await desk.amended(stage.office, stage.peru, stage.notice, **dates, observation=observation)
    await stage.tell()
    assert "May be out of date answered version 1, not yet version 2" in await stage.words(stage.peru)
    async with stage.office.act(stage.peru) as act:
        await lifecycle.postpone(act, stage.notice.id, None)
    await stage.tell("dead")
    assert "Did not arrive version 3" in await stage.words(stage.peru)


async def test_an_invitation_that_did_not_arrive_is_sent_again_by_the_host(stage: Stage) -> None:
    found = await stage.approved()
    resend = f"/attendance/{found['id']}/resend"
    async with stage.premises.window(stage.peru) as window:
        assert (await window.send(resend, stage.url)).status_code == 409
        await stage.tell("bounced")
        assert "Did not arrive" in await window.words(stage.url)
        assert "Send again" in await window.words(stage.url)
        assert "Send again" not in await stage.words(stage.bolivia)
        words = await window.do(resend, stage.url)
        assert "The invitation of Observer 1 is on its way again." in words and "On its way version 1" in words
        # Its cancellation, too, although nobody is expected any more.
        async with stage.office.act(stage.peru) as act:
            await lifecycle.cancel(act, stage.notice.id, None)
        await stage.tell("dead")
        assert "Did not arrive version 2" in await window.words(stage.url)
        assert "On its way" not in await window.words(stage.url)
        await window.do(resend, stage.url)
        assert "Send again" not in await window.words(stage.url)
    async with stage.premises.window(stage.bolivia) as window:
        assert (await window.send(resend, stage.url)).status_code == 403


AT = [datetime(2027, 1, day, tzinfo=UTC) for day in range(1, 6)]


@pytest.mark.parametrize(
    ("row", "sent", "state"),
    [
        (("endorsed", "needs-action", None), [], CalendarState("none")),
        (("approved", "needs-action", None), [], CalendarState("preparing")),
        (("approved", "needs-action", None), [("REQUEST", 0, "pending")], CalendarState("sending", 1)),
        (("approved", "needs-action", None), [("REQUEST", 0, "handed_over")], CalendarState("current", 1)),
        (("approved", "accepted", 1), [("REQUEST", 0, "handed_over")], CalendarState("current", 1, 1)),
        (
            ("approved", "needs-action", 1),
            [("REQUEST", 0, "handed_over"), ("REQUEST", 2, "handed_over")],
            CalendarState("stale", 2, 1),
        ),
        (
            ("approved", "accepted", 3),
            [("REQUEST", 0, "handed_over"), ("REQUEST", 2, "delivered")],
            CalendarState("current", 2, 2),
        ),
        (("approved", "needs-action", None), [("REQUEST", 0, "bounced")], CalendarState("lost", 1)),
        (("approved", "needs-action", None), [("REQUEST", 0, "dead")], CalendarState("lost", 1)),
        (
            ("revoked", "accepted", 1),
            [("REQUEST", 0, "handed_over"), ("CANCEL", 2, "pending")],
            CalendarState("removing", 2, 1),
        ),
        (
            ("revoked", "accepted", 1),
            [("REQUEST", 0, "handed_over"), ("CANCEL", 2, "handed_over")],
            CalendarState("removed", 2, 1),
        ),
    ],
)
def test_the_state_of_a_calendar(
    row: tuple[str, str, int | None], sent: list[tuple[str, int, str]], state: CalendarState
) -> None:
    status, reply, day = row
    found = {"status": status, "reply": reply, "replied_at": None if day is None else AT[day]}
    made = [Invitation(number, method, AT[at], delivery) for number, (method, at, delivery) in enumerate(sent)]
    assert state_of(found, made) == state
