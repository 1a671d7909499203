"""The tables of facts."""

from projects.models.connections import Breaker, Connection, RejectedRecord, SyncAttempt
from projects.models.datasets import DatasetSplit, DatasetVersion, RunDataset, SplitHashes, SplitOverlap
from projects.models.deployments import Deployment
from projects.models.evaluations import CaseBlock, Evaluation, EvaluationStratum, Origin, Pairing, Purpose
from projects.models.initiatives import Initiative, JudgeDue, StageChange, Update
from projects.models.label_audits import AuditedTask, AuditKind, AuditState, LabelAudit, RelabelSource
from projects.models.labeling import (
    Annotation,
    Annotator,
    AnnotatorFigures,
    LabelingProject,
    LabelingSnapshot,
    LabelingState,
    LabelingTally,
    LabelTask,
    TallyKind,
    TaskState,
)
from projects.models.runs import (
    MetricValue,
    ModelVersion,
    Run,
    RunColumns,
    RunLink,
    SelectionRule,
)
from projects.models.uploads import EvaluationUpload, UploadBlock

__all__ = [
    "Annotation",
    "Annotator",
    "AnnotatorFigures",
    "AuditKind",
    "AuditState",
    "AuditedTask",
    "Breaker",
    "CaseBlock",
    "Connection",
    "DatasetSplit",
    "DatasetVersion",
    "Deployment",
    "Evaluation",
    "EvaluationStratum",
    "EvaluationUpload",
    "Initiative",
    "JudgeDue",
    "LabelAudit",
    "LabelTask",
    "LabelingProject",
    "LabelingSnapshot",
    "LabelingState",
    "LabelingTally",
    "MetricValue",
    "ModelVersion",
    "Origin",
    "Pairing",
    "Purpose",
    "RejectedRecord",
    "RelabelSource",
    "Run",
    "RunColumns",
    "RunDataset",
    "RunLink",
    "SelectionRule",
    "SplitHashes",
    "SplitOverlap",
    "StageChange",
    "SyncAttempt",
    "TallyKind",
    "TaskState",
    "Update",
    "UploadBlock",
]
