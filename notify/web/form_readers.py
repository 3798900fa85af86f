"""The step “Who can read it”: how far the notice may be read, and who is told besides those who must be."""

from __future__ import annotations

from collections.abc import Mapping

from notify.language import Text, text
from notify.notices.steps import widens
from notify.web import form_addressees
from notify.web.forms import Body, Form
from notify.web.writing import Writing
from notify.words import options

HINTS: Mapping[str, Text] = {
    "recipients": text("Neighbouring states, participants, those invited and those named below."),
    "members": text("Every member state and the OAS can read it. Only those who are told get a message."),
    "public": text("Anybody can read it, without an account. Only those who are told get a message."),
}


def fill(form: Form, writing: Writing) -> None:
    """The narrowest circle is chosen until another is."""
    held = list(writing.content.get("also_notify") or ())
    form_addressees.fill(form, "also_notify", held, _choice(writing))
    if not form.get("visibility"):
        form.put("visibility", "recipients")


def read(form: Form, writing: Writing) -> Body:
    """The fields of the step as a notice has them."""
    before = list(writing.content.get("also_notify") or ())
    return {"visibility": form.choice("visibility"), "also_notify": form_addressees.read(form, "also_notify", before)}


def context(form: Form, writing: Writing) -> dict[str, object]:
    """The circles on offer, each in words; a published notice is never read by fewer."""
    now = str(writing.content.get("visibility", "recipients"))
    offered = [
        (code, words, HINTS[code])
        for code, words in options("visibility")
        if not writing.published or widens(now, code)
    ]
    return {"circles": offered, "addressees": _choice(writing)}


def anchors(writing: Writing) -> frozenset[str]:
    """Fields that a form sends nothing of while nothing is chosen."""
    return frozenset({"visibility", "also_notify"})


def _choice(writing: Writing) -> form_addressees.Choice:
    held = list(writing.content.get("also_notify") or ())
    return form_addressees.choice(writing.visit, inviting=False, held=held)
