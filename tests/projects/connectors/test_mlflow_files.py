"""Files that runs announce are read once; what is none is said, and never stops the runs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.mlflow import progress
from projects.connectors.records import EvaluationFile, RejectedRecord
from tests.projects.connectors.mlflow_pulls import Store
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers import hostile
from tests.servers.hostile import Answer, as_json, raw

PATH = "mltrack/evaluation.json"
BODY = b'{"counts": [{"level": 9000, "right": 9, "wrong": 1}]}'


def little(*answers: Answer) -> LittleMLflow:
    """Return a server whose runs each announce a file."""
    server = LittleMLflow(runs=[mlflow_run(number) for number in range(len(answers))])
    for run, answer in zip(server.runs, answers):
        server.announce(run, answer)
    return server


def files_of(store: Store) -> list[EvaluationFile]:
    return [each for page in store.pages for each in page.evaluations]


def rejected_of(store: Store) -> list[RejectedRecord]:
    return [each for page in store.pages for each in page.rejected]


def test_a_file_is_read_once() -> None:
    mlflow = little(raw(200, BODY, Content_Type="application/json"))
    store = Store()
    with mlflow.serve() as server:
        store.pull(server.url)
        (file,) = files_of(store)
        store.pull(server.url)
        assert len(mlflow.asked_files) == 1
        mlflow.announce(mlflow.runs[0], as_json({"n": 1}), "second.json")
        store.pull(server.url)
    run = mlflow.runs[0]["info"]["run_id"]
    content = {"counts": [{"level": 9000, "right": 9, "wrong": 1}]}
    assert file == EvaluationFile(run, PATH, hashlib.sha256(BODY).hexdigest(), content)
    assert [each.path for each in files_of(store)] == [PATH, "second.json"]
    assert not rejected_of(store)


def test_runs_that_announce_nothing_cost_no_request() -> None:
    mlflow, store = little(), Store()
    mlflow.runs = [mlflow_run(0)]
    with mlflow.serve() as server:
        store.pull(server.url)
    assert mlflow.asked_files == [] and "files" in store.cursor and store.cursor["files"] == []


@pytest.mark.parametrize(
    "answer,words",
    [
        (as_json({}, 404), "There is no such file (404)."),
        (as_json({}, 400), "The server refused the request (400)."),
        (hostile.half_json, "The server's answer is not whole, valid JSON."),
        (hostile.html, "The server answered with an HTML page instead of JSON."),
        (raw(200, b"[" * 200_000), "The server's answer is not whole, valid JSON."),
        (raw(200, b" " * 10_000_001), "The server's answer is larger than 10,000,000 bytes."),
    ],
)
def test_what_is_no_file_is_said_and_asked_for_once_a_sweep(answer: Answer, words: str) -> None:
    mlflow, store, now = little(answer, as_json({"n": 1})), Store(), datetime.now(UTC)
    with mlflow.serve() as server:
        store.pull(server.url, now)
        (refused,) = rejected_of(store)
        assert refused.external_id == f"{mlflow.runs[0]['info']['run_id']} {PATH}"
        assert refused.reason.startswith(f"The evaluation was left out: {words}")
        assert (len(store.runs), len(files_of(store))) == (2, 1)
        store.pull(server.url, now + timedelta(minutes=1))
        assert len(mlflow.asked_files) == 2
        mlflow.announce(mlflow.runs[0], as_json({"n": 2}))
        store.pull(server.url, now + timedelta(days=2))
    assert [each.content for each in files_of(store)] == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("answer", [raw(500), raw(429), raw(403), hostile.wrong_length, hostile.reset])
def test_a_server_that_fails_with_files_is_asked_for_no_more_of_them(answer: Answer) -> None:
    mlflow, store = little(answer, as_json({"n": 1})), Store()
    with mlflow.serve() as server:
        store.pull(server.url)
        assert len(set(mlflow.asked_files)) == 1 and len(store.runs) == 2 and len(rejected_of(store)) == 1
        mlflow.announce(mlflow.runs[0], as_json({"n": 0}))
        store.pull(server.url)
    assert [each.content for each in files_of(store)] == [{"n": 0}, {"n": 1}]


def test_refused_credentials_end_the_pull() -> None:
    with little(raw(401)).serve() as server, pytest.raises(ConnectorError, match="credentials"):
        Store().pull(server.url)


def test_a_path_that_is_too_long_is_not_asked_for() -> None:
    mlflow, store = little(), Store()
    mlflow.runs = [mlflow_run(0)]
    mlflow.announce(mlflow.runs[0], as_json({}), "x" * 501)
    with mlflow.serve() as server:
        store.pull(server.url)
    (refused,) = rejected_of(store)
    assert len(refused.external_id) == 300 and "longer than 500 characters" in refused.reason
    assert mlflow.asked_files == []


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST_FILES", 2)
    mlflow, store = little(*[as_json({"n": number}) for number in range(3)]), Store()
    with mlflow.serve() as server:
        store.pull(server.url)
        assert len(store.cursor["files"]) == 2
        store.pull(server.url)
    assert [each.content["n"] for each in files_of(store)][:4] == [0, 1, 2, 0]


def test_a_cursor_of_before_is_read() -> None:
    mlflow, store = little(as_json({"n": 1})), Store()
    with mlflow.serve() as server:
        store.pull(server.url)
        store.cursor = {name: value for name, value in store.cursor.items() if name != "files"}
        store.pull(server.url)
    assert len(mlflow.asked_files) == 2
