"""The forms of a notice: complete for all three measures, without script; who may open them; copies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notify.notices import reading
from notify.office import Office
from notify.parties.tables import groups
from tests.support.drafts import begin_writing, drafted, edit, said
from tests.support.filling import Filling
from tests.support.notices import days, example
from tests.support.people import enrol
from tests.support.visiting import Browser, Story

STEPS = ("what", "when-where", "participants", "observers", "contact", "readers")
OFTEN = ("group:RECIPIENTS", "group:MEMBERS", "OAS", "IADB", "CARICOM")


@pytest.fixture
async def story(office_sqlite: Office) -> Story:
    return await begin_writing(office_sqlite)


@pytest.fixture
async def peru(story: Story) -> AsyncIterator[Browser]:
    async with story.town.visit(story.peru) as browser:
        yield browser


# Writing a whole notice


async def write_what(page: Filling, body: dict[str, Any]) -> Filling:
    own = body["content"]
    page.free("title", body["title"])
    page.free("summary", body["summary"])
    if body["note_reference"]:
        page.set("note_reference", body["note_reference"])
    for rows in ("installations", "items"):
        for at, row in enumerate(own.get(rows, ())):
            if at:
                page = await page.press("add", f"content-{rows}")
            for field, value in row.items():
                page.set(f"content-{rows}-{at}-{field}", value)
    for field, value in own.items():
        if field == "equipment":
            for kind, count in value.items():
                page.set(f"content-equipment-{kind}", count)
        elif isinstance(value, dict):
            page.free(f"content-{field}", value)
        elif isinstance(value, bool):
            page.set(f"content-{field}", "yes" if value else "no")
        elif field not in ("installations", "items"):
            page.set(f"content-{field}", value)
    return await page.press()


def write_period(page: Filling, name: str, period: dict[str, Any]) -> None:
    page.set(f"{name}-all_day", "yes" if period["all_day"] else "no")
    page.set(f"{name}-timezone", period["timezone"])
    page.date(f"{name}-starts", period["starts"])
    page.date(f"{name}-ends", period["ends"])


async def write_when_where(page: Filling, body: dict[str, Any]) -> Filling:
    place = body["place"]
    write_period(page, "period", body["period"])
    longitude, latitude = place["geometry"]["coordinates"]
    page.set("place-name", place["name"])
    page.set("place-latitude", str(latitude).replace(".", ","))
    page.set("place-longitude", longitude)
    page.set("place-radius_km", place.get("radius_km", ""))
    return await page.press()


def tick(page: Filling, name: str, codes: list[str]) -> None:
    page.set(name, [code for code in codes if code in OFTEN])
    page.set(f"{name}-states", [code for code in codes if code not in OFTEN])


async def write_observers(page: Filling, body: dict[str, Any]) -> Filling:
    observation = body["observation"]
    for at, point in enumerate(observation["programme"]):
        if at:
            page = await page.press("add", "observation-programme")
        page.date(f"observation-programme-{at}-at", point["at"])
        page.free(f"observation-programme-{at}-item", point["item"])
    page.set("invites", "yes")
    tick(page, "observation-invite", observation["invite"])
    page.set("observation-seats", observation["seats"])
    page.set("observation-seats_per_party", observation["seats_per_party"])
    page.date("observation-reply_by", observation["reply_by"])
    page.set("observation-period-own", "yes" if observation["period"] else "no")
    if observation["period"]:
        write_period(page, "observation-period", observation["period"])
    page.set("observation-arrival-place", observation["arrival"]["place"])
    page.date("observation-arrival-at", observation["arrival"]["at"])
    page.set("observation-languages", observation["languages"])
    page.set("observation-equipment_allowed", observation["equipment_allowed"])
    page.free("observation-remarks", observation["remarks"])
    return await page.press()


def unordered(body: dict[str, Any]) -> dict[str, Any]:
    """A notice whose lists of addressees are in order: ticks have none."""
    observation = body["observation"]
    return {**body, "observation": {**observation, "invite": sorted(observation["invite"])}}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "state"), [("exercise", "PER"), ("visit", "MEX"), ("destruction", "TTO")])
async def test_every_field_of_a_notice_can_be_written_and_published(story: Story, name: str, state: str) -> None:
    body = example(name)
    officer = await enrol(story.office, state, "officer")
    async with story.town.visit(officer) as browser:
        page = await Filling.open(browser, "/notices/new")
        page = await page.fill(measure=body["measure"]).press()
        assert page.path.endswith("/edit")
        notice_id = page.path.split("/")[2]
        page = await Filling.open(browser, f"{page.path}/what")
        page = await write_what(page, body)
        assert page.path.endswith("/when-where"), page.words
        page = await write_when_where(page, body)
        assert page.path.endswith("/participants"), page.words
        assert page.value("participants-0-state") == state
        page = await page.fill(participants__0__personnel=body["participants"][0]["personnel"]).press()
        page = await write_observers(page, body)
        assert page.path.endswith("/contact"), page.words
        page = await page.fill(**{f"contact__{field}": value for field, value in body["contact"].items()}).press()
        page.set("visibility", body["visibility"])
        tick(page, "also_notify", body["also_notify"])
        page = await page.press()
        assert page.path == f"/notices/{notice_id}/review", page.words
        page = await page.send_to(f"/notices/{notice_id}/publish")
        assert page.path == f"/notices/{notice_id}"
        assert f"Published as {state}-2027-M{body['measure']}-001." in page.words
    assert unordered(await said(story, notice_id, officer)) == unordered(body)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("name", "state"), [("exercise", "PER"), ("visit", "MEX"), ("destruction", "TTO")])
async def test_saving_every_step_as_it_stands_changes_nothing(
    story: Story, name: str, state: str, language: str
) -> None:
    officer = await enrol(story.office, state, "officer")
    notice = await drafted(story, example(name), officer)
    async with story.town.visit(officer) as browser:
        for step in STEPS:
            page = await Filling.open(browser, f"{edit(notice, step)}?lang={language}")
            page = await page.press()
            assert page.status == 200, page.words
        async with story.office.database.read() as connection:
            after = await reading.get(connection, officer, notice.id)
    assert after.content == notice.content == example(name)
    assert after.etag == notice.etag


async def test_a_draft_begins_with_its_measure_and_its_title(story: Story, peru: Browser) -> None:
    page = await (await Filling.open(peru, "/notices/new")).press()
    assert page.status == 422
    assert "Choose what the notice is about." in page.words
    page = await page.fill(measure="5", title__en="Open day").press()
    assert "Open day" in page.words
    content = await said(story, page.path.split("/")[2])
    assert content == {"measure": 5, "state": "PER", "title": {"en": "Open day"}}


# The list of steps


async def test_the_steps_say_what_is_missing_and_until_when_to_publish(story: Story, peru: Browser) -> None:
    body = example("exercise")
    del body["contact"], body["observation"]["seats"]
    body["period"] = days("2027-08-18", "2027-08-29")
    page = await peru.get(edit(await drafted(story, body)))
    assert "1. What it is Name, type, purpose, services Filled in" in page
    assert "4. Observers Who is invited, and by when they answer To complete" in page
    assert "5. Point of contact Who answers questions To complete" in page
    assert "Publish it by 7 July to keep the 42 days of lead time." in page


async def test_a_new_draft_asks_for_what_publication_needs(story: Story, peru: Browser) -> None:
    page = await peru.get(edit(await drafted(story, {"measure": 18, "state": "PER"})))
    assert "1. What it is Name, weapons, origin, method To complete" in page
    assert "3. Who takes part States and personnel Optional" in page
    assert "Participants are missing" in page


async def test_a_group_that_has_ended_is_an_error_of_its_step(story: Story, peru: Browser) -> None:
    notice = await drafted(story, example("exercise", also_notify=["group:SICA"]))
    async with story.office.database.write() as connection:
        await connection.execute(groups.update().where(groups.c.code == "SICA").values(until_year=2020))
    page = await peru.get(edit(notice))
    assert "6. Who can read it Only those who are told, all member states, or the public 1 error" in page
    page = await peru.get(f"/notices/{notice.id}/review")
    assert "The group “SICA” is no longer active" in page


async def test_who_will_be_told_stands_beside_with_whom_no_channel_reaches(story: Story, peru: Browser) -> None:
    page = await peru.get(edit(await drafted(story)))
    assert "BOL Bolivia No channel Neighbouring state of Peru: land border." in page
    assert "OAS Organization of American States No channel Invited to observe." in page


async def test_what_borders_but_is_not_told_is_said(story: Story) -> None:
    brazil = await enrol(story.office, "BRA", "officer")
    notice = await drafted(story, {"measure": 18, "state": "BRA"}, brazil)
    page = await story.words(brazil, edit(notice))
    assert "Also borders, but is not told, since no member state administers it: French Guiana (France)." in page


# Two people at once


async def test_a_draft_changed_meanwhile_is_not_overwritten_unseen(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    mine = await Filling.open(peru, edit(notice, "contact"))
    theirs = await Filling.open(peru, edit(notice, "contact"))
    await theirs.fill(contact__phone="+51 1 555 0199").press()
    mine = await mine.fill(contact__office="Estado Mayor").press()
    assert mine.status == 412
    assert "This draft was changed while you were writing" in mine.words
    assert "+51 1 555 0199" in mine.words
    assert mine.value("contact-office") == "Estado Mayor"
    assert (await said(story, notice.id))["contact"]["office"] == notice.content["contact"]["office"]
    mine = await mine.press()
    assert mine.path.endswith("/readers")
    assert (await said(story, notice.id))["contact"]["office"] == "Estado Mayor"


async def test_a_step_that_nobody_touched_goes_on_although_another_was_saved(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    mine = await Filling.open(peru, edit(notice, "readers"))
    await (await Filling.open(peru, edit(notice, "contact"))).fill(contact__phone="+51 1 555 0199").press()
    assert (await mine.press()).path.endswith("/review")


# Who may, and forged forms


@pytest.mark.parametrize("path", ["/edit", "/edit/what", "/edit/map.svg", "/review", "/delete", "/copy"])
async def test_a_draft_is_nobodys_but_its_officers(story: Story, path: str) -> None:
    notice = await drafted(story)
    manager = await enrol(story.office, "PER", "manager")
    for reader, status in ((story.bolivia, 404), (None, 303), (manager, 403), (story.peru, 200)):
        await story.html(reader, f"/notices/{notice.id}{path}", status)


async def test_an_organisation_posts_nothing(story: Story) -> None:
    oas = await enrol(story.office, "OAS", "officer")
    assert "Only a state posts notices." in await story.words(oas, "/notices/new", 403)


async def test_a_forged_form_changes_nothing(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "contact"))
    page.set("csrf", page.value("csrf") + "x")
    page = await page.fill(contact__name="Mallory").press()
    assert page.status == 403
    assert await said(story, notice.id) == notice.content


async def test_no_such_step(story: Story, peru: Browser) -> None:
    await peru.raw(edit(await drafted(story), "closures"), 404)


async def test_a_published_notice_is_not_edited(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    assert "Only a draft can be edited." in await peru.get(edit(notice), 409)
    assert "Only a draft can be edited." in await peru.get(edit(notice, "what"), 409)


# Beside the form, copies, deletion


async def test_the_preview_follows_what_is_typed_and_saves_nothing(story: Story, peru: Browser) -> None:
    notice = await drafted(story, {"measure": 4, "state": "PER"})
    page = await Filling.open(peru, edit(notice, "participants"))
    assert f'hx-post="{edit(notice, "participants")}/preview"' in page.html
    page.set("participants-0-state", "MEX")
    page.sheet.action = f"{edit(notice, 'participants')}/preview"
    beside = await page.press()
    assert "<html" not in beside.html
    assert "Takes part." in beside.html
    assert await said(story, notice.id) == notice.content


async def test_a_copy_on_another_date_moves_every_date_with_it(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await Filling.open(peru, f"/notices/{notice.id}/copy")
    page.date("starts", "2028-08-16")
    page = await page.press()
    assert "Copied as a draft. Check its dates before you publish it." in page.words
    content = await said(story, page.path.split("/")[2])
    assert content["period"] == days("2028-08-16", "2028-08-27")
    assert content["observation"]["programme"][0]["at"] == "2028-08-18T08:00"
    assert "note_reference" not in content
    assert content["content"] == notice.content["content"]


@pytest.mark.slow
async def test_a_copy_without_a_date_has_none(story: Story, peru: Browser) -> None:
    notice = await story.publish()
    page = await (await Filling.open(peru, f"/notices/{notice.id}/copy")).press()
    assert "It has no dates yet." in page.words
    content = await said(story, page.path.split("/")[2])
    assert "period" not in content
    assert content["observation"]["seats"] == 12
    assert content["observation"]["reply_by"] is None and content["observation"]["programme"] == []


async def test_only_ones_own_notices_are_copied(story: Story) -> None:
    notice = await story.publish()
    assert "Only a notice of your own state" in await story.words(story.bolivia, f"/notices/{notice.id}/copy", 403)


async def test_a_draft_is_deleted_after_a_question(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, f"/notices/{notice.id}/delete")
    assert "What is written in it is lost." in page.words
    page = await page.press()
    assert page.path == "/notices"
    assert "The draft is deleted. Nobody was told of it." in page.words
    await peru.raw(f"/notices/{notice.id}", 404)
