"""The pages of release and of the later steps: nothing is published unseen, and each says what it will do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from notify.notices import drafts, lifecycle
from notify.notices.notice import Notice
from notify.observers import decisions, requests
from notify.observers.requests import Observer
from notify.office import Office
from tests.support.clock import Clock
from tests.support.drafts import begin_writing, drafted, stored
from tests.support.filling import Filling
from tests.support.notices import days, example
from tests.support.people import enrol
from tests.support.visiting import Browser, Story

GRAVE = ("postpone", "cancel", "complete", "withdraw")


@pytest.fixture
async def story(office_sqlite: Office) -> Story:
    return await begin_writing(office_sqlite)


@pytest.fixture
async def peru(story: Story) -> AsyncIterator[Browser]:
    async with story.town.visit(story.peru) as browser:
        yield browser


async def approved_observer(story: Story, notice: Notice) -> None:
    async with story.office.act(story.bolivia) as act:
        found = await requests.nominate(act, notice.id, Observer("Tte. Vargas", "vargas@bol.example", "es"))
    async with story.office.act(story.peru) as act:
        await decisions.approve(act, found["id"])


# Review and release


async def test_the_review_shows_the_notice_who_is_told_and_what_is_late(story: Story, peru: Browser) -> None:
    notice = await drafted(story, example("exercise", period=days("2027-02-01", "2027-02-12"), observation=None))
    page = await peru.get(f"/notices/{notice.id}/review")
    assert "PUMA: national mountain brigade exercise" in page
    assert "Fewer than 42 days are left before the start." in page
    assert "No working channel reaches Bolivia, Brazil, Chile, Colombia and Ecuador: they must be told" in page
    assert "When it is published, 5 parties are told." in page


async def test_the_review_of_a_notice_in_time_warns_of_nothing_late(story: Story, peru: Browser) -> None:
    page = await peru.get(f"/notices/{(await drafted(story)).id}/review")
    assert "There is time until 7 July." in page
    assert "Fewer than" not in page


async def test_what_is_missing_leads_to_its_step_and_nothing_can_be_published(story: Story, peru: Browser) -> None:
    notice = await drafted(story, {"measure": 4, "state": "PER", "title": {"es": "PUMA"}})
    html = await peru.raw(f"/notices/{notice.id}/review")
    assert f'<a class="govuk-link" href="/notices/{notice.id}/edit/when-where">Dates</a>' in html
    assert f'<a class="govuk-link" href="/notices/{notice.id}/edit/contact">Point of contact</a>' in html
    assert f'action="/notices/{notice.id}/publish"' not in html
    answer = await peru.post(f"/notices/{notice.id}/publish", f"/notices/{notice.id}/edit/contact", etag=notice.etag)
    assert answer.status_code == 422
    assert "The notice is not complete yet." in answer.text
    assert (await stored(story, notice.id)).status == "draft"


async def test_a_method_that_is_advised_against_is_said_before_publication(story: Story) -> None:
    officer = await enrol(story.office, "TTO", "officer")
    async with story.office.act(officer) as act:
        notice = await drafts.create(act, example("destruction", content__method="sea_dumping"))
    page = await story.words(officer, f"/notices/{notice.id}/review")
    assert "International guidelines advise against this method of destruction." in page


async def test_a_notice_is_submitted_returned_and_published(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    here = f"/notices/{notice.id}"
    page = await (await Filling.open(peru, f"{here}/review")).send_to(f"{here}/submit")
    assert page.path == here
    assert "Submitted. An officer of your state publishes it or returns it." in page.words
    page = await Filling.open(peru, f"{here}/edit")
    assert page.path == f"{here}/review"
    page = await page.send_to(f"{here}/return")
    assert page.path == f"{here}/edit"
    assert "Returned as a draft: it can be changed again." in page.words
    page = await (await Filling.open(peru, f"{here}/review")).send_to(f"{here}/publish")
    assert page.path == here
    assert "Published as PER-2027-M4-001. 6 parties are being told." in page.words
    assert (await stored(story, notice.id)).status == "published"


async def test_what_changed_after_it_was_reviewed_is_not_published(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, f"/notices/{notice.id}/review")
    async with story.office.act(story.peru) as act:
        await drafts.replace(act, notice.id, example("exercise", note_reference="9"))
    page = await page.send_to(f"/notices/{notice.id}/publish")
    assert page.status == 412
    assert (await stored(story, notice.id)).status == "draft"
    page = await page.send_to(f"/notices/{notice.id}/publish")
    assert (await stored(story, notice.id)).status == "published"


async def test_a_published_notice_has_no_review(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    assert "This notice is published already." in await peru.get(f"/notices/{notice.id}/review", 409)


# Amendments


async def test_an_amendment_is_shown_field_by_field_before_it_is_published(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    here = f"/notices/{notice.id}"
    page = await Filling.open(peru, f"{here}/amend/participants")
    page = await page.press("add", "participants")
    page = await page.fill(
        participants__0__personnel="2 600",
        participants__1__state="MEX",
        reason__en="More of the reserve",
    ).press()
    assert page.status == 200
    assert "Publish this change?" in page.words
    assert "Personnel of Peru 2 400 2 600" in page.words
    assert "More of the reserve" in page.words
    assert "Told for the first time: Mexico." in page.words
    assert (await stored(story, notice.id)).revision == 1
    page = await page.press("confirm", "yes")
    assert page.path == here
    assert "Revision 2 of PER-2027-M4-001 is published. 7 parties are being told." in page.words
    after = await stored(story, notice.id)
    assert after.content["participants"] == [{"state": "PER", "personnel": 2600}, {"state": "MEX"}]
    assert {**after.content, "participants": None} == {**notice.content, "participants": None}


async def test_the_form_comes_back_from_the_preview_as_it_was(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await Filling.open(peru, f"/notices/{notice.id}/amend/contact")
    page = await (await page.fill(contact__name="Crnl. B. Rojas").press()).press("back", "yes")
    assert page.value("contact-name") == "Crnl. B. Rojas"
    assert (await stored(story, notice.id)).revision == 1


async def test_an_amendment_that_changes_nothing_is_refused(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await (await Filling.open(peru, f"/notices/{notice.id}/amend/what")).press()
    assert page.status == 422
    assert "This changes nothing." in page.words


async def test_moved_dates_take_the_observers_along_and_say_so(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    await approved_observer(story, notice)
    page = await Filling.open(peru, f"/notices/{notice.id}/amend/when-where")
    page.date("period-starts", "2027-08-25")
    page.date("period-ends", "2027-09-05")
    page = await page.press()
    assert page.status == 422
    assert "Until now: 19 August 2027, 10:00" in page.words
    page = await page.press()
    assert "1 observer is approved: the entry moves in the calendar." in page.words
    page = await page.press("confirm", "yes")
    after = await stored(story, notice.id)
    assert after.content["period"] == days("2027-08-25", "2027-09-05")
    assert after.content["observation"]["period"]["starts"] == "2027-08-26T10:00"


async def test_an_amendment_without_observers_warns_that_all_are_revoked(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    await approved_observer(story, notice)
    page = await Filling.open(peru, f"/notices/{notice.id}/amend/observers")
    assert "1 is given already: not fewer" in page.words
    page = await page.fill(invites="no").press()
    assert "the approval of every observer is revoked" in page.words


async def test_seats_never_fall_below_those_given(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    async with story.office.act(story.bolivia) as act:
        first = await requests.nominate(act, notice.id, Observer("A. Vargas", "a@bol.example", "es"))
        second = await requests.nominate(act, notice.id, Observer("B. Vargas", "b@bol.example", "es"))
    async with story.office.act(story.peru) as act:
        await decisions.approve(act, first["id"])
        await decisions.approve(act, second["id"])
    page = await Filling.open(peru, f"/notices/{notice.id}/amend/observers")
    page = await page.fill(observation__seats="1", observation__seats_per_party="1").press()
    assert page.status == 422
    assert 'href="#observation-seats"' in page.html
    assert "2 observers are approved already" in page.words


async def test_a_published_notice_is_opened_and_never_closed(story: Story, peru: Browser) -> None:
    notice = await story.publish(example("exercise", visibility="members"))
    page = await Filling.open(peru, f"/notices/{notice.id}/amend/readers")
    offered = next(control.offered for control in page.sheet.controls if control.name == "visibility")
    assert offered == ["members", "public"]
    page = await (await page.fill(visibility="public").press()).press("confirm", "yes")
    assert (await stored(story, notice.id)).visibility == "public"


async def test_the_test_mark_is_not_asked_again(story: Story, peru: Browser) -> None:
    notice = await story.publish(example("exercise", test=True))
    assert not (await Filling.open(peru, f"/notices/{notice.id}/amend/what")).has("test")


async def test_a_notice_amended_meanwhile_keeps_what_was_typed(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await (await Filling.open(peru, f"/notices/{notice.id}/amend/contact")).fill(contact__name="X").press()
    async with story.office.act(story.peru) as act:
        await lifecycle.amend(act, notice.id, {"note_reference": "9"})
    page = await page.press("confirm", "yes")
    assert page.status == 409
    assert page.value("contact-name") == "X"
    assert "The notice was amended while you were writing." in page.words
    page = await (await page.press()).press("confirm", "yes")
    after = await stored(story, notice.id)
    assert (after.revision, after.content["contact"]["name"], after.content["note_reference"]) == (3, "X", "9")


async def test_new_dates_bring_a_postponed_notice_back(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    async with story.office.act(story.peru) as act:
        await lifecycle.postpone(act, notice.id, None)
    assert "New dates" in await peru.get(f"/notices/{notice.id}/amend")
    page = await (await Filling.open(peru, f"/notices/{notice.id}/amend/when-where")).press()
    assert "Status Postponed In force" in page.words
    assert "The notice is in force again." in page.words
    await page.press("confirm", "yes")
    assert (await stored(story, notice.id)).status == "published"


async def test_a_postponed_notice_stays_so_when_only_its_place_changes(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    async with story.office.act(story.peru) as act:
        await lifecycle.postpone(act, notice.id, None)
    page = await Filling.open(peru, f"/notices/{notice.id}/amend/when-where")
    page = await page.fill(new_dates="no", place__name="Juliaca").press()
    assert "The notice is in force again." not in page.words
    await page.press("confirm", "yes")
    after = await stored(story, notice.id)
    assert (after.status, after.content["place"]["name"]) == ("postponed", "Juliaca")


# Postponed, cancelled, completed, withdrawn


@pytest.mark.parametrize(
    ("verb", "status", "words"),
    [
        ("postpone", "postponed", "PER-2027-M4-001 is postponed. 6 parties are being told."),
        ("cancel", "cancelled", "PER-2027-M4-001 is cancelled. 6 parties are being told."),
        ("withdraw", "withdrawn", "PER-2027-M4-001 is withdrawn as issued in error. 6 parties are being told."),
    ],
)
async def test_a_grave_step_says_what_happens_and_takes_a_reason(
    story: Story, peru: Browser, verb: str, status: str, words: str
) -> None:
    notice = await story.publish()
    await approved_observer(story, notice)
    page = await Filling.open(peru, f"/notices/{notice.id}/{verb}")
    assert "Told: Bolivia, Brazil, Chile, Colombia, Ecuador and Organization of American States." in page.words
    assert "1 observer is approved. The entry leaves the calendars of the observers" in page.words
    assert (await stored(story, notice.id)).status == "published"
    page = await page.fill(reason__en="Heavy rain").press()
    assert page.path == f"/notices/{notice.id}"
    assert words in page.words
    assert "Heavy rain" in page.words
    assert (await stored(story, notice.id)).status == status


async def test_a_notice_is_completed_once_it_has_begun(story: Story, peru: Browser, clock: Clock) -> None:
    notice = await story.publish()
    assert "The event has not begun" in await peru.get(f"/notices/{notice.id}/complete", 409)
    clock.set(datetime(2027, 8, 30, 12, tzinfo=UTC))
    async with story.town.visit(story.peru) as later:
        page = await Filling.open(later, f"/notices/{notice.id}/complete")
        page = await page.fill(outcome__remarks__en="As announced").press()
        assert "PER-2027-M4-001 is completed." in page.words
    after = await stored(story, notice.id)
    assert (after.status, after.content["outcome"]) == ("completed", {"remarks": {"en": "As announced"}})


async def test_a_reason_that_is_too_long_stays_and_nothing_happens(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await Filling.open(peru, f"/notices/{notice.id}/cancel")
    page = await page.fill(reason__en="x" * 10_001).press()
    assert page.status == 422
    assert 'href="#reason-en"' in page.html
    assert len(page.value("reason-en")) == 10_001
    assert (await stored(story, notice.id)).status == "published"


async def test_a_step_on_a_notice_that_changed_meanwhile_is_looked_at_again(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await Filling.open(peru, f"/notices/{notice.id}/cancel")
    async with story.office.act(story.peru) as act:
        await lifecycle.amend(act, notice.id, {"note_reference": "9"})
    page = await page.fill(reason__en="Rain").press()
    assert page.status == 412
    assert page.value("reason-en") == "Rain"
    assert (await stored(story, notice.id)).status == "published"
    await page.press()
    assert (await stored(story, notice.id)).status == "cancelled"


@pytest.mark.slow
@pytest.mark.parametrize("verb", [*GRAVE, "amend", "amend/what"])
async def test_a_draft_has_no_later_steps(story: Story, peru: Browser, verb: str) -> None:
    await peru.raw(f"/notices/{(await drafted(story)).id}/{verb}", 409)


@pytest.mark.parametrize("verb", [*GRAVE, "amend", "amend/what"])
async def test_the_later_steps_are_the_posters_alone(story: Story, verb: str) -> None:
    notice = await story.publish()
    for reader, status in ((story.bolivia, 403), (story.jamaica, 404), (None, 303)):
        await story.html(reader, f"/notices/{notice.id}/{verb}", status)


@pytest.mark.parametrize("verb", ["publish", "submit", "return", *GRAVE])
async def test_no_step_is_taken_by_a_form_from_elsewhere(story: Story, peru: Browser, verb: str) -> None:
    notice = await drafted(story) if verb in ("publish", "submit", "return") else await story.publish()
    answer = await peru.client.post(
        f"/notices/{notice.id}/{verb}", data={"etag": notice.etag}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert (await stored(story, notice.id)).etag == notice.etag
