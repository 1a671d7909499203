"""Real MLflow servers, each version in a virtual environment of its own, kept between test runs."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.processes import end, free_port, spawn, wait_for

VERSION, VERSION_2 = "3.17.2", "2.22.5"
# MLflow 2 does not start with later ones, though it allows them.
_BESIDE = {VERSION_2: ("SQLAlchemy<2.1",)}
_FILL = Path(__file__).with_name("mlflow_fill.py")
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONPATH": ""}


@dataclass(frozen=True)
class MLflowServer:
    """A running server: its address, and calls that go around the product's own code."""

    url: str
    store: str
    version: str = VERSION
    headers: Mapping[str, str] = field(default_factory=dict)

    def post(self, call: str, body: dict[str, Any]) -> Any:
        """POST to `/api/2.0/mlflow/…` and return the parsed answer."""
        return self._send("POST", f"{self.url}/api/2.0/mlflow/{call}", body)

    def patch(self, call: str, body: dict[str, Any]) -> Any:
        """PATCH `/api/2.0/mlflow/…`."""
        return self._send("PATCH", f"{self.url}/api/2.0/mlflow/{call}", body)

    def delete(self, call: str, body: dict[str, Any]) -> Any:
        """DELETE `/api/2.0/mlflow/…`."""
        return self._send("DELETE", f"{self.url}/api/2.0/mlflow/{call}", body)

    def every_run(self, experiment_ids: list[str], view: str = "ACTIVE_ONLY", size: int = 1000) -> list[Any]:
        """Return every run as the server sends it, by page token: the truth that a pull is compared with."""
        found: list[Any] = []
        token = ""
        while True:
            body = {"experiment_ids": experiment_ids, "max_results": size, "run_view_type": view}
            answer = self.post("runs/search", body | ({"page_token": token} if token else {}))
            found.extend(answer.get("runs", []))
            token = answer.get("next_page_token", "")
            if not token:
                return found

    def create_run(self, experiment_id: str, name: str, **more: Any) -> str:
        """Create a running run and return its id."""
        body = {"experiment_id": experiment_id, "run_name": name, **more}
        return str(self.post("runs/create", body)["run"]["info"]["run_id"])

    def create_workspace(self, name: str) -> None:
        """Create a workspace; only a server with workspaces can."""
        self._send("POST", f"{self.url}/api/3.0/mlflow/workspaces", {"name": name})

    def log_artifact(self, run_id: str, path: str, body: bytes) -> None:
        """Put a file among a run's artifacts, as MLflow's own client does by REST."""
        with urllib.request.urlopen(f"{self.url}/api/2.0/mlflow/runs/get?run_id={run_id}", timeout=60) as answer:
            root = json.loads(answer.read())["run"]["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
        url = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{root}/{path}"
        urllib.request.urlopen(urllib.request.Request(url, body, method="PUT"), timeout=60).close()

    def _send(self, method: str, url: str, body: dict[str, Any]) -> Any:
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")


def environment(version: str = VERSION, *more: str) -> Path:
    """Return the folder of a version's virtual environment; install it where it is missing, and `more` into it."""
    cache = Path(os.environ.get("MLTRACK_TEST_CACHE") or Path.home() / ".cache" / "mltrack")
    folder = cache / f"mlflow-{version}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"mlflow-{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "bin" / "mlflow").exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([*pip_of(folder), f"mlflow=={version}", *_BESIDE.get(version, ())], check=True)
        for each in more:
            if not (folder / f"{each}.installed").exists():
                subprocess.run([*pip_of(folder), each], check=True)
                (folder / f"{each}.installed").touch()
    return folder


def pip_of(folder: Path) -> list[str]:
    """Return the command line that installs into an environment."""
    return [str(folder / "bin" / "pip"), "install", "-q"]


def fill(store: str, runs: int, models: int = 3, start_ms: int = 1_750_000_000_000, *, version: str = VERSION) -> None:
    """Write runs of every odd kind into a store, through MLflow's own models; the same for the same arguments.

    One in fifty is running, one in forty deleted, one in thirty failed, one in twenty nested.
    """
    python = environment(version) / "bin" / "python"
    command = [str(python), "-P", str(_FILL), store, str(runs), str(models), str(start_ms)]
    subprocess.run(command, check=True, env={**os.environ, **_QUIET}, stdout=subprocess.DEVNULL)


@contextmanager
def serve(
    folder: Path,
    runs: int = 0,
    models: int = 3,
    *,
    version: str = VERSION,
    options: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Iterator[MLflowServer]:
    """Serve a fresh store in `folder`, filled first, until the end of the block; `options` are the server's own."""
    store = f"sqlite:///{folder}/mlflow.db"
    port = free_port()
    if runs:
        fill(store, runs, models, version=version)
    command = [str(environment(version) / "bin" / "mlflow"), "server", "--backend-store-uri", store, *options]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    log = folder / "mlflow.log"
    process = spawn(command, log, {**_QUIET, **(environ or {})})
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield MLflowServer(f"http://127.0.0.1:{port}", store, version)
    finally:
        end(process)
