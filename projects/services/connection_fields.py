"""What the fields of a connection may hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from projects.connectors.base import ConnectorError, SignsHooks
from projects.connectors.registry import CONNECTORS, TITLES, needs_initiative, resolve
from projects.models import Connection, Initiative
from projects.services.clients import open_connector
from projects.services.texts import whole_text

EDITABLE: Final = (
    *("name", "base_url", "secret", "webhook_secret", "options"),
    *("interval_seconds", "initiative", "paused"),
)
SHORTEST_INTERVAL: Final = 10
LONGEST_INTERVAL: Final = 7 * 86_400
_TEXTS: Final = {"name": 120, "base_url": 500, "secret": 10_000, "webhook_secret": 500}
_LONGEST_OPTIONS = 200_000
_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306}
_FIELD_OF_CODE = {"bad_url": "base_url"}


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port: what a secret was given for."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme.lower())
    except ValueError:
        return "", "", None


def check_fields(connection: Connection, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError({field: text}) for unknown fields and for values of the wrong form."""
    errors = {name: "There is no such field." for name in changes if name not in EDITABLE}
    for name, value in changes.items():
        wrong = None if name in errors else _wrong(connection, name, value)
        if wrong:
            errors[name] = wrong
    if errors:
        raise ValidationError(errors)


def check_initiative(kind: str, initiative: Initiative | None) -> None:
    """Raise ValidationError where a kind needs an initiative and there is none."""
    if initiative is None and needs_initiative(kind):
        raise ValidationError({"initiative": "Choose the initiative that its projects belong to."})


def check_webhook_secret(kind: str, secret: str) -> None:
    """Raise ValidationError where a kind does not sign what it posts and there is a secret for that."""
    if secret and not issubclass(resolve(kind), SignsHooks):
        text = f"{TITLES[kind]} does not sign what it posts: its address for webhooks is all the secret there is."
        raise ValidationError({"webhook_secret": text})


def check_whole(kind: str, base_url: str, secret: str, options: Mapping[str, Any]) -> None:
    """Raise ValidationError unless a connector can be made of these; nothing is sent."""
    if kind not in CONNECTORS:
        raise ValidationError({"kind": f"The kind is one of {', '.join(CONNECTORS)}."})
    try:
        with open_connector(kind, base_url, secret, options):
            pass
    except ConnectorError as error:
        raise ValidationError({_FIELD_OF_CODE.get(error.code, "options"): error.text}) from error


def _wrong(connection: Connection, name: str, value: Any) -> str | None:
    if name in _TEXTS:
        wrong = whole_text(value, _TEXTS[name], empty=name.endswith("secret"))
        return f"This {wrong}." if wrong else None
    if name == "interval_seconds":
        return _wrong_interval(value)
    if name == "paused":
        return None if isinstance(value, bool) else "This is true or false."
    if name == "initiative":
        return _wrong_initiative(connection, value)
    return _wrong_options(value)


def _wrong_interval(value: Any) -> str | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and SHORTEST_INTERVAL <= value <= LONGEST_INTERVAL
    return None if fits else f"The interval is {SHORTEST_INTERVAL} to {LONGEST_INTERVAL} seconds."


def _wrong_initiative(connection: Connection, value: Any) -> str | None:
    if value is None or (isinstance(value, Initiative) and value.workspace_id == connection.workspace_id):
        return None
    return "The initiative must be one of this workspace."


def _wrong_options(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "Options are an object."
    try:
        text = json.dumps(value, allow_nan=False)
    except (RecursionError, TypeError, ValueError):
        return "Options are plain JSON."
    return None if len(text) <= _LONGEST_OPTIONS and "\\u0000" not in text else "Options are too large."
