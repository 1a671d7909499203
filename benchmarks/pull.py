"""The first pull of a large MLflow against a bare client that pages the same server, and the idle second pull."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from django.db.models.functions import Now

from benchmarks.equality import differences
from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, rate
from benchmarks.tracking import EXPERIMENTS, SEARCH, filled_server, page_through
from benchmarks.written import since, written
from projects.connectors.mlflow.options import Options
from projects.models import Connection, Run, SyncAttempt
from projects.services.connections import create_connection
from projects.services.pages import record_page
from projects.services.pull import run
from tests.factories import make_initiative, make_workspace
from tests.servers.mlflow import MLflowServer

RUN_REQUESTS = 2
REGISTRY_REQUESTS = 2


def measure(size: Size) -> list[Result]:
    """Return the ratio of the pull, how many runs differ afterwards, and what an idle pull asks and writes."""
    with filled_server(size.mlflow_runs) as server:
        pulled: list[Connection] = []
        busy: list[float] = []

        def pull() -> None:
            begun = time.process_time()
            pulled.append(connect(server))
            pull_now(pulled[-1])
            busy.append(time.process_time() - begun)

        page_through(server.url, 1_000)  # The server's own first reading of its file counts for nobody.
        turns = {"bare": lambda: page_through(server.url, Options().page_size), "pull": pull}
        times = in_turns(turns, size.rounds)
        truth = server.every_run(EXPERIMENTS)
        wrong = [text for each in pulled for text in differences(each, truth)]
        for text in wrong[:5]:
            print(text)
        count = Run.objects.filter(connection=pulled[-1], deleted_at=None).count()
        first = Result(
            "pull",
            f"first pull of {count:,} runs",
            rate(count, times["pull"]),
            f"bare client {rate(len(truth), times['bare'])}",
            times["pull"] / times["bare"],
            1.3,
        )
        checked = f"{len(truth):,} on the server, {len(pulled)} pulls"
        equal = Result("pull", "runs that differ afterwards", str(len(wrong)), checked, len(wrong), 0)
        used = Result("pull", "processor seconds of a pull", f"{median(busy):.1f} s", "server and database apart", None)
        return [first, used, equal, *idle(pulled[-1])]


def connect(server: MLflowServer) -> Connection:
    """Return a connection of a new workspace, with an initiative that all its runs count for."""
    owner = make_workspace()
    options = {"experiment_ids": EXPERIMENTS}
    initiative = make_initiative(owner)
    return create_connection(
        owner, kind="mlflow", name="MLflow", base_url=server.url, options=options, initiative=initiative
    )


def pull_now(connection: Connection) -> SyncAttempt:
    """Pull to the end. Raises AssertionError where it fails."""
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    attempt = run(connection.pk, record_page)
    assert attempt is not None and attempt.state == SyncAttempt.State.DONE, attempt and attempt.error_text
    return attempt


def idle(connection: Connection) -> list[Result]:
    """Pull again and count the requests by path, and the rows written by table."""
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    before = written()
    with counted_requests() as urls:
        attempt = run(connection.pk, record_page)
    assert attempt is not None and attempt.state == SyncAttempt.State.DONE
    assert len(urls) == attempt.requests, urls
    runs = sum(url.endswith(SEARCH) for url in urls)
    registry = sum("model" in url for url in urls)
    wrote = {table: count for table, count in since(before).items() if table != "projects_connection"}
    return [
        Result("pull", "run requests of an idle pull", str(runs), "", runs, RUN_REQUESTS),
        Result("pull", "registry requests of an idle pull", str(registry), "", registry, REGISTRY_REQUESTS),
        Result("pull", "rows an idle pull writes", str(wrote or "none"), "", sum(wrote.values()), 0),
    ]


class Paths(logging.Handler):
    """Collects the addresses that the HTTP client says it has asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.urls += [str(each) for each in record.args or () if str(each).startswith("http")]


@contextmanager
def counted_requests() -> Iterator[list[str]]:
    """Give the addresses that outbound clients ask for until the end of the block."""
    logger, handler = logging.getLogger("httpx2"), Paths()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield handler.urls
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = True
