"""The OpenAPI document of the tiny API, and its page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from tests.mltrack.accounts.api.test_access import is_problem


@pytest.fixture
def document() -> Any:
    answer = Client().get("/api/v1/schema/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return json.loads(answer.content)


def names(operation: Any, where: str) -> set[str]:
    return {found["name"] for found in operation.get("parameters", []) if found["in"] == where}


def test_it_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    validate_schema(document)  # type: ignore[no-untyped-call]


def test_paths_methods_and_their_ids(document: Any) -> None:
    found = {op["operationId"] for methods in document["paths"].values() for op in methods.values()}
    assert found == {"get_notes", "post_notes", "get_notes_by_key", "get_name", "patch_name"}


def test_parameters_and_headers_are_listed(document: Any) -> None:
    listing, writing = document["paths"]["/api/v1/notes/"]["get"], document["paths"]["/api/v1/notes/"]["post"]
    assert names(listing, "query") == {"limit", "cursor", "key", "since", "tag"}
    limit = next(found for found in listing["parameters"] if found["name"] == "limit")
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, 200)
    assert names(writing, "query") == set()
    assert names(writing, "header") == {"Idempotency-Key"}
    assert names(document["paths"]["/api/v1/name/"]["patch"], "header") == {"If-Match"}


def test_bodies_and_answers_have_their_own_shapes(document: Any) -> None:
    shapes = document["components"]["schemas"]
    posted = shapes["NoteInRequest"]["properties"]
    assert posted["metrics"]["additionalProperties"]["oneOf"][1] == {"enum": ["NaN", "Infinity", "-Infinity"]}
    assert posted["tags"]["maxProperties"] == 20
    assert posted["at"]["format"] == "date-time"
    page = shapes["NoteOutPage"]
    assert set(page["required"]) == {"data", "next", "prev"}
    assert page["properties"]["data"]["items"] == {"$ref": "#/components/schemas/NoteOut"}


def test_problems_power_and_security_are_told(document: Any) -> None:
    writing = document["paths"]["/api/v1/notes/"]["post"]
    assert {"201", "400", "401", "403", "409", "411", "413", "415", "422", "429", "503"} == set(writing["responses"])
    assert "404" in document["paths"]["/api/v1/notes/{key}/"]["get"]["responses"]
    assert "412" in document["paths"]["/api/v1/name/"]["patch"]["responses"]
    assert writing["description"] == "Write a note.\n\nNeeds the role contributor and the token scope runs:write."
    assert writing["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_the_document_need_not_be_sent_again() -> None:
    etag = Client().get("/api/v1/schema/")["ETag"]
    assert Client().get("/api/v1/schema/", headers={"If-None-Match": etag}).status_code == 304


def test_the_document_is_only_read() -> None:
    answer = Client().post("/api/v1/schema/")
    is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD"
    assert "colour" in is_problem(Client().get("/api/v1/schema/?colour=1"), 400, "invalid")["detail"]


def test_the_page_shows_every_operation_and_shape_without_scripts_of_its_own(document: Any) -> None:
    page = Client().get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in text
            assert f'id="{operation["operationId"]}"' in text
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in text
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert " style=" not in text
