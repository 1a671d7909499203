"""A person at a browser without a browser, who keeps every answer."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Mapping
from http.cookiejar import CookieJar
from typing import Any

from tests.trust.secret_sinks import Sink


class Visitor:
    """Follows redirects, keeps cookies, fills in forms; `answers` is shared with whoever searches them."""

    def __init__(self, origin: str, answers: list[Sink]) -> None:
        self.origin, self.answers = origin, answers
        self.cookies = CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        shows: Collection[str] = (),
    ) -> tuple[int, str]:
        """Send a request and return status and text."""
        host = urllib.parse.urlsplit(self.origin).port
        request = urllib.request.Request(
            self.origin + path, body, {"Host": f"127.0.0.1:{host}", **(headers or {})}, method=method
        )
        try:
            answer = self._open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode(errors="replace")
            told = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Set-Cookie")
        self.answers.append(Sink(f"answer {answer.status} of {method} {path[:60]}", told + "\n\n" + text, shows))
        return int(answer.status), text

    def fill(self, path: str, shows: Collection[str] = (), **fields: Any) -> tuple[int, str]:
        """Open a page and send its form; a list is a field with several values."""
        _, page = self.ask("GET", path, shows=shows)
        guard = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": guard[1] if guard else ""}, doseq=True)
        return self.ask("POST", path, body=data.encode(), shows=shows)

    def call(self, method: str, path: str, token: str, body: Any = None) -> tuple[int, Any]:
        """Call the API and return status and document."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, text = self.ask(
            method, f"/api/v1/{path}", body=None if body is None else json.dumps(body).encode(), headers=headers
        )
        return status, json.loads(text) if text.startswith(("{", "[")) else None

    def cookie(self, name: str) -> str:
        """Return a cookie's value."""
        return next((each.value or "" for each in self.cookies if each.name == name), "")
