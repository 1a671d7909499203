"""A live MLflow server full of runs, and the bare client that is the floor of every pull."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.caller import Caller
from tests.servers.mlflow import VERSION, MLflowServer, environment, fill, serve

MODELS = 50
EXPERIMENTS = ["1", "2"]
SEARCH = "/api/2.0/mlflow/runs/search"


@contextmanager
def filled_server(runs: int) -> Iterator[MLflowServer]:
    """Serve a copy of a store with so many runs; the store itself is made once and kept."""
    kept = store(runs)
    with tempfile.TemporaryDirectory(prefix="mltrack-bench-mlflow-") as folder:
        shutil.copyfile(kept, Path(folder) / "mlflow.db")
        with serve(Path(folder)) as server:
            yield server


def store(runs: int) -> Path:
    """Return the kept store with so many runs; it is filled first where it is missing."""
    kept = environment().parent / f"mlflow-{VERSION}-{runs}-{MODELS}.db"
    if not kept.exists():
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        fill(f"sqlite:///{fresh}", runs, min(MODELS, runs // 10))
        fresh.rename(kept)
    return kept


def page_through(url: str, size: int) -> int:
    """Fetch and parse every active run, page by page, do nothing with it, and return how many there were."""
    found, token = 0, ""
    with Caller(url) as caller:
        while True:
            body = {"experiment_ids": EXPERIMENTS, "max_results": size} | ({"page_token": token} if token else {})
            answer = caller.post_json(SEARCH, body)
            found += len(answer.get("runs", []))
            token = answer.get("next_page_token", "")
            if not token:
                return found
