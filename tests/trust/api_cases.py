"""Requests made of the OpenAPI file by schemathesis, sent as one role, and what is wrong with the answers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import schemathesis
from django.db import connection, transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.mltrack.accounts.api.callers import Caller
from tests.trust.page_corpus import drain

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "openapi.yaml"
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SLOW_SECONDS: Final = 10.0


@schemathesis.serializer("application/offset+octet-stream")
def as_bytes(_: Any, value: Any) -> bytes:
    """Send a binary body as it is, and any other as text."""
    data = getattr(value, "data", value)
    return data if isinstance(data, bytes) else str(data).encode("utf-8", "surrogatepass")


class Application:
    """The product as a WSGI application that keeps the connection, and so the transaction, of the test."""

    def __init__(self) -> None:
        self.handler = ClientHandler()

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        """Answer one request."""
        answer = self.handler(environ)
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return [drain(answer)]


def schema_of(document: Path = DOCUMENT) -> BaseSchema:
    """Return the API's description, whose cases are sent to the product in this process."""
    found: BaseSchema = schemathesis.openapi.from_path(document)
    found.app = Application()
    return found


def operations(schema: BaseSchema) -> list[APIOperation[Any, Any, Any, Any]]:
    """Return every path × method. Raises the error of one that cannot be read."""
    return [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]


def api_findings(
    schema: BaseSchema, caller: Caller, ids: dict[str, str], *, examples: int, number: int
) -> tuple[int, list[str]]:
    """Send so many cases of each operation and return how many were sent, and what was wrong with the answers.

    Ids of things that exist stand in the paths of every second case, so that bodies are read at all. What a case
    writes stays for the next ones of the same operation.
    """
    sent, found = 0, []
    for operation in operations(schema):
        counted, problems = _ask(operation, caller, ids, examples, number)
        sent += counted
        found += [f"{operation.method.upper()} {operation.path}: {each}" for each in problems]
    return sent, found


def _ask(
    operation: APIOperation[Any, Any, Any, Any], caller: Caller, ids: dict[str, str], examples: int, number: int
) -> tuple[int, list[str]]:
    problems: dict[str, str] = {}
    turns: Iterator[int] = itertools.count()

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        if next(turns) % 2 and case.path_parameters:
            case.path_parameters = {name: ids.get(_kind(operation.path, name), "x") for name in case.path_parameters}
        problem = _problem(case, caller)
        if problem:
            problems.setdefault(problem.splitlines()[0], f"{problem[:600]} of {case.body!r:.300} {case.query!r:.200}")

    ask()
    return next(turns), list(problems.values())


def _kind(path: str, name: str) -> str:
    return path.split("{")[0].rstrip("/").rpartition("/")[2] if name == "key" else name


def _problem(case: Any, caller: Caller) -> str:
    """Send one case and return what is wrong with the answer, an empty text where nothing is."""
    begun = time.monotonic()
    try:
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {caller.text}"})
            if connection.needs_rollback:
                transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)
    except (AssertionError, schemathesis.errors.SchemathesisError) as error:
        return str(error)
    except BaseExceptionGroup as group:
        return " | ".join(str(each) for each in group.exceptions)
    seconds = time.monotonic() - begun
    return f"{seconds:.0f} s" if seconds > SLOW_SECONDS else ""
