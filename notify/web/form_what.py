"""The step “What it is”: title, summary and the content of each measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notify.language import text
from notify.web.forms import Body, Form, drop_blanks
from notify.web.writing import Writing
from notify.words import options

NOT_ADVISED = frozenset({"burning", "burial", "sea_dumping", "open_burning", "open_detonation"})
"""Methods that leave weapons usable or the ground and the sea worse; the form advises against them.

FIELD.md, 3: after the OSCE's and France's rules, and Wilkinson on ammunition.
"""


def fill(form: Form, writing: Writing) -> None:
    """Every field goes by its own name."""


def read(form: Form, writing: Writing) -> Body:
    """The fields of the step as a notice has them."""
    fields: Body = {
        "title": form.free("title"),
        "summary": form.free("summary"),
        "note_reference": form.text("note_reference"),
        "content": drop_blanks(_CONTENT[writing.measure](form)) or None,
    }
    if not writing.published:
        fields["test"] = form.flag("test") is True
    return fields


def context(form: Form, writing: Writing) -> dict[str, object]:
    """What the page shows besides the fields."""
    return {"not_advised": form.get("content-method") in NOT_ADVISED}


def anchors(writing: Writing) -> frozenset[str]:
    """Fields that a form sends nothing of while nothing is chosen."""
    return frozenset({"title", "summary", "test", "content-activity", "content-services", "content-live_fire",
                      "content-equipment", "content-purpose", "content-kind", "content-installations",
                      "content-oas_invited", "content-costs", "content-items"})  # fmt: skip


def _exercise(form: Form) -> Body:
    return {
        "activity": form.choice("content-activity"),
        "designation": form.text("content-designation"),
        "type": form.choice("content-type"),
        "purpose": form.free("content-purpose"),
        "services": form.choices("content-services"),
        "command_level": form.choice("content-command_level"),
        "live_fire": form.flag("content-live_fire"),
        "equipment": {code: form.integer(f"content-equipment-{code}") for code, _ in options("equipment")},
    }


def _visit(form: Form) -> Body:
    installations = form.items("content-installations", {"name": form.text, "kind": form.choice})
    for at, row in enumerate(installations):
        if "name" not in row:
            form.fault(f"content-installations-{at}-name", text("Write the name of the installation."))
        if "kind" not in row:
            form.fault(f"content-installations-{at}-kind", text("Choose what kind of installation it is."))
    return {
        "kind": form.choice("content-kind"),
        "installations": installations,
        "oas_invited": form.flag("content-oas_invited"),
        "costs": form.free("content-costs"),
    }


def _destruction(form: Form) -> Body:
    def quantity(name: str) -> float | None:
        by_weight = form.get(name.removesuffix("quantity") + "unit") in ("kg", "tonne")
        # Pieces are whole, and 1.900 is how half the continent writes nineteen hundred.
        return form.decimal(name) if by_weight else form.integer(name)

    items = form.items("content-items", {"category": form.choice, "quantity": quantity, "unit": form.choice})
    for at, row in enumerate(items):
        if "category" not in row:
            form.fault(f"content-items-{at}-category", text("Choose what is destroyed."))
        if "quantity" not in row:
            form.fault(f"content-items-{at}-quantity", text("Write how many, in figures."))
        if "unit" not in row and row.get("category") != "ammunition":
            row["unit"] = "piece"  # weapons are counted in nothing else
        elif "unit" not in row:
            form.fault(f"content-items-{at}-unit", text("Choose the unit: rounds, kilograms or tonnes."))
    return {
        "programme": form.text("content-programme"),
        "origin": form.choice("content-origin"),
        "method": form.choice("content-method"),
        "items": items,
    }


_CONTENT: Mapping[int, Callable[[Form], Body]] = {4: _exercise, 5: _visit, 18: _destruction}
