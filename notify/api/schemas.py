"""The schemas of the document that describes the API, from pydantic's models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

REFERENCE = "#/components/schemas/{model}"


class _Plain(GenerateJsonSchema):
    """Without a title for each field: it only repeats the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas_of(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """A schema by its name for every model, and for what they hold."""
    wanted = [(model, "validation") for model in dict.fromkeys(models)]
    _, made = models_json_schema(wanted, ref_template=REFERENCE, schema_generator=_Plain)  # type: ignore[arg-type]
    found = {name: _mended(schema) for name, schema in made["$defs"].items()}
    return dict(sorted(found.items()))


def _mended(value: Any) -> Any:
    """What pydantic says otherwise than JSON Schema or OpenAPI mean it."""
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: _mended(one) for name, one in value.items()}
    if made.get("type") == "object" and isinstance(made.get("minLength"), int):
        made["minProperties"] = made.pop("minLength")  # a rule that runs before hides from it that this is an object
    if isinstance(made.get("discriminator"), dict) and "propertyName" in made["discriminator"]:
        del made["discriminator"]  # OpenAPI's needs a text, and ours is a number; oneOf with a const says the same
    if "default" in made and (not isinstance(made["default"], str | int) or made["default"] == ""):
        del made["default"]  # an empty one only says that the field can be absent
    return made
