"""OpenAPI in words."""

from __future__ import annotations

from typing import Any

import pytest

from mltrack.reference import reference_of, type_words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "maxLength": 60}, "text, at most 60 characters"),
        ({"type": "string", "format": "date-time"}, "moment"),
        ({"type": "string", "format": "date"}, "day"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"type": "integer", "minimum": 1, "maximum": 200}, "whole number, 1 to 200"),
        ({"type": "number", "minimum": 0}, "number, at least 0"),
        ({"type": "number", "maximum": 1}, "number, at most 1"),
        ({"type": "boolean"}, "true or false"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Run"}}, "list of Run"),
        ({"type": "object"}, "object"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "map of number"),
        ({"enum": ["higher", "lower", None]}, "one of higher, lower, null"),
        ({"oneOf": [{"$ref": "#/components/schemas/Run"}, {"type": "null"}]}, "Run or null"),
        ({"allOf": [{"$ref": "#/components/schemas/Run"}]}, "Run"),
        ({}, "anything"),
    ],
)
def test_a_type_in_words(schema: dict[str, Any], words: str) -> None:
    assert type_words(schema) == words


def test_operations_are_grouped_and_shapes_linked() -> None:
    run = {"$ref": "#/components/schemas/Run"}
    document = {
        "paths": {
            "/api/v1/runs/": {
                "get": {
                    "operationId": "get_runs",
                    "tags": ["runs"],
                    "description": "List runs.\n\nNewest first.",
                    "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                    "responses": {
                        "200": {"description": "", "content": {"application/json": {"schema": run}}},
                        "400": {"$ref": "#/components/responses/Bad"},
                    },
                }
            }
        },
        "components": {
            "schemas": {
                "Run": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {"id": {"type": "string"}, "parents": {"type": "array", "items": run}},
                }
            },
            "responses": {
                "Bad": {
                    "description": "Wrong.",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
        },
    }
    found = reference_of(document)
    (operation,) = found.groups["runs"]
    assert (operation.method, operation.title, operation.words) == ("GET", "List runs.", "Newest first.")
    assert [(part.name, part.where, part.required) for part in operation.parameters] == [("limit", "query", False)]
    assert [(answer.status, answer.shape) for answer in operation.answers] == [("200", "Run")]
    assert [(answer.status, answer.words) for answer in operation.problems] == [("400", "Wrong.")]
    fields = {part.name: part for part in found.shapes[0].fields}
    assert (fields["id"].required, fields["parents"].required) == (True, False)
    assert (fields["parents"].type, fields["parents"].shape) == ("list of Run", "Run")


def test_an_empty_document_is_an_empty_page() -> None:
    found = reference_of({})
    assert (found.groups, found.shapes) == ({}, [])
