"""A real Label Studio, in a virtual environment of its own, kept between test runs with its migrated database."""

from __future__ import annotations

import fcntl
import http.cookiejar
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.processes import end, free_port, spawn, wait_for

VERSION = "1.23.2"
OWNER, PASSWORD, TOKEN = "owner@example.org", "a long enough password", "0123456789abcdef0123456789abcdef01234567"
_DATABASE = "label_studio.sqlite3"
_QUIET = {
    "DJANGO_DB": "sqlite",
    "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
    "LATEST_VERSION_CHECK": "0",
    "COLLECT_ANALYTICS": "False",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "SSRF_PROTECTION_ENABLED": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "PYTHONPATH": "",
    "PYTHONWARNINGS": "ignore",
}


@dataclass(frozen=True)
class Person:
    """Somebody who labels: their id there, and their legacy token."""

    id: int
    token: str = field(repr=False)


@dataclass(frozen=True)
class LabelStudioServer:
    """A running server: its address, and calls that go around the product's own code."""

    url: str
    database: Path

    def call(self, method: str, path: str, body: Any = None, *, token: str = TOKEN) -> Any:
        """Ask `/api/…` with a legacy token and return the parsed answer. Raises HTTPError."""
        headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b"null")

    def create_project(self, title: str, config: str, **settings: Any) -> int:
        """Create a project and return its id."""
        made = self.call("POST", "projects/", {"title": title, "label_config": config, **settings})
        return int(made["id"])

    def load(self, project: int, tasks: Sequence[Any]) -> list[int]:
        """Import tasks with their annotations and predictions in bulk and return their ids, in order."""
        made = self.call("POST", f"projects/{project}/import?return_task_ids=true", list(tasks))
        return [int(each) for each in made["task_ids"]]

    def annotate(self, task: int, body: Any, person: Person | None = None) -> int:
        """Annotate a task as somebody and return the annotation's id."""
        token = person.token if person else TOKEN
        return int(self.call("POST", f"tasks/{task}/annotations/", body, token=token)["id"])

    def counts(self, project: int) -> dict[str, Any]:
        """Return a project's own counts."""
        (found,) = self.call("GET", f"projects/counts/?ids={project}")["results"]
        return dict(found)

    def export(self, project: int) -> list[dict[str, Any]]:
        """Return all tasks with their annotations, as the tool exports them."""
        found = self.call("GET", f"projects/{project}/export?exportType=JSON&download_all_tasks=true")
        return list(found)

    def personal_token(self, token: str = TOKEN) -> str:
        """Return a new personal access token."""
        return str(self.call("POST", "token/", {}, token=token)["token"])

    def join(self, email: str) -> Person:
        """Let somebody join by invitation and the sign-up form, as people do."""
        path = self.call("GET", "invite")["invite_url"]
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = browser.open(self.url + urllib.parse.urlsplit(path)._replace(scheme="", netloc="").geturl(), timeout=60)
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.read())
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1].decode(), "email": email, "password": PASSWORD}
        sent = urllib.parse.urlencode({**form, "allow_newsletters": "false", "how_find_us": ""}).encode()
        browser.open(urllib.request.Request(page.url, sent, {"Referer": page.url}), timeout=60).close()
        with browser.open(f"{self.url}/api/current-user/whoami", timeout=60) as answer:
            number = int(json.loads(answer.read())["id"])
        with browser.open(f"{self.url}/api/current-user/token", timeout=60) as answer:
            return Person(number, str(json.loads(answer.read())["token"]))

    def age(self, project: int, hours: int) -> None:
        """Let everything of a project be so many hours older: a world that nobody touched for a while."""
        with closing(sqlite3.connect(self.database, timeout=60)) as store, store:
            for table, column in (("task", "created_at"), ("task", "updated_at"), ("task_completion", "created_at")):
                older = f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-{hours} hours')"
                store.execute(f"UPDATE {table} SET {column} = {older} WHERE project_id = ?", [project])


def _cache() -> Path:
    folder = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environment() -> tuple[Path, Path]:
    """Return the folder of the virtual environment and a migrated database; make them where they are missing."""
    cache = _cache()
    folder, kept = cache / f"label-studio-{VERSION}", cache / f"label-studio-{VERSION}.sqlite3"
    with (cache / f"label-studio-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            pip = [str(folder / "bin" / "pip"), "install", "-q", f"label-studio=={VERSION}"]
            subprocess.run(pip, check=True)
            (folder / "installed").touch()
        if not kept.exists():
            _migrate(folder, cache / f"label-studio-{VERSION}-first", kept)
    return folder, kept


def _migrate(folder: Path, data: Path, kept: Path) -> None:
    """Start once with an empty folder, which takes most of a minute, and keep the database."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    with _running(folder, data, ("--username", OWNER, "--password", PASSWORD, "--user-token", TOKEN, "--init", "boot")):
        pass
    with closing(sqlite3.connect(data / _DATABASE)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(data / _DATABASE, kept.with_suffix(".part"))
    kept.with_suffix(".part").replace(kept)
    shutil.rmtree(data)


@contextmanager
def _running(folder: Path, data: Path, more: Sequence[str] = ()) -> Iterator[str]:
    port = free_port()
    command = [str(folder / "bin" / "label-studio"), "start", "--no-browser", "--data-dir", str(data)]
    command += ["--internal-host", "127.0.0.1", "--port", str(port), *more]
    log = data / "label-studio.log"
    process = spawn(command, log, {**_QUIET, "LABEL_STUDIO_BASE_DATA_DIR": str(data)})
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, log, seconds=240)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


@contextmanager
def serve(data: Path) -> Iterator[LabelStudioServer]:
    """Serve a fresh Label Studio with its owner alone in `data`, until the end of the block."""
    folder, kept = environment()
    shutil.copyfile(kept, data / _DATABASE)
    with _running(folder, data) as url:
        yield LabelStudioServer(url, data / _DATABASE)
