"""The filters above a list of notices, as a form whose address can be kept: the names are those of the API's query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request

from notify import formats
from notify.errors import Invalid
from notify.language import Text, text
from notify.notices.filters import STATUSES, filters_of
from notify.notices.reading import Filters
from notify.web.forms import Form
from notify.web.visit import Visit
from notify.words import word

PAGE = 25

_NAMES = ("q", "state", "measure", "status", "from", "to", "unacknowledged", "scope")
PUBLISHED = tuple(status for status in STATUSES if status not in ("draft", "submitted"))


@dataclass(frozen=True)
class Asked:
    """What the address asks for: ``form`` as typed, with what could not be read; ``words`` of what narrows the list;
    ``kept`` is the query without the cursor."""

    form: Form
    filters: Filters
    unacknowledged: bool
    everything: bool  # also what the party may read without having been told of it
    cursor: str | None
    words: Sequence[Text]
    kept: str

    def page_url(self, cursor: str) -> str:
        """The address of another page of the same list."""
        return "?" + "&".join(filter(None, (self.kept, urlencode({"cursor": cursor}))))


def asked(request: Request, visit: Visit) -> Asked:
    """The filters of an address. What cannot be read narrows nothing, and stands in the form with its fault."""
    query = request.query_params
    form = Form({name: query.getlist(name) for name in _NAMES if query.getlist(name)})
    try:
        filters = filters_of(query)
    except Invalid as refused:
        form.refuse(refused.faults)
        filters = Filters()
    unacknowledged, everything = query.get("unacknowledged") == "yes", query.get("scope") == "all"
    kept = urlencode([(name, value) for name in _NAMES for value in query.getlist(name) if value])
    return Asked(
        form,
        replace(filters, bbox=None),
        unacknowledged,
        everything,
        query.get("cursor"),
        _words(visit, filters, unacknowledged=unacknowledged, everything=everything),
        kept,
    )


def _words(visit: Visit, filters: Filters, *, unacknowledged: bool, everything: bool) -> list[Text]:
    """What the list is narrowed to, or widened by, in words."""
    found: list[Text] = [text("posted by %(party)s", party=visit.name(code)) for code in filters.state]
    found += [word("measure", measure) for measure in filters.measure]
    found += [word("status", status) for status in filters.status]
    if filters.starts_from:
        found.append(text("from %(day)s on", day=formats.full_date(visit.language, filters.starts_from)))
    if filters.starts_to:
        found.append(text("until %(day)s", day=formats.full_date(visit.language, filters.starts_to)))
    if unacknowledged:
        found.append(text("not acknowledged"))
    if everything:
        found.append(text("also those that we were not told of"))
    return found
