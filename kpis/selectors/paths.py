"""The addresses that evidence leads to, as the contract of pages gives them."""

from __future__ import annotations

from mltrack.accounts.models import Workspace
from projects.models import Initiative


def initiative_path(workspace: Workspace, key: str) -> str:
    """Return the path of an initiative's page."""
    return f"/w/{workspace.key}/initiatives/{key}/"


def run_path(initiative: Initiative, public_id: str) -> str:
    """Return the path of a run's page within an initiative."""
    return f"{initiative_path(initiative.workspace, initiative.key)}runs/{public_id}/"


def evaluation_path(workspace: Workspace, key: str, public_id: str) -> str:
    """Return the path of an evaluation's page within an initiative."""
    return f"{initiative_path(workspace, key)}evaluations/{public_id}/"


def labeling_path(initiative: Initiative) -> str:
    """Return the path of an initiative's labeling tab."""
    return f"{initiative_path(initiative.workspace, initiative.key)}labeling/"


def kpi_path(workspace: Workspace, key: str) -> str:
    """Return the path of a KPI's page."""
    return f"/w/{workspace.key}/kpis/{key}/"


def connection_path(workspace: Workspace, public_id: str) -> str:
    """Return the path of a connection's page."""
    return f"/w/{workspace.key}/connections/{public_id}/"


def label_audit_path(workspace: Workspace, key: str, public_id: str) -> str:
    """Return the path of a label audit's page within an initiative."""
    return f"{initiative_path(workspace, key)}labeling/audits/{public_id}/"
