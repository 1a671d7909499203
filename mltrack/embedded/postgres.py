"""PostgreSQL from a wheel: a unix socket in a closed folder, a password, no port."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg2

from mltrack.embedded.places import Places, give
from mltrack.embedded.processes import Account, ServiceError, command_line, end, spawn, tail, wait_until

NAME = "mltrack"
_ENVIRON = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
_START_SECONDS = 60.0
# For a machine that has other work too. The sockets' folder keeps strangers out, the password those inside.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # After a crash, one sync of the disk instead of one for each of a thousand files.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres:
    """One server on one data folder. `fast` gives up durability, for tests alone."""

    name = "postgres"
    stop_steps = ((signal.SIGINT, 2.5), (signal.SIGQUIT, 1.0))

    def __init__(self, places: Places, password: str, *, fast: bool = False) -> None:
        self.places, self.password, self.fast = places, password, fast
        self.log = places.logs / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the product's database, as libpq reads it."""
        return self.url_of(NAME)

    def url_of(self, database: str) -> str:
        """Return the address of a database of this server."""
        return f"postgres://{NAME}:{quote(self.password)}@{quote(str(self.places.sockets), safe='')}/{database}"

    def start(self) -> None:
        """Start the server, on a new cluster where there is none, and wait until it answers.

        Raises ServiceError with the end of the log.
        """
        if not self.places.postgres.exists():
            initialise(self.places, self.password, self.log, fast=self.fast)
        end_leftover(self.places.postgres)
        until = time.monotonic() + _START_SECONDS
        self.spawn()
        while not self.answers():
            if time.monotonic() > until:
                self.stop()
                raise ServiceError(f"PostgreSQL does not answer; {self.log} ends:\n{tail(self.log)}")
            if self.process is None or self.process.poll() is not None:
                self._again(until)
            time.sleep(0.02)
        self._create_database()

    def _again(self, until: float) -> None:
        """Start once more: the backends of a killed server may hold its memory for a moment."""
        if time.monotonic() + _START_SECONDS - 10 > until:
            raise ServiceError(f"PostgreSQL does not start; {self.log} ends:\n{tail(self.log)}")
        time.sleep(0.3)
        self.spawn()

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server process and return it. It shuts down fast when this process dies.

        Sessions that a killed server left at work are killed first: no other server starts beside them.
        """
        end_sessions(self.places.postgres)
        settings = {**_SETTINGS, **(_FAST if self.fast else {})}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        program = self.places.programs / "bin" / "postgres"
        self.process = spawn(
            [program, "-D", self.places.postgres, "-k", self.places.sockets, *options],
            account=self.places.account,
            log=self.log,
            environ=_ENVIRON,
            death_signal=signal.SIGINT,
        )
        return self.process

    def answers(self) -> bool:
        """Say whether the server takes a connection now. Raises ServiceError for a wrong password."""
        try:
            psycopg2.connect(self.url_of("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise ServiceError(f"{self.places.home}/postgres_password is not this cluster's password.") from error
            return False
        return True

    def _create_database(self) -> None:
        connection = psycopg2.connect(self.url_of("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{NAME}"')
        finally:
            connection.close()

    def stop(self) -> None:
        """End the server; open connections are cut."""
        if self.process is not None:
            end(self.process, self.stop_steps)
            self.process = None


def initialise(places: Places, password: str, log: Path, *, fast: bool = False) -> None:
    """Make a cluster. It appears under its name whole or not at all. Raises ServiceError."""
    fresh = places.postgres.with_name(f"postgres.new.{secrets.token_hex(4)}")
    words = places.sockets / f"password.{secrets.token_hex(4)}"
    give(fresh, places.account)
    write_private(words, password, places.account)
    options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    command = ["--auth=scram-sha-256", f"--username={NAME}", f"--pwfile={words}", *options, "-D", str(fresh)]
    program = places.programs / "bin" / "initdb"
    no_sync = ["--no-sync"] if fast else []
    process = spawn([program, *command, *no_sync], account=places.account, log=log, environ=_ENVIRON)
    try:
        if process.wait(120) != 0:
            raise ServiceError(f"PostgreSQL cannot make its files; {log} ends:\n{tail(log)}")
        fresh.rename(places.postgres)
    finally:
        end(process, ())
        words.unlink()
        shutil.rmtree(fresh, ignore_errors=True)


def write_private(path: Path, text: str, account: Account | None) -> None:
    """Write a file that its account alone may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    if account:
        os.chown(path, account.uid, account.gid)


def end_leftover(data: Path) -> None:
    """End a server that outlived whoever started it, and drop the pid of one whose number is another's now.

    The caller holds the lock of the data folder, so that nobody else may be using such a server.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    running = command_line(pid)
    if not running:
        return
    if str(data) not in running:
        file.unlink(missing_ok=True)
        return
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if wait_until(lambda: str(data) not in command_line(pid), 5.0):
            return


def end_sessions(data: Path) -> None:
    """Kill what a server of the data folder had forked and left behind (Linux only)."""
    if left := sessions(data):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not sessions(data), 1.0)


def sessions(data: Path) -> set[int]:
    """Return the processes that servers of the data folder have forked, and that still run."""
    found, folder = set[int](), data.resolve()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink() == folder and command_line(int(entry.name)).startswith("postgres: "):
                found.add(int(entry.name))
    return found
