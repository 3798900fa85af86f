"""The document that describes the API: whole, and true to the table of operations and to the models."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter

from notify.api.openapi import document
from notify.api.operations import PREFIX
from notify.api.routes import OPERATIONS, api_routes
from notify.api.schemas import schemas_of
from notify.notices.content import NoticeDraft
from tests.support.notices import EXAMPLES, example

Json = dict[str, Any]
DOCUMENT = document(OPERATIONS)

CONTRACT = """
GET /parties  GET /parties/{code}  GET PUT /adjacency  POST /adjacency/preview
GET POST /notices  GET PUT DELETE /notices/{id}
POST /notices/{id}/submit  POST /notices/{id}/return  POST /notices/{id}/publish  POST /notices/{id}/amend
POST /notices/{id}/postpone  POST /notices/{id}/cancel  POST /notices/{id}/complete  POST /notices/{id}/withdraw
GET /notices/{id}/revisions  GET /notices/{id}/revisions/{n}
GET /notices/{id}/recipients  GET /notices/{id}/deliveries  GET POST /notices/{id}/acknowledgements
GET POST /notices/{id}/attendance  GET /attendance/{id}
POST /attendance/{id}/endorse  POST /attendance/{id}/approve  POST /attendance/{id}/decline
POST /attendance/{id}/withdraw  POST /attendance/{id}/revoke  POST /attendance/{id}/reply
GET POST /subscriptions  GET PATCH DELETE /subscriptions/{id}
POST /subscriptions/{id}/test  POST /subscriptions/{id}/rotate-secret
POST /deliveries/{id}/retry  GET /events  GET POST /tokens  GET DELETE /tokens/{id}  GET /audit
"""


def operations() -> list[tuple[str, str, Json]]:
    return [(verb, path, each) for path, verbs in DOCUMENT["paths"].items() for verb, each in verbs.items()]


def references(value: object) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(value)))


def test_every_path_of_the_contract_is_there_and_no_other() -> None:
    wanted = {
        (verb, path)
        for part in re.split(r"\s{2,}|\n", CONTRACT.strip())
        for *verbs, path in [part.split()]
        for verb in verbs
    }
    assert {(each.verb, each.path) for each in OPERATIONS} == wanted


def test_the_document_has_what_is_served_and_nothing_else() -> None:
    served = {(verb.lower(), route.path) for route in api_routes() for verb in (route.methods or ()) if verb != "HEAD"}
    assert {(verb, path) for verb, path, _ in operations()} == served - {("get", "/api/docs")}


def test_every_reference_leads_somewhere() -> None:
    names = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references(DOCUMENT) == names


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_every_operation_is_named_once_and_in_words() -> None:
    names = [each["operationId"] for *_, each in operations()]
    assert len(names) == len(set(names))
    for verb, path, each in operations():
        assert each["summary"] and each["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}, (verb, path)
        assert each.get("security") == [] or {"401", "403", "429"} <= set(each["responses"]), (verb, path)
        in_path = {parameter["name"] for parameter in each.get("parameters", []) if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))


def resolved(schema: Json) -> Json:
    return {**schema, "components": DOCUMENT["components"]}


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.examples], ids=lambda each: str(each.name))
def test_the_examples_fit_their_schemas(operation: Any) -> None:
    described = DOCUMENT["paths"][PREFIX + operation.path][operation.verb.lower()]
    content = described["requestBody"]["content"]["application/json"]
    assert len(content["examples"]) == len(operation.examples)
    for each in content["examples"].values():
        jsonschema.Draft202012Validator(resolved(content["schema"])).validate(each["value"])
        TypeAdapter(operation.body).validate_json(json.dumps(each["value"]))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_notice_fits_the_schema_as_it_is_posted(name: str) -> None:
    schema = {"$ref": "#/components/schemas/NoticeDraft", "components": DOCUMENT["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(example(name))
    faulty: list[Json] = [
        {"colour": "red"},
        {"measure": 6},
        {"title": {}},
        {"title": {"de": "x"}},
        {"participants": {}},
    ]
    for wrong in faulty:
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(example(name) | wrong)


def test_a_text_by_language_is_an_object_with_an_entry() -> None:
    title = schemas_of([NoticeDraft])["ExerciseNotice"]["properties"]["title"]
    assert title["minProperties"] == 1 and "minLength" not in title
