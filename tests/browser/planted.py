"""The product with one page more, which believes what is in the database: for the test that finds it out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from mltrack.urls import handler400, handler403, handler404, handler500
from mltrack.urls import urlpatterns as own
from projects.models import Initiative

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
PAGE = "<!doctype html><title>Planted</title><main>{{ initiative.problem|safe }}</main>"


def planted(request: HttpRequest) -> HttpResponse:
    """Show an initiative's problem as if it were markup."""
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"initiative": Initiative.objects.get(key="HOSTILE")}, request))


urlpatterns = [path("planted/", planted, name="planted"), *own]
