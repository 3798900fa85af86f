"""A notice as one calendar entry, to be taken over by hand: METHOD:PUBLISH, without attendees (RFC 5545)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notify.errors import NotVisible
from notify.feeds import calendar
from notify.feeds.items import items_for
from notify.notices import reading
from notify.web.visit import Visit


async def entry(request: Request) -> Response:
    """GET /notices/{id}/calendar.ics"""
    visit = Visit.of(request)
    settings = visit.office.settings
    async with visit.office.database.read() as connection:
        notice = await reading.get(connection, visit.actor, str(request.path_params["id"]))
        if notice.is_draft:
            raise NotVisible()
        items = await items_for(connection, [notice], visit.directory, visit.say, settings.base_url)
    rendered = calendar.render(items, items[0].title, settings.mail_from)
    headers = {
        "Content-Disposition": f'attachment; filename="{notice.reference}.ics"',
        "Cache-Control": "private, no-cache",
    }
    return Response(rendered, media_type=f"{calendar.MEDIA_TYPE}; charset=utf-8", headers=headers)
