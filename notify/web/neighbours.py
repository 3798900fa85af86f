"""Which states are next to which: a map, a table, who is told when a state posts, and the table's earlier versions."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import person
from notify.actor import Actor
from notify.delivery.subscriptions import reachable
from notify.errors import NotVisible
from notify.maps.svg import graph_map
from notify.parties import graph
from notify.parties.edges import Edge
from notify.parties.graph import Graph
from notify.parties.graph_csv import format_csv
from notify.parties.names import place_name
from notify.parties.preview import Preview, preview
from notify.parties.reasons import reasons_words
from notify.web.rendering import page
from notify.web.visit import Visit

LARGE, TALL = (790, 640), (790, 1000)
SMALL = (360, 480)
"""Width and height of the map in points: of a state, of all, and on a phone, where letters must not shrink."""


async def show(request: Request) -> Response:
    """GET /neighbours: ``state`` narrows it to the neighbours of one"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    state = _state(request, visit)
    async with visit.office.database.read() as connection:
        shown = await graph.current(connection)
        channels = await reachable(connection)
    edges = [edge for edge in shown.edges if not state or state in (edge.a, edge.b)]
    what_if = preview({"state": state}, shown, visit.directory, channels) if state else None
    return page(
        request,
        "neighbours.html",
        graph=shown,
        state=state,
        edges=sorted(edges, key=lambda edge: _by_name(visit, edge, state)),
        states=sorted(((p.code, p.name(visit.language)) for p in visit.directory.states()), key=lambda each: each[1]),
        neighbours=sorted((visit.name(code) for code in shown.neighbours(state)) if state else ()),
        told=_told(visit, what_if) if what_if else [],
        bordering=_bordering(visit, what_if) if what_if else [],
        shows_reach=actor.has("administrator") or (bool(state) and state == actor.party),
        edits=actor.has("administrator"),
        map_url=f"/neighbours/map.svg?state={state}&lang={visit.language}&v={shown.version}-{shown.sha256[:8]}",
    )


async def picture(request: Request) -> Response:
    """GET /neighbours/map.svg: its address changes with the table, so that a browser keeps it"""
    visit = Visit.of(request)
    visit.signed_in()
    async with visit.office.database.read() as connection:
        shown = await graph.current(connection)
    names = tuple((party.code, party.name(visit.language)) for party in visit.directory.states())
    edges = tuple((edge.a, edge.b, edge.kind) for edge in shown.edges)
    state = _state(request, visit) or None
    size = SMALL if request.query_params.get("size") == "small" else LARGE if state else TALL
    svg = await asyncio.to_thread(_drawn, edges, names, state, size)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=86400"})


async def download(request: Request) -> Response:
    """GET /neighbours.csv: the current version, or the one that ``version`` names"""
    visit = Visit.of(request)
    visit.signed_in()
    shown = await _version(request, visit)
    headers = {"Content-Disposition": f'attachment; filename="neighbours-{shown.version}.csv"'}
    return Response(format_csv(shown.edges), media_type="text/csv", headers=headers)


async def versions(request: Request) -> Response:
    """GET /neighbours/versions"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    async with visit.office.database.read() as connection:
        found = await graph.versions(connection)
        makers = {each.by_person for each in found if each.by_person is not None}
        names = await person.names(connection, makers) if _sees_names(actor) else {}
    return page(request, "neighbours_versions.html", versions=found, names=names)


async def _version(request: Request, visit: Visit) -> Graph:
    asked = request.query_params.get("version", "")
    async with visit.office.database.read() as connection:
        if not asked:
            return await graph.current(connection)
        known = {str(each.version): each.version for each in await graph.versions(connection)}
        if asked not in known:
            raise NotVisible()
        return await graph.load(connection, known[asked])


def _state(request: Request, visit: Visit) -> str:
    """The state that is asked for; without a question the reader's own, "" for all."""
    asked = request.query_params.get("state")
    if asked is None:
        return visit.code if visit.party is not None and visit.party.is_state else ""
    return asked if visit.directory.state(asked) is not None else ""


def _sees_names(actor: Actor) -> bool:
    return actor.has("administrator") or actor.has("auditor")


def _by_name(visit: Visit, edge: Edge, state: str) -> tuple[str, str, str]:
    """Pairs in the order of their names as they are shown: the state that was asked for stands first in each."""
    first, second = (state, edge.other(state)) if state else (edge.a, edge.b)
    return visit.name(first), visit.name(second), edge.kind


def _told(visit: Visit, shown: Preview) -> list[tuple[str, str, bool]]:
    """(party, why, whether a working channel reaches it)."""
    found = [
        (item.party, reasons_words(item.reasons, visit.directory, visit.say), item.reachable) for item in shown.items
    ]
    return sorted(found, key=lambda each: visit.name(each[0]))


def _bordering(visit: Visit, shown: Preview) -> list[tuple[str, str]]:
    """(territory, by whom it is administered) of what borders the state and is told by nobody."""
    return [
        (place_name(place.territory, visit.language), place_name(place.administered_by, visit.language))
        for place in shown.also_bordering
    ]


@lru_cache(maxsize=200)
def _drawn(
    edges: tuple[tuple[str, str, str], ...],
    names: tuple[tuple[str, str], ...],
    state: str | None,
    size: tuple[int, int],
) -> str:
    return graph_map(edges, dict(names), state, *size)
