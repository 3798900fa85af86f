"""Observers on the pages: asked for, endorsed, decided on, answered; what each side sees; what calendars hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from notify.actor import WORKER, Actor
from notify.delivery import expansion
from notify.delivery.tables import deliveries
from notify.notices import lifecycle
from notify.notices.notice import Notice
from notify.observers import attendance, invitations
from notify.observers.attendance import Attendance
from notify.observers.calendar_state import CalendarState, Invitation, state_of
from notify.observers.replies import answer_token
from notify.office import Office
from tests.support import desk
from tests.support.clock import Clock
from tests.support.notices import days, example
from tests.support.people import enrol
from tests.support.premises import Premises
from tests.support.visiting import words_of

ROJAS = {"name": "R. Rojas", "rank": "Maj.", "function": "Liaison", "email": "rojas@bol.example", "language": "es"}


@dataclass
class Stage:
    """Peru hosts, Bolivia sends, Jamaica knows nothing of it."""

    premises: Premises
    notice: Notice
    peru: Actor
    bolivia: Actor
    observer: Actor
    jamaica: Actor

    @property
    def office(self) -> Office:
        return self.premises.office

    @property
    def url(self) -> str:
        return f"/notices/{self.notice.id}/attendance"

    async def nominated(self, number: int = 1) -> Attendance:
        return await desk.nominated(self.office, self.bolivia, self.notice, number)

    async def approved(self, number: int = 1) -> Attendance:
        return await desk.decided(self.office, self.peru, "approve", await self.nominated(number))

    async def read(self, found: Attendance) -> Attendance:
        async with self.office.database.read() as connection:
            return await attendance.get(connection, self.peru, found["id"])

    async def tell(self, status: str = "handed_over") -> None:
        """The worker writes the invitations, and their deliveries come to this."""
        async with self.office.act(WORKER) as act:
            await expansion.expand(act, (invitations.follow,))
            waiting = sa.update(deliveries).where(deliveries.c.kind == "invitation", deliveries.c.status == "pending")
            await act.connection.execute(waiting.values(status=status))

    async def words(self, actor: Actor | None, path: str = "", status: int = 200) -> str:
        return await self.premises.words(actor, path or self.url, status)


@pytest.fixture
async def stage(office_sqlite: Office) -> Stage:
    premises = Premises(office_sqlite)
    await desk.open_desk(premises.office)
    peru = await enrol(premises.office, "PER", "officer", name="Ana Quispe")
    bolivia = await enrol(premises.office, "BOL", "officer", name="Luis Flores")
    observer = await enrol(premises.office, "BOL", "observer", name="Rosa Arce")
    jamaica = await enrol(premises.office, "JAM", "officer")
    notice = await desk.published(premises.office, peru)
    return Stage(premises, notice, peru, bolivia, observer, jamaica)


# What each side sees


async def test_the_host_sees_seats_and_whom_to_decide_on(stage: Stage) -> None:
    await stage.approved(1)
    await stage.nominated(2)
    async with stage.premises.window(stage.peru) as window:
        html = await window.html(stage.url)
    assert 'aria-label="Of 12 seats, 1 approved, 1 to decide, 10 free"' in html
    assert (html.count('<i class="taken">'), html.count('<i class="asked">')) == (2, 2)  # one each in the key
    words = words_of(html)
    assert "12, up to 2 a party" in words and "Tuesday 20 July 2027" in words and "in 190 days" in words
    assert "Major Observer 2" in words and "1 of 2 seats of one party used" in words
    assert "observer1@bol.example" in words


async def test_who_was_not_told_finds_nothing(stage: Stage) -> None:
    found = await stage.nominated()
    await stage.words(stage.jamaica, status=404)
    await stage.words(stage.jamaica, f"/attendance/{found['id']}/withdraw", 404)
    assert "Observer 1" not in await stage.words(stage.jamaica, "/observers")
    async with stage.premises.window(stage.jamaica) as window:
        for step in ("approve", "endorse", "reply", "decline", "revoke", "withdraw"):
            answer = await window.send(f"/attendance/{found['id']}/{step}", "/account", {"reply": "accepted"})
            assert answer.status_code == 404, step


async def test_a_party_sees_its_own_people_and_no_others(stage: Stage) -> None:
    await stage.nominated()
    brazil = await enrol(stage.office, "BRA", "officer")
    await desk.nominated(stage.office, brazil, stage.notice, 7)
    words = await stage.words(stage.bolivia)
    assert "Observer 1" in words and "Observer 7" not in words
    assert "approved, " not in words  # of the host's seats it sees how many there are alone
    assert "Observer 7" in await stage.words(stage.peru)
    only = await stage.words(stage.observer)
    assert "Observer 1" not in only


async def test_an_auditor_reads_all_and_has_no_button(stage: Stage) -> None:
    found = await stage.nominated()
    auditor = await enrol(stage.office, None, "auditor")
    async with stage.premises.window(auditor) as window:
        html = await window.html(stage.url)
        assert "Observer 1" in html and "/attendance/" not in html.replace(stage.url, "")
        answer = await window.send(f"/attendance/{found['id']}/approve", stage.url)
    assert answer.status_code == 403
    assert (await stage.read(found))["status"] == "endorsed"


async def test_a_notice_without_observers_says_so(stage: Stage) -> None:
    closed = await desk.published(stage.office, stage.peru, example("exercise", observation=None))
    assert "This notice invites no observers" in await stage.words(stage.peru, f"/notices/{closed.id}/attendance")
    words = await stage.words(stage.bolivia, f"/notices/{closed.id}/attendance")
    assert "The notice does not invite observers of your party." in words
    await stage.words(stage.bolivia, f"/notices/{closed.id}/nominate", 403)


# From the request to the decision


async def test_a_request_is_endorsed_and_approved(stage: Stage) -> None:
    async with stage.premises.window(stage.observer) as window:
        said = await window.do(stage.url, stage.url, {"remarks": "By land from La Paz."})
        assert "Your request is made. Bolivia must endorse it" in said
        assert "Waits to be endorsed by Bolivia" in said
        assert 'name="remarks"' not in await window.html(stage.url)  # asked once
    assert "Rosa Arce" in await stage.words(stage.peru)  # seen, but not to be decided on yet
    async with stage.premises.window(stage.bolivia) as window:
        html = await window.html(stage.url)
        assert "“By land from La Paz.”" in html
        endorse = re.search(r'action="(/attendance/[^"]+/endorse)"', html)
        assert endorse is not None
        assert "Rosa Arce is endorsed." in await window.do(endorse[1], stage.url, {"next": "/observers"})
    async with stage.premises.window(stage.peru) as window:
        approve = re.search(r'action="(/attendance/[^"]+/approve)"', await window.html("/observers"))
        assert approve is not None
        said = await window.do(approve[1], "/observers", {"next": "/observers"})
        assert "Rosa Arce is approved. The calendar invitation is on its way." in said
        again = await window.refused(approve[1], stage.url, status=409)
        assert "This was decided already." in again
    assert "Will attend" in await stage.words(stage.observer, "/my-attendance")


async def test_the_host_cannot_approve_before_the_party_endorses(stage: Stage) -> None:
    found = await desk.asked(stage.office, stage.observer, stage.notice)
    async with stage.premises.window(stage.peru) as window:
        assert f"/attendance/{found['id']}/approve" not in await window.html(stage.url)
        words = await window.refused(f"/attendance/{found['id']}/approve", stage.url, status=409)
    assert "has not endorsed the request yet" in words


async def test_an_officer_nominates_and_keeps_what_was_typed(stage: Stage) -> None:
    url = f"/notices/{stage.notice.id}/nominate"
    async with stage.premises.window(stage.bolivia) as window:
        answer = await window.send(url, url, {"name": "", "email": "no address", "language": "es", "remarks": "Typed"})
        assert answer.status_code == 422
        assert "Write the person’s name." in answer.text and "Write a mail address such as" in answer.text
        assert "Typed</textarea>" in answer.text and 'value="no address"' in answer.text
        assert "R. Rojas is proposed. Peru decides." in await window.do(url, url, ROJAS)
        assert "is proposed for this notice already" in await window.refused(url, url, ROJAS, 409)
    assert "Maj. R. Rojas" in await stage.words(stage.peru)
    async with stage.premises.window(stage.observer) as window:
        assert (await window.client.get(url)).status_code == 403


async def test_after_the_last_day_nobody_is_proposed(stage: Stage, clock: Clock) -> None:
    clock.set(datetime(2027, 7, 21, 5, 1, tzinfo=UTC))  # one minute after midnight in Lima
    assert "The day until which observers could be proposed is over." in await stage.words(stage.bolivia)
    await stage.words(stage.bolivia, f"/notices/{stage.notice.id}/nominate", 409)


async def test_a_seat_too_many_is_refused_on_the_page(stage: Stage) -> None:
    for number in (1, 2):
        await stage.approved(number)
    third = await stage.nominated(3)
    async with stage.premises.window(stage.peru) as window:
        words = await window.refused(f"/attendance/{third['id']}/approve", stage.url, status=409)
    assert "The party has all the seats that one party can have." in words
    assert await desk.seats_taken(stage.office, stage.notice) == 2


@pytest.mark.parametrize(
    ("step", "who", "after"),
    [("decline", "peru", "declined"), ("revoke", "peru", "revoked"), ("withdraw", "bolivia", "withdrawn")],
)
async def test_a_grave_step_is_asked_for_on_a_page_with_its_reason(
    stage: Stage, step: str, who: str, after: str
) -> None:
    found = await (stage.approved() if step == "revoke" else stage.nominated())
    url = f"/attendance/{found['id']}/{step}"
    async with stage.premises.window(getattr(stage, who)) as window:
        await window.words(url)
        assert (await stage.read(found))["status"] == found["status"]  # looking does nothing
        words = await window.do(url, url, {"reason-en": "No aircraft", "next": stage.url})
        assert "Observer 1 is" in words or "The approval of Observer 1 is revoked." in words
        assert "No aircraft" in words
        assert (await window.client.get(url)).status_code == 409
    done = await stage.read(found)
    assert (done["status"], done["reason"]) == (after, {"en": "No aircraft"})
    assert await desk.seats_taken(stage.office, stage.notice) == 0


# Across notices, and an observer's own


async def test_observers_across_notices(stage: Stage) -> None:
    await stage.nominated(1)
    await stage.approved(2)
    await desk.asked(stage.office, stage.observer, stage.notice)
    host = await stage.words(stage.peru, "/observers")
    assert "To decide 1" in host and "Whom we receive" in host and "Whom we send" not in host
    sender = await stage.words(stage.bolivia, "/observers")
    assert "To endorse 1" in sender and "Whom we send" in sender and "Rosa Arce" in sender
    assert "No observers at present" in await stage.words(stage.jamaica, "/observers")
    await stage.words(stage.observer, "/observers", 403)


async def test_an_observer_finds_what_she_can_ask_for(stage: Stage, clock: Clock) -> None:
    assert "You can ask to attend" in await stage.words(stage.observer, "/my-attendance")
    await desk.asked(stage.office, stage.observer, stage.notice)
    words = await stage.words(stage.observer, "/my-attendance")
    assert "You can ask to attend" not in words and "To come" in words
    clock.set(datetime(2027, 9, 10, tzinfo=UTC))
    assert "Past and closed" in await stage.words(stage.observer, "/my-attendance")
    await stage.words(stage.bolivia, "/my-attendance", 403)


@pytest.mark.slow
async def test_an_observer_answers_and_answers_again(stage: Stage) -> None:
    found = await desk.asked(stage.office, stage.observer, stage.notice)
    await desk.decided(stage.office, stage.bolivia, "endorse", found)
    await desk.decided(stage.office, stage.peru, "approve", found)
    reply = f"/attendance/{found['id']}/reply"
    async with stage.premises.window(stage.observer) as window:
        assert "Invitations to answer 1" in await window.words("/my-attendance")
        words = await window.do(reply, "/my-attendance", {"reply": "tentative", "next": "/my-attendance"})
        assert "Rosa Arce: May attend. The host sees it." in words and "Invitations to answer" not in words
        await window.do(reply, "/my-attendance", {"reply": "accepted"})
        assert (await window.send(reply, "/my-attendance", {"reply": "perhaps"})).status_code == 422
    assert "Will attend" in await stage.words(stage.peru)


# The link in the invitation


async def test_the_link_answers_without_signing_in(stage: Stage) -> None:
    found = await stage.approved()
    url = f"/answer/{answer_token(stage.office, found)}"
    async with stage.premises.window() as window:
        words = await window.words(url)
        assert "Observer 1, will you attend?" in words and str(stage.notice.reference) in words
        assert (await stage.read(found))["reply"] == "needs-action"  # GET shows
        for reply, said in (("declined", "Will not attend"), ("accepted", "Will attend"), ("accepted", "Will attend")):
            assert f"Peru sees your answer: {said}." in await window.do(url, url, {"reply": reply})
            assert (await stage.read(found))["reply"] == reply
        await window.words(url[:-1] + ("A" if url[-1] != "A" else "Q"), 404)
        await window.words("/answer/nothing", 404)


async def test_the_link_says_when_there_is_nothing_to_answer_any_more(stage: Stage) -> None:
    found = await stage.approved()
    url = f"/answer/{answer_token(stage.office, found)}"
    async with stage.premises.window() as window:
        await window.words(url)
        await desk.decided(stage.office, stage.peru, "revoke", found)
        assert "The invitation does not stand any more." in await window.words(url)
        words = await window.refused(url, "/signin", {"reply": "accepted"}, 409)
    assert "There is no invitation to answer" in words


async def test_the_link_of_who_is_revoked_shows_nothing_of_the_event_any_more(stage: Stage) -> None:
    found = await stage.approved()
    url = f"/answer/{answer_token(stage.office, found)}"
    async with stage.premises.window() as window:
        place = stage.notice.content["place"]["name"]
        assert place in await window.words(url)
        await desk.decided(stage.office, stage.peru, "revoke", found)
        async with stage.office.act(stage.peru) as act:
            await lifecycle.cancel(act, stage.notice.id, None)
        words = await window.words(url)
    assert "The invitation does not stand any more." in words and str(stage.notice.reference) in words
    contact = stage.notice.content["contact"]["email"]
    assert not any(secret in words for secret in (place, contact, "Cancelled", "Revision"))


async def test_arrival_goes_by_the_clock_of_the_notice(stage: Stage) -> None:
    observation = example("exercise")["observation"]
    abroad = {**observation, "period": {**observation["period"], "timezone": "America/La_Paz"}}
    notice = await desk.published(stage.office, stage.peru, example("exercise", observation=abroad))
    nominated = await desk.nominated(stage.office, stage.bolivia, notice, 1)
    found = await desk.decided(stage.office, stage.peru, "approve", nominated)
    clock = observation["arrival"]["at"][11:]
    assert f"{clock} (Lima)" in await stage.words(None, f"/answer/{answer_token(stage.office, found)}")


# What needs her now


async def test_what_will_not_take_place_needs_no_answer(stage: Stage) -> None:
    found = await desk.asked(stage.office, stage.observer, stage.notice)
    await desk.decided(stage.office, stage.bolivia, "endorse", found)
    await desk.decided(stage.office, stage.peru, "approve", found)
    words = await stage.words(stage.observer, "/my-attendance")
    assert "Invitations to answer 1" in words and "My attendance 1" in words
    async with stage.office.act(stage.peru) as act:
        await lifecycle.postpone(act, stage.notice.id, None)
    words = await stage.words(stage.observer, "/my-attendance")
    assert "Invitations to answer" not in words and "My attendance 1" not in words and "Will attend" not in words
    async with stage.office.act(stage.peru) as act:
        await lifecycle.cancel(act, stage.notice.id, None)
    words = await stage.words(stage.observer, "/my-attendance")
    assert "My attendance 1" not in words and "To come" not in words


# What is known of the calendar


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


async def test_a_test_is_marked_on_every_page_of_its_observers(stage: Stage) -> None:
    notice = await desk.published(stage.office, stage.peru, example("exercise", test=True))
    url = f"/notices/{notice.id}/attendance"
    found = await desk.asked(stage.office, stage.observer, notice)
    pages = [
        (stage.peru, url), (stage.bolivia, url), (stage.bolivia, f"/notices/{notice.id}/nominate"),
        (stage.bolivia, "/observers"), (stage.observer, "/my-attendance"),
        (stage.peru, f"/attendance/{found['id']}/decline"),
    ]  # fmt: skip
    for who, path in pages:
        assert "Test" in re.findall(r"[A-Z][a-z]+", await stage.words(who, path)), path


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
