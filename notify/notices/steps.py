"""The life cycle of a notice: which step is possible from which status, and where it leads (CONTRACT, "Steps")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast, get_args

from notify.codes import VISIBILITIES, RevisionStep, Status
from notify.errors import LifecycleError
from notify.language import Text, text

Step = Literal["edit", "delete", "submit", "return", "publish", "amend", "postpone", "cancel", "complete", "withdraw"]

STEPS: tuple[Step, ...] = get_args(Step)

LEADS_TO: Mapping[Step, Mapping[Status, Status]] = {
    "edit": {"draft": "draft"},
    "delete": {"draft": "draft"},
    "submit": {"draft": "submitted"},
    "return": {"submitted": "draft"},
    "publish": {"draft": "published", "submitted": "published"},
    "amend": {"published": "published", "completed": "completed", "postponed": "published"},
    "postpone": {"published": "postponed"},
    "cancel": {"published": "cancelled", "postponed": "cancelled"},
    "complete": {"published": "completed"},
    "withdraw": {
        "published": "withdrawn",
        "postponed": "withdrawn",
        "cancelled": "withdrawn",
        "completed": "withdrawn",
    },
}
"""The status after a step, by the status before; a step is not possible from a status that it lacks."""

REVISION_STEP: Mapping[Step, RevisionStep] = {
    "publish": "published",
    "amend": "amended",
    "postpone": "postponed",
    "cancel": "cancelled",
    "complete": "completed",
    "withdraw": "withdrawn",
}
"""The steps that make a revision, and what the revision calls them."""

_REFUSALS: Mapping[Step, Text] = {
    "edit": text("Only a draft can be edited."),
    "delete": text("Only a draft can be deleted."),
    "submit": text("Only a draft can be submitted for review."),
    "return": text("Only a notice under review can be returned to its author."),
    "publish": text("Only a draft or a notice under review can be published."),
    "amend": text("Only a notice in force, postponed or completed can be amended."),
    "postpone": text("Only a notice in force can be postponed."),
    "cancel": text("Only a notice in force or postponed can be cancelled."),
    "complete": text("Only a notice in force can be completed."),
    "withdraw": text("Only a published notice can be withdrawn."),
}

_ADVICE: Mapping[Status, Text] = {
    "draft": text("This one is a draft: edit, submit, publish or delete it."),
    "submitted": text("This one is under review: publish it, or return it to its author."),
    "published": text("This one is in force: amend, postpone, cancel, complete or withdraw it."),
    "postponed": text("This one is postponed: amend it with new dates, cancel it or withdraw it."),
    "cancelled": text("This one was cancelled: withdraw it if it was issued in error, or post a new notice."),
    "completed": text("This one is completed: amend it, or withdraw it if it was issued in error."),
    "withdrawn": text("This one was withdrawn as issued in error, which is final: post a new notice."),
}

_NOT_BEGUN = text(
    "The event has not begun: complete the notice once it has, or cancel it if the event will not take place."
)


def after(step: Step, status: str, *, begun: bool = False, period_given: bool = False) -> Status:
    """The status to which a step leads.

    ``begun``: whether the notice's period has begun, which completing needs. ``period_given``: whether an amendment
    names the period; a postponed notice is in force again with it, and stays postponed without. Raises
    `LifecycleError`, with what can be done instead, for a step that is not possible.
    """
    before = cast(Status, status)
    if before not in LEADS_TO[step]:
        # Not extracted for translation: two sentences side by side.
        raise LifecycleError(Text("%(refusal)s %(advice)s", {"refusal": _REFUSALS[step], "advice": _ADVICE[before]}))
    if step == "complete" and not begun:
        raise LifecycleError(_NOT_BEGUN)
    if step == "amend" and status == "postponed" and not period_given:
        return "postponed"
    return LEADS_TO[step][before]


def possible(status: str, *, begun: bool = False) -> tuple[Step, ...]:
    """The steps that can be taken now, in the order of `STEPS`: what a page offers."""
    return tuple(step for step in STEPS if status in LEADS_TO[step] and (step != "complete" or begun))


def widens(before: str, wanted: str) -> bool:
    """Whether a change of visibility narrows nothing: after the first publication nobody loses what they can read."""
    return _width(wanted) >= _width(before)


def _width(visibility: str) -> int:
    return [str(each) for each in VISIBILITIES].index(visibility)
