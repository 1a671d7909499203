"""Ways to sign in to a foreign system."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mltrack.outbound.errors import OutboundError


@dataclass(frozen=True)
class BasicAuth:
    """User and password of HTTP basic authentication."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class BearerAuth:
    """A token that travels as `Authorization: Bearer …`, or with another word for `Bearer`."""

    token: str = field(repr=False)
    scheme: str = "Bearer"


@dataclass(frozen=True)
class ExchangeAuth:
    """A long-lived token that is exchanged for bearer tokens that are good for minutes.

    `POST path {"refresh": token}` answers `{"access": …}`. After `seconds`, or when the server calls it expired, the
    bearer token is exchanged anew.
    """

    token: str = field(repr=False)
    path: str
    seconds: float = 240.0


Auth = BasicAuth | BearerAuth | ExchangeAuth | None


def secret_of(auth: Auth) -> str:
    """Return what nobody may read of a way to sign in."""
    if auth is None:
        return ""
    return auth.password if isinstance(auth, BasicAuth) else auth.token


class Exchange:
    """The present bearer token of an ExchangeAuth. Usable from several threads."""

    def __init__(self, auth: ExchangeAuth, clock: Callable[[], float] = time.monotonic) -> None:
        self._auth = auth
        self._clock = clock
        self._lock = threading.Lock()
        self._access = ""
        self._until = 0.0

    def bearer(self, post: Callable[[str, Any], Any]) -> tuple[str, bool]:
        """Return the token, and whether it was got just now through `post(path, body)`. Raises OutboundError."""
        with self._lock:
            if self._access and self._clock() < self._until:
                return self._access, False
            began = self._clock()
            answer = post(self._auth.path, {"refresh": self._auth.token})
            access = answer.get("access") if isinstance(answer, dict) else None
            if not isinstance(access, str) or not access:
                raise OutboundError("bad_answer", "The server gave no bearer token in exchange for the kept one.")
            self._access, self._until = access, began + self._auth.seconds
            return access, True

    def forget(self, access: str) -> None:
        """Drop a token that the server refused."""
        with self._lock:
            if self._access == access:
                self._access = ""
