"""The pictures of pages: the area of a notice, what is coming near us; and an area as GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify import formats
from notify.digits import whole
from notify.errors import NotVisible
from notify.language import pick, text
from notify.maps import outlines, svg
from notify.maps.geometry import centre
from notify.notices import reading
from notify.notices.history import revision_of
from notify.notices.notice import Content, Notice
from notify.parties import graph
from notify.web.coming import coming, map_height
from notify.web.visit import Visit

_SVG = "image/svg+xml"
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}


async def area(request: Request) -> Response:
    """GET /notices/{id}/map.svg?revision=: the area in its state, beside that state's neighbours by today's table

    The same picture for every reader of a language: it shows neighbours, not who was told.
    """
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice, content = await _content(connection, visit, request)
        neighbours = (await graph.current(connection)).neighbours(notice.state)
    place = _place(content)
    drawn = svg.area_map(
        place["geometry"],
        place.get("radius_km"),
        notice.state,
        sorted(neighbours),
        _names(visit, (notice.state, *neighbours)),
        _label(visit, content, place),
    )
    return Response(drawn, media_type=_SVG, headers=_HEADERS)


async def geojson(request: Request) -> Response:
    """GET /notices/{id}/area.geojson?revision=: the area as a feature"""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice, content = await _content(connection, visit, request)
    place = _place(content)
    properties = {
        "reference": notice.reference,
        "title": pick(content.get("title"), visit.language)[0],
        "place": place["name"],
        "radius_km": place.get("radius_km"),
        "url": f"{visit.office.settings.base_url}/notices/{notice.id}",
    }
    feature = {"type": "Feature", "geometry": place["geometry"], "properties": properties}
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{notice.reference or "draft"}.geojson"'}
    return Response(json.dumps(feature, ensure_ascii=False), media_type="application/geo+json", headers=headers)


async def near(request: Request) -> Response:
    """GET /home/map.svg: our state, its neighbours, and the notices of the start page's list by their numbers"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    if visit.party is None:
        raise NotVisible()
    async with visit.office.database.read() as connection:
        soon = await coming(connection, visit, actor)
        neighbours = (await graph.current(connection)).neighbours(visit.code)
    places = [(*centre(each.notice.content["place"]["geometry"]), number) for number, each in enumerate(soon, 1)]
    names = _names(visit, (visit.code, *neighbours))
    drawn = svg.near_map(places, visit.code, sorted(neighbours), names, height=map_height(len(places)))
    return Response(drawn, media_type=_SVG, headers=_HEADERS)


async def _content(connection: AsyncConnection, visit: Visit, request: Request) -> tuple[Notice, Content]:
    """What the notice says at the revision asked for, the latest when none is. Raises `NotVisible`."""
    notice = await reading.get(connection, visit.actor, str(request.path_params["id"]))
    asked = request.query_params.get("revision", "")
    if not asked or asked == str(notice.revision):
        return notice, notice.content
    number = whole(asked)
    if number is None:
        raise NotVisible()
    return notice, (await revision_of(connection, notice, number))["content"]


def _place(content: Content) -> Mapping[str, Any]:
    place: Mapping[str, Any] | None = content.get("place")
    if not place or not place.get("geometry"):
        raise NotVisible()
    return place


def _names(visit: Visit, codes: Iterable[str]) -> dict[str, str]:
    return {code: visit.name(code) for code in codes if code in outlines.codes()}


def _label(visit: Visit, content: Content, place: Mapping[str, Any]) -> str:
    name = (content.get("content") or {}).get("designation") or place["name"]
    if radius_km := place.get("radius_km"):
        km = formats.number(visit.language, radius_km)
        return visit.say(text("%(name)s, radius of %(km)s km", name=name, km=km))
    return str(name)
