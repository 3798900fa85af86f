"""An amendment: whole fields of a published notice replaced, and the result validated as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from notify.errors import Fault, Invalid
from notify.language import ntext, text
from notify.notices.bodies import PostponeBody
from notify.notices.content import examine, missing
from notify.notices.faults import MAX_FAULTS, faults_of
from notify.notices.known import Known
from notify.notices.pointers import get, pointer
from notify.notices.steps import widens

FIXED = ("measure", "state", "test")
"""What an amendment never changes; naming it as it is does no harm."""


@dataclass(frozen=True)
class Amended:
    """A notice with an amendment applied. ``period_given``: whether the amendment names the period."""

    content: dict[str, object]
    reason: dict[str, str] | None
    period_given: bool


def amend(
    before: Mapping[str, object],
    body: Mapping[str, object],
    known: Known,
    *,
    seats_taken: int = 0,
    postponed: bool = False,
) -> Amended:
    """The notice with the fields of a body (and its ``reason``) in the place of its own.

    The result must still have all that publication needs; its visibility is never narrower, and seats never fall below
    ``seats_taken``, those approved. An outcome that the notice has is kept. Raises `Invalid` with every fault, also
    when nothing changes; of a ``postponed`` notice naming the period again is a change: it ends the postponement.
    """
    changed = {field: value for field, value in body.items() if field not in ("reason", "outcome", *FIXED)}
    kept = {field: value for field, value in before.items() if field != "outcome"}
    reason, faults = _reason(body.get("reason"))
    faults += _never(kept, body)
    content, found = examine({**kept, **changed}, known)
    faults += found
    if content:
        faults += missing(content) if not found else []
        faults += _taken_back(kept, content, seats_taken)
        if content == kept and not (postponed and "period" in changed) and not faults:
            faults.append(Fault("", text("This changes nothing. Name at least one field with a new value.")))
    if faults:
        raise Invalid(faults[:MAX_FAULTS])
    if "outcome" in before:
        content["outcome"] = before["outcome"]
    return Amended(content, reason, "period" in changed)


def _reason(reason: object) -> tuple[dict[str, str] | None, list[Fault]]:
    try:
        read = PostponeBody.model_validate({"reason": reason}).reason
    except ValidationError as error:
        return None, faults_of(error)
    return ({str(language): words for language, words in read.items()} if read else None), []


def _never(before: Mapping[str, object], body: Mapping[str, object]) -> list[Fault]:
    wrong = text(
        "This never changes once a notice is published. Leave it out, or withdraw the notice and post another."
    )
    faults = [
        Fault(pointer(field), wrong)
        for field in FIXED
        if field in body and body[field] != before.get(field, False if field == "test" else None)
    ]
    if "outcome" in body:
        faults.append(Fault("/outcome", text("The outcome comes with the completion of a notice. Leave it out.")))
    return faults


def _taken_back(before: Mapping[str, object], after: Mapping[str, object], seats_taken: int) -> Iterator[Fault]:
    """What readers and observers have been given already."""
    if not widens(_visibility(before), _visibility(after)):
        wrong = text("A notice can be opened to more readers, never to fewer. Leave its visibility as it was.")
        yield Fault("/visibility", wrong)
    seats = get(after, "/observation/seats")
    if isinstance(seats, int) and seats < seats_taken:
        yield Fault(
            "/observation/seats",
            ntext(
                "%(n)s observer is approved already: give at least as many seats, or revoke the approval first.",
                "%(n)s observers are approved already: give at least as many seats, or revoke approvals first.",
                seats_taken,
            ),
        )


def _visibility(content: Mapping[str, object]) -> str:
    return str(content.get("visibility", "recipients"))
