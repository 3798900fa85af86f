"""The bodies of steps, of an acknowledgement and of the preview."""

from __future__ import annotations

import pytest

from notify.errors import Invalid
from notify.notices.bodies import (
    AcknowledgeBody,
    AmendBody,
    CompleteBody,
    PostponeBody,
    PreviewBody,
    parse_body,
    parse_preview,
)
from tests.support.notices import KNOWN


def test_the_preview_takes_what_decides_who_is_told() -> None:
    body = {
        "measure": 4,
        "state": "BRA",
        "place": {"name": "Tabatinga", "geometry": {"type": "Point", "coordinates": [-69.94, -4.24]}, "radius_km": 40},
        "participants": [{"state": "COL", "personnel": 150}],
        "observation": None,
        "also_notify": [],
    }
    assert parse_preview(body, KNOWN) == body
    assert parse_preview({"measure": 4, "state": "BRA", "observation": {"invite": ["OAS"]}}, KNOWN)
    with pytest.raises(Invalid) as refusal:
        parse_preview({"measure": 6, "state": "FRA", "title": {"es": "x"}, "also_notify": ["X"]}, KNOWN)
    assert [fault.pointer for fault in refusal.value.faults] == ["/measure", "/state", "/title", "/also_notify/0"]


def test_bodies_of_steps() -> None:
    assert parse_body(PostponeBody, {}).reason is None
    assert parse_body(PostponeBody, {"reason": {"es": "Mal tiempo"}}).reason == {"es": "Mal tiempo"}
    assert parse_body(CompleteBody, {"outcome": {"remarks": {"en": "Done"}}}).outcome == {"remarks": {"en": "Done"}}
    assert parse_body(AcknowledgeBody, {"revision": 1, "statement": None}).revision == 1


@pytest.mark.parametrize(
    ("model", "body", "expected"),
    [
        (PostponeBody, {"reason": "Mal tiempo"}, ["/reason"]),
        (PostponeBody, {"period": {}, "reason": {"es": ""}}, ["/reason/es", "/period"]),
        (
            CompleteBody,
            {"outcome": {"remarks": {"de": "x"}, "certificate": 1}},
            ["/outcome/remarks/de", "/outcome/certificate"],
        ),
        (AcknowledgeBody, {}, ["/revision"]),
        (AcknowledgeBody, {"revision": "1"}, ["/revision"]),
        (AcknowledgeBody, {"revision": 0}, ["/revision"]),
    ],
)
def test_bodies_of_steps_refused(model: type[PostponeBody], body: dict[str, object], expected: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_body(model, body)
    assert [fault.pointer for fault in refusal.value.faults] == expected


def test_the_models_describe_themselves() -> None:
    assert PreviewBody.model_json_schema()["$defs"]["Preview"]["required"] == ["measure", "state"]
    amendable = AmendBody.model_json_schema()["$defs"]["Amendment"]["properties"]
    assert {"reason", "period", "content", "observation"} <= set(amendable)
    assert not {"measure", "state", "test", "reference"} & set(amendable)
