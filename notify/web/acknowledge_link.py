"""The link in a notice's mail: whoever follows it acknowledges for the party that the mail was sent to.

GET shows what would be acknowledged, POST does it. The token names the notice, the revision and the party, and cannot
be made for another; it opens nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify import links
from notify.actor import Actor
from notify.delivery.news_mail import ACKNOWLEDGE
from notify.digits import whole
from notify.errors import NotVisible
from notify.ids import is_id
from notify.notices import acknowledgements, reading
from notify.notices.acknowledgements import Acknowledgement
from notify.notices.history import Revision, revision_of
from notify.notices.notice import Notice
from notify.office import Office
from notify.web.receipts_pages import said
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit


@dataclass(frozen=True)
class Link:
    """What a token is for."""

    notice_id: str
    revision: int
    party: str

    @property
    def actor(self) -> Actor:
        """Who acts by it: the party, not a person."""
        return Actor(kind="link", via="link", party=self.party)


def read_token(office: Office, token: str) -> Link:
    """The link that a token is for. Raises `NotVisible` for one that this node did not make."""
    row = links.row_of(token)
    notice_id, _, rest = row.partition(":")
    digits, _, party = rest.partition(":")
    number = whole(digits)
    if not is_id(notice_id) or number is None or not party:
        raise NotVisible()
    links.check(office.vault, token, ACKNOWLEDGE, row, 0)
    return Link(notice_id, number, party)


async def show(request: Request) -> Response:
    """GET /acknowledge/{token}"""
    visit = Visit.of(request)
    link = read_token(visit.office, str(request.path_params["token"]))
    async with visit.office.database.read() as connection:
        notice, revision, receipt = await _find(connection, link)
    return page(
        request,
        "acknowledge.html",
        notice=notice,
        revision=revision,
        party=link.party,
        zone=_zone(visit, link),
        receipt=receipt,
    )


async def acknowledge(request: Request) -> Response:
    """POST /acknowledge/{token}; followed twice, the first receipt stands"""
    visit = Visit.of(request)
    token = str(request.path_params["token"])
    link = read_token(visit.office, token)
    await posted(request)
    actor = replace(link.actor, request_id=getattr(request.state, "request_id", ""))
    async with visit.office.act(actor) as act:
        receipt, is_new = await acknowledgements.receive(act, link.notice_id, link.revision)
        notice = await reading.get(act.connection, actor, link.notice_id)
    by_its_clock = replace(visit, party=visit.directory.party(link.party))
    return redirect(request, f"/acknowledge/{token}", said=said(by_its_clock, notice, receipt, is_new=is_new))


async def _find(connection: AsyncConnection, link: Link) -> tuple[Notice, Revision, Acknowledgement | None]:
    notice = await reading.get(connection, link.actor, link.notice_id)
    revision = await revision_of(connection, notice, link.revision)
    receipts = await acknowledgements.acknowledgements_of(connection, notice, link.actor)
    return notice, revision, next((each for each in receipts if each["revision"] == link.revision), None)


def _zone(visit: Visit, link: Link) -> str:
    party = visit.directory.party(link.party)
    return party.timezone if party is not None else "UTC"
