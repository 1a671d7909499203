"""The paths of the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mltrack import api_docs
from mltrack.accounts.api import Token

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", api_docs.schema, name="api_schema"),
    path("docs/", api_docs.docs, name="api_docs"),
    path("token/", Token.as_view()),
    path("", include("projects.api.urls")),
    path("", include("kpis.api.urls")),
]
