"""The request as the API sees it: a body with a limit, whatever way it travels."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO

from django.conf import settings
from rest_framework.request import Request

from mltrack.rest.bodies import read_body


class StrictRequest(Request):
    """REST framework's request, whose body is read once, up to `MLTRACK_MAX_BODY` bytes."""

    @cached_property
    def raw_body(self) -> bytes:
        """Return the inflated body. Raises Problem 400, 411, 413 or 415."""
        return read_body(self._request, settings.MLTRACK_MAX_BODY)

    def _load_stream(self) -> None:
        self._stream = BytesIO(self.raw_body) if self.raw_body else None  # type: ignore[assignment]
