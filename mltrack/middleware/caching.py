"""Nothing that a person or a token sees may be shown to another from a cache."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class PrivateCacheMiddleware:
    """Marks answers `private, no-store`, unless the view says itself how long and for whom to keep them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with headers for caches: htmx gets parts of pages under the address of the whole."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if response.headers["Cache-Control"].startswith("public"):
            return response
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response
