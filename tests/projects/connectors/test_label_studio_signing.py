"""Which token a secret is, by its shape alone."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from mltrack.outbound import BasicAuth, BearerAuth, ExchangeAuth
from projects.connectors.label_studio.signing import REFRESH, auth_of

HEAD = {"alg": "HS256", "typ": "JWT"}


def jwt(payload: Any, head: Any = HEAD) -> str:
    parts = [urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (head, payload)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


PERSONAL = jwt({"token_type": "refresh", "exp": 8_053_706_000, "jti": "f00", "user_id": 1})
ACCESS = jwt({"token_type": "access", "exp": 1_800_000_000, "jti": "f01", "user_id": 1})
LEGACY = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"


@pytest.mark.parametrize(
    ("username", "secret", "auth"),
    [
        ("", "", None),
        ("", LEGACY, BearerAuth(LEGACY, "Token")),
        ("", PERSONAL, ExchangeAuth(PERSONAL, REFRESH)),
        ("", jwt({"jti": "x"}), ExchangeAuth(jwt({"jti": "x"}), REFRESH)),
        ("", ACCESS, BearerAuth(ACCESS)),
        ("me", "pass", BasicAuth("me", "pass")),
        ("", "a.b.c", BearerAuth("a.b.c", "Token")),
        ("", "..", BearerAuth("..", "Token")),
        ("", jwt({}, head=[]), BearerAuth(jwt({}, head=[]), "Token")),
        ("", jwt([]), BearerAuth(jwt([]), "Token")),
        ("", "ü.ü.ü", BearerAuth("ü.ü.ü", "Token")),
    ],
)
def test_a_secret_is_told_by_its_shape(username: str, secret: str, auth: object) -> None:
    assert auth_of(username, secret) == auth
