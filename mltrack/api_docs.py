"""The API's description of itself: the OpenAPI document, and a page made from it. Both are open to all."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from mltrack.reference import Reference, reference_of
from mltrack.rest.etags import etag_of, is_fresh
from mltrack.rest.handlers import problem_answer
from mltrack.rest.problems import Problem


@cache
def document(urlconf: str) -> bytes:
    """Return the OpenAPI 3.1 document of a URLconf as JSON; it is the same for the life of the process."""
    generated = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    rendered: bytes = OpenApiJsonRenderer().render(generated, renderer_context={})
    return rendered


@cache
def reference(urlconf: str) -> Reference:
    """Return what the page shows."""
    found: dict[str, Any] = json.loads(document(urlconf))
    return reference_of(found)


def schema(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document."""
    if request.method not in ("GET", "HEAD"):
        problem = Problem(405, "method_not_allowed", "Only GET works here.", headers={"Allow": "GET, HEAD"})
        return problem_answer(request, problem)
    if request.GET:
        name = next(iter(request.GET))[:100]
        return problem_answer(request, Problem(400, "invalid", f"The query parameter {name} is not known here."))
    found = document(settings.ROOT_URLCONF)
    etag = etag_of("schema", found.decode())
    if is_fresh(request, etag):
        return HttpResponse(status=304, headers={"ETag": etag})
    return HttpResponse(found, content_type="application/json", headers={"ETag": etag})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the reference page."""
    curl = f"curl -H 'Authorization: Bearer mlt_…' {request.build_absolute_uri('/api/v1/initiatives/')}"
    return render(request, "api/reference.html", {"reference": reference(settings.ROOT_URLCONF), "curl": curl})
