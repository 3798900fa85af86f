"""The form of a notice as a person fills it in, in Chromium: complete for the fields of the examples."""

from __future__ import annotations

from typing import Any

from tests.browser.window import Window

OFTEN = ("group:RECIPIENTS", "group:MEMBERS", "OAS", "IADB", "CARICOM")
"""Who stands above the list of all states."""


async def write(window: Window, body: dict[str, Any]) -> str:
    """Write a whole notice, up to its last page before publication; answers the notice's path."""
    notice = await _begin(window, body)
    await _write_what(window, body)
    await write_when_where(window, body)
    await _write_the_rest(window, body)
    assert window.path == f"{notice}/review", await window.words()
    return notice


async def _begin(window: Window, body: dict[str, Any]) -> str:
    """A draft of the body's measure, open at its first step; answers the notice's path."""
    await window.go("/notices/new")
    await window.type({"measure": body["measure"]})
    await window.save()
    notice = window.path.removesuffix("/edit")
    await window.go(f"{notice}/edit/what")
    return notice


async def _write_what(window: Window, body: dict[str, Any]) -> None:
    """Its names, and what its measure asks for."""
    await window.free("title", body["title"])
    await window.free("summary", body["summary"])
    await window.type({"note_reference": body["note_reference"]})
    for name, value in body["content"].items():
        field = f"content-{name}"
        if name in ("installations", "items"):
            await _rows(window, field, value)
        elif name == "equipment":
            await window.type({f"{field}-{kind}": count for kind, count in value.items()})
        elif isinstance(value, dict):
            await window.free(field, value)
        elif isinstance(value, bool):
            await window.type({field: "yes" if value else "no"})
        else:
            await window.type({field: value})
    await window.save()


async def _rows(window: Window, rows: str, values: list[dict[str, Any]]) -> None:
    for at, row in enumerate(values):
        if at:
            await window.add_row(rows)
        await window.type({f"{rows}-{at}-{field}": value for field, value in row.items()})


async def write_when_where(window: Window, body: dict[str, Any]) -> None:
    """Its period and its place."""
    place, period = body["place"], body["period"]
    await window.type({"period-all_day": "yes" if period["all_day"] else "no", "period-timezone": period["timezone"]})
    await window.date("period-starts", period["starts"])
    await window.date("period-ends", period["ends"])
    longitude, latitude = place["geometry"]["coordinates"]
    await window.type({"place-name": place["name"], "place-latitude": latitude, "place-longitude": longitude})
    await window.type({"place-radius_km": place.get("radius_km")})
    await window.save()


async def _write_the_rest(window: Window, body: dict[str, Any]) -> None:
    """Who takes part, who may observe, who answers questions, who may read it."""
    await window.type({"participants-0-personnel": body["participants"][0]["personnel"]})
    await window.save()
    await _observation(window, body["observation"])
    await window.type({f"contact-{name}": value for name, value in body["contact"].items()})
    await window.save()
    await window.type({"visibility": body["visibility"]})
    await _addressees(window, "also_notify", body["also_notify"])
    await window.save()


async def _addressees(window: Window, name: str, codes: list[str]) -> None:
    await window.tick(name, *(code for code in codes if code in OFTEN))
    await window.tick(f"{name}-states", *(code for code in codes if code not in OFTEN))


async def _observation(window: Window, observation: dict[str, Any]) -> None:
    field = "observation-{}".format
    await window.type({"invites": "yes"})
    for at, point in enumerate(observation["programme"]):
        if at:
            await window.add_row(field("programme"))
        await window.date(field(f"programme-{at}-at"), point["at"])
        await window.free(field(f"programme-{at}-item"), point["item"])
    await _addressees(window, field("invite"), observation["invite"])
    await window.type({field(name): observation[name] for name in ("seats", "seats_per_party")})
    await window.date(field("reply_by"), observation["reply_by"])
    own = observation["period"]
    if own:
        await window.tick(field("period-own"), "yes")
        await window.type({field("period-all_day"): "yes" if own["all_day"] else "no"})
        await window.date(field("period-starts"), own["starts"])
        await window.date(field("period-ends"), own["ends"])
        await window.type({field("period-timezone"): own["timezone"]})
    await window.type({field("arrival-place"): observation["arrival"]["place"]})
    await window.date(field("arrival-at"), observation["arrival"]["at"])
    for name in ("languages", "equipment_allowed"):
        await window.tick(field(name), *observation[name])
    await window.free(field("remarks"), observation["remarks"] or {})
    await window.save()
