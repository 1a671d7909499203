"""Which connector serves which kind of connection. A new system is one line here and one module."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from projects.connectors.base import Connector, FetchesLabeling, FetchesReadings, FetchesTasks, WritesTasks

CONNECTORS: dict[str, str] = {
    "mlflow": "projects.connectors.mlflow.MLflowConnector",
    "label_studio": "projects.connectors.label_studio.LabelStudioConnector",
    "jira": "projects.connectors.jira.JiraConnector",
    "github": "projects.connectors.github.GitHubConnector",
    "gitlab": "projects.connectors.gitlab.GitLabConnector",
    "redmine": "projects.connectors.redmine.RedmineConnector",
    "roundup": "projects.connectors.roundup.RoundupConnector",
    "prometheus": "projects.connectors.prometheus.PrometheusConnector",
    "sql": "projects.connectors.sql.SQLConnector",
    "csv_link": "projects.connectors.csv_link.CSVLinkConnector",
}
TITLES: dict[str, str] = {
    "mlflow": "MLflow",
    "label_studio": "Label Studio",
    "jira": "Jira",
    "github": "GitHub",
    "gitlab": "GitLab",
    "redmine": "Redmine",
    "roundup": "Roundup",
    "prometheus": "Prometheus",
    "sql": "SQL (PostgreSQL, MariaDB, MySQL)",
    "csv_link": "CSV by link",
}


CHOSEN: dict[str, str] = {
    "mlflow": "experiment_ids",
    "label_studio": "project_ids",
    "jira": "project_keys",
    "github": "repositories",
    "gitlab": "project_ids",
    "redmine": "project_ids",
    "roundup": "keywords",
    "prometheus": "",
    "sql": "",
    "csv_link": "",
}
"""The option of a kind that says which experiments, projects or repositories are read; empty means all. Kinds of
readings have none: the sources of KPIs and of observations say what is read."""

PULL_TASK = "projects.tasks.pull_connection"
READINGS_TASK = "kpis.tasks.pull_readings"


def resolve(kind: str) -> type[Connector]:
    """Return the connector class of a kind. Raises KeyError for an unknown kind."""
    found: type[Connector] = _named(CONNECTORS[kind])
    return found


def task_of(kind: str) -> Any:
    """Return the Celery task that pulls connections of a kind. Raises KeyError for an unknown kind."""
    return _named(READINGS_TASK if brings_readings(kind) else PULL_TASK)


def _named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def brings_labels(kind: str) -> bool:
    """Say whether a kind of connection brings labels, which belong to one initiative. Raises KeyError."""
    return issubclass(resolve(kind), FetchesLabeling)


def brings_tasks(kind: str) -> bool:
    """Say whether a kind of connection is a tracker, whose tasks belong to one initiative. Raises KeyError."""
    return issubclass(resolve(kind), FetchesTasks)


def writes_tasks(kind: str) -> bool:
    """Say whether tasks can be opened by a kind of connection. Raises KeyError for an unknown kind."""
    return issubclass(resolve(kind), WritesTasks)


def brings_readings(kind: str) -> bool:
    """Say whether a kind of connection brings readings of KPIs, whose sources say what is read. Raises KeyError."""
    return issubclass(resolve(kind), FetchesReadings)


def needs_initiative(kind: str) -> bool:
    """Say whether what a kind of connection brings can only be placed with an initiative. Raises KeyError."""
    return brings_labels(kind) or brings_tasks(kind)


def kinds() -> list[tuple[str, str]]:
    """Return the choices of `Connection.kind`: the word and the title of each connector."""
    return [(kind, TITLES[kind]) for kind in CONNECTORS]
