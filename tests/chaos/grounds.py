"""Where chaos happens: a whole tree, a second machine with workers and a scheduler, and two MLflow servers."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg2
from redis import Redis

from tests.chaos.names import World
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.client import Client
from tests.servers.hostile import HostileServer
from tests.trees import Tree, clean_environment, eventually, open_folder

LEASE_SECONDS = 8
RUNS_AT_FIRST = 60
_ROOT = Path(__file__).parents[2]
_PROGRAM = "import django; django.setup(); from tests.chaos import world; world.main()"


class Grounds:
    """Everything that a chaos run strikes and asks. Use it as a context manager."""

    def __init__(
        self, *, second_machine: bool = True, seed_home: Path | None = None, more: Mapping[str, str] | None = None
    ) -> None:
        """`more` is added to the environment of every process; its `PYTHON` is another interpreter than this one."""
        self._more = dict(more or {})
        self._python = self._more.pop("PYTHON", sys.executable)
        self._stack = ExitStack()
        self._second_wanted = second_machine
        self._seed_home = seed_home
        self.mlflows: list[LittleMLflow] = []
        self.servers: list[HostileServer] = []
        self.second: Tree | None = None

    def __enter__(self) -> Self:
        folder = self._stack.enter_context(open_folder())
        self.home = folder / "one"
        if self._seed_home is not None:
            subprocess.run(["cp", "-a", str(self._seed_home), str(self.home)], check=True)
        for first in (0, 10_000):
            mlflow = LittleMLflow(runs=[mlflow_run(first + number) for number in range(RUNS_AT_FIRST)])
            self.mlflows.append(mlflow)
            self.servers.append(self._stack.enter_context(mlflow.serve()))
        try:
            self.tree = Tree(self.home, environ=self._environ(), interpreter=[self._python]).wait(180)
            self.world = World(**self.deed("make", *[each.url for each in self.servers]))
            if self._second_wanted:
                self.second = Tree(folder / "two", "--worker", "--beat", environ=self._addresses())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self.trees:
            each.destroy()
        self._stack.close()

    @property
    def trees(self) -> list[Tree]:
        """Return the machines that were started."""
        return [each for each in (getattr(self, "tree", None), self.second) if each is not None]

    def _environ(self) -> dict[str, str]:
        return {
            "MLTRACK_LEASE_SECONDS": str(LEASE_SECONDS),
            "MLTRACK_SWEEP_SECONDS": "2",
            "MLTRACK_THROTTLE_PER_MINUTE": "1000000",
            "MLTRACK_ALLOWED_NETWORKS": "127.0.0.0/8",
            "MLTRACK_LOG_LEVEL": "INFO",
            **self._more,
        }

    def _addresses(self) -> dict[str, str]:
        """Return what a second machine of the same installation is given."""
        keys = {"SECRET_KEY": "secret_key", "MLTRACK_ENCRYPTION_KEYS": "encryption_keys"}
        addresses = {name.upper(): text for name, text in self.services().items()}
        return {**self._environ(), **addresses, **{key: (self.home / name).read_text() for key, name in keys.items()}}

    def services(self) -> dict[str, str]:
        """Return the addresses of database and broker."""
        found: dict[str, str] = json.loads((self.home / "services.json").read_text())
        return found

    def power_cut(self) -> None:
        """Kill every process of the first machine at once, and start it again on the same data and port."""
        self.tree.destroy()
        self.tree = Tree(self.home, environ=self._environ(), interpreter=[self._python], port=self.tree.port)

    def connect(self) -> Any:
        """Return a connection to the database, autocommitting."""
        connection = psycopg2.connect(self.services()["database_url"], connect_timeout=3)
        connection.autocommit = True
        return connection

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def redis(self) -> Redis:
        """Return a client of the broker."""
        path = self.services()["redis_url"].removeprefix("redis+socket://")
        return Redis(unix_socket_path=path, socket_timeout=2)

    def deed(self, *arguments: str) -> Any:
        """Run one of `tests.chaos.world`'s deeds in a process of the installation."""
        environ = clean_environment(self.home, {**self._environ(), "DJANGO_SETTINGS_MODULE": "mltrack.settings"})
        environ["PYTHONPATH"] = os.pathsep.join([str(_ROOT), environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        command = [self._python, "-c", _PROGRAM, *arguments]
        done = subprocess.run(command, env=environ, cwd=_ROOT, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def is_back(self, seconds: float = 60.0) -> bool:
        """Wait until the web process answers a question that needs the database."""
        return eventually(self._answers, seconds)

    def _answers(self) -> bool:
        try:
            return Client(self.tree.url, self.world.token, timeout=5).get("/api/v1/initiatives/").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def keep_logs(self, folder: Path) -> None:
        """Copy the logs of all processes."""
        shutil.copytree(self.home / "log", folder / "log", dirs_exist_ok=True)
        for number, each in enumerate(self.trees):
            shutil.copy(each.output, folder / f"machine-{number}.log")
