"""A small client of the product's API that sees every answer as it is. It knows no Django."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Requests with a token, each on a connection of its own; what breaks raises OSError or HTTPException."""

    def __init__(self, url: str, token: str = "", timeout: float = 30.0) -> None:
        self._address = urlsplit(url)
        self._token = token
        self._timeout = timeout

    def get(self, path: str, **headers: str) -> Reply:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: Any, key: str = "") -> Reply:
        return self._ask("POST", path, json.dumps(body).encode(), {"Idempotency-Key": key} if key else {})

    def _ask(self, method: str, path: str, body: bytes | None, more: Mapping[str, str]) -> Reply:
        host, port = str(self._address.hostname), self._address.port
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        headers = {"Host": "localhost", "Content-Type": "application/json", **more}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()
