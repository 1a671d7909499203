"""Servers whose pages repeat, overlap, shrink, move or never end: the pull ends in words, and the truth arrives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from projects.models import Connection, Run
from tests.projects.faults.workers import assert_equals, sync
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import Handler, as_json

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@dataclass
class PagingMLflow(LittleMLflow):
    """Lets a test meddle with a search, by its number, before it is answered; `most` rows a page at most."""

    meddle: dict[int, Callable[[Handler], None]] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    most: int = 50_000

    def answer(self, handler: Handler) -> None:
        """Meddle, then answer as always."""
        if handler.path.endswith("runs/search"):
            self.bodies.append(handler.body)
            if len(self.bodies) in self.meddle:
                self.meddle[len(self.bodies)](handler)
            asked: dict[str, Any] = json.loads(handler.body)
            handler.body = json.dumps({**asked, "max_results": min(asked["max_results"], self.most)}).encode()
        super().answer(handler)

    def once_more(self, handler: Handler) -> None:
        """Answer with the page before."""
        handler.body = self.bodies[-2]

    def move(self, handler: Handler) -> None:
        """Let rows before and after the present page appear, change and vanish."""
        self.runs[:0] = [mlflow_run(number) for number in range(-6, -1)]
        self.runs.extend(mlflow_run(number) for number in range(900, 907))
        self.runs[7]["data"]["metrics"][0]["value"] = 0.125
        self.runs[-9]["data"]["metrics"][0]["value"] = 0.25
        self.runs[8]["info"]["lifecycle_stage"] = self.runs[-10]["info"]["lifecycle_stage"] = "deleted"


@pytest.fixture
def mlflow() -> PagingMLflow:
    return PagingMLflow(runs=[mlflow_run(number) for number in range(23)])


def assert_drains(connection: Connection, mlflow: PagingMLflow) -> None:
    """Pull without faults, and compare exactly."""
    mlflow.meddle, mlflow.fail_search, mlflow.most = {}, {}, 50_000
    code, output = sync(connection)
    assert code == 0, output
    living = [run for run in mlflow.runs if run["info"]["lifecycle_stage"] == "active"]
    assert_equals(connection, LittleMLflow(runs=living))


def test_a_page_that_comes_twice(connection: Connection, mlflow: PagingMLflow) -> None:
    mlflow.meddle = {3: mlflow.once_more}
    code, output = sync(connection)
    assert (code, "the same page again" in output) == (1, True), output
    assert Run.objects.count() > 0
    assert_drains(connection, mlflow)


def test_pages_that_shrink_and_overlap(connection: Connection, mlflow: PagingMLflow) -> None:
    mlflow.most = 2
    code, output = sync(connection)
    assert code == 0, output
    assert_drains(connection, mlflow)


def test_rows_that_move_while_they_are_read(connection: Connection, mlflow: PagingMLflow) -> None:
    connection.options["deleted_seconds"] = 0
    connection.save(update_fields=["options"])
    mlflow.meddle = {3: mlflow.move}
    code, output = sync(connection)
    assert code == 0, output
    assert_drains(connection, mlflow)


def test_the_same_page_for_ever(connection: Connection, mlflow: PagingMLflow) -> None:
    same = as_json({"runs": mlflow.runs[:5], "next_page_token": "again"})
    mlflow.fail_search = dict.fromkeys(range(3, 500), same)
    code, output = sync(connection)
    assert (code, "again and again" in output) == (1, True), output
    assert mlflow.searches < 20
    assert_drains(connection, mlflow)


def test_a_row_that_no_database_can_hold(connection: Connection, mlflow: PagingMLflow) -> None:
    poison = mlflow_run(11)
    poison["info"]["run_name"] = "\x00" * 9
    poison["info"]["start_time"] = poison["info"]["end_time"] = 10**17
    sound = mlflow.runs.copy()
    mlflow.runs.append({**poison, "info": {**poison["info"], "run_id": "f" * 32}})
    for _ in range(2):
        code, output = sync(connection)
        assert (code, ", 1 rejected" in output) == (0, True), output
        assert_equals(connection, LittleMLflow(runs=sound))
    assert [each.external_id for each in connection.rejected_records.all()] == ["f" * 32]
