"""Pages: every component in four languages, the frame by role, the language, and errors in words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from starlette.testclient import TestClient

from notify.actor import Actor, Role
from notify.errors import Fault, Invalid, NotSignedIn, NotVisible, TooMany
from notify.language import LANGUAGES, text
from notify.parties.directory import Directory, Party
from notify.web import frame
from notify.web.formats import finalize
from notify.web.forms import Form
from notify.web.languages import accepted
from notify.web.reader import Reader, reading
from notify.web.rendering import environment, template_folder
from tests.support.pages import Page, Stage, make_client

PERU = Party("PER", "state", "PE", dict.fromkeys(LANGUAGES, "Peru"), "America/Lima", ("es",))
BOLIVIA = Party("BOL", "state", "BO", dict.fromkeys(LANGUAGES, "Bolivia"), "America/La_Paz", ("es",))
OAS = Party("OAS", "organisation", None, dict.fromkeys(LANGUAGES, "Organization"), "America/New_York")
NOON = datetime(2027, 7, 6, 17, 0, tzinfo=UTC)
CONTENT = json.loads((Path(__file__).parent / "data" / "examples" / "exercise.json").read_text(encoding="utf-8"))


def person(*roles: Role, party: str | None = "PER", language: str = "es", number: str = "1") -> Actor:
    return Actor("person", "page", number, party, frozenset(roles), name="Cap. L. Ramos", language=language)


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.state = {
        "actor": person("officer"),
        "party": PERU,
        "directory": Directory([PERU, BOLIVIA, OAS], [], 2027),
        "counts": {"inbox": 2},
    }
    made.context = {"form": Form.filled(CONTENT, "es"), "content": CONTENT, "instant": NOON}
    return made


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> TestClient:
    return make_client(stage, tmp_path)


FIELDS_OF_THE_KIT = (
    "period-starts", "observation-arrival-at", "observation-arrival-at-time", "period-all_day", "period-timezone",
    "place-name", "place-geometry", "latitude", "place-radius_km", "title", "title-es", "summary-fr",
    "content-services", "test", "participants", "participants-0-personnel", "reason", "time", "password", "file",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_component_is_there_in_every_language(stage: Stage, client: TestClient, language: str) -> None:
    answer = client.get("/page", params={"lang": language})
    assert answer.status_code == 200
    assert Page(answer.text).first("html").get("lang") == language


def test_controls_are_labelled_described_and_named_once_with_all_faults_shown(stage: Stage, client: TestClient) -> None:
    form = Form.filled(CONTENT, "es")
    for name in (*FIELDS_OF_THE_KIT, None):
        form.fault(name, text("Correct this"))
    stage.context = {**stage.context, "form": form}
    shown = Page(client.get("/page?lang=en").text)
    ids = [element.get("id") for element in shown.elements if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in shown.elements:
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            assert set(element.words(attribute)) <= set(ids), element
        if element.tag in ("select", "textarea") or (element.tag == "input" and element.get("type") != "hidden"):
            assert element.get("id") in {label.get("for") for label in shown.all("label")}
    links = {link.get("href")[1:] for link in shown.all("a") if link.get("href").startswith("#")}
    assert set(FIELDS_OF_THE_KIT) <= links <= set(ids)
    assert shown.title.startswith("Error:")
    starts = shown.first("input", name="period-starts-day")
    assert "govuk-input--error" in starts.words("class")


def test_enter_in_a_form_does_not_press_a_rows_button(client: TestClient) -> None:
    shown = Page(client.get("/page").text)
    sheet = next(place for place, element in enumerate(shown.elements) if "n-form" in element.words("class"))
    default = next(element for element in shown.elements[sheet:] if element.tag == "button")
    assert "name" not in default.attributes
    assert default.get("type") in ("", "submit")


def test_nothing_in_a_template_needs_inline_style_or_script() -> None:
    for path in template_folder().joinpath("pages").rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", source), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source)), path


def test_a_kept_token_is_one_a_page(client: TestClient) -> None:
    shown = Page(client.get("/page").text)
    tokens = {field.get("value") for field in shown.all("input") if field.get("name") == "csrf"}
    assert len(tokens) == 1
    assert Page(client.get("/page").text).csrf not in tokens


def test_what_people_wrote_is_escaped(stage: Stage, client: TestClient) -> None:
    attack = '<script>alert("x")</script>'
    stage.context = {**stage.context, "content": {**CONTENT, "title": {"es": attack}, "summary": {"fr": attack}}}
    form = Form({"place-name": attack, "reason": attack})
    form.fault("place-name", text("%(what)s is no place", what=attack))
    stage.context = {**stage.context, "form": form}
    shown = client.get("/page").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_a_text_is_said_in_the_readers_language_wherever_it_stands() -> None:
    sentence = text("%(role)s of %(party)s", role=text("Home"), party="Peru")
    with reading(Reader("en", NOON)):
        made = environment().from_string("{{ a }}|{{ _('<b>%(x)s</b> %(y)s', x=a, y='<') }}|{{ nothing }}")
        assert made.render(a=sentence, nothing=None) == "Home of Peru|<b>Home of Peru</b> &lt;|"
        assert finalize(sentence) == "Home of Peru"


def test_a_misspelt_name_is_an_error_and_an_absent_field_is_not() -> None:
    with reading(Reader("en", NOON)):
        made = environment()
        assert made.from_string("{% if content.purpose %}x{% endif %}{{ 'y' if false }}").render(content={}) == ""
        for source in ("{{ contnet }}", "{% for x in rows %}{% endfor %}", "{{ content.purpose }}"):
            with pytest.raises(UndefinedError):
                made.from_string(source).render(content={})


def test_a_free_text_in_another_language_is_marked() -> None:
    with reading(Reader("en", NOON)):
        made = environment().from_string("{{ ui.words(free) }}")
        assert made.render(free={"en": "Ours"}) == "Ours"
        foreign = made.render(free={"pt": "Exercício"})
    assert '<span lang="pt">Exercício</span>' in foreign
    assert "in Portuguese" in foreign


def test_times_are_the_places_and_beside_it_the_readers() -> None:
    with reading(Reader("en", NOON, zone="America/La_Paz")):
        made = environment()
        assert (
            made.from_string("{{ moment(at, 'America/Lima') }}").render(at=NOON)
            == '<time datetime="2027-07-06T17:00Z">Tuesday 6 July 2027, 12:00 (Lima)</time>, 13:00 in La Paz'
        )
        assert (
            made.from_string("{{ at|short }}").render(at=NOON)
            == '<time datetime="2027-07-06T17:00Z">6 Jul, 13:00</time>'
        )
        arrival = made.from_string("{{ local_moment('2027-08-19T10:00', 'America/Lima') }}").render()
        assert arrival == (
            '<time datetime="2027-08-19T15:00Z">Thursday 19 August 2027, 10:00 in Lima</time> '
            '<span class="n-there">11:00 in La Paz</span>'
        )
        assert made.from_string("{{ time_there('2027-08-19T10:00', 'America/Bogota') }}").render() == "11:00"
        assert made.from_string("{{ period(p) }}").render(p=CONTENT["period"]).count("<time") == 2


@pytest.mark.parametrize(
    ("roles", "party", "expected"),
    [
        (("officer",), PERU, ["home", "inbox", "notices", "observers", "subscriptions", "neighbours"]),
        (("officer",), OAS, ["home", "inbox", "observers", "subscriptions", "neighbours"]),
        (
            ("officer", "manager"),
            PERU,
            ["home", "inbox", "notices", "observers", "subscriptions", "neighbours", "people"],
        ),
        (("observer",), BOLIVIA, ["home", "inbox", "my_attendance", "subscriptions"]),
        (("auditor",), None, ["notices", "audit"]),
        (("administrator",), None, ["parties", "neighbours", "operation"]),
    ],
)
def test_the_menu_is_by_role(roles: tuple[Role, ...], party: Party | None, expected: list[str]) -> None:
    actor = person(*roles)
    assert [item.name for item in frame.menu(actor, {}, party)] == expected
    assert frame.posts(actor, party) == ("officer" in roles and party is PERU)


def test_counts_stand_in_the_menu_with_hidden_words(client: TestClient) -> None:
    assert re.search(r'n-count">2<span class="govuk-visually-hidden"> ', client.get("/page").text)


def test_nobody_has_no_menu_and_may_sign_in(stage: Stage, client: TestClient) -> None:
    stage.state = {"directory": stage.state["directory"]}
    shown = Page(client.get("/page").text)
    assert not [nav for nav in shown.all("ul") if nav.get("id") == "navigation"]
    assert shown.first("a", href="/signin") is not None


def test_pages_say_when_no_worker_runs(stage: Stage, client: TestClient) -> None:
    assert "csbm-notify worker" not in client.get("/page").text
    stage.state["worker_missing"] = True
    assert "csbm-notify worker" in client.get("/page").text


def test_a_demonstration_offers_to_see_it_as_another(stage: Stage, tmp_path: Path) -> None:
    stage.state["demo_accounts"] = [
        frame.DemoAccount("per", "Peru, officer", "PER", person_id="1"),
        frame.DemoAccount("bol", "Bolivia, officer", "BOL", person_id="2"),
    ]
    shown = Page(make_client(stage, tmp_path, demonstration=True).get("/page").text)
    assert shown.first("form", action="/demo/as") is not None
    chosen = [option.get("value") for option in shown.all("option") if "selected" in option.attributes]
    assert chosen[0] == "per"
    assert "n-demo" not in make_client(stage, tmp_path).get("/page").text


def test_language_follows_the_account_then_the_browser_then_is_spanish(stage: Stage, client: TestClient) -> None:
    def language(**headers: str) -> str:
        return Page(client.get("/page", headers=headers).text).first("html").get("lang")

    stage.state["actor"] = person("officer", language="pt")
    assert language(**{"Accept-Language": "fr"}) == "pt"
    del stage.state["actor"]
    assert language(**{"Accept-Language": "de, fr-CA;q=0.9, en;q=0.5"}) == "fr"
    assert language(**{"Accept-Language": "de"}) == "es"


def test_a_language_chosen_holds_for_that_person_alone(stage: Stage, client: TestClient) -> None:
    def language(address: str = "/page") -> str:
        return Page(client.get(address).text).first("html").get("lang")

    assert language("/page?lang=fr") == "fr"
    assert language() == "fr"
    stage.state["actor"] = person("officer", number="2", language="pt")
    assert language() == "pt"
    assert language("/page?lang=xx") == "pt"


def test_the_switch_keeps_the_rest_of_the_address(client: TestClient) -> None:
    shown = Page(client.get("/page?q=a%26b&lang=en").text)
    assert "?q=a%26b&lang=fr" in [link.get("href") for link in shown.all("a")]


@pytest.mark.parametrize(
    ("header", "language"),
    [("en;q=0.2, pt-BR", "pt"), ("*", None), ("", None), ("fr;q=0", None), ("en;q=x, es;q=0.1", "es")],
)
def test_accept_language(header: str, language: str | None) -> None:
    assert accepted(header) == language


def test_what_was_done_is_said_once(client: TestClient) -> None:
    token = Page(client.get("/page").text).csrf
    answer = client.post("/page", data={"csrf": token}, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/page")
    assert "Saved for Home." not in answer.headers["set-cookie"]
    assert "Saved for" in client.get("/page?lang=en").text
    assert "Saved for" not in client.get("/page?lang=en").text


def test_a_forged_saying_is_not_said(client: TestClient) -> None:
    client.cookies.set("said", "e30=")
    assert client.get("/page").status_code == 200


def test_a_refusal_is_a_page_in_words(stage: Stage, client: TestClient) -> None:
    stage.refusal = NotVisible()
    answer = client.get("/page?lang=en")
    assert answer.status_code == 404
    assert "There is nothing here that you may see." in answer.text
    stage.refusal = Invalid([Fault("/period", text("The end is before the start"))])
    assert "The end is before the start" in client.get("/page?lang=en").text
    stage.refusal = TooMany(text("Wait a minute."), retry_after=60)
    assert client.get("/page").headers["retry-after"] == "60"


def test_who_has_to_sign_in_is_led_there_and_back(stage: Stage, client: TestClient) -> None:
    stage.refusal = NotSignedIn(text("Sign in first."))
    answer = client.get("/page?q=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/page%3Fq%3D1")
    assert client.post("/page").status_code == 401


def test_the_sign_in_page(stage: Stage, tmp_path: Path) -> None:
    stage.template = "signin.html"
    stage.context = {"form": Form({"email": "a@b.example", "password": "typed"}), "next": "/inbox", "demo_parties": []}
    stage.state = {"demo_accounts": [frame.DemoAccount("per", "Peru, officer", "PER", featured=True)]}
    plain = Page(make_client(stage, tmp_path).get("/page").text)
    assert plain.first("input", name="email").get("value") == "a@b.example"
    assert "value" not in plain.first("input", name="password").attributes
    assert not [form for form in plain.all("form") if form.get("action") == "/demo/as"]
    shown = Page(make_client(stage, tmp_path, demonstration=True).get("/page").text)
    assert shown.first("button", name="as", value="per") is not None
