"""Forms that are not right yet: what is right is saved, what is wrong stands beside its field, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notify.office import Office
from tests.support.drafts import begin_writing, drafted, edit, said
from tests.support.filling import Filling
from tests.support.notices import example, polygon
from tests.support.people import enrol
from tests.support.visiting import Browser, Story


@pytest.fixture
async def story(office_sqlite: Office) -> Story:
    return await begin_writing(office_sqlite)


@pytest.fixture
async def peru(story: Story) -> AsyncIterator[Browser]:
    async with story.town.visit(story.peru) as browser:
        yield browser


# What is wrong


async def test_what_is_right_is_saved_and_what_is_wrong_stays_in_the_form(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "when-where"))
    page.date("period-ends", "2027-08-01")
    page = await page.fill(place__name="Iquitos", place__radius_km="30").press()
    assert page.status == 422
    assert page.words.count("The last day must be the first day, 18 August 2027, or later.") == 2
    assert 'href="#period-ends"' in page.html and 'id="period-ends"' in page.html
    assert page.value("period-ends-day") == "1"
    assert "What is right is saved as a draft" in page.words
    content = await said(story, notice.id)
    assert content["period"] == notice.content["period"]
    assert content["place"]["name"] == "Iquitos" and content["place"]["radius_km"] == 30
    page.date("period-ends", "2027-08-30")
    page = await page.press()
    assert page.path.endswith("/participants"), page.words
    assert (await said(story, notice.id))["period"]["ends"] == "2027-08-30"


async def test_what_cannot_be_read_leaves_its_part_of_the_draft_as_it_was(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "what"))
    page = await page.fill(
        content__equipment__helicopters="many", content__designation="CÓNDOR", summary__es="x" * 5001
    ).press()
    assert page.status == 422
    assert 'href="#content-equipment-helicopters"' in page.html and 'href="#summary-es"' in page.html
    assert page.value("content-equipment-helicopters") == "many" and len(page.value("summary-es")) == 5001
    content = await said(story, notice.id)
    assert content["content"] == {**notice.content["content"], "designation": "CÓNDOR"}
    assert content["summary"] == notice.content["summary"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "typed", "linked", "words"),
    [
        ("participants", {"participants__0__personnel": "-5"}, "participants-0-personnel", "Write 0 or more."),
        ("participants", {"participants__0__state": ""}, "participants-0-state", "Choose the state"),
        ("contact", {"contact__email": "nobody"}, "contact-email", "Write a mail address"),
        ("observers", {"observation__seats": "0"}, "observation-seats", "Write 1 or more."),
        ("observers", {"observation__seats_per_party": "13"}, "observation-seats_per_party", "more seats than there"),
        ("observers", {"observation__arrival__place": ""}, "observation-arrival-place", "where observers are met"),
        ("observers", {"observation__programme__0__at__time": ""}, "observation-programme-0-at-time", "time as well"),
        ("observers", {"observation__programme__1__item__es": ""}, "observation-programme-1-item", "what happens then"),
        ("observers", {"observation__invite": []}, "observation-invite", "Choose who is invited"),
        ("observers", {"observation__period__ends__day": "31"}, "observation-period-ends", "cannot end after"),
        ("observers", {"observation__reply_by__day": "31", "observation__reply_by__month": "12"},
         "observation-reply_by", "Ask for answers by"),
        ("when-where", {"place__latitude": ""}, "place-latitude", "Write the latitude as well"),
        ("when-where", {"place__name": ""}, "place-name", "Write the name by which neighbours know the place."),
        ("when-where", {"place__radius_km": "5000"}, "place-radius_km", "at most 2000 kilometres"),
        ("when-where", {"place__latitude": "95"}, "place-latitude", "between -90 (south) and 90"),
        ("when-where", {"place__longitude": "-200"}, "place-longitude", "between -180 (west) and 180"),
        ("when-where", {"period__starts__day": "31", "period__starts__month": "2"}, "period-starts", "no such date"),
        ("when-where", {"period__all_day": "no"}, "period-starts-time", "Write the time as well"),
        ("when-where", {"place__geojson": "{}"}, "place-geojson", "one way only"),
    ],
)  # fmt: skip
async def test_errors_stand_beside_their_field(
    story: Story, peru: Browser, step: str, typed: dict[str, Any], linked: str, words: str
) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, step))
    page = await page.fill(**typed).press()
    assert page.status == 422, page.words
    assert f'href="#{linked}"' in page.html and f'id="{linked}"' in page.html
    assert page.words.count(words) >= 2, page.words.partition("to correct")[2][:300]
    assert "Error:" in page.html.partition("</title>")[0]
    for name, value in typed.items():
        got = page.values(name.replace("__", "-"))
        assert got == value if isinstance(value, list) else got == [value]
    assert await said(story, notice.id) == notice.content


async def test_exchanged_coordinates_are_put_right_with_one_button(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "when-where"))
    page = await page.fill(place__latitude="-69,73", place__longitude="-16,74").press()
    assert page.status == 422
    assert "Did you mean latitude −16.74 and longitude −69.73?" in page.words
    picture = page.html.partition('class="n-hintmap"><img src="')[2].partition('"')[0].replace("&amp;", "&")
    assert "<svg" in await peru.raw(picture)
    page = await page.press("swap", "1")
    assert (page.value("place-latitude"), page.value("place-longitude")) == ("-16,74", "-69,73")
    assert (await page.press()).path.endswith("/participants")
    assert await said(story, notice.id) == notice.content


@pytest.mark.parametrize("query", ["lat=1", "lat=x&lon=1", "lat=nan&lon=1", "lat=95&lon=1", "lat=1&lon=1&radius=-1"])
async def test_a_map_of_nonsense_is_not_found(story: Story, peru: Browser, query: str) -> None:
    await peru.raw(f"{edit(await drafted(story))}/map.svg?{query}", 404)


# An area that is no circle


async def test_an_area_by_its_corners(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "when-where"))
    page.fill(place__latitude="", place__longitude="", place__radius_km="")
    corners = [("-16.7", "-69.7"), ("-16.7", "-69.5"), ("-16.9", "-69.5"), ("-16.9", "-69.7")]
    page = await page.press("add", "place-corners")
    for at, (latitude, longitude) in enumerate(corners):
        page.fill(**{f"place__corners__{at}__latitude": latitude, f"place__corners__{at}__longitude": longitude})
    assert (await page.press()).path.endswith("/participants")
    ring = [[-69.7, -16.7], [-69.5, -16.7], [-69.5, -16.9], [-69.7, -16.9], [-69.7, -16.7]]
    place = (await said(story, notice.id))["place"]
    assert place == {"name": "Mazocruz, Puno", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    page = await Filling.open(peru, edit(notice, "when-where"))
    assert page.value("place-corners-3-longitude") == "-69.7"
    assert "<svg" in await peru.raw(f"{edit(notice)}/map.svg")


async def test_an_outline_that_crosses_itself_is_refused_beside_its_corners(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "when-where"))
    page.fill(place__latitude="", place__longitude="", place__radius_km="")
    page = await page.press("add", "place-corners")
    for at, (latitude, longitude) in enumerate([(-16, -69), (-17, -70), (-16, -70), (-17, -69)]):
        page.fill(**{f"place__corners__{at}__latitude": latitude, f"place__corners__{at}__longitude": longitude})
    page = await page.press()
    assert page.status == 422
    assert 'href="#place-corners"' in page.html
    assert "crosses or touches itself" in page.words


@pytest.mark.parametrize("wrapped", [False, True])
async def test_an_area_as_geojson(story: Story, peru: Browser, wrapped: bool) -> None:
    ring = [[-69.7, -16.7], [-69.5, -16.7], [-69.6, -16.9], [-69.7, -16.7]]
    shape = f'{{"type": "MultiPolygon", "coordinates": [[{ring}]]}}'
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "when-where"))
    page.fill(place__latitude="", place__longitude="", place__radius_km="")
    pasted = f'{{"type": "Feature", "properties": {{}}, "geometry": {shape}}}' if wrapped else shape
    page = await page.fill(place__geojson=pasted).press()
    assert page.path.endswith("/participants"), page.words
    assert (await said(story, notice.id))["place"]["geometry"] == {"type": "MultiPolygon", "coordinates": [[ring]]}


@pytest.mark.parametrize("pasted", ["north of the river", "[1, 2]", "[" * 5000])
async def test_what_is_no_geojson_stays_and_is_refused(story: Story, peru: Browser, pasted: str) -> None:
    page = await Filling.open(peru, edit(await drafted(story), "when-where"))
    page = await page.fill(place__latitude="", place__longitude="", place__geojson=pasted).press()
    assert page.status == 422
    assert "This is no GeoJSON." in page.words
    assert page.value("place-geojson") == pasted


async def test_an_outline_kept_by_the_form_is_not_changed_by_it(story: Story, peru: Browser) -> None:
    place = polygon((-69.7, -16.7), (-69.5, -16.7), (-69.6, -16.9), (-69.7, -16.7))
    notice = await drafted(story, example("exercise", place=place))
    assert (await (await Filling.open(peru, edit(notice, "when-where"))).press()).path.endswith("/participants")
    assert (await said(story, notice.id))["place"] == place


# Rows and dates


async def test_rows_are_added_and_removed_without_script(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "participants"))
    page = await page.press("add", "participants")
    page.fill(participants__1__state="BOL", participants__1__personnel="1.200")
    page = await page.press("add", "participants")
    page = await page.fill(participants__2__state="CHL").press("remove", "participants-0")
    assert (page.value("participants-0-state"), page.value("participants-1-state")) == ("BOL", "CHL")
    assert await said(story, notice.id) == notice.content
    page = await page.press("later", "1")
    assert "Saved as a draft." in page.words
    assert (await said(story, notice.id))["participants"] == [{"state": "BOL", "personnel": 1200}, {"state": "CHL"}]


@pytest.mark.slow
async def test_weapons_are_pieces_without_saying_so_and_ammunition_is_not(story: Story) -> None:
    officer = await enrol(story.office, "TTO", "officer")
    notice = await drafted(story, {"measure": 18, "state": "TTO"}, officer)
    async with story.town.visit(officer) as browser:
        page = await Filling.open(browser, edit(notice, "what"))
        page = await page.fill(content__items__0__category="shotguns", content__items__0__quantity="1.900").press(
            "add", "content-items"
        )
        page = await page.fill(content__items__1__category="ammunition", content__items__1__quantity="1,5").press()
        assert 'href="#content-items-1-unit"' in page.html
        page = await page.fill(content__items__1__unit="tonne").press()
    items = (await said(story, notice.id, officer))["content"]["items"]
    assert items == [
        {"category": "shotguns", "quantity": 1900, "unit": "piece"},
        {"category": "ammunition", "quantity": 1.5, "unit": "tonne"},
    ]


async def test_new_dates_take_those_of_the_observers_along_once_they_are_checked(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "when-where"))
    page.date("period-starts", "2027-09-01")
    page.date("period-ends", "2027-09-12")
    page = await page.press()
    assert page.status == 422
    assert "The observers’ dates no longer fit those of the notice: check them." in page.words
    assert await said(story, notice.id) == notice.content
    assert page.value("observation-reply_by-day") == "3"
    page = await page.fill(observation__arrival__at__time="11:30").press()
    assert page.path.endswith("/participants"), page.words
    content = await said(story, notice.id)
    observation = content["observation"]
    assert content["period"]["starts"] == "2027-09-01"
    assert observation["reply_by"] == "2027-08-03"
    assert (observation["period"]["starts"], observation["period"]["ends"]) == ("2027-09-02T10:00", "2027-09-04T18:00")
    assert observation["arrival"]["at"] == "2027-09-02T11:30"
    assert [point["at"] for point in observation["programme"]] == ["2027-09-03T08:00", "2027-09-04T07:00"]


async def test_nobody_is_invited_when_the_answer_is_no(story: Story, peru: Browser) -> None:
    notice = await drafted(story)
    page = await Filling.open(peru, edit(notice, "observers"))
    assert (await page.fill(invites="no").press()).path.endswith("/contact")
    assert (await said(story, notice.id))["observation"] is None
