"""Every path of the product: pages, API, and the few that need no sign-in."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("mltrack.api_urls")),
    path("accounts/", include("allauth.account.urls")),
]
