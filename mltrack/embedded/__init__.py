"""The embedded database and broker, for whoever set no `DATABASE_URL` and `REDIS_URL`.

One process at a time owns them: `manage.py up`, else the first management command that needs them. Other
commands use what the owner started; an owner that is a command ends them when the last user has gone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from mltrack import env
from mltrack.embedded.locks import Lock
from mltrack.embedded.processes import ServiceError
from mltrack.embedded.services import ADDRESSES, Services

WITHOUT_SERVICES = frozenset({"", "help", "version", "--version", "--help", "-h", "collectstatic", "diffsettings"})
UP = "up"
_WAIT_SECONDS = 60.0
_running: list[Services] = []


def running() -> Services | None:
    """Return the services that this process owns, if any."""
    return _running[-1] if _running else None


@contextmanager
def for_command(argv: Sequence[str]) -> Iterator[None]:
    """See that the services that a management command needs run while it does.

    `argv` is the command line with the program first. Exits with one line where they cannot be had.
    """
    command = argv[1] if len(argv) > 1 else ""
    given = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if given or command in WITHOUT_SERVICES or {"--help", "-h"} & set(argv[2:]):
        yield
        return
    try:
        require_folder(env.home())
        with owned(command) if command == UP else shared(command):
            yield
    except ServiceError as error:
        sys.exit(f"mltrack: {error}")


def require_folder(home: Path) -> None:
    """Make the data folder where it is missing. Raises ServiceError where this process may not write to it."""
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
    if not (home.is_dir() and os.access(home, os.W_OK | os.X_OK)):
        raise ServiceError(f"cannot write to the data folder {home} (MLTRACK_HOME).")


@contextmanager
def owned(command: str) -> Iterator[Services]:
    """Start the services for this process alone. Raises ServiceError while another owns them."""
    lock = Lock(env.home() / "services.lock")
    until = time.monotonic() + 5
    while not lock.take(owner=note(command)):
        if time.monotonic() > until or lock.holder().startswith(UP):
            raise ServiceError(f"{env.home()} is in use already ({lock.holder()}).")
        time.sleep(0.1)
    try:
        with started() as services:
            yield services
    finally:
        lock.release()


@contextmanager
def shared(command: str) -> Iterator[None]:
    """Use the services that run, else start them; an owner waits for other users before it ends them."""
    owner, user = Lock(env.home() / "services.lock"), Lock(env.home() / "services.use")
    until = time.monotonic() + _WAIT_SECONDS
    while not owner.take(owner=note(command)):
        if (env.home() / ADDRESSES).exists() and user.take(shared=True):
            try:
                yield
            finally:
                user.release()
            return
        if time.monotonic() > until:
            raise ServiceError(f"the embedded services are not ready ({owner.holder()}).")
        time.sleep(0.05)
    try:
        with started():
            yield
            user.take(wait=True)
    finally:
        user.release()
        owner.release()


@contextmanager
def started() -> Iterator[Services]:
    """Run the services of the data folder for a while."""
    services = Services(env.home())
    services.start()
    _running.append(services)
    try:
        yield services
    finally:
        _running.remove(services)
        services.stop()


def note(command: str) -> str:
    """Return what a lock says about its holder."""
    return f"{command}, process {os.getpid()}"
