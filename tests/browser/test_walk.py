"""The way of a notice as its people walk it, in Spanish: in Chromium as it is, and in Chromium without script."""

from __future__ import annotations

import re

import pytest

from tests.browser.window import Window
from tests.browser.writing import write, write_when_where
from tests.support.notices import example

PERU, BOLIVIA, JAMAICA = "officer@per.example", "officer@bol.example", "officer@jam.example"
OBSERVER = "observer@bol.example"
TOLD = ("Bolivia", "Brasil", "Chile", "Colombia", "Ecuador")


@pytest.mark.parametrize("window", [True, False], indirect=True, ids=["with script", "without script"])
async def test_a_notice_goes_its_whole_way(window: Window) -> None:
    await window.go("/")
    assert window.path == "/signin"
    await window.press("Perú, oficial", exact=False)
    assert window.path == "/"
    await window.shows("Perú")

    notice = await write(window, example("exercise"))
    await _dates_the_wrong_way_round(window, notice)
    reference = await _publish(window, notice)
    await _bolivia_acknowledges(window, notice, reference)
    await _jamaica_finds_nothing(window, notice, reference)
    await _an_observer_is_approved(window, notice)
    await _she_answers_by_the_mail(window, notice, reference)
    await _the_dates_move(window, notice, reference)
    await _it_is_postponed_and_back(window, notice, reference)
    await _it_is_cancelled(window, notice, reference)
    await _another_was_published_by_mistake(window, notice)
    await _a_test_is_marked(window, notice)
    await _jamaica_finds_nothing(window, notice, reference)


@pytest.mark.parametrize(
    ("name", "officer", "reader", "published", "window"),
    [
        ("visit", "officer@mex.example", "officer@chl.example", r"Publicado como (MEX-2027-M5-\d{3})", True),
        ("destruction", "officer@tto.example", "officer@oas.example", r"Published as (TTO-2027-M18-\d{3})", False),
    ],
    indirect=["window"],
    ids=["visit", "destruction without script"],
)
async def test_a_visit_and_a_destruction_are_posted(
    window: Window, name: str, officer: str, reader: str, published: str
) -> None:
    await window.go("/demo/mail")
    await window.see_as(officer)
    body = example(name)
    notice = await write(window, body)
    await window.page.locator(f'main form[action="{notice}/publish"] button').click()
    reference = re.search(published, await window.words())
    assert reference, await window.words()
    await window.see_as(reader)
    await window.go(notice)
    await window.shows(reference.group(1), *body["title"].values(), body["place"]["name"])


# Writing and publishing


async def _dates_the_wrong_way_round(window: Window, notice: str) -> None:
    """An error that is shown, beside what was typed, and put right."""
    body = example("exercise")
    period = body["period"]
    await window.go(f"{notice}/edit/when-where")
    await window.date("period-starts", period["ends"])
    await window.date("period-ends", period["starts"])
    await window.type({"place-name": "Desaguadero, Puno"})
    await window.save()
    assert window.status == 422
    await window.shows("Hay ", within=".govuk-error-summary")
    assert await window.field("place-name").input_value() == "Desaguadero, Puno"
    await write_when_where(window, body)
    assert window.path == f"{notice}/edit/participants", await window.words()


async def _publish(window: Window, notice: str) -> str:
    await window.go(f"{notice}/review")
    await window.shows(*TOLD, "OEA", within=".n-told")
    await window.press("Publicar")
    found = re.search(r"Publicado como (PER-2027-(?:M4|T)-\d{3})", await window.words())
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
    await _opens_the_newest_mail(window, reference, "REQUEST", "DTSTART 20270819T100000")
    await window.page.locator("pre a").filter(has_text="/answer/").first.click()
    await window.shows(reference, "Aeropuerto Inca Manco Cápac, Juliaca")
    await window.press("Asistiré")
    await window.shows("Perú ve su respuesta")
    await window.see_as(PERU)
    await window.go(f"{notice}/attendance")
    await window.shows("Asistirá")


async def _opens_the_newest_mail(window: Window, reference: str, *calendar: str) -> str:
    """The newest mail to the observer, as soon as its calendar says this; answers the UID of the entry."""
    for _ in range(75):
        await window.go(f"/demo/mail?to={OBSERVER}")
        newest = window.page.locator("tbody a").first
        if reference in await newest.inner_text():
            await newest.click()
            said = await window.words(".govuk-summary-list >> nth=1")
            if all(each in said for each in calendar):
                return said.partition("UID ")[2].split()[0]
        await window.page.wait_for_timeout(200)
    raise AssertionError(f"no mail to {OBSERVER} with {calendar} about {reference}")


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
    await _opens_the_newest_mail(window, reference, "REQUEST", "DTSTART 20270826T100000")


async def _it_is_postponed_and_back(window: Window, notice: str, reference: str) -> None:
    await window.see_as(PERU)
    await window.go(notice)
    await window.press("Aplazar")
    await window.free("reason", {"es": "Mal tiempo"})
    await window.press("Aplazar")
    await window.shows(f"{reference} está aplazado.")
    gone = await _opens_the_newest_mail(window, reference, "CANCEL")
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
    assert await _opens_the_newest_mail(window, reference, "REQUEST") == gone, "it is back under another UID"
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
    await _publish(window, mistake)
    await window.follow("Retirar: emitido por error")
    await window.free("reason", {"es": "Se publicó por equivocación"})
    await window.press("Retirar el aviso")
    await window.shows("se retiró por haberse emitido por error.")
    await window.see_as(BOLIVIA)
    await window.go(mistake)
    await window.shows("Retirado: emitido por error", "Se publicó por equivocación")


async def _a_test_is_marked(window: Window, notice: str) -> None:
    await window.see_as(PERU)
    await window.go(f"{notice}/copy")
    await window.date("starts", "2027-11-08")
    await window.press("Copiar como borrador")
    test = window.path.removesuffix("/edit")
    await window.go(f"{test}/edit/what")
    await window.tick("test", "yes")
    await window.save()
    reference = await _publish(window, test)
    await window.see_as(BOLIVIA)
    await window.go(test)
    await window.shows("Prueba del sistema No anuncia ninguna actividad.")
    await window.go(f"/inbox?q={reference}")
    await window.shows("Prueba", reference)
