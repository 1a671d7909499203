"""The keys that a backup needs to be of use: named by fingerprints, written only when asked for."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings

from mltrack.backups.errors import BackupError


def fingerprint(key: str) -> str:
    """Return twelve hex digits that name an encryption key and say nothing of it: it has 256 random bits."""
    return hashlib.sha256(b"mltrack.key:" + key.encode()).hexdigest()[:12]


def present_keys() -> tuple[str, ...]:
    """Return the fingerprints of the present encryption keys, newest first."""
    return tuple(map(fingerprint, settings.MLTRACK_ENCRYPTION_KEYS))


def write_keys(path: Path) -> None:
    """Write the keys in clear to a new file that its owner alone may read. Raises BackupError where it exists."""
    lines = {"SECRET_KEY": settings.SECRET_KEY, "MLTRACK_ENCRYPTION_KEYS": ",".join(settings.MLTRACK_ENCRYPTION_KEYS)}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupError(f"The keys cannot be written to {path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in lines.items())
