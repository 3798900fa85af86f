"""Every code has its word, and every field of a notice its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from notify import codes
from notify.actor import SCOPES, SCOPES_OF_ROLE, Via
from notify.labels import LABELS, label
from notify.language import text
from notify.notices.content import NoticeDraft
from notify.words import kinds, options, word

LITERALS = {
    "measure": codes.Measure,
    "status": codes.Status,
    "step": codes.RevisionStep,
    "visibility": codes.Visibility,
    "activity": codes.Activity,
    "type": codes.ExerciseType,
    "service": codes.Service,
    "command_level": codes.CommandLevel,
    "equipment": codes.Equipment,
    "visit_kind": codes.VisitKind,
    "installation_kind": codes.InstallationKind,
    "equipment_allowed": codes.EquipmentAllowed,
    "category": codes.Category,
    "method": codes.Method,
    "origin": codes.Origin,
    "unit": codes.Unit,
    "delivery": codes.DeliveryStatus,
    "attendance": codes.AttendanceStatus,
    "reply": codes.Reply,
    "channel": codes.Channel,
    "subscription_kind": codes.SubscriptionKind,
    "party_kind": codes.PartyKind,
    "party_status": codes.PartyStatus,
    "border": codes.Border,
    "confidence": codes.Confidence,
    "rule": codes.Rule,
    "event": codes.Event,
    "via": Via,
}
OTHERS = {
    "mark": ("test",),
    "doctrine": ("joint", "combined"),
    "role": tuple(SCOPES_OF_ROLE),
    "scope": SCOPES,
    "language": (*codes.LANGUAGES, "nl", "ht", "qu", "ay", "gn"),
}


@pytest.mark.parametrize("kind", kinds())
def test_every_code_has_a_word_in_the_order_of_the_codes(kind: str) -> None:
    expected = [str(code) for code in (get_args(LITERALS[kind]) if kind in LITERALS else OTHERS[kind])]
    assert sorted(code for code, _ in options(kind)) == sorted(expected)
    if kind in LITERALS and kind != "via":
        assert [code for code, _ in options(kind)] == expected


@pytest.mark.parametrize("kind", kinds())
def test_words_of_a_kind_differ(kind: str) -> None:
    words = [str(words) for _, words in options(kind)]
    assert len(set(words)) == len(words)
    assert all(words)


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("measure", "4", "Exercises and operations"),
        ("measure", 18, "Destruction of small arms and light weapons"),
        ("status", "withdrawn", "Withdrawn: issued in error"),
        ("attendance", "withdrawn", "Withdrawn"),
        ("attendance", "declined", "Declined"),
        ("reply", "declined", "Will not attend"),
        ("category", "mortars_under_100_mm", "mortars of calibres of less than 100 mm"),
        ("language", "nl", "Dutch"),
        ("language", "sv", "sv"),
    ],
)
def test_a_word(kind: str, code: str | int, expected: str) -> None:
    assert str(word(kind, code)) == expected


def test_a_code_without_a_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        word("service", "cavalry")


def test_what_a_server_took_is_not_what_was_received() -> None:
    assert word("delivery", "handed_over") != word("delivery", "delivered")


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/period/starts", "Start"),
        ("/title/es", "Title (Spanish)"),
        ("/participants/0/personnel", "Participant 1: personnel"),
        ("/participants/11", "Participant 12"),
        ("/observation/programme/2/item/fr", "Programme, point 3: what happens (French)"),
        ("/content/equipment/ships", "Ships"),
        ("/nowhere", "/nowhere"),
        ("/100%", "/100%"),
    ],
)
def test_a_label(pointer: str, expected: str) -> None:
    assert str(label(pointer)) == expected


def test_every_field_of_a_notice_has_a_label_and_every_label_a_field() -> None:
    schema = NoticeDraft.model_json_schema()
    fields = {field for one in schema["oneOf"] for field in _fields(one, schema["$defs"], "")}
    assert fields - set(LABELS) == set()
    assert set(LABELS) - fields == {"/outcome", "/outcome/remarks"}
    assert all(label(field) != text("%(pointer)s", pointer=field) for field in fields)
    assert all(str(words) for words in LABELS.values())


def _fields(schema: dict[str, Any], definitions: dict[str, Any], at: str) -> Iterator[str]:
    """The pattern of every field of a JSON schema; of a free text, not its languages."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if at:
        yield at
    for choice in schema.get("anyOf", ()):
        yield from _fields(choice, definitions, at)
    if "items" in schema and ("$ref" in schema["items"]):
        yield from _fields(schema["items"], definitions, f"{at}/*")
    if at == "/place/geometry":
        return
    for name, field in schema.get("properties", {}).items():
        yield from _fields(field, definitions, f"{at}/{name}")
    names = schema.get("propertyNames", {}).get("enum", ())
    if set(names) != set(codes.LANGUAGES):
        yield from (f"{at}/{name}" for name in names)
