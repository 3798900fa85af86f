"""The page of a notice, its revisions and pictures: what each reader sees of it, and nothing beyond."""

from __future__ import annotations

import json
from typing import Any

import pytest

from notify.notices import acknowledgements, drafts, history, lifecycle
from notify.observers import decisions, requests
from notify.observers.requests import Observer
from notify.office import Office
from tests.support.clock import Clock
from tests.support.notices import days, example, polygon
from tests.support.people import enrol
from tests.support.visiting import Story, words_of


@pytest.fixture
async def story(office_sqlite: Office) -> Story:
    return await Story.begin(office_sqlite)


async def test_the_sheet_says_all_that_an_exercise_announces(story: Story) -> None:
    notice = await story.publish()
    page = await story.words(story.bolivia, f"/notices/{notice.id}")
    for words in (
        "Prior notification of an exercise · Measure 4",
        "PUMA: national mountain brigade exercise",
        "18 – 29 August 2027",
        "Mazocruz, Puno",
        "radius of 20 km",
        "2 400 of Peru",
        "219 days rule of Peru: 42",
        "Exercise: in the field, with live fire",
        "Army; level of command: brigade. Neither joint nor combined.",
        "40 armoured combat vehicles, 24 artillery pieces and 4 helicopters",
        "All parties that are told and Organization of American States",
        "12 seats and at most 2 for each party",
        "Tuesday 20 July 2027, end of the day in Lima",
        "Thursday 19 August 2027, 10:00 in Lima 11:00 in La Paz",
        "Fri 20 Aug 08:00 09:00 Briefing",
        "Binoculars and maps",
        "Only those who are told",
        "Crnl. A. Quispe, Dirección de Relaciones Internacionales",
        "Note 5-4-M/114",
        "16.74° S, 69.73° W",
    ):
        assert words in page, words
    assert "in Spanish" in page  # the summary has no English


@pytest.mark.parametrize(
    ("name", "state", "told"),
    [
        ("visit", "MEX", ("Invitation to a defence visit", "Zona naval, Ensenada naval base", "OAS invited Yes",
                          "All member states", "A cargo del anfitrión")),
        ("destruction", "TTO", ("Prior notification of a destruction of weapons",
                                "National firearms destruction programme", "Assault rifles 140 pieces",
                                "In all 2 040 pieces and 210 000 rounds",
                                "The public", "Also told Guyana")),
    ],
)  # fmt: skip
async def test_the_sheets_of_the_other_measures(story: Story, name: str, state: str, told: tuple[str, ...]) -> None:
    officer = await enrol(story.office, state, "officer")
    notice = await story.publish(example(name), officer)
    page = await story.words(officer, f"/notices/{notice.id}")
    for words in told:
        assert words in page, words


async def test_the_poster_sees_who_knows_and_a_neighbour_sees_itself_alone(story: Story) -> None:
    notice = await story.publish()
    async with story.office.act(story.bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1, {"es": "Tomamos nota."})
    page = await story.words(story.peru, f"/notices/{notice.id}")
    assert "1 of 6 acknowledged" in page
    assert "6 parties were told of revision 1." in page
    assert "BOL Bolivia Neighbouring state of Peru: land border. No channel Acknowledged" in page
    assert "Tomamos nota." in page and "Officer BOL" in page
    assert "ECU Ecuador Neighbouring state of Peru: land border, adjoining waters." in page
    html = await story.html(story.bolivia, f"/notices/{notice.id}")
    page = words_of(html)
    assert "Why Bolivia is told Neighbouring state of Peru: land border" in page
    assert "Officer BOL acknowledged revision 1." in page
    for hidden in ("Ecuador", "Colombia", "ECU", "COL", "1 of 6", "Officer PER", "Draft begun"):
        assert hidden not in html, hidden


async def test_who_may_not_know_of_it_finds_nothing_at_any_door(story: Story) -> None:
    notice = await story.publish()
    doors = ("", "/map.svg", "/area.geojson", "/calendar.ics", "/revisions/1", "/revisions/1/signed.json")
    administrator = await enrol(story.office, None, "administrator")
    for stranger in (story.jamaica, None, administrator):
        async with story.town.visit(stranger) as browser:
            answers = [await browser.client.get(f"/notices/{notice.id}{door}") for door in doors]
            assert [answer.status_code for answer in answers] == [404] * len(doors)
            assert all("PUMA" not in answer.text and "PER-2027" not in answer.text for answer in answers)
            nothing = await browser.client.get("/notices/01920000-0000-7000-8000-000000000000")
            assert words_of(nothing.text) == words_of(answers[0].text)
    for door in doors:
        await story.html(story.bolivia, f"/notices/{notice.id}{door}")


