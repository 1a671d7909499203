"""A real Redmine: Debian's packages, unpacked into a folder that is kept between test runs, and not installed.

The package's own set-up fails where other gems lie about; so its application is copied, given an instance of its own,
and run over an overlay of the packages on the machine's `/usr`, in a mount namespace of its own: that takes root on
Linux.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.servers.processes import end, free_port, spawn, wait_for

VERSION: Final = "5.0.4"
_SCRIPT: Final = Path(__file__).with_name("redmine_seed.rb")
_ENTER: Final = 'mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr && cd "$2" && shift 2 && exec "$@"'
_RAILS: Final = {
    "RAILS_ENV": "production",
    "SECRET_KEY_BASE": "of these tests alone",
    "SCHEMA": "/dev/null",
    "REDMINE_LANG": "en",
    "LANG": "C.UTF-8",
}


class Unavailable(Exception):
    """Redmine cannot run here, for a reason in words."""


@dataclass(frozen=True)
class RedmineServer:
    """A running Redmine with a project “Lab”: its address, its administrator's key, and calls of its own."""

    url: str
    key: str
    project: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask as the administrator and return the parsed answer, None where it is empty. Raises HTTPError."""
        signed = base64.b64encode(f"{self.key}:x".encode()).decode()
        headers = {"Authorization": f"Basic {signed}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None

    def create(self, **fields: Any) -> str:
        """Create an issue and return its number."""
        body = {"issue": {"project_id": self.project, **fields}}
        return str(self.call("POST", "issues.json", body)["issue"]["id"])

    def issues(self) -> dict[str, dict[str, Any]]:
        """Return all issues by number: the truth that a pull is compared with."""
        rows = self.call("GET", "issues.json?status_id=*&limit=100")["issues"]
        return {str(each["id"]): each for each in rows}


def environment() -> Path:
    """Return the folder with the packages and a filled application; make it where it is missing. Raises Unavailable."""
    cache = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"redmine-{VERSION}"
    with (cache / f"redmine-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _check()
            _fetch(folder)
            _fill(folder)
            (folder / "installed").touch()
    return folder


@contextmanager
def serve(home: Path) -> Iterator[RedmineServer]:
    """Serve a fresh copy of the filled Redmine in `home`, which is not there yet. Raises Unavailable."""
    _check()
    folder, port = environment(), free_port()
    shutil.copytree(folder / "app", home, symlinks=True)
    log = home / "serve.log"
    command = ["bundle", "exec", "rails", "server", "-b", "127.0.0.1", "-p", str(port), "-u", "webrick"]
    process = spawn(_within(folder, home, command), log, {**_RAILS, "HOME": str(home)})
    try:
        wait_for(f"http://127.0.0.1:{port}/login", process, log, 300.0)
        seeded = json.loads((home / "seeded.json").read_text())
        yield RedmineServer(f"http://127.0.0.1:{port}", seeded["key"], str(seeded["project"]))
    finally:
        end(process)


def _check() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Unavailable("Redmine runs over an overlay of its packages, which takes root on Linux.")
    missing = [each for each in ("apt-get", "dpkg-deb", "unshare", "mount") if shutil.which(each) is None]
    if missing:
        raise Unavailable(f"Redmine needs {', '.join(missing)} here.")
    found = subprocess.run(["apt-cache", "policy", "redmine"], capture_output=True, text=True, check=False).stdout
    if f"Candidate: {VERSION}" not in found:
        raise Unavailable(f"Debian's redmine {VERSION} is not among this machine's packages.")


def _fetch(folder: Path) -> None:
    """Unpack Redmine and whatever it needs that this machine does not have."""
    (folder / "debs").mkdir(parents=True)
    plan = ["apt-get", "install", "--print-uris", "-qq", "-y", "--no-install-recommends", "redmine", "redmine-sqlite"]
    listed = subprocess.run(plan, capture_output=True, text=True, check=True).stdout.splitlines()
    names = [line.split()[1].split("_")[0] for line in listed if line.startswith("'")]
    try:
        subprocess.run(["apt-get", "download", "-qq", *names], cwd=folder / "debs", check=True)
    except subprocess.CalledProcessError as error:
        raise Unavailable("Redmine's packages cannot be downloaded from here.") from error
    for package in sorted((folder / "debs").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "root")], check=True)
    shutil.rmtree(folder / "debs")


def _fill(folder: Path) -> None:
    """Make an application with an instance, a migrated database, Redmine's default data and a project."""
    app = folder / "app"
    shutil.copytree(folder / "root/usr/share/redmine", app, symlinks=True)
    for each in ("Gemfile.lock", "instances"):
        path = app / each
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)
    for each in ("config", "tmp/cache", "log", "files"):
        (app / "instances/default" / each).mkdir(parents=True)
    database = "production:\n  adapter: sqlite3\n  database: db/redmine.sqlite3\n  timeout: 20000\n"
    (app / "instances/default/config/database.yml").write_text(database)
    (app / "config/database.yml").unlink(missing_ok=True)
    (app / "config/database.yml").write_text(database)
    shutil.copy(_SCRIPT, app / "seed.rb")
    (app / "Gemfile.local").write_text('gem "webrick"\n')
    for command in (
        ["bundle", "install", "--local", "--quiet"],
        ["bundle", "exec", "rake", "db:migrate"],
        ["bundle", "exec", "rails", "runner", "seed.rb"],
    ):
        env = {**os.environ, **_RAILS, "HOME": str(app)}
        subprocess.run(_within(folder, app, command), env=env, check=True, stdout=subprocess.DEVNULL)


def _within(folder: Path, home: Path, command: list[str]) -> list[str]:
    """Return the command that runs another one over the packages; Rails would take the tests' own database first."""
    own = ["env", "-u", "DATABASE_URL", *command]
    return ["unshare", "-m", "sh", "-c", _ENTER, "sh", str(folder / "root"), str(home), *own]
