"""A server that repeats what it was sent: its words are kept and shown, the secret in them is not."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from projects.connectors.base import ConnectorError, ListsChoices
from projects.services.clients import open_connector
from tests.servers.hostile import HostileServer
from tests.trust.secret_sinks import Sink, leaks
from tests.trust.secret_story import canary, echo


def ask(url: str, secret: str, options: dict[str, str]) -> None:
    """Read something from the server."""
    with open_connector("mlflow", url, secret, options) as (connector, _):
        assert isinstance(connector, ListsChoices)
        connector.list_choices()


@pytest.mark.parametrize("form", ["bearer", "basic", "pair"])
def test_the_error_does_not_hold_the_secret(hostile_server: HostileServer, settings: Settings, form: str) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    hostile_server.script[:] = [echo(400, 401)]
    password = canary("connection")
    secret = f"someone:{password}" if form == "pair" else password
    options = {"username": "someone"} if form == "basic" else {}
    said = []
    for _ in range(4):
        with pytest.raises(ConnectorError) as caught:
            ask(hostile_server.url, secret, options)
        said.append(f"{caught.value} {caught.value.text} {caught.value.args}")
    assert any("MLflow says" in each for each in said)
    assert leaks([Sink("error", each) for each in said], {"secret": {password}}) == []
