"""Readings and runs by REST batch against COPY of the same rows on the same disk, and against MLflow's log-batch.

Bodies are made before the clock runs. COPY fills a table of the same columns without any index or constraint.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, Final

from django.db import connection

from benchmarks.caller import Caller
from benchmarks.kept import readings_kept, readings_sent, runs_kept, runs_sent
from benchmarks.results import Result
from benchmarks.server import serve
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, rate, seconds
from benchmarks.worlds import make_world
from kpis.models import KPI, Reading
from projects.models import MetricValue, Run
from tests.servers.mlflow import serve as serve_mlflow

CLIENTS = 4
SERVER_WORKERS = 2
METRICS = 8
WARM = 4
MOST_READINGS, MOST_RUNS, MOST_MLFLOW = 10_000, 1_000, 1_000
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Posts = list[tuple[str, list[bytes]]]
Bodies = Callable[[str, int], tuple[str, list[bytes]]]


@dataclass(frozen=True, slots=True)
class Trial:
    """Rows a second by REST and by COPY, and how many checksums of the rows that were kept differ from those sent."""

    ours: float
    floor: float
    wrong: int


def measure(size: Size) -> list[Result]:
    """Return rows a second by REST against COPY's and MLflow's, and whether all of them are kept as they were sent."""
    world = make_world(CLIENTS * size.rounds * len(KINDS))
    places = iter(range(0, len(world.keys), CLIENTS))
    with serve(SERVER_WORKERS) as url:
        headers = {"Authorization": f"Bearer {world.token()}"}
        trials: dict[str, list[Trial]] = {name: [] for name in KINDS}
        for _ in range(size.rounds):
            for name, once in KINDS.items():
                place = next(places)
                trials[name].append(once(url, headers, world.keys[place : place + CLIENTS], size.ingest_rows))
    foreign = log_batch(max(2_000, size.ingest_rows // 5))
    return [row for name, found in trials.items() for row in results(name, found, foreign)]


def results(name: str, trials: Sequence[Trial], foreign: float) -> list[Result]:
    """Return the rows of the table for one kind: the best of its trials against the best COPY, and against MLflow."""
    ours, floor = max(each.ours for each in trials), max(each.floor for each in trials)
    mine, wrong = rate(ours, 1), sum(each.wrong for each in trials)
    return [
        Result("ingest", f"{name} by REST", mine, f"COPY {rate(floor, 1)}", ours / floor, 0.10, True),
        Result("ingest", f"{name} by REST", mine, f"MLflow log-batch {rate(foreign, 1)}", ours / foreign, 5.0, True),
        Result("ingest", f"{name}: checksums that differ", str(wrong), f"{len(trials)} runs", wrong, 0),
    ]


def readings(make: Bodies, url: str, headers: dict[str, str], keys: Sequence[str], rows: int) -> Trial:
    """Send readings once and copy the same rows."""
    warm(url, headers, [make(key, 1) for key in keys])
    posts = [make(key, rows // CLIENTS) for key in keys]
    took = seconds(lambda: send(url, headers, posts))
    names = [kpi_key(key) for key in keys]
    copied, copying = copy([(Reading, "kpi_id", list(KPI.objects.filter(key__in=names).values_list("pk", flat=True)))])
    sent = readings_sent(names, posts)
    return Trial(sent.count / took, copied / copying, sent != readings_kept(names))


def runs(url: str, headers: dict[str, str], keys: Sequence[str], rows: int) -> Trial:
    """Send runs once and copy the same rows; a run and each of its metrics is a row."""
    warm(url, headers, [runs_of(key, 1) for key in keys])
    posts = [runs_of(key, rows // CLIENTS // (METRICS + 1)) for key in keys]
    took = seconds(lambda: send(url, headers, posts))
    pushed = list(Run.objects.filter(pushed_to__key__in=keys).values_list("pk", flat=True))
    copied, copying = copy([(Run, "id", pushed), (MetricValue, "run_id", pushed)])
    sent = runs_sent(keys, posts)
    return Trial(sent.count / took, copied / copying, sent != runs_kept(keys))


def warm(url: str, headers: dict[str, str], posts: Posts) -> None:
    """Let every worker answer before the clock runs; what is sent comes again with the rest."""
    for _ in range(WARM):
        send(url, headers, posts)


def send(url: str, headers: dict[str, str], posts: Posts) -> None:
    """Let each client post its bodies to its path, all clients at once."""

    def client(post: tuple[str, list[bytes]]) -> None:
        path, bodies = post
        with Caller(url, headers) as caller:
            for body in bodies:
                caller.post(path, body)

    with ThreadPoolExecutor(len(posts)) as pool:
        list(pool.map(client, posts))


def kpi_key(key: str) -> str:
    """Return the key of an initiative's KPI."""
    return key.lower().replace("bench", "kpi")


