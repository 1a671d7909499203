"""Secrets at rest: sealed with the rotating keys of MLTRACK_ENCRYPTION_KEYS, opened only where they are used."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """The stored secret was sealed with a key that is not among MLTRACK_ENCRYPTION_KEYS."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.MLTRACK_ENCRYPTION_KEYS])


def seal(secret: str) -> str:
    """Return the sealed text of a secret; empty stays empty, so that "no secret" is told without a key."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """Return the secret in a sealed text. Raises SecretUnreadable when no key fits."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable("A stored secret does not open with MLTRACK_ENCRYPTION_KEYS.") from error


def reseal(sealed: str) -> str:
    """Return the same secret sealed with the newest key. Raises SecretUnreadable when no key fits."""
    return seal(unseal(sealed))
