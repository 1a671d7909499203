"""The addresses that evidence leads to, as the contract of pages gives them."""

from __future__ import annotations

from django.conf import settings

from mltrack.accounts.models import Workspace
from projects.models import Initiative, Sprint


def initiative_path(workspace: Workspace, key: str) -> str:
    """Return the path of an initiative's page."""
    return f"/w/{workspace.key}/initiatives/{key}/"


def dashboard_path(workspace: Workspace, key: str) -> str:
    """Return the path of a dashboard."""
    return f"/w/{workspace.key}/dashboards/{key}/"


def run_path(initiative: Initiative, public_id: str) -> str:
    """Return the path of a run's page within an initiative."""
    return f"{initiative_path(initiative.workspace, initiative.key)}runs/{public_id}/"


def evaluation_path(workspace: Workspace, key: str, public_id: str) -> str:
    """Return the path of an evaluation's page within an initiative."""
    return f"{initiative_path(workspace, key)}evaluations/{public_id}/"


def labeling_path(initiative: Initiative) -> str:
    """Return the path of an initiative's labeling tab."""
    return f"{initiative_path(initiative.workspace, initiative.key)}labeling/"


def production_path(initiative: Initiative) -> str:
    """Return the path of an initiative's production tab."""
    return f"{initiative_path(initiative.workspace, initiative.key)}production/"


def sprint_path(sprint: Sprint) -> str:
    """Return the path of a sprint's page."""
    return f"/w/{sprint.workspace.key}/sprints/{sprint.public_id}/"


def kpi_path(workspace: Workspace, key: str) -> str:
    """Return the path of a KPI's page."""
    return f"/w/{workspace.key}/kpis/{key}/"


def connection_path(workspace: Workspace, public_id: str) -> str:
    """Return the path of a connection's page."""
    return f"/w/{workspace.key}/connections/{public_id}/"


def label_audit_path(workspace: Workspace, key: str, public_id: str) -> str:
    """Return the path of a label audit's page within an initiative."""
    return f"{initiative_path(workspace, key)}labeling/audits/{public_id}/"


def task_path(initiative: Initiative, key: str) -> str:
    """Return the path of a task's page, by its key."""
    return f"{initiative_path(initiative.workspace, initiative.key)}tasks/{key}/"


def finding_path(workspace: Workspace, public_id: str) -> str:
    """Return the path of a finding's page."""
    return f"/w/{workspace.key}/findings/{public_id}/"


def hook_path(workspace: Workspace, public_id: str) -> str:
    """Return the path of a webhook's page in the settings."""
    return f"/w/{workspace.key}/settings/webhooks/{public_id}/"


def public_url(path: str) -> str:
    """Return the address of a path for mails and other programs; empty where nobody said where the product is."""
    return settings.MLTRACK_URL.rstrip("/") + path if settings.MLTRACK_URL else ""
