"""The look tests' own web server: real WSGI on a free port of 127.0.0.1, no database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from mltrack import env

POLICY = "; ".join(" ".join([name, *sources]) for name, sources in settings.SECURE_CSP.items())
TEMPLATE: dict[str, Any] = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [env.BASE_DIR / "templates", env.BASE_DIR / "tests/mltrack/look/templates"],
    "OPTIONS": {
        "context_processors": ["django.template.context_processors.request"],
        "builtins": ["django.templatetags.i18n", "django.templatetags.static", "mltrack.templatetags.ui"],
    },
}
SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "tests.mltrack.look.urls",
    "ALLOWED_HOSTS": ["127.0.0.1", "testserver"],
    "TEMPLATES": [TEMPLATE],
    "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    "MIDDLEWARE": ["tests.mltrack.look.server.policy", "django.middleware.csrf.CsrfViewMiddleware"],
}


def policy(get_response: Any) -> Any:
    """Answer every page with the strict content security policy."""

    def answer(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return answer


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the look URLs; yields the origin."""
    with override_settings(**SETTINGS):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Server, Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
