"""The product's paths with one endpoint that breaks on purpose."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mltrack import urls

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def broken(request: HttpRequest) -> HttpResponse:
    """Break."""
    raise RuntimeError("broken on purpose")


urlpatterns = [path("api/v1/portfolio/", broken, name="planted_portfolio"), *urls.urlpatterns]
