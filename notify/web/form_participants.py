"""The step “Who takes part”: states and their personnel."""

from __future__ import annotations

from notify.language import text
from notify.notices.derived import fold
from notify.web.forms import Body, Form
from notify.web.writing import Writing


def fill(form: Form, writing: Writing) -> None:
    """The posting state stands in the first row of a notice that names nobody yet."""
    if not writing.content.get("participants"):
        form.put("participants-0-state", writing.notice.state)


def read(form: Form, writing: Writing) -> Body:
    """The rows that say something; a state without a number takes part, its personnel not known."""
    rows = form.items("participants", {"state": form.choice, "personnel": form.integer})
    for at, row in enumerate(rows):
        if "state" not in row:
            form.fault(f"participants-{at}-state", text("Choose the state whose personnel this is."))
    return {"participants": rows or None}


def context(form: Form, writing: Writing) -> dict[str, object]:
    """The states to choose from, the posting one first."""
    visit = writing.visit
    others = [(party.code, visit.name(party.code)) for party in visit.directory.states()
              if party.code != writing.notice.state]  # fmt: skip
    own = (writing.notice.state, visit.name(writing.notice.state))
    return {"states": [own, *sorted(others, key=lambda option: fold(option[1]))]}


def anchors(writing: Writing) -> frozenset[str]:
    """Fields that a form sends nothing of while nothing is chosen."""
    return frozenset({"participants"})
