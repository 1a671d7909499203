"""Django's system checks for settings with which MLTrack would run, but not safely."""

from __future__ import annotations

import os
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any, Final

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

SHORTEST_KEY: Final = 40
_WILDCARD_HINT: Final = "Name the hosts under which people reach this server, with commas between them."


@register()
def check_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Find a signing key that could be guessed and encryption keys that do not work."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        hint = "Set SECRET_KEY to 50 random characters or more."
        found.append(Error("SECRET_KEY is too short to be safe.", hint=hint, id="mltrack.E001"))
    if not settings.MLTRACK_ENCRYPTION_KEYS or not all(map(works, settings.MLTRACK_ENCRYPTION_KEYS)):
        hint = 'Make one: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        found.append(Error("MLTRACK_ENCRYPTION_KEYS holds a key that is none.", hint=hint, id="mltrack.E002"))
    return found


def works(key: str) -> bool:
    """Say whether a text is a Fernet key."""
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


@register()
def check_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Find a server that believes any Host header."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Error("MLTRACK_ALLOWED_HOSTS allows every host.", hint=_WILDCARD_HINT, id="mltrack.E003")]


@register()
def check_networks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Find networks that are none, or that are the whole internet."""
    found: list[CheckMessage] = []
    for text in settings.MLTRACK_ALLOWED_NETWORKS:
        try:
            size = ip_network(text.strip()).prefixlen
        except ValueError:
            words = f"MLTRACK_ALLOWED_NETWORKS holds {text!r}, which is no network."
            found.append(Error(words, hint="Write 10.0.0.0/8 or fd00::/8.", id="mltrack.E004"))
            continue
        if size == 0:
            words = f"MLTRACK_ALLOWED_NETWORKS holds {text}, which switches the guard off."
            found.append(Warning(words, hint="Name the networks of your own servers.", id="mltrack.W001"))
    return found


@register()
def check_transport(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Find debugging or plain http on a server that others can reach."""
    public = set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}
    found: list[CheckMessage] = []
    if settings.DEBUG and public:
        words = "MLTRACK_DEBUG shows the settings to whoever makes a page fail."
        found.append(Error(words, hint="Unset MLTRACK_DEBUG.", id="mltrack.E005"))
    if public and not settings.MLTRACK_HTTPS:
        words = "Sign-in cookies travel without https (MLTRACK_HTTPS is off)."
        hint = "Put a proxy with a certificate in front and set MLTRACK_HTTPS=1."
        found.append(Warning(words, hint=hint, id="mltrack.W002"))
    return found


@register()
def check_failpoints(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Find a failpoint of the tests that was left on."""
    if not os.environ.get("MLTRACK_FAILPOINT"):
        return []
    words = "MLTRACK_FAILPOINT lets workers die on purpose."
    return [Warning(words, hint="Unset it: it is for tests.", id="mltrack.W003")]
