"""The inbox: what a party was told of, the newest first, with what it has acknowledged; for auditors all notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notify.notices import reading
from notify.notices.notice import Notice
from notify.parties.directory import Party
from notify.parties.reasons import Reason, reasons_words
from notify.web import notice_lookups
from notify.web.notice_filters import PAGE, PUBLISHED, Asked, asked
from notify.web.notice_lookups import Receipt
from notify.web.rendering import page
from notify.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """A notice of the list: ``why`` the party was told, "" where it was not; what it has acknowledged of it."""

    notice: Notice
    why: str
    receipt: Receipt | None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the latest revision is."""
        return self.receipt is not None and self.receipt.revision == self.notice.revision


async def show(request: Request) -> Response:
    """GET /inbox"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    if visit.party is None:
        return RedirectResponse("/notices" if actor.has("auditor") else "/", status_code=303)
    wanted = asked(request, visit)
    filters = replace(
        wanted.filters,
        status=wanted.filters.status or PUBLISHED,
        told=None if wanted.everything else visit.code,
    )
    also = [notice_lookups.unacknowledged_by(visit.code)] if wanted.unacknowledged else []
    async with visit.office.database.read() as connection:
        found, more = await reading.page(connection, actor, filters, PAGE, wanted.cursor, also)
        reasons = await notice_lookups.reasons_for(connection, visit.code, found)
        receipts = await notice_lookups.receipts_of(connection, visit.code, found)
    return listed(request, visit, "inbox.html", wanted, _rows(visit, found, reasons, receipts), more)


def listed(
    request: Request, visit: Visit, template: str, wanted: Asked, rows: Sequence[object], more: str | None,
    **context: object,
) -> Response:  # fmt: skip
    """A page with a list of notices and its filters."""
    return page(
        request,
        template,
        status=422 if wanted.form.refused else 200,
        form=wanted.form,
        asked=wanted,
        rows=rows,
        next_url=wanted.page_url(more) if more else None,
        states=[(party.code, party.name(visit.language)) for party in _by_name(visit)],
        acts=visit.has("officer"),
        **context,
    )


def _by_name(visit: Visit) -> Sequence[Party]:
    return sorted(visit.directory.states(), key=lambda party: party.name(visit.language))


def _rows(
    visit: Visit, found: Sequence[Notice], reasons: Mapping[str, Sequence[Reason]], receipts: Mapping[str, Receipt]
) -> list[Row]:
    return [
        Row(
            notice,
            reasons_words(reasons[notice.id], visit.directory, visit.say) if notice.id in reasons else "",
            receipts.get(notice.id),
        )
        for notice in found
    ]
