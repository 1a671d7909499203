"""A real Roundup tracker, installed into a folder of its own that is kept between test runs."""

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
from typing import Any

from tests.servers.processes import end, free_port, spawn, wait_for

VERSION = "2.6.0"
PASSWORD = "a long enough password"
SECRET = f"admin:{PASSWORD}"
OPTIONS = {
    "sprint_property": "sprint",
    "type_property": "kind",
    "estimate_property": "points",
    "due_property": "due",
    "blocked_property": "after",
}
"""What a connection to the tracker of these tests is told."""

_SCRIPT = Path(__file__).with_name("roundup_serve.py")


@dataclass(frozen=True)
class RoundupServer:
    """A running tracker: its address, and calls that go around the product's own code."""

    url: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask `rest/data/…` as its administrator and return what is under `data`. Raises HTTPError."""
        headers = self._headers({"Content-Type": "application/json"})
        if method in ("PUT", "PATCH", "DELETE"):
            with urllib.request.urlopen(urllib.request.Request(self._address(path), headers=headers)) as answer:
                headers["If-Match"] = answer.headers["ETag"]
        data = json.dumps(body).encode() if body is not None else b"{}" if method == "DELETE" else None
        request = urllib.request.Request(self._address(path), data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["data"]

    def create(self, kind: str = "issue", /, **fields: Any) -> str:
        """Create an item and return its id."""
        return str(self.call("POST", kind, fields)["id"])

    def change(self, number: str, **fields: Any) -> None:
        """Change an issue."""
        self.call("PUT", f"issue/{number}", fields)

    def retire(self, number: str) -> None:
        """Delete an issue, as Roundup does: it is not listed any more."""
        self.call("DELETE", f"issue/{number}")

    def issues(self) -> dict[str, dict[str, Any]]:
        """Return what is to be pulled of every issue that is there, by id: the truth that a pull is compared with."""
        fields = "title,status.name,sprint.name,kind.name,points,after,priority.name"
        rows = self.call("GET", f"issue?@fields={fields}&@verbose=0")["collection"]
        return {each["id"]: each for each in rows}

    def _address(self, path: str) -> str:
        return f"{self.url}/rest/data/{path}"

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        origin = self.url.removesuffix("/rd")
        signed = base64.b64encode(SECRET.encode()).decode()
        sent = {"X-Requested-With": "rest", "Origin": origin, "Referer": f"{self.url}/"}
        return {"Authorization": f"Basic {signed}", **sent, **more}


def environment() -> Path:
    """Return the folder that Roundup is installed in; install it where it is missing. It has no dependencies."""
    cache = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"roundup-{VERSION}"
    with (cache / f"roundup-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), f"roundup=={VERSION}"]
            subprocess.run(pip, check=True)
            (folder / "installed").touch()
    return folder


@contextmanager
def serve(home: Path, issues: int = 0, sprints: int = 0) -> Iterator[RoundupServer]:
    """Serve a fresh tracker in `home`, which is empty, filled first, until the end of the block."""
    folder, port = environment(), free_port()
    env = {"PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
    admin = [sys.executable, str(folder / "bin" / "roundup-admin"), "-i", str(home)]
    # Every request signs in: a password that is hard to guess by its hash would take half a second each time.
    settings = f"tracker_web=http://127.0.0.1:{port}/rd/,mail_domain=localhost,mail_host=127.0.0.1"
    settings += ",password_pbkdf2_default_rounds=1000"
    for command in (
        [*admin, "install", "classic", "sqlite", settings],
        _script("mend", home),
        [*admin, "initialise", PASSWORD],
        _script("fill", home, issues, sprints),
    ):
        subprocess.run(command, check=True, env={**os.environ, **env}, stdout=subprocess.DEVNULL)
    log = home / "serve.log"
    process = spawn(_script("serve", home, port), log, env)
    try:
        wait_for(f"http://127.0.0.1:{port}/rd/", process, log)
        yield RoundupServer(f"http://127.0.0.1:{port}/rd")
    finally:
        end(process)


def _script(deed: str, home: Path, *more: object) -> list[str]:
    return [sys.executable, "-P", str(_SCRIPT), deed, str(home), *map(str, more)]
