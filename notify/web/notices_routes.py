"""The pages of notices: home, inbox, our notices, a notice with its revisions and receipts."""

from __future__ import annotations

from starlette.routing import Route

from notify.web import (
    acknowledge_link,
    home,
    inbox,
    maps,
    notice,
    notice_calendar,
    our_notices,
    receipts_pages,
    revision,
)

ROUTES: list[Route] = [
    Route("/", home.show, methods=["GET"]),
    Route("/home/map.svg", maps.near, methods=["GET"]),
    Route("/inbox", inbox.show, methods=["GET"]),
    Route("/notices", our_notices.show, methods=["GET"]),
    Route("/notices/{id}", notice.show, methods=["GET"]),
    Route("/notices/{id}/map.svg", maps.area, methods=["GET"]),
    Route("/notices/{id}/area.geojson", maps.geojson, methods=["GET"]),
    Route("/notices/{id}/calendar.ics", notice_calendar.entry, methods=["GET"]),
    Route("/notices/{id}/acknowledge", receipts_pages.acknowledge, methods=["POST"]),
    Route("/notices/{id}/revisions/{n}", revision.show, methods=["GET"]),
    Route("/notices/{id}/revisions/{n}/signed.json", revision.signed, methods=["GET"]),
    Route("/acknowledge/{token}", acknowledge_link.show, methods=["GET"]),
    Route("/acknowledge/{token}", acknowledge_link.acknowledge, methods=["POST"]),
]
