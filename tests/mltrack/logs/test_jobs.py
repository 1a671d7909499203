"""What tasks log, and the request's id on its way to them."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from celery import Celery

from mltrack.logs import jobs


class Task:
    """A task as Celery's signals hand it over."""

    def __init__(self, name: str, **headers: Any) -> None:
        self.name = name
        self.request = self
        vars(self).update(headers)


@pytest.fixture(autouse=True)
def nothing_bound() -> None:
    structlog.contextvars.clear_contextvars()


def bound() -> dict[str, Any]:
    return structlog.contextvars.get_contextvars()


def test_lines_of_a_task_name_it_and_its_object() -> None:
    jobs.begin(Task("projects.tasks.pull_connection", mltrack_request="request-1"), "id-1", (42,))
    assert bound() == {
        "task": "projects.tasks.pull_connection",
        "task_id": "id-1",
        "connection": 42,
        "request_id": "request-1",
    }
    jobs.end(Task("projects.tasks.pull_connection"), "id-1", "SUCCESS")
    assert bound() == {}


@pytest.mark.parametrize("forged", [None, 7, "x", "a b c d e f g h", "a" * 65, {"a": 1}])
def test_a_forged_request_id_is_left_out(forged: object) -> None:
    jobs.begin(Task("kpis.tasks.judge", mltrack_request=forged), "id-1", (7,))
    assert bound() == {"task": "kpis.tasks.judge", "task_id": "id-1", "initiative": 7}


@pytest.mark.parametrize(
    "name, state, level",
    [
        ("kpis.tasks.judge", "SUCCESS", "info"),
        ("kpis.tasks.sweep_judgements", "SUCCESS", "debug"),
        ("kpis.tasks.sweep_judgements", "FAILURE", "info"),
        ("mltrack.tasks.heartbeat", "SUCCESS", "debug"),
    ],
)
def test_one_line_for_a_task(name: str, state: str, level: str) -> None:
    with structlog.testing.capture_logs() as said:
        jobs.begin(Task(name), "id-1")
        jobs.end(Task(name), "id-1", state)
    (line,) = said
    assert (line["event"], line["state"], line["log_level"]) == ("task", state, level)
    assert line["ms"] >= 0


def test_the_requests_id_travels_with_the_message() -> None:
    app = Celery("told", broker="memory://", set_as_current=False)
    structlog.contextvars.bind_contextvars(request_id="request-22")
    app.send_task("nobody.runs_this", queue="told")
    structlog.contextvars.clear_contextvars()
    app.send_task("nobody.runs_this", queue="told")
    with app.connection_for_read() as broker:
        messages = [broker.SimpleQueue("told").get(timeout=5) for _ in range(2)]
    assert [message.headers.get("mltrack_request") for message in messages] == ["request-22", None]
