"""The way of a notice as its people walk it, in Spanish: in Chromium as it is, and in Chromium without script."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.window import Window

PERU, BOLIVIA, JAMAICA = "officer@per.example", "officer@bol.example", "officer@jam.example"
OBSERVER = "observer@bol.example"
TOLD = ("Bolivia", "Brasil", "Chile", "Colombia", "Ecuador")
EXAMPLE = Path(__file__).parents[1] / "data" / "examples" / "exercise.json"


@pytest.mark.parametrize("window", [True, False], indirect=True, ids=["with script", "without script"])
async def test_a_notice_goes_its_whole_way(window: Window, request: pytest.FixtureRequest) -> None:
    script = "with script" in request.node.callspec.id and "without" not in request.node.callspec.id
    await window.go("/")
    assert window.path == "/signin"
    await window.press("Perú, oficial", exact=False)
    assert window.path == "/"
    await window.shows("Perú")

    notice = await _post_the_exercise(window, json.loads(EXAMPLE.read_text()), script)
    reference = await _publish(window, notice)
    await _bolivia_acknowledges(window, notice, reference)
    await _jamaica_finds_nothing(window, notice, reference)
    await _an_observer_is_approved(window, notice)
    await _she_answers_by_the_mail(window, notice, reference)
    await _the_dates_move(window, notice, reference)
    await _it_is_postponed_and_back(window, notice, reference)
    await _it_is_cancelled(window, notice, reference)
    await _another_was_published_by_mistake(window, notice)
    await _jamaica_finds_nothing(window, notice, reference)


# Writing and publishing


async def _post_the_exercise(window: Window, body: dict[str, Any], script: bool) -> str:
    await window.press("Publicar un aviso", "body")
    await window.tick("measure", "4")
    await window.press("Iniciar el borrador")
    notice = window.path.removesuffix("/edit")
    await window.go(f"{notice}/edit/what")
    await _what(window, body)
    await _when_where(window, body, script)
    await _others(window, body)
    assert window.path == f"{notice}/review", await window.words()
    return notice


async def _what(window: Window, body: dict[str, Any]) -> None:
    own = body["content"]
    await window.free("title", body["title"])
    await window.free("summary", body["summary"])
    await window.tick("content-activity", own["activity"])
    await window.type({"content-designation": own["designation"], "content-type": own["type"]})
    await window.free("content-purpose", own["purpose"])
    await window.tick("content-services", *own["services"])
    await window.type({"content-command_level": own["command_level"]})
    await window.tick("content-live_fire", "yes")
    await window.type({f"content-equipment-{kind}": count for kind, count in own["equipment"].items()})
    await window.type({"note_reference": body["note_reference"]})
    await window.press("Guardar y continuar")


async def _when_where(window: Window, body: dict[str, Any], script: bool) -> None:
    place, period = body["place"], body["period"]
    await window.date("period-starts", period["ends"])
    await window.date("period-ends", period["starts"])
    await window.type({"period-timezone": period["timezone"], "place-name": place["name"]})
    longitude, latitude = place["geometry"]["coordinates"]
    await window.type({"place-latitude": latitude, "place-longitude": longitude, "place-radius_km": place["radius_km"]})
    await window.press("Guardar y continuar")
    assert window.status == 422
    await window.shows("Hay ", within=".govuk-error-summary")
    assert await window.field("place-name").input_value() == place["name"]
    await window.date("period-starts", period["starts"])
    await window.date("period-ends", period["ends"])
    await window.press("Guardar y continuar")


async def _others(window: Window, body: dict[str, Any]) -> None:
    observation = body["observation"]
    await window.type({"participants-0-personnel": body["participants"][0]["personnel"]})
    await window.press("Guardar y continuar")
    await window.tick("invites", "yes")
    await window.press("Agregar otro punto")
    for at, point in enumerate(observation["programme"]):
        await window.date(f"observation-programme-{at}-at", point["at"])
        await window.free(f"observation-programme-{at}-item", point["item"])
    await window.tick("observation-invite", "group:RECIPIENTS", "OAS")
    await window.type({"observation-seats": 12, "observation-seats_per_party": 2})
    await window.date("observation-reply_by", observation["reply_by"])
    await window.tick("observation-period-own", "yes")
    own = observation["period"]
    await window.tick("observation-period-all_day", "no")
    await window.date("observation-period-starts", own["starts"])
    await window.date("observation-period-ends", own["ends"])
    await window.type({"observation-period-timezone": own["timezone"]})
    await window.type({"observation-arrival-place": observation["arrival"]["place"]})
    await window.date("observation-arrival-at", observation["arrival"]["at"])
    await window.tick("observation-languages", *observation["languages"])
    await window.tick("observation-equipment_allowed", *observation["equipment_allowed"])
    await window.free("observation-remarks", observation["remarks"])
    await window.press("Guardar y continuar")
    await window.type({f"contact-{name}": value for name, value in body["contact"].items()})
    await window.press("Guardar y continuar")
    await window.tick("visibility", "recipients")
    await window.press("Guardar y continuar")


async def _publish(window: Window, notice: str) -> str:
    await window.shows(*TOLD, "OEA", within=".n-told")
    await window.press("Publicar")
    found = re.search(r"Publicado como (PER-2027-M4-\d{3})", await window.words())
    assert found, await window.words()
    assert window.path == notice
    return found.group(1)


# What the others do and see


async def _bolivia_acknowledges(window: Window, notice: str, reference: str) -> None:
    await window.see_as(BOLIVIA)
    await window.shows("Bolivia", within="header")
    await window.go("/inbox")
    await window.shows(reference)
    await window.go(notice)
    await window.shows(reference, "Por qué se informa a Bolivia", "Mazocruz, Puno")
    await window.press("Acusar recibo")
    await window.shows(f"Bolivia acusó recibo de {reference}, revisión 1. Perú lo ve desde")
    assert await window.page.get_by_role("button", name="Acusar recibo", exact=True).count() == 0
    await window.see_as(PERU)
    await window.go(notice)
    row = window.page.locator("#told tr, [aria-labelledby=told] tr").filter(has_text="Bolivia")
    shown = " ".join((await row.inner_text()).split())
    assert "Acusó recibo" in shown and "país vecino" in shown.lower() and "correo" in shown.lower(), shown
    await window.shows("Falta")


async def _jamaica_finds_nothing(window: Window, notice: str, reference: str) -> None:
    await window.go("/demo/mail")
    await window.see_as(JAMAICA)
    await window.go(notice, 404)
    assert reference not in await window.words("body")
    for path in ("/", "/inbox", f"/inbox?q={reference}"):
        await window.go(path)
        assert reference not in await window.words()
        assert notice not in await window.page.content()


async def _an_observer_is_approved(window: Window, notice: str) -> None:
    await window.see_as(OBSERVER)
    await window.go(notice)
    await window.press("Pedir asistir")
    await window.type({"remarks": "Habla español y quechua"})
    await window.press("Pedir asistir")
    await window.shows("Falta el aval")
    await window.see_as(BOLIVIA)
    await window.go(f"{notice}/attendance")
    await window.shows("Habla español y quechua")
    await window.press("Avalar", exact=False)
    await window.shows("Se avaló a")
    await window.see_as(PERU)
    await window.go(f"{notice}/attendance")
    await window.shows("Habla español y quechua")
    await window.press("Aprobar", exact=False)
    await window.shows("La invitación de calendario va en camino.")
    await window.go(notice)
    await window.shows("1 aprobado")


async def _she_answers_by_the_mail(window: Window, notice: str, reference: str) -> None:
    await _opens_the_newest_mail(window, reference, "REQUEST")
    await window.shows("DTSTART", "20270819T100000")
    await window.page.locator("pre a").filter(has_text="/answer/").first.click()
    await window.shows(reference, "Aeropuerto Inca Manco Cápac, Juliaca")
    await window.press("Asistiré")
    await window.shows("Perú ve su respuesta")
    await window.see_as(PERU)
    await window.go(f"{notice}/attendance")
    await window.shows("Asistirá")


async def _opens_the_newest_mail(window: Window, reference: str, method: str) -> None:
    """The newest mail to the observer, whose invitation is of this method: it comes a moment after the act."""
    for _ in range(75):
        await window.go(f"/demo/mail?to={OBSERVER}")
        newest = window.page.locator("tbody a").first
        if reference in await newest.inner_text():
            await newest.click()
            if method in await window.words(".govuk-summary-list >> nth=1"):
                return
        await window.page.wait_for_timeout(200)
    raise AssertionError(f"no mail to {OBSERVER} with {method} about {reference}")


async def _the_dates_move(window: Window, notice: str, reference: str) -> None:
    await window.go(notice)
    await window.press("Modificar")
    await window.follow("Cuándo y dónde", exact=False)
    await window.date("period-starts", "2027-08-25")
    await window.date("period-ends", "2027-09-05")
    await window.free("reason", {"es": "Cambio de fecha"})
    await window.press("Continuar")
    assert window.status == 422, "the observers' dates move too, and are asked for"
    assert await window.field("observation-period-starts-day").input_value() == "26"
    await window.press("Continuar")
    await window.shows("¿Publicar este cambio?", "Cambio de fecha")
    await window.press("Publicar este cambio")
    await window.shows(f"Se publicó la revisión 2 de {reference}.")
    await window.see_as(BOLIVIA)
    await window.go(notice)
    await window.shows("Acusar recibo de la revisión 2", "Bolivia acusó recibo de la revisión 1", "Qué cambió",
                       "Cambio de fecha")  # fmt: skip
    changed = await window.words("section[aria-labelledby=changes]")
    assert "18" in changed and "25" in changed, changed
    await window.follow("Leer la revisión 1")
    await window.shows("Mazocruz, Puno")
    await _opens_the_newest_mail(window, reference, "REQUEST")
    await window.shows("20270826T100000")


async def _it_is_postponed_and_back(window: Window, notice: str, reference: str) -> None:
    await window.see_as(PERU)
    await window.go(notice)
    await window.press("Aplazar")
    await window.free("reason", {"es": "Mal tiempo"})
    await window.press("Aplazar")
    await window.shows(f"{reference} está aplazado.")
    await _opens_the_newest_mail(window, reference, "CANCEL")
    await window.see_as(BOLIVIA)
    await window.go(notice)
    await window.shows("Aplazado", "Mal tiempo")
    await window.see_as(PERU)
    await window.go(notice)
    await window.press("Fijar fechas nuevas")
    await window.page.locator("main .govuk-task-list__link").nth(1).click()
    await window.tick("new_dates", "yes")
    await window.date("period-starts", "2027-08-25")
    await window.date("period-ends", "2027-09-06")
    await window.press("Continuar")
    await window.shows("El aviso vuelve a estar vigente.")
    await window.press("Publicar este cambio")
    await window.shows(f"Se publicó la revisión 4 de {reference}.")
    await _opens_the_newest_mail(window, reference, "REQUEST")
    await window.see_as(BOLIVIA)
    await window.go(notice)
    await window.shows("Vigente", "Revisión 4")


async def _it_is_cancelled(window: Window, notice: str, reference: str) -> None:
    await window.see_as(PERU)
    await window.go(notice)
    await window.press("Cancelar la actividad")
    await window.free("reason", {"es": "Se cancela"})
    await window.press("Cancelar la actividad")
    await window.shows(f"{reference} está cancelado.")
    await _opens_the_newest_mail(window, reference, "CANCEL")
    await window.see_as(BOLIVIA)
    await window.go(notice)
    await window.shows("Cancelado", "Se cancela")
    assert await window.page.get_by_role("link", name="Pedir asistir").count() == 0


async def _another_was_published_by_mistake(window: Window, notice: str) -> None:
    await window.see_as(PERU)
    await window.go(f"{notice}/copy")
    await window.date("starts", "2027-10-04")
    await window.press("Copiar como borrador")
    mistake = window.path.removesuffix("/edit")
    assert mistake != notice
    await window.go(f"{mistake}/review")
    await window.press("Publicar")
    await window.go(mistake)
    await window.follow("Retirar: emitido por error")
    await window.free("reason", {"es": "Se publicó por equivocación"})
    await window.press("Retirar el aviso")
    await window.shows("se retiró por haberse emitido por error.")
    await window.see_as(BOLIVIA)
    await window.go(mistake)
    await window.shows("Retirado: emitido por error", "Se publicó por equivocación")
