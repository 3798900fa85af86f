"""The bodies of the steps after a draft, of an acknowledgement and of the preview of recipients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Required, TypeVar

from pydantic import BaseModel, Field, RootModel, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from notify.errors import Invalid
from notify.notices.content import Amendable, Participant, Place, State, checked
from notify.notices.content_measures import DestructionContent, ExerciseContent, VisitContent
from notify.notices.faults import faults_of
from notify.notices.fields import STRICT, FreeText
from notify.notices.known import Known
from notify.notices.observation import Addressees, Observation


class _Body(BaseModel):
    model_config = STRICT


class PostponeBody(_Body):
    """A postponement is without dates: new ones are an amendment."""

    reason: FreeText | None = None


class CancelBody(_Body):
    """A cancellation, and why."""

    reason: FreeText | None = None


class WithdrawBody(_Body):
    """A withdrawal: the notice was issued in error."""

    reason: FreeText | None = None


@with_config(STRICT)
class Outcome(TypedDict, total=False):
    """How it went."""

    remarks: FreeText | None


class CompleteBody(_Body):
    """A completion, and how it went."""

    outcome: Outcome | None = None


class AcknowledgeBody(_Body):
    """A receipt for one revision, without prejudice; ``statement`` is what the party wants to say with it."""

    revision: Annotated[int, Field(ge=1, le=1_000_000)]
    statement: FreeText | None = None


@with_config(STRICT)
class Amendment(Amendable, total=False):
    """The fields that an amendment can name; measure, state and test never change."""

    content: ExerciseContent | VisitContent | DestructionContent
    reason: FreeText | None


class AmendBody(RootModel[Amendment]):
    """The fields at the top of a notice that are to be replaced, each as a whole, and why."""


@with_config(STRICT)
class Preview(TypedDict, total=False):
    """The fields of a notice that decide who is told."""

    measure: Required[Literal[4, 5, 18]]
    state: Required[State]
    place: Place
    participants: Annotated[list[Participant], Field(max_length=100)]
    observation: Observation | None
    also_notify: Addressees


class PreviewBody(RootModel[Preview]):
    """A part of a notice, for a look at who would be told of it."""


_PREVIEW_ADAPTER: TypeAdapter[Any] = TypeAdapter(Preview)

Body = TypeVar("Body", bound=BaseModel)


def parse_body(model: type[Body], body: Mapping[str, object]) -> Body:
    """A body as its model. Raises `Invalid` with every fault."""
    try:
        return model.model_validate(dict(body))
    except ValidationError as error:
        raise Invalid(faults_of(error)) from None


def parse_preview(body: Mapping[str, object], known: Known) -> dict[str, object]:
    """The part of a notice that decides who is told. Raises `Invalid` with every fault."""
    content, faults = checked(_PREVIEW_ADAPTER, body, known)
    if faults:
        raise Invalid(faults)
    return content