async def test_the_public_reads_a_public_notice_and_not_who_was_told(story: Story) -> None:
    notice = await story.publish(example("exercise", visibility="public"))
    html = await story.html(None, f"/notices/{notice.id}")
    page = words_of(html)
    assert "PUMA: national mountain brigade exercise" in page
    assert "Revision 1 published by Peru." in page
    for hidden in ("Who knows", "Ecuador", "Officer PER", "Why ", "Acknowledge receipt", "Situation"):
        assert hidden not in html, hidden
    assert "not acknowledged" not in page


@pytest.mark.slow
async def test_what_changed_is_counted_from_what_the_party_acknowledged(story: Story) -> None:
    notice = await story.publish()
    async with story.office.act(story.bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
    moved: dict[str, Any] = {"period": days("2027-08-16", "2027-08-29")}
    async with story.office.act(story.peru) as act:
        await lifecycle.amend(act, notice.id, moved, {"es": "Transporte"})
    async with story.office.act(story.peru) as act:
        people = {"participants": [{"state": "PER", "personnel": 2600}]}
        await lifecycle.amend(act, notice.id, people, {"en": "More people"})
    page = await story.words(story.bolivia, f"/notices/{notice.id}")
    assert "Bolivia acknowledged revision 1 on 11 Jan, 11:00." in page
    assert "Since then these changed: the dates and the personnel" in page
    assert "Start 18 August 2027 16 August 2027" in page
    assert "Personnel of Peru 2 400 2 600" in page
    assert "Reason: “More people”." in page
    page = await story.words(story.peru, f"/notices/{notice.id}")
    assert "Changes from revision 2 to 3" in page and "Personnel of Peru 2 400 2 600" in page
    assert "Start 18 August 2027" not in page


async def test_an_older_revision_stands_as_it_was_signed(story: Story) -> None:
    notice = await story.publish()
    async with story.office.act(story.peru) as act:
        await lifecycle.amend(act, notice.id, {"period": days("2027-08-16", "2027-08-29")}, None)
    first = await story.words(story.bolivia, f"/notices/{notice.id}/revisions/1")
    assert "This is revision 1. The latest is revision 2." in first
    assert "18 – 29 August 2027" in first
    latest = await story.words(story.bolivia, f"/notices/{notice.id}/revisions/2")
    assert "Changes from revision 1 to 2" in latest and "The latest is" not in latest
    for number in ("0", "3", "x", "1e0", "999999999999"):
        await story.words(story.bolivia, f"/notices/{notice.id}/revisions/{number}", 404)
    async with story.town.visit(story.bolivia) as browser:
        signed = await browser.client.get(f"/notices/{notice.id}/revisions/1/signed.json")
    assert signed.headers["content-type"].startswith("application/jose+json")
    async with story.office.database.read() as connection:
        assert signed.text == (await history.revision_of(connection, notice, 1))["signature"]


async def test_status_and_reason_stand_in_the_band(story: Story) -> None:
    notice = await story.publish()
    async with story.office.act(story.peru) as act:
        await lifecycle.postpone(act, notice.id, {"en": "Bad weather"})
    page = await story.words(story.bolivia, f"/notices/{notice.id}")
    assert "Postponed No new dates yet. Revision 2, published on" in page
    assert "Reason: “Bad weather”." in page
    assert "Status In force Postponed" in page
    async with story.office.act(story.peru) as act:
        await lifecycle.withdraw(act, notice.id, {"en": "Published by mistake"})
    page = await story.words(story.bolivia, f"/notices/{notice.id}")
    assert "Withdrawn: issued in error It has no effect." in page
    assert "Notice withdrawn as issued in error: revision 3" in page


async def test_arrival_and_programme_go_by_the_clock_of_the_notice(story: Story) -> None:
    observation = example("exercise")["observation"]
    elsewhere = {**observation["period"], "timezone": "America/La_Paz"}
    notice = await story.publish(example("exercise", observation={**observation, "period": elsewhere}))
    page = await story.words(story.bolivia, f"/notices/{notice.id}")
    assert "Thursday 19 August 2027, 10:00 in Lima 11:00 in La Paz" in page
    assert "Fri 20 Aug 08:00 09:00 Briefing" in page


async def test_a_test_is_marked_and_an_outcome_shown(story: Story, clock: Clock) -> None:
    notice = await story.publish(example("exercise", test=True))
    assert "Test of the system" in await story.words(story.bolivia, f"/notices/{notice.id}")
    clock.advance(days=230)
    async with story.office.act(story.peru) as act:
        await lifecycle.complete(act, notice.id, {"remarks": {"en": "It went as planned."}})
    page = await story.words(story.bolivia, f"/notices/{notice.id}")
    assert "Outcome It went as planned." in page


async def test_the_poster_is_offered_the_steps_that_are_possible(story: Story, clock: Clock) -> None:
    notice = await story.publish()
    html = await story.html(story.peru, f"/notices/{notice.id}")
    offered = {step for step in ("amend", "postpone", "cancel", "complete", "withdraw") if f"/{step}" in html}
    assert offered == {"amend", "postpone", "cancel", "withdraw"}
    clock.advance(days=220)
    assert "/complete" in await story.html(story.peru, f"/notices/{notice.id}")
    manager = await enrol(story.office, "PER", "manager")
    auditor = await enrol(story.office, None, "auditor")
    for reader in (manager, auditor, story.bolivia):
        html = await story.html(reader, f"/notices/{notice.id}")
        assert "/amend" not in html and "/withdraw" not in html


async def test_a_draft_is_for_its_own_state_and_says_what_it_lacks(story: Story) -> None:
    async with story.office.act(story.peru) as act:
        draft = await drafts.create(act, {"measure": 5, "state": "PER"})
    html = await story.html(story.peru, f"/notices/{draft.id}")
    assert f"/notices/{draft.id}/edit" in html and f"/notices/{draft.id}/review" in html
    assert "Nobody outside Peru sees it." in words_of(html)
    assert "Still needed to publish Title Summary Dates Place Point of contact Kind of visit" in words_of(html)
    for door in ("", "/calendar.ics", "/map.svg", "/area.geojson", "/revisions/0"):
        await story.words(story.bolivia, f"/notices/{draft.id}{door}", 404)
    await story.words(story.peru, f"/notices/{draft.id}/calendar.ics", 404)


async def test_observers_are_seen_by_their_host_and_their_own_party(story: Story) -> None:
    notice = await story.publish()
    ecuador = await enrol(story.office, "ECU", "officer")
    for officer, name in ((story.bolivia, "Maj. R. Rojas"), (ecuador, "Col. P. Andrade")):
        person = Observer(name, f"{name[-5:].lower()}@x.example", "es", "", "Liaison officer")
        async with story.office.act(officer) as act:
            made = await requests.nominate(act, notice.id, person)
    async with story.office.act(story.peru) as act:
        await decisions.approve(act, made["id"])
    host = await story.words(story.peru, f"/notices/{notice.id}")
    assert "Of 12 seats" in await story.html(story.peru, f"/notices/{notice.id}")
    assert "1 approved, 1 to decide, 10 seats free. Reply by 20 July." in host
    assert "Bolivia proposed Maj. R. Rojas as an observer." in host
    assert "Peru approved Col. P. Andrade, Ecuador." in host
    guest = await story.words(story.bolivia, f"/notices/{notice.id}")
    assert "Maj. R. Rojas, Liaison officer Endorsed" in guest
    assert "Andrade" not in guest
    observer = await enrol(story.office, "BOL", "observer")
    assert "Rojas" not in await story.words(observer, f"/notices/{notice.id}")
    assert "Ask to attend" in await story.words(observer, f"/notices/{notice.id}")


async def test_pictures_and_files_of_a_notice(story: Story) -> None:
    outline = polygon((-70.2, -4.5), (-69.5, -4.5), (-69.5, -3.9), (-70.2, -3.9), (-70.2, -4.5))
    notice = await story.publish(example("exercise", place=outline, observation=None))
    async with story.town.visit(story.bolivia) as browser:
        drawn = await browser.client.get(f"/notices/{notice.id}/map.svg?lang=fr")
        area = await browser.client.get(f"/notices/{notice.id}/area.geojson")
        entry = await browser.client.get(f"/notices/{notice.id}/calendar.ics")
    assert drawn.headers["content-type"] == "image/svg+xml" and "private" in drawn.headers["cache-control"]
    assert "COLOMBIE" in drawn.text
    assert json.loads(area.text)["geometry"] == outline["geometry"]
    assert "METHOD:PUBLISH" in entry.text and f"UID:notice-{notice.id}" in entry.text
    assert "DTSTART;VALUE=DATE:20270818" in entry.text


async def test_two_readers_get_the_same_map(story: Story) -> None:
    notice = await story.publish()
    maps = [await story.html(who, f"/notices/{notice.id}/map.svg?lang=en") for who in (story.peru, story.bolivia)]
    assert maps[0] == maps[1]
