"""Which connector serves which kind of connection. A new system is one line here and one module."""

from __future__ import annotations

from importlib import import_module

from projects.connectors.base import Connector, FetchesLabeling

CONNECTORS: dict[str, str] = {
    "mlflow": "projects.connectors.mlflow.MLflowConnector",
    "label_studio": "projects.connectors.label_studio.LabelStudioConnector",
}
TITLES: dict[str, str] = {"mlflow": "MLflow", "label_studio": "Label Studio"}


CHOSEN: dict[str, str] = {"mlflow": "experiment_ids", "label_studio": "project_ids"}
"""The option of a kind that says which experiments or projects are read; empty means all."""


def resolve(kind: str) -> type[Connector]:
    """Return the connector class of a kind. Raises KeyError for an unknown kind."""
    module, _, name = CONNECTORS[kind].rpartition(".")
    found: type[Connector] = getattr(import_module(module), name)
    return found


def brings_labels(kind: str) -> bool:
    """Say whether a kind of connection brings labels, which belong to one initiative. Raises KeyError."""
    return issubclass(resolve(kind), FetchesLabeling)


def kinds() -> list[tuple[str, str]]:
    """Return the choices of `Connection.kind`: the word and the title of each connector."""
    return [(kind, TITLES[kind]) for kind in CONNECTORS]
