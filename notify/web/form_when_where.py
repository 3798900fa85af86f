"""The step “When and where”: the dates by the clock of the place, and the place itself."""

from __future__ import annotations

from notify import formats
from notify.language import text
from notify.maps import geometry as maps
from notify.web import form_place, observers_dates
from notify.web.forms import Body, Form
from notify.web.writing import Writing


def fill(form: Form, writing: Writing) -> None:
    """Whole days by the clock of the state, until something else is said."""
    if not form.get("period-all_day"):
        form.put("period-all_day", "yes")
    if not form.get("period-timezone"):
        form.put("period-timezone", writing.zone)
    if writing.published:
        form.put("new_dates", "yes")
    form_place.fill(form, writing)


def read(form: Form, writing: Writing) -> Body:
    """The fields of the step as a notice has them; the observation too where its dates were asked for."""
    fields: Body = {"period": period(form, writing, "period"), "place": form_place.read(form, writing)}
    if form.has(observers_dates.MARK):
        fields["observation"] = observers_dates.read(form, writing)
    return fields


def context(form: Form, writing: Writing) -> dict[str, object]:
    """The hint of exchanged coordinates, the map of the stored place, and the observers' dates when they are asked."""
    place = writing.content.get("place")
    return {
        "swapped": form_place.swapped(form, writing),
        "place": place,
        "centre": maps.centre(place["geometry"]) if place else None,
        "moved": observers_dates.context(form, writing) if form.has(observers_dates.MARK) else None,
        "more_outlines": form_place.by_outline(form),
    }


def anchors(writing: Writing) -> frozenset[str]:
    """Fields that a form sends nothing of while nothing is chosen, and questions of several fields."""
    return frozenset({"period-all_day", "place-geometry", "place-corners"})


def period(form: Form, writing: Writing, name: str) -> Body | None:
    """A period of the fields under ``name``; None when its dates are blank."""
    whole_days = form.flag(f"{name}-all_day") is not False
    read = form.date if whole_days else form.local
    starts, ends = read(f"{name}-starts"), read(f"{name}-ends")
    if starts is None and ends is None and not any(form.error(f"{name}-{end}") for end in ("starts", "ends")):
        return None
    if starts is None:
        form.fault(f"{name}-starts", text("Write the first day, such as 6 9 2027."))
    elif ends is None:
        form.fault(f"{name}-ends", text("Write the last day. It is the first day again when it is one day only."))
    elif whole_days and ends < starts:
        first = formats.full_date(writing.visit.language, starts)
        form.fault(f"{name}-ends", text("The last day must be the first day, %(day)s, or later.", day=first))
    given = {"starts": starts, "ends": ends, "timezone": form.choice(f"{name}-timezone"), "all_day": whole_days}
    return {field: value for field, value in given.items() if value is not None}
