"""Files that every server hands out without signing in: the CI client."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import condition, require_safe

CLIENT: Final = Path(__file__).with_name("cli.py")


@cache
def _content() -> bytes:
    return CLIENT.read_bytes()


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(_content()).hexdigest()[:24]}"'


@require_safe
@condition(etag_func=_etag)
def client(request: HttpRequest) -> HttpResponseBase:
    """Answer with the CI client of this very version."""
    headers = {"Cache-Control": "public, max-age=300", "Content-Disposition": 'inline; filename="mltrack.py"'}
    return HttpResponse(_content(), content_type="text/x-python; charset=utf-8", headers=headers)
