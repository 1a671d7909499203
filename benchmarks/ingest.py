"""Readings and runs by REST batch against COPY of the same rows on the same disk, and against MLflow's log-batch.

Bodies are made before the clock runs. COPY fills a table of the same columns without any index or constraint.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.caller import Caller
from benchmarks.results import Result
from benchmarks.server import serve
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, rate, seconds
from benchmarks.worlds import World, make_world
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


def measure(size: Size) -> list[Result]:
    """Return rows a second by REST against COPY's and MLflow's."""
    world = make_world(CLIENTS * size.rounds)
    with serve(SERVER_WORKERS) as url:
        sent = [both(url, world, number, size.ingest_rows) for number in range(size.rounds)]
    foreign = log_batch(max(2_000, size.ingest_rows // 5))
    found: list[Result] = []
    for name, place in (("readings", 0), ("runs with metrics", 1)):
        ours, floor = max(each[place][0] for each in sent), max(each[place][1] for each in sent)
        mine = rate(ours, 1)
        found.append(Result("ingest", f"{name} by REST", mine, f"COPY {rate(floor, 1)}", ours / floor, 0.10, True))
        floor_text = f"MLflow log-batch {rate(foreign, 1)}"
        found.append(Result("ingest", f"{name} by REST", mine, floor_text, ours / foreign, 5.0, True))
    return found


def both(url: str, world: World, number: int, rows: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Send readings and runs once and copy the same rows; return (REST, COPY) rows a second of each."""
    headers = {"Authorization": f"Bearer {world.token()}"}
    keys = world.keys[number * CLIENTS : (number + 1) * CLIENTS]
    for _ in range(WARM):
        send(url, headers, [readings_of(key, 1) for key in keys])
    readings = seconds(lambda: send(url, headers, [readings_of(key, rows // CLIENTS) for key in keys]))
    kpis = KPI.objects.filter(key__in=[kpi_key(key) for key in keys])
    copied, copying = copy([(Reading, "kpi_id", list(kpis.values_list("pk", flat=True)))])
    assert copied == rows, (copied, rows)
    runs = rows // CLIENTS // (METRICS + 1)
    pushing = seconds(lambda: send(url, headers, [runs_of(key, runs) for key in keys]))
    pushed = list(Run.objects.filter(pushed_to__key__in=keys).values_list("pk", flat=True))
    copied_runs, copying_runs = copy([(Run, "id", pushed), (MetricValue, "run_id", pushed)])
    assert copied_runs == runs * CLIENTS * (METRICS + 1), copied_runs
    return (rows / readings, rows / copying), (copied_runs / pushing, copied_runs / copying_runs)


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
