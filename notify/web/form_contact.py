"""The step “Point of contact”: an office that answers questions, since every reader sees it."""

from __future__ import annotations

from notify.web.forms import Body, Form, drop_blanks
from notify.web.writing import Writing


def fill(form: Form, writing: Writing) -> None:
    """Every field goes by its own name."""


def read(form: Form, writing: Writing) -> Body:
    """The fields of the step as a notice has them."""
    given = {name: form.text(f"contact-{name}") for name in ("name", "office", "email", "phone")}
    return {"contact": drop_blanks(given) or None}


def context(form: Form, writing: Writing) -> dict[str, object]:
    """Nothing besides the fields."""
    return {}


def anchors(writing: Writing) -> frozenset[str]:
    """Every field is always sent."""
    return frozenset()
