"""A real MLflow with passwords, and one with workspaces: a wrong password is told, and what is right is pulled."""

from __future__ import annotations

import urllib.error
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.db.models.functions import Now

from mltrack.accounts.access import Principal
from projects.models import Connection, Run, SyncAttempt
from projects.services.connections import create_connection, edit_connection
from projects.services.pages import record_page
from projects.services.pull import run
from tests.factories import make_initiative
from tests.projects.services.test_pull_mlflow import loopback, owner
from tests.servers.mlflow import VERSION, MLflowServer, environment, serve

__all__ = ["loopback", "owner"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mlflow]

Divided: TypeAlias = tuple[MLflowServer, dict[str, set[str]]]
ADMIN, PHRASE = "admin", "correct horse: battery"
TEAMS = ("team-a", "team-b")
CONFIGURATION = """\
[mlflow]
default_permission = READ
database_uri = sqlite:///{folder}/people.db
admin_username = {admin}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
"""


def basic(user: str, phrase: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{phrase}'.encode()).decode()}"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MLflowServer]:
    """A server with basic authentication; its calls are the admin's."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    environment(VERSION, "Flask-WTF<2")
    (folder / "auth.ini").write_text(CONFIGURATION.format(folder=folder, admin=ADMIN))
    environ = {
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
        "MLFLOW_AUTH_ADMIN_PASSWORD": PHRASE,
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "for these tests alone",
    }
    with serve(folder, options=("--app-name", "basic-auth"), environ=environ) as server:
        yield replace(server, headers=basic(ADMIN, PHRASE))


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Divided]:
    """A server with two workspaces, and the ids of the runs in each."""
    with serve(tmp_path_factory.mktemp("divided"), options=("--enable-workspaces",)) as server:
        made = {}
        for name in TEAMS:
            server.create_workspace(name)
            inside = replace(server, headers={"X-MLFLOW-WORKSPACE": name})
            experiment = str(inside.post("experiments/create", {"name": "churn"})["experiment_id"])
            made[name] = {finished(inside, experiment, f"{name} {number}") for number in range(2)}
        yield server, made


def finished(server: MLflowServer, experiment: str, name: str) -> str:
    """Make a finished run and return its id."""
    made = server.create_run(experiment, name, start_time=1_750_000_000_000)
    body = {"run_id": made, "key": "accuracy", "value": 0.9, "timestamp": 1_750_000_000_000, "step": 0}
    server.post("runs/log-metric", body)
    server.post("runs/update", {"run_id": made, "status": "FINISHED", "end_time": 1_750_000_060_000})
    return made


def connect(owner: Principal, server: MLflowServer, secret: str = "", **options: Any) -> Connection:
    initiative = make_initiative(owner)
    return create_connection(
        owner,
        kind="mlflow",
        name="MLflow",
        base_url=server.url,
        secret=secret,
        options=options,
        initiative=initiative,
    )


def pulled(connection: Connection) -> SyncAttempt:
    Connection.objects.filter(pk=connection.pk).update(next_due=Now(), paused=False)
    attempt = run(connection.pk, record_page)
    assert attempt is not None
    return attempt


def here() -> set[str]:
    return set(Run.objects.values_list("external_id", flat=True))


def test_the_server_lets_nobody_in_without_a_password(guarded: MLflowServer) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        replace(guarded, headers={}).post("experiments/search", {"max_results": 1})


def test_a_wrong_password_is_told_and_the_right_one_pulls(owner: Principal, guarded: MLflowServer) -> None:
    experiment = str(guarded.post("experiments/create", {"name": "guarded"})["experiment_id"])
    made = {finished(guarded, experiment, f"run {number}") for number in range(3)}
    connection = connect(owner, guarded, "tr0ub4dor", username=ADMIN)
    refused = pulled(connection)
    assert (refused.state, refused.error_code) == ("failed", "unauthorized")
    assert "credentials" in refused.error_text and "tr0ub4dor" not in refused.error_text
    assert here() == set()

    edit_connection(owner, connection, {"secret": PHRASE})
    assert pulled(connection).state == "done"
    assert here() == made
    connection.refresh_from_db()
    assert (connection.last_error_text, connection.failures) == ("", 0)


@pytest.mark.parametrize("workspace", TEAMS)
def test_a_workspace_is_pulled_alone(owner: Principal, divided: Divided, workspace: str) -> None:
    server, made = divided
    attempt = pulled(connect(owner, server, workspace=workspace))
    assert attempt.state == "done", attempt.error_text
    assert here() == made[workspace]
