"""The link in a calendar invitation: whoever holds it answers, and sees the event as long as the approval stands."""

from __future__ import annotations

import pytest

from notify.notices import lifecycle
from notify.observers.replies import answer_token
from notify.office import Office
from tests.support import desk
from tests.support.notices import example
from tests.support.observers_stage import Stage, open_stage


@pytest.fixture
async def stage(office_sqlite: Office) -> Stage:
    return await open_stage(office_sqlite)


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
