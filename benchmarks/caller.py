"""A bare HTTP client on one kept connection: the least that any client has to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit


class Caller:
    """Requests to one address, one after another. An answer of 400 or more raises RuntimeError."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._connection = HTTPConnection(parts.hostname, parts.port, timeout=120)
        self._headers = dict(headers or {})
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        """GET and return the body."""
        return self._send("GET", path, None, {})

    def post(self, path: str, body: bytes) -> bytes:
        """POST a JSON body and return the answer's."""
        return self._send("POST", path, body, {"Content-Type": "application/json"})

    def post_form(self, path: str, fields: Mapping[str, str]) -> bytes:
        """POST fields as a form does, and return the answer's body."""
        kind = "application/x-www-form-urlencoded"
        return self._send("POST", path, urlencode(fields).encode(), {"Content-Type": kind})

    def post_json(self, path: str, body: Any) -> Any:
        """POST as JSON and parse the answer."""
        return json.loads(self.post(path, json.dumps(body).encode()))

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        self.requests += 1
        self._connection.request(method, path, body, {**self._headers, **headers})
        with self._connection.getresponse() as answer:
            text = answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path} answered {answer.status}: {text[:500]!r}")
        return text
