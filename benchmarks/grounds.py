"""Where benchmarks run: a PostgreSQL and a data folder of their own, as durable as the product's, gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from mltrack.embedded.services import Services

_FOREIGN = ("MLTRACK_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
_KEPT = ("MLTRACK_TEST_CACHE",)


@contextmanager
def open_grounds() -> Iterator[Path]:
    """Start the services and name them in the environment until the end of the block. Never a database in use."""
    for name in [name for name in os.environ if name.startswith(_FOREIGN) and name not in _KEPT]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="mltrack-bench-"))
    home.chmod(0o711)
    services = Services(home)
    try:
        services.start()
        os.environ.update(
            MLTRACK_HOME=str(home),
            DATABASE_URL=services.addresses["database_url"],
            REDIS_URL=services.addresses["redis_url"],
            SECRET_KEY=secrets.token_urlsafe(48),
            MLTRACK_ENCRYPTION_KEYS=Fernet.generate_key().decode(),
            MLTRACK_ALLOWED_NETWORKS="127.0.0.0/8",
            MLTRACK_ALLOWED_HOSTS="127.0.0.1",
            MLTRACK_THROTTLE_PER_MINUTE="100000000",
            MLTRACK_LOG_LEVEL="WARNING",
            DJANGO_SETTINGS_MODULE="benchmarks.served_settings",
        )
        yield home
    finally:
        services.stop()
        for folder in (services.places.postgres.parent, services.places.sockets, home):
            shutil.rmtree(folder, ignore_errors=True)
