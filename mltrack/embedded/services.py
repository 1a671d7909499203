"""The embedded services of one data folder, started and ended together."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path

from mltrack import env
from mltrack.embedded.broker import Broker, find_program
from mltrack.embedded.places import prepare
from mltrack.embedded.postgres import Postgres

ADDRESSES = "services.json"
FILES = "filesystem://"
QUEUES = ("queue", "queue-control")


class Services:
    """PostgreSQL and, where its program is found, Redis. What `DATABASE_URL` or `REDIS_URL` name is not started."""

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        """Prepare the folders. Raises ServiceError where they cannot be had."""
        self.home = home.resolve()
        self.places = prepare(home)
        self.postgres = self._postgres(fast) if env.embedded() else None
        program = None if os.environ.get("REDIS_URL") else find_program()
        self.broker = Broker(self.places, program) if program else None

    def _postgres(self, fast: bool) -> Postgres:
        password = env.private_file("postgres_password", secrets.token_urlsafe(24), self.home)
        return Postgres(self.places, password, fast=fast)

    @property
    def addresses(self) -> dict[str, str]:
        """Return what other processes need: `database_url` and `redis_url`, each only when it is embedded."""
        found = {"database_url": self.postgres.url} if self.postgres else {}
        if not os.environ.get("REDIS_URL"):
            found["redis_url"] = self.broker.url if self.broker else FILES
        return found

    def start(self) -> None:
        """Start what is embedded and leave the addresses in the data folder. Raises ServiceError."""
        try:
            for service in (self.postgres, self.broker):
                if service is not None:
                    service.start()
        except BaseException:
            self.stop()
            raise
        if (os.environ.get("REDIS_URL") or self.addresses["redis_url"]).startswith("filesystem:"):
            self._empty_queues()
        write_private(self.home / ADDRESSES, json.dumps(self.addresses))

    def _empty_queues(self) -> None:
        """Begin without messages of an earlier time, like half-taken ones: the database knows what is due."""
        for folder in QUEUES:
            shutil.rmtree(self.home / folder, ignore_errors=True)
            (self.home / folder).mkdir(mode=0o700, exist_ok=True)

    def stop(self) -> None:
        """End them, and take the addresses away."""
        (self.home / ADDRESSES).unlink(missing_ok=True)
        for service in (self.broker, self.postgres):
            if service is not None:
                service.stop()

    def words(self) -> list[str]:
        """Return what a person should know: which programs run, and what is in an unusual place."""
        lines = list(self.places.notes)
        if self.broker is not None:
            lines.append(f"Redis is {self.broker.program}.")
        elif not os.environ.get("REDIS_URL"):
            lines.append("There is no redis-server: jobs wait in files, which is slower (0.1 s).")
        return lines


def write_private(path: Path, text: str) -> None:
    """Replace a file that its owner alone may read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text + "\n")
    fresh.replace(path)
