"""What the forms about observers send: a nomination, a request, a reason; checked before a verb is called."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from notify.codes import Language
from notify.language import text
from notify.notices.bodies import parse_body
from notify.notices.fields import STRICT, FreeText, Line, Mailbox, ShortLine
from notify.observers.requests import Observer
from notify.web.forms import Form, drop_blanks

Remarks = Annotated[str | None, Field(max_length=2_000)]


class Nomination(BaseModel):
    """The person whom an officer proposes."""

    model_config = STRICT

    name: Line
    email: Mailbox
    language: Language
    rank: ShortLine | None = None
    function: Line | None = None
    remarks: Remarks = None


class Request(BaseModel):
    """What an observer says with a request."""

    model_config = STRICT

    remarks: Remarks = None


class Decision(BaseModel):
    """Why an observer is declined, revoked or withdrawn."""

    model_config = STRICT

    reason: FreeText | None = None


def nomination_of(form: Form) -> tuple[Observer, str]:
    """(the person, remarks) of the form. Raises `Invalid` with every fault."""
    for name, words in (
        ("name", text("Write the person’s name.")),
        ("email", text("Write the mail address to which the invitation goes.")),
        ("language", text("Choose the language of the invitation.")),
    ):
        if not form.get(name).strip():
            form.fault(name, words)
    fields = ("name", "email", "language", "rank", "function", "remarks")
    typed = drop_blanks({name: form.text(name) for name in fields})
    assert isinstance(typed, dict)
    body = parse_body(Nomination, typed)
    person = Observer(body.name, body.email, body.language, body.rank or "", body.function or "")
    return person, body.remarks or ""


def remarks_of(form: Form) -> str:
    """The remarks of a request. Raises `Invalid`."""
    return parse_body(Request, {"remarks": form.text("remarks")}).remarks or ""


def reason_of(form: Form) -> dict[str, str] | None:
    """The reason of a decision, by language. Raises `Invalid`."""
    reason = parse_body(Decision, {"reason": form.free("reason")}).reason
    return {str(language): words for language, words in reason.items()} if reason else None
