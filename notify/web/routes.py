"""Every page of the site, in one flat list. Forms stand first: ``/notices/new`` is no notice's identifier."""

from __future__ import annotations

from starlette.routing import Route

from notify.web import forms_routes, notices_routes, people_routes


def page_routes(demonstration: bool) -> list[Route]:
    """The routes of pages; those of a demonstration only there."""
    return [
        *forms_routes.ROUTES,
        *notices_routes.ROUTES,
        *people_routes.ROUTES,
        *(people_routes.DEMO_ROUTES if demonstration else ()),
    ]
