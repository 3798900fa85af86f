"""The step “Observers”: whether others are invited to observe, who, on which days, and what happens there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.language import text
from notify.notices.derived import fold
from notify.web import form_addressees
from notify.web.form_when_where import period
from notify.web.forms import Body, Form
from notify.web.writing import Writing
from notify.words import options

INVITES = "invites"
"""The question whether anybody is invited."""

OWN_DAYS = "observation-period-own"
"""The question whether observers come on days of their own."""


def fill(form: Form, writing: Writing) -> None:
    """Answer the two questions by what the notice says; the place's clock is that of the notice."""
    observation = _observation(writing)
    if observation:
        form.put(INVITES, "yes")
    elif "observation" in writing.content:
        form.put(INVITES, "no")
    own = observation.get("period")
    form.put(OWN_DAYS, "yes" if own else "no")
    if not own:
        form.put("observation-period-timezone", writing.zone)
        form.put("observation-period-all_day", "yes")
    form_addressees.fill(form, "observation-invite", list(observation.get("invite") or ()), _choice(writing))


def read(form: Form, writing: Writing) -> Body:
    """The invitation as a notice has it; None when nobody is invited, nothing while the question is open."""
    invites = form.flag(INVITES)
    if invites is None:
        return {}
    return {"observation": _invitation(form, writing) if invites else None}


def _invitation(form: Form, writing: Writing) -> Body:
    before = list(_observation(writing).get("invite") or ())
    invite = form_addressees.read(form, "observation-invite", before)
    if not invite:
        form.fault("observation-invite", text("Choose who is invited, or answer that nobody is."))
    seats = form.integer("observation-seats")
    own_days = period(form, writing, "observation-period") if form.flag(OWN_DAYS) else None
    if form.flag(OWN_DAYS) and own_days is None:
        form.fault("observation-period-starts", text("Write the observers’ first day, or choose the whole activity."))
    return {
        "invite": invite,
        **({} if seats is None else {"seats": seats}),
        "seats_per_party": form.integer("observation-seats_per_party"),
        "reply_by": form.date("observation-reply_by"),
        "period": own_days,
        "arrival": _arrival(form),
        "languages": form.choices("observation-languages"),
        "equipment_allowed": form.choices("observation-equipment_allowed"),
        "programme": _programme(form),
        "remarks": form.free("observation-remarks"),
    }


def context(form: Form, writing: Writing) -> dict[str, object]:
    """What can be chosen."""
    say = writing.visit.say
    languages = options("language")
    return {
        "addressees": _choice(writing),
        "languages_offered": languages[:4],
        "languages_more": sorted(languages[4:], key=lambda option: fold(say(option[1]))),
        "notice_period": writing.content.get("period"),
        "seats_taken": writing.notice.seats_taken,
    }


def anchors(writing: Writing) -> frozenset[str]:
    """Fields that a form sends nothing of while nothing is chosen, and questions of several fields."""
    return frozenset({"observation-invite", "observation-languages", "observation-equipment_allowed", INVITES, OWN_DAYS,
                      "observation-programme", "observation-remarks", "observation-period-all_day"})  # fmt: skip


def _arrival(form: Form) -> Body | None:
    place, at = form.text("observation-arrival-place"), form.local("observation-arrival-at")
    if place is None and at is None:
        return None
    if place is None:
        form.fault("observation-arrival-place", text("Write where observers are met."))
    elif at is None:
        form.fault("observation-arrival-at", text("Write the day and the time at which observers are met."))
    return {field: value for field, value in (("place", place), ("at", at)) if value is not None}


def _programme(form: Form) -> list[Body]:
    points = form.items("observation-programme", {"at": form.local, "item": form.free})
    for number, point in enumerate(points):
        if "at" not in point:
            form.fault(f"observation-programme-{number}-at", text("Write the day and the time of this point."))
        if "item" not in point:
            form.fault(f"observation-programme-{number}-item", text("Write what happens then, or remove this point."))
    return points


def _observation(writing: Writing) -> Mapping[str, Any]:
    found: Mapping[str, Any] = writing.content.get("observation") or {}
    return found


def _choice(writing: Writing) -> form_addressees.Choice:
    held = list(_observation(writing).get("invite") or ())
    return form_addressees.choice(writing.visit, inviting=True, held=held)
