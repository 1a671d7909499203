"""Errors outside any view: unknown paths, refused hosts, crashes. Problems under /api/, pages elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import is_valid_path
from django.views import defaults

from mltrack.rest.problems import MEDIA_TYPE, Problem, problem_body
from mltrack.rest.rendering import dumps


def wants_problem(request: HttpRequest) -> bool:
    """Say whether the path belongs to the API."""
    return request.path_info.startswith("/api/")


def problem_answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return a problem as a plain Django answer, for places that no view reaches."""
    body = dumps(problem_body(problem, str(getattr(request, "request_id", ""))))
    return HttpResponse(body, status=problem.status_code, content_type=MEDIA_TYPE, headers=problem.headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 400."""
    if not wants_problem(request):
        return defaults.bad_request(request, exception)
    return problem_answer(request, Problem(400, "bad_request", "The request could not be read."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 403."""
    if not wants_problem(request):
        return defaults.permission_denied(request, exception)
    return problem_answer(request, Problem(403, "forbidden", "You may not do this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer 404; a path that only lacks its last slash is told so."""
    if not wants_problem(request):
        return defaults.page_not_found(request, exception)
    detail = "There is no such path."
    if not request.path_info.endswith("/") and is_valid_path(request.path_info + "/"):
        detail = "Paths of the API end with a slash."
    return problem_answer(request, Problem(404, "not_found", detail))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500; Django has logged the exception."""
    if not wants_problem(request):
        return defaults.server_error(request)
    return problem_answer(request, Problem(500, "internal_error", "Something broke on our side."))
