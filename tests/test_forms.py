"""Forms: nothing typed is lost, and what was typed means what the person meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from notify.errors import Fault, LifecycleError
from notify.language import text
from notify.web.forms import Form, drop_blanks, field_name


@pytest.mark.parametrize("words", ["2400", "2 400", "2\u00a0400", "2.400", "2,400", " 2400 "])
def test_whole_numbers_as_people_type_them(words: str) -> None:
    form = Form({"personnel": words})
    assert form.integer("personnel") == 2400
    assert not form.errors


@pytest.mark.parametrize("words", ["many", "2.4", "2,40", "1e3", "--3", "٢٤"])
def test_what_is_no_whole_number_stays_with_its_fault(words: str) -> None:
    form = Form({"personnel": words})
    assert form.integer("personnel") is None
    assert form.get("personnel") == words
    assert form.error("personnel") is not None


@pytest.mark.parametrize(
    ("words", "value"), [("-73,25", -73.25), ("-73.25", -73.25), ("−73,25°", -73.25), ("40", 40.0), (",5", 0.5)]
)
def test_decimals_with_comma_or_point(words: str, value: float) -> None:
    assert Form({"latitude": words}).decimal("latitude") == value


@pytest.mark.parametrize("words", ["1,2,3", "-", ",", "nan", "inf", "1e5", "12 km"])
def test_what_is_no_number_is_refused(words: str) -> None:
    form = Form({"latitude": words})
    assert form.decimal("latitude") is None
    assert "latitude" in form.errors


def dated(day: str, month: str, year: str) -> Form:
    return Form({"ends-day": day, "ends-month": month, "ends-year": year})


def test_a_date_is_three_inputs() -> None:
    assert dated("6", "9", "2027").date("ends") == "2027-09-06"
    blank = dated("", " ", "")
    assert blank.date("ends") is None
    assert not blank.errors


@pytest.mark.parametrize("parts", [("31", "9", "2027"), ("6", "", "2027"), ("6", "9", "27"), ("six", "9", "2027")])
def test_a_date_that_is_not_one_is_refused_and_stays(parts: tuple[str, str, str]) -> None:
    form = dated(*parts)
    assert form.date("ends") is None
    assert "ends" in form.errors
    assert (form.get("ends-day"), form.get("ends-month"), form.get("ends-year")) == parts


@pytest.mark.parametrize(
    ("words", "value"),
    [("7", "07:00"), ("7:05", "07:05"), ("07.30", "07:30"), ("7h30", "07:30"), ("18 h", "18:00"), ("0700", "07:00")],
)
def test_times_as_people_type_them(words: str, value: str) -> None:
    assert Form({"at": words}).time("at") == value


@pytest.mark.parametrize("words", ["24:00", "7:60", "noon", "12345"])
def test_what_is_no_time_is_refused(words: str) -> None:
    form = Form({"at": words})
    assert form.time("at") is None
    assert "at" in form.errors


def test_a_moment_needs_both_its_date_and_its_time() -> None:
    day = {"at-day": "6", "at-month": "9", "at-year": "2027"}
    assert Form({**day, "at-time": "7:00"}).local("at") == "2027-09-06T07:00"
    without_time, without_day = Form(day), Form({"at-time": "7:00"})
    assert without_time.local("at") is None
    assert without_day.local("at") is None
    assert list(without_time.errors) == ["at-time"]
    assert list(without_day.errors) == ["at"]
    assert Form().local("at") is None


def test_free_text_is_by_language() -> None:
    form = Form({"title-es": " PUMA ", "title-en": "", "title-fr": "PUMA\r\nbrigade"})
    assert form.free("title") == {"es": "PUMA", "fr": "PUMA\nbrigade"}
    assert Form().free("title") is None


def test_choices_and_flags() -> None:
    form = Form({"services": ["army", "navy", "army", ""], "live": "no", "type": ""})
    assert form.choices("services") == ["army", "navy"]
    assert form.flag("live") is False
    assert form.flag("absent") is None
    assert form.choice("type") is None


def test_blank_rows_are_dropped_and_the_rest_move_up_with_what_was_typed() -> None:
    form = Form(
        {
            "participants-0-state": "",
            "participants-0-personnel": "",
            "participants-1-state": "PER",
            "participants-1-personnel": "2400",
            "participants-3-state": "BOL",
            "participants-3-personnel": "many",
        }
    )
    rows = form.items("participants", {"state": form.choice, "personnel": form.integer})
    assert rows == [{"state": "PER", "personnel": 2400}, {"state": "BOL"}]
    assert form.get("participants-1-personnel") == "many"
    assert list(form.errors) == ["participants-1-personnel"]


@pytest.mark.parametrize("number", ["500", "3000000", "9" * 5_000, "²", "٣"])
def test_a_row_that_no_form_has_is_not_made(number: str) -> None:
    form = Form({"items-0-unit": "piece", f"items-{number}-unit": "piece", "items-rows": number, "add": "items"})
    assert len(form.rows("items")) <= 500
    assert form.rearranged()
    assert form.items("items", {"unit": form.choice}) == [{"unit": "piece"}]


def test_rows_are_added_and_removed_without_script() -> None:
    form = Form({"items-0-category": "rifles", "items-1-category": "mortars", "items-rows": "2", "add": "items"})
    assert form.rearranged()
    assert len(form.rows("items")) == 3
    form = Form({"items-0-category": "rifles", "items-1-category": "mortars", "items-rows": "2", "remove": "items-0"})
    assert form.rearranged()
    assert len(form.rows("items")) == 1
    assert form.get("items-0-category") == "mortars"
    assert not Form({"items-0-category": "rifles"}).rearranged()


def test_faults_go_beside_their_fields() -> None:
    form = Form()
    form.refuse(
        [
            Fault("/period/ends", text("too early")),
            Fault("/place/geometry/coordinates/0", text("outside")),
            Fault("", text("the whole")),
        ],
        fields={"/place/geometry": "latitude"},
    )
    assert {name: str(detail) for name, detail in form.errors.items()} == {
        "period-ends": "too early",
        "latitude": "outside",
    }
    assert [name for name, _ in form.summary] == ["period-ends", "latitude", None]


def test_on_one_page_of_several_a_fault_climbs_to_the_nearest_field_or_stands_alone() -> None:
    form = Form()
    form.refuse(
        [Fault("/title/es", text("too long")), Fault("/contact/email", text("no address"))], only=("title", "summary")
    )
    assert list(form.errors) == ["title"]
    assert [(name, str(detail)) for name, detail in form.summary] == [("title", "too long"), (None, "no address")]


def test_a_refusal_of_the_whole_is_said() -> None:
    form = Form()
    form.refuse_whole(LifecycleError(text("The event has not begun yet.")))
    assert [(name, str(detail)) for name, detail in form.summary] == [(None, "The event has not begun yet.")]
    assert form.refused
    assert not Form().refused


def test_a_document_fills_the_form_and_the_form_gives_it_back() -> None:
    form = Form.filled(
        {
            "title": {"es": "PUMA", "en": "PUMA"},
            "period": {"starts": "2027-08-18", "all_day": True},
            "place": {"radius_km": 12.5},
            "participants": [{"state": "PER", "personnel": 2400}],
            "observation": {"arrival": {"at": "2027-08-19T10:00"}, "languages": ["es", "en"]},
        },
        "es",
    )
    assert form.get("place-radius_km") == "12,5"
    assert form.get("participants-0-personnel") == "2\u00a0400"
    assert form.free("title") == {"es": "PUMA", "en": "PUMA"}
    assert form.date("period-starts") == "2027-08-18"
    assert form.flag("period-all_day") is True
    assert form.decimal("place-radius_km") == 12.5
    assert form.items("participants", {"state": form.choice, "personnel": form.integer}) == [
        {"state": "PER", "personnel": 2400}
    ]
    assert form.local("observation-arrival-at") == "2027-08-19T10:00"
    assert form.choices("observation-languages") == ["es", "en"]
    assert not form.errors


@given(st.integers(-(10**12), 10**12), st.sampled_from(["es", "en", "pt", "fr"]))
def test_whole_numbers_come_back_in_every_language(value: int, language: str) -> None:
    assert Form.filled({"n": value}, language).integer("n") == value


@given(st.decimals(-180, 180, places=6).map(float), st.sampled_from(["es", "en", "pt", "fr"]))
def test_decimals_come_back_in_every_language(value: float, language: str) -> None:
    assert Form.filled({"n": value}, language).decimal("n") == value


@given(st.text(max_size=30))
@pytest.mark.parametrize("read", [Form.integer, Form.decimal, Form.time])
def test_whatever_is_typed_is_read_or_refused_in_words(read: Callable[[Form, str], object], words: str) -> None:
    form = Form({"field": words})
    value = read(form, "field")
    assert (value is None) == (not form.get("field").strip() or "field" in form.errors)


def test_absent_stays_absent() -> None:
    assert drop_blanks({"a": None, "b": {"c": ""}, "d": [{"e": None, "f": 0}], "g": False, "h": []}) == {
        "d": [{"f": 0}],
        "g": False,
    }


def test_field_names_are_pointers_with_hyphens() -> None:
    assert field_name("/participants/0/state") == "participants-0-state"
    assert field_name("") == ""


@pytest.mark.parametrize("given", [{"title": "PU\0MA"}, {"title": ["PU\0MA"]}, FormData([("title", "PU\0MA")])])
def test_a_null_character_is_dropped(given: FormData | dict[str, str | list[str]]) -> None:
    assert Form(given).all("title") == ["PUMA"]
