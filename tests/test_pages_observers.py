"""Observers on the pages: asked for, endorsed, decided on, answered; what each side sees."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from notify.notices import lifecycle
from notify.office import Office
from tests.support import desk
from tests.support.clock import Clock
from tests.support.notices import example
from tests.support.observers_stage import Stage, open_stage
from tests.support.people import enrol
from tests.support.visiting import words_of

ROJAS = {"name": "R. Rojas", "rank": "Maj.", "function": "Liaison", "email": "rojas@bol.example", "language": "es"}


@pytest.fixture
async def stage(office_sqlite: Office) -> Stage:
    return await open_stage(office_sqlite)


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
