"""Errors as `application/problem+json` (RFC 9457): one shape, whatever went wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, InternalError, ProgrammingError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from mltrack.rest.pointers import FieldError, field_errors

MEDIA_TYPE: Final = "application/problem+json"
MOST_ERRORS: Final = 200  # A body with a fault in every byte gets no larger answer than it is.
logger = logging.getLogger("mltrack.rest")
_RETRY_SECONDS: Final = 2
_READ_ONLY: Final = "25006"


class Problem(exceptions.APIException):
    """An answer that is an error. `extra` holds further members, `headers` further headers."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code, self.text = code, detail
        self.errors, self.extra, self.headers = list(errors), dict(extra or {}), dict(headers or {})


def problem_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """Return the members of RFC 9457 with ours: code, request_id and errors."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.text,
        "code": problem.code,
        "request_id": request_id,
        "errors": problem.errors[:MOST_ERRORS],
        **problem.extra,
    }


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """Answer any exception of a view with a problem; what nobody foresaw is logged and a 500 without detail."""
    problem = as_problem(exc)
    request_id = str(getattr(context.get("request"), "request_id", ""))
    if problem.status_code >= 500:
        logger.error("%s (request %s)", problem.code, request_id, exc_info=exc)
    return Response(
        problem_body(problem, request_id),
        status=problem.status_code,
        headers=problem.headers,
        content_type=MEDIA_TYPE,
    )


def as_problem(exc: Exception) -> Problem:
    """Return the problem that an exception means to a client."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc)
    if isinstance(exc, Http404):
        return Problem(404, "not_found", str(exc) if str(exc) else "Not found.")
    if isinstance(exc, PermissionDenied):
        return Problem(403, "forbidden", str(exc) or "You may not do this.")
    if isinstance(exc, ModelError):
        return invalid(field_errors(_model_detail(exc)))
    if isinstance(exc, SuspiciousOperation):
        return Problem(400, "bad_request", "The request could not be read.")
    if isinstance(exc, DatabaseError | InterfaceError) and not _is_our_fault(exc):
        return _of_database(exc)
    return Problem(500, "internal_error", "Something broke on our side; the request id leads to it in the log.")


def invalid(errors: Sequence[FieldError]) -> Problem:
    """Return the 400 of faulty values; its detail names the first."""
    if not errors:
        return Problem(400, "invalid", "The request is not valid.")
    first = errors[0]
    where = f"{first['pointer']}: " if first["pointer"] else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(400, "invalid", f"{where}{first['detail']}{more}", errors=errors)


def _of_framework(exc: exceptions.APIException) -> Problem:
    if isinstance(exc, exceptions.ValidationError):
        return invalid(field_errors(exc.detail))
    headers: dict[str, str] = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)  # type: ignore[attr-defined]
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(max(1, round(exc.wait)))  # type: ignore[attr-defined]
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else exc.default_code
    return Problem(exc.status_code, code, str(exc.detail), headers=headers)


def _model_detail(exc: ModelError) -> Any:
    """Give a model's ValidationError the nested shape of the framework's, codes included."""
    named = getattr(exc, "error_dict", None)
    if named is None:
        return _coded(exc.error_list)
    return {"non_field_errors" if key == "__all__" else key: _coded(found) for key, found in named.items()}


def _coded(found: Sequence[ModelError]) -> list[exceptions.ErrorDetail]:
    return [exceptions.ErrorDetail(text, error.code or "invalid") for error in found for text in error.messages]


def _is_our_fault(exc: Exception) -> bool:
    """Say whether the database was asked wrongly; an InternalError is not, where it is read-only (code 25006)."""
    code = getattr(exc.__cause__, "pgcode", None)
    return isinstance(exc, ProgrammingError) or (isinstance(exc, InternalError) and code != _READ_ONLY)


def _of_database(exc: DatabaseError | InterfaceError) -> Problem:
    """Tell a clash (409) and a value that does not fit (400) from a database that is away or read-only (503)."""
    if isinstance(exc, IntegrityError):
        logger.warning("Refused by a constraint: %s", exc)
        return Problem(409, "conflict", "This contradicts what is stored already.")
    if isinstance(exc, DataError):
        logger.warning("Refused by a type: %s", exc)
        return Problem(400, "invalid", "A value does not fit where it should be stored.")
    return Problem(
        503,
        "unavailable",
        "The database cannot answer now; try again.",
        headers={"Retry-After": str(_RETRY_SECONDS)},
    )