def batches(rows: int, most: int, make: Callable[[range], Any]) -> list[bytes]:
    """Return the JSON bodies of so many rows, at most `most` in each."""
    return [json.dumps(make(range(start, min(start + most, rows)))).encode() for start in range(0, rows, most)]


def readings_of(key: str, rows: int) -> tuple[str, list[bytes]]:
    """Return the path and the columnar bodies of a KPI's readings, a minute apart."""

    def columns(numbers: range) -> dict[str, Any]:
        times = [(EPOCH + timedelta(minutes=number)).isoformat() for number in numbers]
        return {"times": times, "values": [number / 7 for number in numbers]}

    return f"/api/v1/kpis/{kpi_key(key)}/readings/batch/", batches(rows, MOST_READINGS, columns)


def rows_of(key: str, rows: int) -> tuple[str, list[bytes]]:
    """Return the path and the bodies of the same readings, one object each."""

    def objects(numbers: range) -> dict[str, Any]:
        moments = [(EPOCH + timedelta(minutes=number)).isoformat() for number in numbers]
        return {"readings": [{"time": time, "value": number / 7} for time, number in zip(moments, numbers)]}

    return f"/api/v1/kpis/{kpi_key(key)}/readings/batch/", batches(rows, MOST_READINGS, objects)


def runs_of(key: str, runs: int) -> tuple[str, list[bytes]]:
    """Return the path and the bodies of an initiative's finished runs, with metrics, params and a tag."""

    def made(number: int) -> dict[str, Any]:
        start = EPOCH + timedelta(minutes=number)
        return {
            "external_id": f"run-{number}",
            "name": f"run {number}",
            "status": "finished",
            "started_at": start.isoformat(),
            "ended_at": (start + timedelta(minutes=5)).isoformat(),
            "params": {"lr": "0.1", "depth": str(number % 9)},
            "tags": {"commit": f"{number:040x}"},
            "metrics": {f"metric/{place}": number / (place + 7) for place in range(METRICS)},
        }

    bodies = batches(runs, MOST_RUNS, lambda numbers: {"runs": [made(number) for number in numbers]})
    return f"/api/v1/initiatives/{key}/runs/batch/", bodies


def copy(parts: Sequence[tuple[Any, str, list[int]]]) -> tuple[int, float]:
    """COPY the rows of each model whose column has these values into bare tables; return rows and seconds."""
    rows, took = 0, 0.0
    with connection.cursor() as cursor:
        for model, column, values in parts:
            table, text = model._meta.db_table, StringIO()
            wanted = cursor.mogrify(f"SELECT * FROM {table} WHERE {column} = ANY(%s)", [values]).decode()
            cursor.copy_expert(f"COPY ({wanted}) TO STDOUT", text)
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table})")
            text.seek(0)
            took += seconds(lambda: cursor.copy_expert(f"COPY floor_{table} FROM STDIN", text))  # noqa: B023
            rows += cursor.rowcount
            cursor.execute(f"DROP TABLE floor_{table}")
    return rows, took


def log_batch(metrics: int) -> float:
    """Return the metrics a second that a fresh MLflow server takes from as many clients by `runs/log-batch`."""
    path = "/api/2.0/mlflow/runs/log-batch"
    with tempfile.TemporaryDirectory(prefix="mltrack-bench-mlflow-") as folder, serve_mlflow(Path(folder)) as server:

        def bodies(client: int) -> tuple[str, list[bytes]]:
            run_id = server.create_run("0", f"client {client}")
            return path, batches(metrics // CLIENTS, MOST_MLFLOW, lambda numbers: batch_of(run_id, numbers))

        posts = [bodies(client) for client in range(CLIENTS)]
        return metrics / in_turns({"log": lambda: send(server.url, {}, posts)}, 1)["log"]


def batch_of(run_id: str, numbers: range) -> dict[str, Any]:
    """Return a `log-batch` body: eight metrics over the steps."""
    metrics = [
        {
            "key": f"metric/{number % METRICS}",
            "value": number / 7,
            "timestamp": 1_600_000_000_000 + number,
            "step": number,
        }
        for number in numbers
    ]
    return {"run_id": run_id, "metrics": metrics}


KINDS: Final[dict[str, Callable[[str, dict[str, str], Sequence[str], int], Trial]]] = {
    "readings in columns": partial(readings, readings_of),
    "readings in rows": partial(readings, rows_of),
    "runs with metrics": runs,
}
