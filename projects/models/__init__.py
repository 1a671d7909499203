"""The tables of facts."""

from projects.models.connections import Breaker, Connection, RejectedRecord, SyncAttempt
from projects.models.datasets import DatasetVersion, RunDataset
from projects.models.deployments import Deployment
from projects.models.initiatives import Initiative, JudgeDue, StageChange, Update
from projects.models.runs import (
    MetricValue,
    ModelVersion,
    Run,
    RunColumns,
    RunLink,
    SelectionRule,
)

__all__ = [
    "Breaker",
    "Connection",
    "DatasetVersion",
    "Deployment",
    "Initiative",
    "JudgeDue",
    "MetricValue",
    "ModelVersion",
    "RejectedRecord",
    "Run",
    "RunColumns",
    "RunDataset",
    "RunLink",
    "SelectionRule",
    "StageChange",
    "SyncAttempt",
    "Update",
]
