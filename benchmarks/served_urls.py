"""The product's paths, and a page that says hello after one query."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from mltrack import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def hello(request: HttpRequest) -> HttpResponse:
    """Ask the database for one number and say hello."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse(b"<!doctype html><title>Hello</title><p>Hello")


urlpatterns = [path("hello/", hello), *urls.urlpatterns]
