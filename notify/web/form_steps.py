"""The steps in which a notice is written, in their order: what each asks, and how far it is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from notify.errors import Fault, NotVisible
from notify.language import Text, text
from notify.notices.faults import SENTENCES
from notify.notices.notice import Content
from notify.notices.pointers import above
from notify.web import (
    form_contact,
    form_observers,
    form_participants,
    form_place,
    form_readers,
    form_what,
    form_when_where,
)
from notify.web.forms import Body, Form, field_name
from notify.web.writing import Writing, unit_of


class StepForm(Protocol):
    """What the form of a step is: each is a module with these functions."""

    def fill(self, form: Form, writing: Writing) -> None:
        """Put into a form, filled with the notice, what has no field of its own name."""

    def read(self, form: Form, writing: Writing) -> Body:
        """The fields of the notice that the form means; what cannot be read is a fault of the form."""

    def context(self, form: Form, writing: Writing) -> dict[str, object]:
        """What its template shows besides the fields."""

    def anchors(self, writing: Writing) -> frozenset[str]:
        """Fields that a browser sends nothing of while nothing is chosen, and questions of several fields."""


@dataclass(frozen=True)
class Step:
    """One form of a notice. ``fields`` are those at the top of a notice that it fills in."""

    key: str
    title: Text
    hints: Mapping[int, Text]
    fields: tuple[str, ...]
    form: StepForm

    @property
    def template(self) -> str:
        """The part of a page that holds its fields."""
        return f"form_step_{self.key.replace('-', '_')}.html"

    def hint(self, measure: int) -> Text:
        """What it asks for, in a line."""
        return self.hints.get(measure) or self.hints[0]

    def owns(self, pointer: str) -> bool:
        """Whether it fills in the field at a pointer."""
        return pointer[1:].partition("/")[0] in self.fields


STEPS: tuple[Step, ...] = (
    Step(
        "what",
        text("What it is"),
        {
            4: text("Name, type, purpose, services"),
            5: text("Name, kind of visit, what is shown"),
            18: text("Name, weapons, origin, method"),
        },
        ("title", "summary", "content", "note_reference", "test"),
        form_what,
    ),
    Step(
        "when-where",
        text("When and where"),
        {0: text("Dates, time zone, place")},
        ("period", "place"),
        form_when_where,
    ),
    Step(
        "participants",
        text("Who takes part"),
        {0: text("States and personnel")},
        ("participants",),
        form_participants,
    ),
    Step(
        "observers",
        text("Observers"),
        {0: text("Who is invited, and by when they answer")},
        ("observation",),
        form_observers,
    ),
    Step(
        "contact",
        text("Point of contact"),
        {0: text("Who answers questions")},
        ("contact",),
        form_contact,
    ),
    Step(
        "readers",
        text("Who can read it"),
        {0: text("Only those who are told, all member states, or the public")},
        ("visibility", "also_notify"),
        form_readers,
    ),
)


@dataclass(frozen=True)
class Task:
    """A step in the list of steps. ``state``: complete, errors, todo or optional; ``errors`` counts faults."""

    number: int
    step: Step
    state: str
    errors: int = 0


def step_of(key: str) -> Step:
    """The step of an address. Raises `NotVisible`."""
    for step in STEPS:
        if step.key == key:
            return step
    raise NotVisible()


def after(step: Step) -> Step | None:
    """The step that follows; None after the last."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def step_for(pointer: str) -> Step | None:
    """The step that fills in the field at a pointer."""
    return next((step for step in STEPS if step.owns(pointer)), None)


def tasks(content: Content, faults: Sequence[Fault], lacking: Sequence[Fault]) -> list[Task]:
    """How far each step is: ``faults`` are what is wrong in a notice, ``lacking`` what publication still needs."""
    return [_task(number, step, content, faults, lacking) for number, step in enumerate(STEPS, 1)]


def _task(number: int, step: Step, content: Content, faults: Iterable[Fault], lacking: Iterable[Fault]) -> Task:
    wrong = sum(step.owns(fault.pointer) for fault in faults)
    if wrong:
        return Task(number, step, "errors", wrong)
    if any(step.owns(fault.pointer) for fault in lacking):
        return Task(number, step, "todo")
    answered = any(field in content for field in step.fields)
    return Task(number, step, "complete" if answered else "optional")


def put_faults(form: Form, step: Step, writing: Writing, faults: Iterable[Fault]) -> None:
    """Put faults beside the fields of a step's form; those of other steps stand in the summary alone.

    What is missing in a part of which the form itself has said what is wrong is not said again.
    """
    renamed = form_place.renamed(form) if step.key == "when-where" else {}
    said = {unit_of("/" + name.replace("-", "/")) for name in form.errors}
    for fault in faults:
        if fault.detail == SENTENCES["missing"] and unit_of(fault.pointer) in said:
            continue
        other = None if step.owns(fault.pointer) else step_for(fault.pointer)
        field = _field(form, step.form.anchors(writing), renamed, fault.pointer)
        detail = fault.detail
        if field is None and other is not None:
            detail = Text("%(step)s: %(fault)s", {"step": other.title, "fault": detail})  # the same in each language
        if (field, detail) not in form.summary:
            form.fault(field, detail)


def _field(form: Form, anchors: frozenset[str], renamed: Mapping[str, str], pointer: str) -> str | None:
    """The nearest field of the form at or above a pointer."""
    for place in (pointer, *above(pointer)):
        if place in renamed:
            return renamed[place]
        name = field_name(place)
        if name and (name in anchors or any(form.has(name + part) for part in ("", "-day", "-es", "-rows"))):
            return name
    return None
