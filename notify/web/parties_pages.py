"""The parties of this system and the groups that notices can name, as the node holds them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notify.delivery.subscriptions import arriving
from notify.parties.directory import MEMBERS, RECIPIENTS
from notify.web.rendering import page
from notify.web.visit import Visit


async def show(request: Request) -> Response:
    """GET /parties"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("read", "administrator")
    async with visit.office.database.read() as connection:
        channels = await arriving(connection)
    directory = visit.directory
    groups = [group for group in directory.groups().values() if group.code != RECIPIENTS]
    return page(
        request,
        "parties.html",
        states=sorted(directory.states(), key=lambda party: party.name(visit.language)),
        organisations=sorted(directory.organisations(), key=lambda party: party.name(visit.language)),
        reached=channels,
        groups=[
            (group, directory.group_name(group.code, visit.language), sorted(map(visit.name, group.members)))
            for group in groups
        ],
        everybody=MEMBERS,
    )
