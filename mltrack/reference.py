"""The API's reference as plain data for a page, made from the OpenAPI document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_REFERENCE = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter, or a field of a body: its name, where it goes, its type in words, and what it means."""

    name: str
    where: str
    type: str
    required: bool
    words: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One status: what it means, and the shape of its body where it has one."""

    status: str
    words: str
    shape: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `problems` are its errors."""

    id: str
    method: str
    path: str
    title: str
    words: str
    parameters: list[Part]
    body: str
    answers: list[Answer]
    problems: list[Answer]


@dataclass(frozen=True, slots=True)
class Shape:
    """One object of the API and its fields."""

    name: str
    words: str
    fields: list[Part]


@dataclass(frozen=True, slots=True)
class Reference:
    """All operations, grouped by the first noun of the path, and all shapes."""

    groups: dict[str, list[Operation]]
    shapes: list[Shape]


def reference_of(document: Mapping[str, Any]) -> Reference:
    """Return what the page of an OpenAPI 3.1 document shows."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            group = next(iter(operation.get("tags", [])), "")
            groups.setdefault(group, []).append(_operation(document, path, method, operation))
    schemas = document.get("components", {}).get("schemas", {})
    return Reference(groups, [_shape(name, schema) for name, schema in sorted(schemas.items())])


def _operation(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    answers = list(_answers(document, operation))
    title, _, words = str(operation.get("description", "")).partition("\n\n")
    return Operation(
        id=str(operation.get("operationId", "")),
        method=method.upper(),
        path=path,
        title=title,
        words=words,
        parameters=[_parameter(found) for found in operation.get("parameters", [])],
        body=_content_shape(operation.get("requestBody", {})),
        answers=[answer for answer in answers if answer.shape != "Problem"],
        problems=[answer for answer in answers if answer.shape == "Problem"],
    )


def _parameter(found: Mapping[str, Any]) -> Part:
    schema = found.get("schema", {})
    words = str(found.get("description", ""))
    return Part(found["name"], found["in"], type_words(schema), bool(found.get("required")), words)


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Answer]:
    known = document.get("components", {}).get("responses", {})
    for status, answer in sorted(operation.get("responses", {}).items()):
        found = known.get(str(answer["$ref"]).rpartition("/")[2], {}) if "$ref" in answer else answer
        yield Answer(status, str(found.get("description", "")), _content_shape(found))


def _content_shape(holder: Mapping[str, Any]) -> str:
    """Return the name of the shape in a body, or its type in words; empty without a body."""
    for media in holder.get("content", {}).values():
        schema = media.get("schema", {})
        return _named(schema) or type_words(schema)
    return ""


def _named(schema: Mapping[str, Any]) -> str:
    """Return the name of the shape that a schema is, or holds."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    for holder in ("items", "additionalProperties"):
        if isinstance(schema.get(holder), Mapping):
            return _named(schema[holder])
    for holder in ("allOf", "oneOf", "anyOf"):
        for inner in schema.get(holder, []):
            if _named(inner):
                return _named(inner)
    return ""


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = schema.get("required", [])
    fields = [
        Part(key, "", type_words(inner), key in required, str(inner.get("description", "")), _named(inner))
        for key, inner in schema.get("properties", {}).items()
    ]
    return Shape(name, str(schema.get("description", "")), fields)


def type_words(schema: Mapping[str, Any]) -> str:
    """Return a JSON schema's type in words: `text or null`, `list of Run`, `one of higher, lower`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    for holder in ("oneOf", "anyOf", "allOf"):
        if holder in schema:
            return " or ".join(dict.fromkeys(type_words(inner) for inner in schema[holder]))
    if "enum" in schema:
        return "one of " + ", ".join("null" if value is None else str(value) for value in schema["enum"])
    kinds = schema.get("type", "anything")
    words = " or ".join(_kind_words(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    return words + _bounds(schema)


def _kind_words(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        return f"list of {type_words(schema.get('items', {}))}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"map of {type_words(values)}" if isinstance(values, Mapping) and values else "object"
    if kind == "string":
        return {"date-time": "moment", "date": "day", "uri": "address"}.get(schema.get("format", ""), "text")
    return {"integer": "whole number", "boolean": "true or false"}.get(kind, kind)


def _bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None or high is not None:
        return f", at least {low}" if high is None else f", at most {high}"
    return f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
