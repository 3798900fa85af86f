"""The small map beside a form: the place as the draft has it, or as it would be with what was just typed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notify.errors import NotVisible
from notify.maps import geometry, outlines, svg
from notify.parties import graph
from notify.web.visit import Visit
from notify.web.writing import own_notice

WIDTH, HEIGHT = 300, 210

Place = tuple[Mapping[str, Any], float | None, str]
"""Geometry, radius in km, name."""


async def show(request: Request) -> Response:
    """GET /notices/{id}/edit/map.svg?lat=&lon=&radius="""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, str(request.path_params["id"]))
        neighbours = (await graph.current(connection)).neighbours(notice.state)
    outline, radius_km, name = _typed(request.query_params) or _stored(notice.content)
    drawn = svg.area_map(
        outline,
        radius_km,
        notice.state,
        sorted(neighbours),
        {code: visit.name(code) for code in (notice.state, *neighbours) if code in outlines.codes()},
        name,
        WIDTH,
        HEIGHT,
    )
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}
    return Response(drawn, media_type="image/svg+xml", headers=headers)


def _typed(query: Mapping[str, str]) -> Place | None:
    if "lat" not in query and "lon" not in query:
        return None
    try:
        latitude, longitude = float(query["lat"]), float(query["lon"])
        radius_km = float(query["radius"]) if "radius" in query else None
    except (KeyError, ValueError):
        raise NotVisible() from None
    outline = {"type": "Point", "coordinates": [longitude, latitude]}
    if not math.isfinite(latitude) or not math.isfinite(longitude) or geometry.faults(outline, radius_km):
        raise NotVisible()
    return outline, radius_km, ""


def _stored(content: Mapping[str, Any]) -> Place:
    place = content.get("place")
    if not place:
        raise NotVisible()
    return place["geometry"], place.get("radius_km"), place["name"]
