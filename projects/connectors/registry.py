"""Which connector serves which kind of connection. A new system is one line here and one module."""

from __future__ import annotations

from importlib import import_module

from projects.connectors.base import Connector

CONNECTORS: dict[str, str] = {
    "mlflow": "projects.connectors.mlflow.MLflowConnector",
}
TITLES: dict[str, str] = {"mlflow": "MLflow"}


def resolve(kind: str) -> type[Connector]:
    """Return the connector class of a kind. Raises KeyError for an unknown kind."""
    module, _, name = CONNECTORS[kind].rpartition(".")
    found: type[Connector] = getattr(import_module(module), name)
    return found


def kinds() -> list[tuple[str, str]]:
    """Return the choices of `Connection.kind`: the word and the title of each connector."""
    return [(kind, TITLES[kind]) for kind in CONNECTORS]
