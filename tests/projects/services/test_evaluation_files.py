"""Evaluations that runs of a connection state in files: kept once for each initiative, or rejected in words."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from mltrack.accounts.access import Principal
from projects.connectors.records import EvaluationFile, Page, RejectedRecord
from projects.models import Connection, Evaluation, Initiative, JudgeDue, Run
from projects.models import RejectedRecord as Rejected
from projects.services.connections import create_connection
from projects.services.evaluation_files import record_files
from projects.services.pages import record_page
from projects.services.pull import run
from tests.factories import make_connection, make_initiative, make_runs, make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import as_json

pytestmark = pytest.mark.django_db
COUNTS = [{"level": 9_000, "right": 9, "wrong": 1}]
PATH = "mltrack/evaluation.json"


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def churn(owner: Principal) -> Initiative:
    return make_initiative(owner)


@pytest.fixture
def connection(owner: Principal, churn: Initiative) -> Connection:
    return make_connection(owner, initiative=churn)


@pytest.fixture
def one(connection: Connection) -> Run:
    return make_runs(connection, 1)[0]


def file_of(one: Run, digest: str = "d" * 64, **content: Any) -> EvaluationFile:
    return EvaluationFile(one.external_id, PATH, digest, {"counts": COUNTS, **content})


def test_a_file_is_kept_for_each_initiative(owner: Principal, connection: Connection, one: Run) -> None:
    other = make_initiative(owner, "OTHER")
    make_initiative(owner, "THIRD")
    connection.selection_rules.create(initiative=other)
    one.links.create(workspace=owner.workspace, initiative=other)
    for state in ("created", "unchanged"):
        (outcome,) = record_files(connection, [file_of(one)])
        assert (outcome.external_id, outcome.state) == (f"{one.external_id} {PATH}", state)
    kept = Evaluation.objects.order_by("initiative__key")
    assert [each.initiative.key for each in kept] == ["CHURN", "OTHER"]
    assert {(each.run, each.connection, each.origin, each.n) for each in kept} == {(one, connection, "connection", 10)}
    assert {each.external_id for each in kept} == {f"{one.external_id} {PATH} {'d' * 32}"}
    assert JudgeDue.objects.filter(reason="evaluation recorded").count() == 2


def test_another_file_is_another_evaluation(connection: Connection, one: Run) -> None:
    for digest in "dde":
        record_files(connection, [file_of(one, digest * 64)])
    assert Evaluation.objects.count() == 2


def test_a_file_speaks_of_its_own_run(churn: Initiative, connection: Connection, one: Run) -> None:
    (theirs,) = make_runs(churn, 1)
    record_files(connection, [file_of(one, run=theirs.public_id, external_id="mine", model_version="none/1")])
    kept = Evaluation.objects.get()
    assert (kept.run, kept.model_version) == (one, None) and kept.external_id != "mine"


def test_long_paths_do_not_make_two_files_one(connection: Connection, one: Run) -> None:
    files = [EvaluationFile(one.external_id, "x" * 500, digest * 64, {"counts": COUNTS}) for digest in "ab"]
    assert [each.state for each in record_files(connection, files)] == ["created", "created"]
    assert {len(each.external_id) for each in Evaluation.objects.all()} == {250}


@pytest.mark.parametrize(
    "content,words",
    [
        ([], "An evaluation is an object."),
        (None, "An evaluation is an object."),
        ({}, "/counts: This is needed."),
        (
            {"counts": [{"level": 9_000, "right": 1.5, "wrong": 1}]},
            "/counts/0/right: A count is a whole number from 0.",
        ),
        ({"counts": COUNTS, "metrics": {"f1": {"value": float("nan")}}}, "/metrics/f1/value: This is a finite number"),
        (
            {"counts": COUNTS, "confusion": [{"label": "a", "prediction": "a", "n": 3}]},
            "/confusion: The confusion counts 3 cases, the counts 10.",
        ),
    ],
)
def test_what_states_no_evaluation_is_rejected_in_words(
    connection: Connection, one: Run, content: Any, words: str
) -> None:
    file = EvaluationFile(one.external_id, PATH, "d" * 64, content)
    stored = record_page(connection, Page(evaluations=[file]))
    assert (stored.rejected, stored.rows) == (1, 0)
    rejected = Rejected.objects.get()
    assert rejected.external_id == f"{one.external_id} {PATH}" and rejected.reason.startswith(words)
    assert not Evaluation.objects.exists()


def test_a_mended_file_leaves_the_list(connection: Connection, one: Run) -> None:
    missing = RejectedRecord(f"{one.external_id} {PATH}", "The evaluation was left out.")
    record_page(connection, Page(rejected=[missing]))
    assert Rejected.objects.exists()
    assert record_page(connection, Page(evaluations=[file_of(one)])).rows == 1
    assert not Rejected.objects.exists()


def test_a_run_of_another_connection_is_not_meant(owner: Principal, connection: Connection, one: Run) -> None:
    other = make_connection(owner)
    assert [each.state for each in record_files(other, [file_of(one)])] == ["unchanged"]
    assert not Evaluation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_pull_brings_runs_and_their_evaluations(owner: Principal, churn: Initiative, settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    mlflow = LittleMLflow(runs=[mlflow_run(number) for number in range(3)])
    mlflow.announce(mlflow.runs[0], as_json({"counts": COUNTS, "dataset": {"name": "cards", "digest": "9f"}}))
    mlflow.announce(mlflow.runs[1], as_json({"counts": "many"}))
    with mlflow.serve() as server:
        connection = create_connection(
            owner, kind="mlflow", name="mlflow", base_url=server.url, options={}, initiative=churn
        )
        attempt = run(connection.pk, record_page)
    assert attempt is not None and (attempt.state, attempt.rows, attempt.rejected) == ("done", 4, 1)
    kept = Evaluation.objects.get()
    assert kept.run is not None and kept.run.external_id == mlflow.runs[0]["info"]["run_id"]
    assert kept.dataset is not None and kept.dataset.digest == "9f"
